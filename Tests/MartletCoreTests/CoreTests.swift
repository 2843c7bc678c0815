import MartletCore
import TestSupport
import Testing

@Suite struct NpyFiles {
  @Test func roundTrip() throws {
    for dtype in DType.allCases {
      for extents in [[], [5], [2, 3], [0, 4], [1, 2, 3, 4]] {
        let tensor = fill(TensorType(dtype, Shape(extents)), .integers(0, 2), seed: 3)
        #expect(try Npy.decode(Npy.encode(tensor), file: "x.npy") == tensor)
        #expect((try Npy.encode(tensor).count - tensor.type.byteCount) % 64 == 0)
      }
    }
  }

  @Test func damageIsReported() throws {
    let good = try Npy.encode(HostTensor([2, 3], [Float](repeating: 1, count: 6)))
    func refuses(_ bytes: [UInt8], _ message: String) throws {
      let error = try #require(throws: MartletError.self) { try Npy.decode(bytes, file: "x.npy") }
      #expect(error.description.contains(message) && error.kind == .invalidInput, "\(error)")
    }
    try refuses(Array(good.dropLast()), "takes 24 bytes, the file has 23")
    try refuses(good + [0], "the file has 25")
    try refuses([1, 2, 3], "magic")
    try refuses(Array(good.prefix(40)), "cut off")
    func replacing(_ old: String, _ new: String) -> [UInt8] {
      var bytes = good
      if let start = bytes.indices.first(where: { bytes[$0...].starts(with: old.utf8) }) {
        bytes.replaceSubrange(start..<start + old.utf8.count, with: new.utf8)
      }
      return bytes
    }
    try refuses(replacing("<f4", "<c8"), "element type '<c8'")
    try refuses(replacing("False", "Talse"), "neither True nor False")
    try refuses(replacing("(2, 3)", "(2,-3)"), "shape")
    try refuses(replacing("(2, 3)", "(9999999999999, 9999999999999)"), "not possible")
    try refuses(replacing("'<f4'", "[('a', '<f4')]"), "structures")
  }
}

@Suite struct RandomNumbers {
  /// The first draws of mt19937 with the seed of the reference implementation's paper.
  @Test func mersenneTwister() {
    var generator = PyTorchGenerator(seed: 5489)
    #expect((0..<3).map { _ in generator.next32() } == [3_499_211_612, 581_869_302, 3_890_346_734])
    for _ in 3..<9999 { _ = generator.next32() }
    #expect(generator.next32() == 4_123_659_995)
  }

  @Test func belowIsInRangeAndReachesAll() {
    var generator = PyTorchGenerator(seed: 1)
    var seen = Set<Int>()
    for _ in 0..<500 { seen.insert(generator.below(7)) }
    #expect(seen == Set(0..<7))
  }
}

@Suite struct Digests {
  @Test func knownVectors() {
    #expect(SHA256.hexDigest([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(SHA256.hexDigest(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.hexDigest([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }
}

@Suite struct NumberTexts {
  @Test func shortestRoundTrip() {
    #expect(NumberText.text(1e-8) == "1e-8")
    #expect(NumberText.text(0.1 as Float) == "0.1")
    #expect(NumberText.text(1e20) == "1e20")
    #expect(NumberText.text(255.0) == "255.0")
    #expect(NumberText.text(-Double.infinity) == "-inf")
    #expect(NumberText.fixed(2.302585, decimals: 6, width: 7) == "2.302585")
    var generator = PyTorchGenerator(seed: 9)
    for _ in 0..<2000 {
      let value = Float(bitPattern: generator.next32())
      if value.isFinite { #expect(Float(NumberText.text(value)) == value) }
    }
  }
}

@Suite struct Indices {
  private let i = Index(variable: "i")
  private let j = Index(variable: "j")

  private var bounds: IndexBounds {
    var bounds = IndexBounds()
    bounds.set("i", Interval(0, 6))
    bounds.set("j", Interval(0, 4))
    return bounds
  }

  @Test func sumsAreCanonical() {
    #expect(i + j - i == j)
    #expect((i * 6 + 4) / 2 == i * 3 + 2)
    #expect((i * 6 + 5) % 3 == Index(2))
    #expect((i / 3) / 2 == i / 6)
    #expect(Index.table([5, 5], i) == Index(5))
  }

  @Test func divisionsThatBoundsDecideGo() {
    #expect(((i * 5 + j) / 5).simplified(bounds) == i)
    #expect(((i * 5 + j) % 5).simplified(bounds) == j)
    #expect((i / 7).simplified(bounds) == Index(0))
  }

  /// `-i / 7` would be read as the floor of -i / 7.
  @Test func negativeQuotientsArePrintedBehindZero() {
    #expect("\(i / 7 * -256 - i % 7 * 16)" == "0 - i / 7 * 256 - i % 7 * 16")
    #expect("\(i / 7 * -2 + 3)" == "3 - i / 7 * 2" && "\(i * -2)" == "-2 * i")
  }

  /// A condition on a quotient says something of what is divided; a remainder that is the number itself says it of the number.
  @Test func conditionsNarrowWhatTheyAreMadeOf() {
    var bounds = bounds
    bounds.narrow(IndexCondition((i + 1) / 3, in: 0..<1))
    #expect(bounds["i"] == Interval(0, 1))
    bounds.narrow(IndexCondition((i + 1) % 3, in: 0..<2))
    #expect(bounds["i"] == Interval(0, 0))
  }

  /// A number taken apart and put together again.
  @Test func mixedRadixDigitsRecombine() {
    var bounds = IndexBounds()
    bounds.set("k", Interval(0, 1567))
    let k = Index(variable: "k")
    let linear = k / 49 * 49 + k / 7 % 7 * 7 + k % 7
    #expect(linear.simplified(bounds) == k)
  }

  /// Simplification and intervals against plain evaluation on random expressions.
  @Test func randomExpressions() {
    var generator = PyTorchGenerator(seed: 4)
    for _ in 0..<2000 {
      func expression(_ depth: Int) -> Index {
        switch depth == 0 ? generator.below(3) : generator.below(7) {
        case 0: return i
        case 1: return j
        case 2: return Index(generator.below(20) - 8)
        case 3: return expression(depth - 1) + expression(depth - 1)
        case 4: return expression(depth - 1) * (generator.below(9) - 4)
        case 5: return expression(depth - 1) / (generator.below(6) + 1)
        default: return expression(depth - 1) % (generator.below(6) + 1)
        }
      }
      let index = expression(4)
      let simple = index.simplified(bounds)
      let interval = index.interval(bounds)
      let divisor = index.divisor(bounds)
      for a in 0...6 {
        for b in 0...4 {
          let value = index.value { $0 == "i" ? a : b }
          #expect(simple.value { $0 == "i" ? a : b } == value)
          if let value, let interval { #expect(interval.lower <= value && value <= interval.upper) }
          if let value { #expect(divisor == 0 ? value == 0 : value % divisor == 0) }
        }
      }
    }
  }

  @Test func conditionsAreDecidedByBounds() {
    #expect(IndexCondition(i + 1, in: 1..<8).decided(bounds) == true)
    #expect(IndexCondition(i + 1, in: 8..<9).decided(bounds) == false)
    #expect(IndexCondition(i, in: 1..<8).decided(bounds) == nil)
    var narrowed = bounds
    narrowed.narrow(IndexCondition(i * 2 - 1, in: 0..<9))
    #expect(narrowed["i"] == Interval(1, 4))
  }
}

@Suite struct Tensors {
  @Test func equalityIsByBits() {
    #expect(HostTensor([1], [Float.nan]) == HostTensor([1], [Float.nan]))
    #expect(HostTensor([1], [Float(0)]) != HostTensor([1], [Float(-0.0)]))
  }

  @Test func wrongCountsAreErrors() {
    #expect(throws: MartletError.self) { try HostTensor(shape: [2, 2], storage: .f32([1, 2, 3])) }
    #expect(throws: MartletError.self) { try HostTensor([4], [Float](repeating: 0, count: 4)).reshaped([3]) }
  }

  @Test func conversionSaturates() {
    let tensor = HostTensor([5], [Float.nan, 1e20, -1e20, 3.9, -3.9])
    #expect(tensor.converted(to: .i32).numbers == [0, 2_147_483_647, -2_147_483_648, 3, -3])
    #expect(tensor.converted(to: .u8).numbers == [0, 255, 0, 3, 0])
  }
}

@Suite struct FileWriting {
  @Test func atomicWritesReplaceAndLeaveNothing() throws {
    let folder = try Repository.TemporaryFolder()
    let path = folder.path + "/a"
    try FileBytes.writeAtomically([1, 2, 3], to: path)
    try FileBytes.writeAtomically([4], to: path)
    #expect(try FileBytes.read(path) == [4])
    #expect(throws: MartletError.self) { try FileBytes.writeAtomically([1], to: folder.path + "/none/a") }
    #expect(throws: MartletError.self) { try FileBytes.read(folder.path) }
    #expect(throws: MartletError.self) { try FileBytes.read(path, limit: 0) }
  }
}
