import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import TestSupport
import Testing

/// Strategies that stand in another module than the built-in ones: what a plan says and what a site offers is all that they need.
@Suite struct OutsideStrategies {
  /// Stores the exponentials of samples, row by row.
  private enum Exponentials: Strategy {
    static func plan(_ view: NodeView) throws(StrategyRefusal) -> Plan? {
      guard view.operation is Exponential else { return nil }
      let type = view.type(of: view.node.results[0])
      try StrategyRefusal.unless(view.runsBySample && type.shape.rank == 2, "it is for rows of samples")
      let operand = view.node.operands[0]
      return Plan(
        demands: [LayoutDemand(operand, type.shape, .rowMajor), LayoutDemand(view.node.results[0], type.shape, .rowMajor)]
      ) { site in
        let kernel = site.kernel(".rows")
        let x = kernel.memory("x", .read, try site.place(of: operand))
        let y = kernel.memory("y", .write, try site.result())
        kernel.builder.parallel("n") { n in
          kernel.builder.loop(0..<type.shape[1], .serial, "j") { j in y.store(.unary(.exp, x.load([n, j])), [n, j]) }
        }
        try site.add(kernel, note: "rows of exponentials")
      }
    }
  }

  private static let text = """
    graph @f(input %x: f32[8, 5] {batch = 0}, input %w: f32[5]) -> (y: f32[8, 5], z: f32[5]) {
      %0 = add(%x, %x) : f32[8, 5]
      %1 = exp(%0) : f32[8, 5]
      %2 = exp(%w) : f32[5]
      return %1, %2
    }
    """

  /// It is taken where it fits, and general lowering where it refuses.
  @Test(arguments: [InstructionSet.sse2, .avx2, .avx512]) func areChosen(_ instructions: InstructionSet) throws {
    let graph = try GraphParser.parse(OutsideStrategies.text)
    var options = Lowering.Options()
    options.additionalStrategies = AdditionalStrategies([Exponentials.self])
    let program = try Lowering.lower(graph, for: Target(instructions), options)
    #expect(program.kernels.filter { $0.note == "rows of exponentials" }.map(\.kernel.name) == ["exp.rows"])
    #expect(program.kernels.contains { $0.kernel.name == "exp" && $0.note == nil })
    #expect(try !Lowering.lower(graph, for: Target(instructions)).kernels.contains { $0.note != nil })
    // For a GPU kernels have threads, not vectors: the strategy does not apply.
    #expect(try !Lowering.lower(graph, for: .cuda, options).kernels.contains { $0.note == "rows of exponentials" })
    guard HostProcessor.runnableTargets.contains(Target(instructions)) else { return }
    let arguments = [
      fill(TensorType(.f32, [8, 5]), .uniform(-1, 1), seed: 1), fill(TensorType(.f32, [5]), .uniform(-1, 1), seed: 2),
    ]
    let backend = try CPUBackend(threads: 1, instructionSet: instructions)
    let buffers = try arguments.map { argument in
      let buffer = try backend.makeBuffer(argument.type)
      try buffer.write(argument)
      return buffer
    }
    let outputs = try program.results.map { try backend.makeBuffer($0.type) }
    try backend.load(program).run(buffers, outputs)
    for (output, expected) in zip(outputs, try graph.evaluate(arguments)) { #expect(try distance(output.read(), expected) < 1e-6) }
  }
}
