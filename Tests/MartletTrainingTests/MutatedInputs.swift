import Martlet
import TestSupport
import Testing

@testable import MartletTraining

/// Files that were damaged at random: a reader returns or throws an error of its own; a trap would end the test run.
/// `MARTLET_FUZZ=50` asks for fifty times as many.
@Suite struct MutatedInputs {
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

  /// Reads mutations of the seeds; returns how many were accepted all the same.
  private static func fuzz(
    _ seeds: [[UInt8]], share: Int = 1, kinds: Set<MartletError.Kind> = [.invalidInput], _ read: ([UInt8]) throws -> Void
  ) throws -> Int {
    var generator = PyTorchGenerator(seed: 77)
    var accepted = 0
    for number in 0..<count / share {
      do {
        try read(mutated(seeds[number % seeds.count], &generator))
        accepted += 1
      } catch let error as MartletError {
        guard kinds.contains(error.kind), !error.message.isEmpty else { throw error }
      }
    }
    return accepted
  }

  @Test func graphText() throws {
    let seeds = [
      "graph @f(input %x: f32[2, 3], parameter %w: f32[4, 3]) -> (loss: f32[]) {\n  %0 = matmul(%x, %w) {transpose_rhs = true} : f32[2, 4]\n"
        + "  %1 = reduce_sum(%0) {axes = [0, 1]} : f32[]\n  return %1\n}\n",
      "graph @g(input %i: u8[2, 1, 6, 6], parameter %w: f32[3, 1, 3, 3]) -> (y: f32[2, 3, 3, 3]) {\n  %0 = convert(%i) : f32[2, 1, 6, 6]\n"
        + "  %1 = conv2d(%0, %w) {padding = [1, 1, 1, 1]} : f32[2, 3, 6, 6]\n"
        + "  %2, %3 = max_pool2d(%1) {window = [2, 2]} : f32[2, 3, 3, 3], u8[2, 3, 3, 3]\n  return %2\n}\n",
      "graph @h(state %s: i32[], input %k: i32[2]) -> (s: i32[], r: f32[3]) {\n  %c = constant() {value = 1} : i32[]\n"
        + "  %n = add(%s, %c) : i32[]\n  %r = random_uniform(%k) {stream = 2} : f32[3]\n  return %n, %r\n}\n",
    ]
    // What is accepted survives printing.
    let accepted = try MutatedInputs.fuzz(seeds.map { Array($0.utf8) }) { bytes in
      let graph = try GraphParser.parse(String(decoding: bytes, as: UTF8.self), file: "mutated.gir")
      guard try GraphParser.parse(graph.description, file: "printed") == graph else {
        throw MartletError(PassErrorCode.invalidGraphMade, "does not round trip:\n\(graph)")
      }
    }
    #expect(accepted > 100)
  }

  @Test func loopText() throws {
    let folder = "Tests/MartletLoopIRTests/Kernels"
    let seeds = try Repository.files(folder, suffix: ".kir").map { try FileBytes.read(Repository.path("\(folder)/\($0)")) }
    #expect(!seeds.isEmpty)
    // Kernels are long: a twentieth.
    _ = try MutatedInputs.fuzz(seeds, share: 20, kinds: [.invalidInput, .lowering]) {
      try KernelParser.parse(String(decoding: $0, as: UTF8.self), file: "mutated.kir").verify()
    }
  }

  @Test func idx() throws {
    let seeds = [GeneratedDigits.idx([2, 3, 4], [UInt8](repeating: 7, count: 24)), GeneratedDigits.idx([1, 1, 1], [9])]
    #expect(try MutatedInputs.fuzz(seeds) { _ = try IDX.decode($0, axes: 3, file: "mutated") } > 100)
  }

  @Test func safetensors() throws {
    let tensors = [
      ("conv1.0.weight", HostTensor([2, 3], [Float](repeating: 1, count: 6))), ("step", HostTensor(repeating: 3, TensorType(.i32, []))),
    ]
    let seed = Safetensors(metadata: [("format", "martlet-checkpoint-1"), ("epoch", "3")], tensors: tensors).encoded()
    #expect(try MutatedInputs.fuzz([seed]) { _ = try Safetensors.decode($0, file: "mutated") } > 100)
  }

  @Test func npy() throws {
    let seeds = [
      Npy.encode(HostTensor([2, 3], [Float](repeating: 1, count: 6))), Npy.encode(HostTensor(repeating: 1, TensorType(.bool, []))),
    ]
    #expect(try MutatedInputs.fuzz(seeds) { _ = try Npy.decode($0, file: "mutated") } > 100)
  }
}
