import Glibc

/// An IPv4 or IPv6 address of a machine: 4 or 6, then 16 bytes, of which IPv4 uses the first four.
struct NetworkAddress: Hashable, Sendable {
  var bytes: [UInt8]

  static let byteCount = 17

  /// Those of this machine's interfaces, loopback last; without IPv6 addresses that need the name of an interface.
  static func own() -> [NetworkAddress] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var (addresses, loopback): ([NetworkAddress], [NetworkAddress]) = ([], [])
    var next = list
    while let entry = next?.pointee {
      next = entry.ifa_next
      guard let address = entry.ifa_addr, entry.ifa_flags & UInt32(IFF_UP) != 0 else { continue }
      let isLoopback = entry.ifa_flags & UInt32(IFF_LOOPBACK) != 0
      guard let found = NetworkAddress(address), !addresses.contains(found), !loopback.contains(found) else { continue }
      if isLoopback { loopback.append(found) } else { addresses.append(found) }
    }
    return Array(addresses.prefix(12) + loopback.prefix(4))
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  private init?(_ address: UnsafeMutablePointer<sockaddr>) {
    let memory = UnsafeMutableRawPointer(address)
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      var internet = memory.loadUnaligned(as: sockaddr_in.self).sin_addr
      bytes = [4] + withUnsafeBytes(of: &internet) { Array($0.prefix(4)) } + [UInt8](repeating: 0, count: 12)
    case AF_INET6:
      var internet = memory.loadUnaligned(as: sockaddr_in6.self).sin6_addr
      bytes = [6] + withUnsafeBytes(of: &internet) { Array($0.prefix(16)) }
      // fe80::/10
      if bytes[1] == 0xfe, bytes[2] & 0xc0 == 0x80 { return nil }
    default: return nil
    }
  }

  var family: Int32 { bytes.first == 6 ? AF_INET6 : AF_INET }

  /// Calls with the address and a port as the system wants them.
  func withAddress<Result>(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    func call<Kind>(_ value: Kind) -> Result {
      withUnsafePointer(to: value) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Kind>.size)) }
      }
    }
    if family == AF_INET6 {
      var internet = sockaddr_in6()
      internet.sin6_family = sa_family_t(AF_INET6)
      internet.sin6_port = port.bigEndian
      withUnsafeMutableBytes(of: &internet.sin6_addr) { $0.copyBytes(from: bytes[1..<17]) }
      return call(internet)
    }
    var internet = sockaddr_in()
    internet.sin_family = sa_family_t(AF_INET)
    internet.sin_port = port.bigEndian
    withUnsafeMutableBytes(of: &internet.sin_addr) { $0.copyBytes(from: bytes[1..<5]) }
    return call(internet)
  }
}
