/// How the others reach a process's watch: all processes get the cards of all. Every card has as many bytes.
struct WatchCard: Hashable, Sendable {
  /// Shows that who connects belongs to the run.
  var token: [UInt8]
  /// 0 where the process does not listen.
  var port: UInt16
  var addresses: [NetworkAddress]

  static let tokenCount = 16
  private static let mostAddresses = 16
  private static let byteCount = tokenCount + 3 + mostAddresses * NetworkAddress.byteCount

  init(port: UInt16, addresses: [NetworkAddress]) {
    token = (0..<WatchCard.tokenCount).map { _ in UInt8.random(in: .min ... .max) }
    self.port = port
    self.addresses = Array(addresses.prefix(WatchCard.mostAddresses))
  }

  var bytes: [UInt8] {
    var bytes = token + [UInt8(truncatingIfNeeded: port), UInt8(truncatingIfNeeded: port >> 8), UInt8(addresses.count)]
    bytes += addresses.flatMap(\.bytes)
    return bytes + [UInt8](repeating: 0, count: WatchCard.byteCount - bytes.count)
  }

  /// Nil where the bytes are no card.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == WatchCard.byteCount else { return nil }
    token = Array(bytes[..<WatchCard.tokenCount])
    port = UInt16(bytes[WatchCard.tokenCount]) | UInt16(bytes[WatchCard.tokenCount + 1]) << 8
    let count = Int(bytes[WatchCard.tokenCount + 2])
    guard count <= WatchCard.mostAddresses else { return nil }
    addresses = (0..<count).map { number in
      let start = WatchCard.tokenCount + 3 + number * NetworkAddress.byteCount
      return NetworkAddress(bytes: Array(bytes[start..<start + NetworkAddress.byteCount]))
    }
  }
}
