/// The SHA-256 digest of FIPS 180-4. Sixty lines of our own, because the library that has it would double the build time.
package struct SHA256 {
  private static let roundConstants: [UInt32] = fractions(of: 64, cubeRoot: true)

  private var state: [UInt32] = fractions(of: 8, cubeRoot: false)
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

  package init() {}

  package static func hexDigest(_ bytes: [UInt8]) -> String {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.hexDigest()
  }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length += UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let first = rest.prefix(64 - pending.count)
      pending.append(contentsOf: first)
      rest = rest.dropFirst(first.count)
      guard pending.count == 64 else { return }
      pending.withUnsafeBytes { SHA256.process($0, &state) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / 64 * 64
    SHA256.process(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)), &state)
    pending.append(contentsOf: rest.dropFirst(whole))
  }

  package consuming func hexDigest() -> String {
    let bits = length * 8
    pending.append(0x80)
    while pending.count % 64 != 56 { pending.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) { pending.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
    pending.withUnsafeBytes { SHA256.process($0, &state) }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// Takes whole blocks of 64 bytes. Without allocations: checkpoints, data sets and objects of the cache are many megabytes.
  private static func process(_ bytes: UnsafeRawBufferPointer, _ state: inout [UInt32]) {
    func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      roundConstants.withUnsafeBufferPointer { constants in
        for start in stride(from: 0, to: bytes.count, by: 64) {
          for i in 0..<16 { w[i] = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 4 * i, as: UInt32.self)) }
          for i in 16..<64 {
            let s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3
            let s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10
            w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
          }
          var (a, b, c, d) = (state[0], state[1], state[2], state[3])
          var (e, f, g, h) = (state[4], state[5], state[6], state[7])
          for i in 0..<64 {
            let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            let t1 = h &+ s1 &+ (e & f ^ ~e & g) &+ constants[i] &+ w[i]
            let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
            let majority = a & b ^ a & c ^ b & c
            (h, g, f, e) = (g, f, e, d &+ t1)
            (d, c, b, a) = (c, b, a, t1 &+ s0 &+ majority)
          }
          for (i, word) in [a, b, c, d, e, f, g, h].enumerated() { state[i] &+= word }
        }
      }
    }
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
