import TestSupport
import MartletCommandLine
import Testing

/// Files that were damaged at random: a reader returns or throws an error of its own; a trap would end the test run.
/// `MARTLET_FUZZ=50` asks for fifty times as many.
@Suite struct MutatedInputs {
  static let names = ["graph", "kernel", "idx", "safetensors", "npy", "gzip", "npz", "csv", "png", "jpeg", "language-server"]
  private static let count = 100_000 * (Int(FileBytes.environment("MARTLET_FUZZ") ?? "") ?? 1)

  /// A few changes: bits flip, bytes and stretches are replaced, left out, doubled, exchanged with interesting ones.
  private static func mutated(_ seed: [UInt8], _ generator: inout PyTorchGenerator) -> [UInt8] {
    var bytes = seed
    let interesting: [UInt8] = [0, 1, 7, 8, 0x7f, 0x80, 0xff] + Array("{}[]()<>\"'%,:=-09aein\n\\".utf8)
    for _ in 0...generator.below(4) {
      guard !bytes.isEmpty else { return bytes }
      let place = generator.below(bytes.count)
      switch generator.below(6) {
      case 0: bytes[place] ^= 1 << UInt8(generator.below(8))
      case 1: bytes[place] = interesting[generator.below(interesting.count)]
      case 2: bytes.removeSubrange(place..<min(place + 1 + generator.below(8), bytes.count))
      case 3: bytes.insert(contentsOf: bytes[place..<min(place + 1 + generator.below(16), bytes.count)], at: place)
      case 4: bytes.removeSubrange(place...)
      default: bytes.insert(interesting[generator.below(interesting.count)], at: place)
      }
    }
    return bytes
  }

  /// Mutations of whole files and of libFuzzer's corpus. Some are accepted all the same, or the mutations would be too wild.
  @Test(arguments: names) func isReadOrRefused(_ name: String) throws {
    let reader = try #require(try FuzzedReader.all().first { $0.name == name })
    let corpus = try reader.corpus()
    try #require(!corpus.isEmpty, "no inputs in Tests/Fuzzing/corpus/\(name)")
    for bytes in corpus { _ = try reader.accepts(bytes) }
    var generator = PyTorchGenerator(seed: 77)
    var accepted = 0
    for number in 0..<MutatedInputs.count {
      // Every other one begins with a whole file.
      let seeds = number % 2 == 0 ? reader.seeds : corpus
      if try reader.accepts(MutatedInputs.mutated(seeds[number / 2 % seeds.count], &generator)) { accepted += 1 }
    }
    #expect(accepted > 0)
  }

  @Test func allReadersAreFuzzed() throws {
    #expect(try FuzzedReader.all().map(\.name) == MutatedInputs.names)
  }
}
