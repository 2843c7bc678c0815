import MartletCompiler
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
  static let mnemonics = OperationRegistry.builtIn.map { $0.mnemonic }

  static func check(_ device: any ExecutionDevice, _ mnemonic: String, isDouble: Bool = false) throws {
    let type = try #require(OperationRegistry.builtIn.first { $0.mnemonic == mnemonic })
    for (number, sample) in type.samples.enumerated() {
      let (operation, types) = isDouble ? sample.inDouble : (sample.operation, sample.operands.map { $0.type })
      let arguments = zip(types, sample.operands).enumerated().map { fill($1.0, $1.1.fill, seed: UInt64(100 * number + $0 + 1)) }
      let graph = try graph(of: operation, types)
      let expected = try graph.evaluate(arguments)
      let found = try device.run(graph, arguments)
      for (a, b) in zip(found, expected) {
        let distance = distance(a, b)
        #expect(
          distance <= (a.dtype == .f64 ? 1e-13 : 1e-5),
          "\(device.name): \(graph)\n\(distance): \(a.numbers.prefix(8)) expected \(b.numbers.prefix(8))")
      }
    }
  }

  @Test(arguments: mnemonics) func loopInterpreterAsBuilt(_ mnemonic: String) throws {
    try OperationConformance.check(CompilingDevice(LoopInterpreterBackend(Target(.avx2), isPrepared: false)), mnemonic)
  }

  @Test(arguments: mnemonics) func loopInterpreterPrepared(_ mnemonic: String) throws {
    try OperationConformance.check(CompilingDevice(LoopInterpreterBackend(Target(.avx2))), mnemonic)
  }

  /// Every instruction set that the machine runs, with vectors of its own width.
  @Test(arguments: mnemonics, HostProcessor.runnableTargets.compactMap(\.instructionSet))
  func cpu(_ mnemonic: String, _ instructionSet: InstructionSet) throws {
    try OperationConformance.check(CompilingDevice(try CPUBackend(threads: 2, instructionSet: instructionSet)), mnemonic)
  }

  @Test(arguments: mnemonics, HostProcessor.runnableTargets.compactMap(\.instructionSet))
  func cpuInDoublePrecision(_ mnemonic: String, _ instructionSet: InstructionSet) throws {
    try OperationConformance.check(CompilingDevice(try CPUBackend(threads: 2, instructionSet: instructionSet)), mnemonic, isDouble: true)
  }
}
