import MartletCUDA
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms
import TestSupport
import Testing

/// Emitted CUDA C, run on this machine, against `evaluate`.
@Suite struct Emulation {
  private struct Case {
    var graph: Graph
    var arguments: [HostTensor]
    var isDouble: Bool
  }

  private static func cases() throws -> [Case] {
    try OperationRegistry.builtIn.flatMap { type in
      try type.samples.enumerated().flatMap { number, sample in
        try [false, true].map { isDouble in
          let (operation, types) = isDouble ? sample.inDouble : (sample.operation, sample.operands.map { $0.type })
          let arguments = zip(types, sample.operands).enumerated().map { fill($1.0, $1.1.fill, seed: UInt64(100 * number + $0 + 1)) }
          return Case(graph: try graph(of: operation, types), arguments: arguments, isDouble: isDouble)
        }
      }
    }
  }

  /// Every sample of every operation, in both precisions, threads in two orders. In single precision the interpreter of kernels gives the same bits:
  /// what the text says is what the loop IR says.
  @Test func operations() throws {
    let cases = try Emulation.cases()
    let programs = try cases.map { try Lowering.lower($0.graph, for: .cuda) }
    let backend = try testGPU()
    let interpreter = LoopInterpreterBackend(.cuda)
    for (item, (program, executable)) in zip(cases, zip(programs, try backend.load(all: programs))) {
      let expected = try item.graph.evaluate(item.arguments)
      let results = try testOrders([0, 5]).map { seed in
        setOrder(seed)
        return try run(executable, item.arguments, backend)
      }
      for (a, b) in zip(results[0], expected) {
        let distance = distance(a, b)
        #expect(
          distance <= (a.dtype == .f64 ? 1e-13 : 1e-5),
          "\(item.graph)\n\(distance): \(a.numbers.prefix(8)) expected \(b.numbers.prefix(8))")
      }
      #expect(results.allSatisfy { $0 == results[0] }, "the order of threads shows: \(item.graph)")
      // Functions of the C library may differ from Swift's in the last bit.
      guard !item.isDouble, !item.graph.description.contains(/\b(sin|cos|erf|pow|gelu)/) else { continue }
      #expect(try results[0] == run(try interpreter.load(program), item.arguments, interpreter), "\(item.graph)")
    }
  }
}
