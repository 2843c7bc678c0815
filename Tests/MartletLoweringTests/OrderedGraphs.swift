import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import TestSupport
import Testing

/// `after` holds up the launches of what reads it, and leaves no launch of its own.
@Suite struct OrderedGraphs {
  private static func text(second operand: String, _ more: String = "") -> String {
    """
    graph @f(input %x: f32[300, 400], input %w: f32[400, 400]) -> (y: f32[300, 400]) {
      %0 = tanh(%x) : f32[300, 400]
      %1 = matmul(%0, %w) : f32[300, 400]
      %2 = matmul(%1, %w) : f32[300, 400]
      %3 = matmul(%2, %w) : f32[300, 400]
    \(more)  %5 = tanh(\(operand)) : f32[300, 400]
      %6 = matmul(%5, %3) {transpose_lhs = true} : f32[400, 400]
      %7 = matmul(%3, %6) : f32[300, 400]
      return %7
    }
    """
  }

  private static let targets = [Target(.sse2), Target(.avx2), Target(.avx512), Target.cuda]

  /// For each kernel the phase in which it begins.
  private func phases(_ text: String, _ target: Target) throws -> [String: Int] {
    let program = try Lowering.lower(try GraphParser.parse(text), for: target, Lowering.Options(isDepthFirst: false))
    var phases: [String: Int] = [:]
    for (phase, launches) in program.phases.enumerated() {
      for launch in program.launches[launches] {
        let kernels: [Int] =
          switch launch {
          case .kernel(let kernel, _): [kernel]
          case .region(let region): region.calls.map(\.kernel)
          case .copy: []
          }
        for name in kernels.map({ program.kernels[$0].kernel.name }) { phases[name] = min(phase, phases[name] ?? phase) }
      }
    }
    return phases
  }

  @Test(arguments: targets) func heldUp(_ target: Target) throws {
    let (first, last) = ("tanh", "tanh_2")
    let early = try phases(OrderedGraphs.text(second: "%x"), target)
    let late = try phases(OrderedGraphs.text(second: "%4", "  %4 = after(%x, %3) : f32[300, 400]\n"), target)
    #expect(early.keys.sorted() == late.keys.sorted(), "another kernel")
    let third = try #require(late["matmul_3"])
    #expect(try #require(early[last]) <= #require(early[first]))
    #expect(try #require(late[last]) >= third && #require(late[first]) < third, "\(late)")
  }

  /// The names in the plan are those of the text with `after`.
  @Test func namesAreOfTheText() throws {
    let text = OrderedGraphs.text(second: "%4", "  %4 = after(%x, %3) : f32[300, 400]\n")
    let program = try Lowering.lower(try GraphParser.parse(text), for: Target(.avx2), Lowering.Options(usesTemplates: false))
    #expect(program.temporaries.contains { $0.name == "5" } && !program.temporaries.contains { $0.name == "4" })
  }

  /// Behind itself, an input, and another `after`; as a result; and with two operands that become one.
  @Test func meaning() throws {
    let graph = try GraphParser.parse(
      """
      graph @f(input %x: f32[5, 3] {batch = 0}, input %w: f32[3]) -> (a: f32[5, 3], b: f32[5, 3], c: f32[3]) {
        %0 = after(%x, %w) : f32[5, 3]
        %1 = after(%0, %0) : f32[5, 3]
        %2 = exp(%1) : f32[5, 3]
        %3 = after(%2, %1) : f32[5, 3]
        %4 = mul(%2, %3) : f32[5, 3]
        %5 = reduce_sum(%4) {axes = [0]} : f32[3]
        %6 = after(%w, %5) : f32[3]
        %7 = exp(%6) : f32[3]
        return %0, %4, %7
      }
      """)
    let arguments = [
      fill(TensorType(.f32, [5, 3]), .uniform(-1, 1), seed: 1), fill(TensorType(.f32, [3]), .uniform(-1, 1), seed: 2),
    ]
    let expected = try graph.evaluate(arguments)
    #expect(expected[0] == arguments[0])
    for options in [Lowering.Options(), Lowering.Options(isDepthFirst: false)] {
      for target in OrderedGraphs.targets where !target.mapsToThreads {
        let program = try Lowering.lower(graph, for: target, options)
        #expect(!program.kernels.contains { $0.kernel.name.hasPrefix("after") })
      }
    }
  }
}
