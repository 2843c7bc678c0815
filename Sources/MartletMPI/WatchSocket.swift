import Glibc

/// A TCP connection between two watches, or one on which connections come in. Nothing here blocks.
final class WatchSocket {
  let descriptor: Int32
  /// What has come and was not taken yet.
  var inbox: [UInt8] = []
  private(set) var end: End?

  /// Why nothing more comes.
  enum End {
    /// The other process has closed the connection, or the system did when it ended.
    case closed
    /// Its machine does not answer.
    case vanished
  }

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  private static let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)

  /// Listens on all interfaces, at a port that the system chooses; nil where it allows none.
  static func listening() -> (socket: WatchSocket, port: UInt16)? {
    for family: UInt8 in [6, 4] {
      let address = NetworkAddress(bytes: [family] + [UInt8](repeating: 0, count: NetworkAddress.byteCount - 1))
      let descriptor = socket(address.family, kind, 0)
      guard descriptor >= 0 else { continue }
      let listening = WatchSocket(descriptor)
      // IPv4 comes in on the same port.
      if address.family == AF_INET6 { listening.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
      guard address.withAddress(port: 0, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, SOMAXCONN) == 0 else { continue }
      var (name, length) = (sockaddr_in6(), socklen_t(MemoryLayout<sockaddr_in6>.size))
      let status = withUnsafeMutablePointer(to: &name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
      }
      // The port is at the same place in both kinds of addresses.
      guard status == 0 else { continue }
      return (listening, UInt16(bigEndian: name.sin6_port))
    }
    return nil
  }

  /// A connection that has come in; nil where none has.
  func accepted() -> WatchSocket? {
    let other = accept(descriptor, nil, nil)
    guard other >= 0 else { return nil }
    _ = fcntl(other, F_SETFD, FD_CLOEXEC)
    _ = fcntl(other, F_SETFL, O_NONBLOCK)
    return WatchSocket(other).prepared()
  }

  /// Begins to connect; nil where there is no way.
  static func connecting(to address: NetworkAddress, port: UInt16) -> WatchSocket? {
    let descriptor = socket(address.family, kind, 0)
    guard descriptor >= 0 else { return nil }
    let connecting = WatchSocket(descriptor)
    let status = address.withAddress(port: port) { connect(descriptor, $0, $1) }
    return status == 0 || errno == EINPROGRESS ? connecting.prepared() : nil
  }

  /// Whether a connection that was begun is there.
  var isConnected: Bool {
    var (problem, length) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &length) == 0 && problem == 0
  }

  /// The system finds out within five seconds that the other machine does not answer: it asks every second. A process that only stands still
  /// is not affected.
  private func prepared() -> WatchSocket {
    set(SOL_SOCKET, SO_KEEPALIVE, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
    set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, 5000)
    set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    return self
  }

  private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Sends a few bytes, which fit the system's buffer; what cannot be sent is lost.
  func send(_ bytes: [UInt8]) {
    let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
    _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, flags) }
  }

  /// Puts what has come into the inbox, and notes the end.
  func receive() {
    var chunk = [UInt8](repeating: 0, count: 4096)
    while end == nil {
      let count = recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
      if count > 0 {
        inbox += chunk[..<count]
        // No frame is as long: who sends so much does not belong to the run.
        if inbox.count > WatchFrame.mostBytes * 2 { end = .closed }
        continue
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return }
      end = count < 0 && [ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN].contains(errno) ? .vanished : .closed
    }
  }
}

/// What one watch tells another.
enum WatchFrame: Hashable {
  /// Process 0 tells the others to end with a code, for it has printed the reason.
  case end(code: Int32)
  /// A process tells process 0 of its own error, to be printed.
  case failure(code: Int32, text: String)
  /// The process ends soon, and all is well.
  case goodbye

  /// Longer texts are cut.
  static let mostBytes = 1 << 14
  private static let headByteCount = 9

  var bytes: [UInt8] {
    let (kind, code, text): (UInt8, Int32, [UInt8]) =
      switch self {
      case .end(let code): (1, code, [])
      case .failure(let code, let text): (2, code, Array(text.utf8.prefix(WatchFrame.mostBytes)))
      case .goodbye: (3, 0, [])
      }
    return [kind] + WatchFrame.bytes(UInt32(bitPattern: code)) + WatchFrame.bytes(UInt32(text.count)) + text
  }

  /// Takes the first frame out of what has come; nil until it is complete. Throws where the bytes are none.
  static func next(_ inbox: inout [UInt8]) throws(Damage) -> WatchFrame? {
    guard inbox.count >= headByteCount else { return nil }
    let code = Int32(bitPattern: number(inbox[1..<5]))
    let length = number(inbox[5..<9])
    guard length <= mostBytes else { throw Damage() }
    let end = headByteCount + Int(length)
    guard inbox.count >= end else { return nil }
    let (kind, text) = (inbox[0], String(decoding: inbox[headByteCount..<end], as: UTF8.self))
    inbox.removeFirst(end)
    switch kind {
    case 1: return .end(code: code)
    case 2: return .failure(code: code, text: text)
    case 3: return .goodbye
    default: throw Damage()
    }
  }

  struct Damage: Error {}

  /// Least significant byte first.
  static func bytes(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }

  static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
}
