/// The SHA-256 digest of FIPS 180-4. Sixty lines of our own, because the library that has it would double the build time.
public struct SHA256 {
  private static let roundConstants: [UInt32] = fractions(of: 64, cubeRoot: true)

  private var state: [UInt32] = fractions(of: 8, cubeRoot: false)
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

  public init() {}

  public static func hexDigest(_ bytes: [UInt8]) -> String {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.hexDigest()
  }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length += UInt64(bytes.count)
    pending.append(contentsOf: bytes)
    var start = 0
    while pending.count - start >= 64 {
      process(start)
      start += 64
    }
    pending.removeFirst(start)
  }

  public consuming func hexDigest() -> String {
    let bits = length * 8
    pending.append(0x80)
    while pending.count % 64 != 56 { pending.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) { pending.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
    for start in stride(from: 0, to: pending.count, by: 64) { process(start) }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private mutating func process(_ start: Int) {
    var w = [UInt32](repeating: 0, count: 64)
    for i in 0..<16 { w[i] = (0..<4).reduce(0) { $0 << 8 | UInt32(pending[start + 4 * i + $1]) } }
    func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    for i in 16..<64 {
      let s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3
      let s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10
      w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
    }
    var v = state
    for i in 0..<64 {
      let s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)
      let choice = v[4] & v[5] ^ ~v[4] & v[6]
      let t1 = v[7] &+ s1 &+ choice &+ SHA256.roundConstants[i] &+ w[i]
      let s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)
      let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
      v = [t1 &+ s0 &+ majority, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
    }
    for i in 0..<8 { state[i] = state[i] &+ v[i] }
  }

  /// The first 32 fractional bits of the square or cube roots of the first primes, by integer search: no table to mistype.
  private static func fractions(of count: Int, cubeRoot: Bool) -> [UInt32] {
    var primes: [UInt64] = []
    var candidate: UInt64 = 2
    while primes.count < count {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes.map { prime in
      // The largest r with r^2 <= prime * 2^64 (or r^3 <= prime * 2^96); its low 32 bits are the fraction.
      var low: UInt64 = 0
      var high: UInt64 = 1 << 37
      while high - low > 1 {
        let middle = (low + high) / 2
        let square = middle.multipliedFullWidth(by: middle)
        let fits: Bool
        if cubeRoot {
          // middle^2 * middle against prime << 96, in 192 bits.
          let lowPart = square.low.multipliedFullWidth(by: middle)
          let highPart = square.high.multipliedFullWidth(by: middle)
          let (word1, carry) = lowPart.high.addingReportingOverflow(highPart.low)
          let word2 = highPart.high + (carry ? 1 : 0)
          fits =
            word2 < prime >> 32 || (word2 == prime >> 32 && word1 < prime << 32)
            || (word2 == prime >> 32 && word1 == prime << 32 && lowPart.low == 0)
        } else {
          fits = square.high < prime || (square.high == prime && square.low == 0)
        }
        if fits { low = middle } else { high = middle }
      }
      return UInt32(truncatingIfNeeded: low)
    }
  }
}
