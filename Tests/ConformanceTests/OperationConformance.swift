import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import TestSupport
import Testing

/// Every operation's samples on every device against `evaluate`.
@Suite struct OperationConformance {
  static let mnemonics = OperationRegistry.all.map { $0.mnemonic }

  static func cases(_ mnemonic: String) throws -> [(graph: Graph, arguments: [HostTensor])] {
    let type = try #require(OperationRegistry.all.first { $0.mnemonic == mnemonic })
    return try type.samples.enumerated().map { number, sample in
      let arguments = sample.operands.enumerated().map {
        fill($0.element.type, $0.element.fill, seed: UInt64(100 * number + $0.offset + 1))
      }
      return (try graph(of: sample.operation, sample.operands.map { $0.type }), arguments)
    }
  }

  static func check(_ device: any Device, _ mnemonic: String) throws {
    for (graph, arguments) in try cases(mnemonic) {
      let expected = try graph.evaluate(arguments)
      let found = try device.run(graph, arguments)
      for (a, b) in zip(found, expected) {
        let distance = distance(a, b)
        #expect(distance <= 1e-5, "\(device.name): \(graph)\n\(a.numbers.prefix(8)) expected \(b.numbers.prefix(8))")
      }
    }
  }

  @Test(arguments: mnemonics) func loopInterpreterAsBuilt(_ mnemonic: String) throws {
    try OperationConformance.check(CompilingDevice(LoopInterpreterBackend(Target(.avx2), isPrepared: false)), mnemonic)
  }

  @Test(arguments: mnemonics) func loopInterpreterPrepared(_ mnemonic: String) throws {
    try OperationConformance.check(CompilingDevice(LoopInterpreterBackend(Target(.avx2))), mnemonic)
  }

  @Test(arguments: mnemonics) func cpu(_ mnemonic: String) throws {
    try OperationConformance.check(CompilingDevice(try CPUBackend(threads: 2)), mnemonic)
  }
}
