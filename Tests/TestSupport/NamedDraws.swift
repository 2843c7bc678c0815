import MartletCore

/// Random numbers that Tests/Fixtures/make_zoo_fixtures.py draws too, named instead of stored: the 32-bit Mersenne Twister seeded with the FNV-1a hash
/// of a name.
package enum NamedDraws {
  package static func words(_ name: String, _ count: Int) -> [UInt32] {
    // Source: G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm".
    let seed = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    var generator = PyTorchGenerator(seed: UInt64(seed))
    return (0..<count).map { _ in generator.next32() }
  }

  /// Multiples of 2^-15 from -1 to below 1.
  package static func numbers(_ name: String, _ count: Int) -> [Double] { words(name, count).map { Double($0 >> 16) / 0x1p15 - 1 } }

  /// Positions of the elements that a fixture keeps of a tensor: all of a small one.
  package static func positions(_ kept: Int, of count: Int) -> [Int] {
    guard count > kept else { return Array(0..<count) }
    var generator = PyTorchGenerator(seed: 64)
    return (0..<kept).map { _ in Int(generator.next32()) % count }
  }
}
