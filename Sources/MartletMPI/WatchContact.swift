import Glibc

/// Finds out which of some watches can be reached.
enum WatchContact {
  /// Milliseconds between two calls of `meanwhile`.
  private static let interval: Int32 = 20

  /// Connects to all addresses of some processes at once, and returns the connection to the first that shows that it belongs to the run; nil where
  /// none does in so many milliseconds, or none can. `meanwhile` is called now and then.
  static func reach(
    _ ranks: [Int], from own: Int, _ cards: [WatchCard], milliseconds: Int, meanwhile: () -> Void = {}
  ) -> (rank: Int, socket: WatchSocket)? {
    var attempts: [Attempt] = []
    for rank in ranks where cards[rank].port != 0 {
      for address in cards[rank].addresses {
        guard let socket = WatchSocket.connecting(to: address, port: cards[rank].port) else { continue }
        attempts.append(Attempt(rank: rank, socket: socket))
      }
    }
    let end = WatchClock.milliseconds + milliseconds
    while !attempts.isEmpty, WatchClock.milliseconds < end {
      var list = attempts.map { pollfd(fd: $0.socket.descriptor, events: Int16($0.isConnected ? POLLIN : POLLOUT), revents: 0) }
      poll(&list, nfds_t(list.count), interval)
      meanwhile()
      for (number, attempt) in attempts.enumerated() where list[number].revents != 0 {
        if !attempt.isConnected {
          guard attempt.socket.isConnected else {
            attempt.hasFailed = true
            continue
          }
          attempt.isConnected = true
          attempt.socket.send(cards[attempt.rank].token + WatchFrame.bytes(UInt32(own)))
          continue
        }
        attempt.socket.receive()
        let inbox = attempt.socket.inbox
        if inbox.count >= WatchCard.tokenCount {
          if Array(inbox[..<WatchCard.tokenCount]) == cards[own].token {
            attempt.socket.inbox.removeFirst(WatchCard.tokenCount)
            return (attempt.rank, attempt.socket)
          }
          attempt.hasFailed = true
        }
        if attempt.socket.end != nil { attempt.hasFailed = true }
      }
      attempts.removeAll(where: \.hasFailed)
    }
    return nil
  }

  private final class Attempt {
    let rank: Int
    let socket: WatchSocket
    var isConnected = false
    var hasFailed = false

    init(rank: Int, socket: WatchSocket) {
      self.rank = rank
      self.socket = socket
    }
  }
}

/// A clock that runs evenly.
enum WatchClock {
  static var milliseconds: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }
}
