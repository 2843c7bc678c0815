import MartletCPU
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import TestSupport
import Testing

/// Layers whose weights are so large that their products are computed for the whole batch (`Products.leastUndividedBytes`), and layers just below.
@Suite struct UndividedProducts {
  /// A linear layer with a ReLU, its gradients, and a masked gradient of its input.
  private static func text(batch: Int, inputs: Int, outputs: Int) -> String {
    """
    graph @f(input %x: f32[\(batch), \(inputs)] {batch = 0}, input %d: f32[\(batch), \(outputs)] {batch = 0},
      parameter %w: f32[\(outputs), \(inputs)], parameter %b: f32[\(outputs)])
      -> (y: f32[\(batch), \(outputs)], dw: f32[\(outputs), \(inputs)], db: f32[\(outputs)], dx: f32[\(batch), \(inputs)]) {
      %0 = matmul(%x, %w) {transpose_rhs = true} : f32[\(batch), \(outputs)]
      %1 = broadcast(%b) {shape = [\(batch), \(outputs)], axes = [1]} : f32[\(batch), \(outputs)]
      %2 = add(%0, %1) : f32[\(batch), \(outputs)]
      %3 = relu(%2) : f32[\(batch), \(outputs)]
      %4 = matmul(%d, %x) {transpose_lhs = true} : f32[\(outputs), \(inputs)]
      %5 = reduce_sum(%d) {axes = [0]} : f32[\(outputs)]
      %6 = matmul(%d, %w) : f32[\(batch), \(inputs)]
      %7 = relu_grad(%6, %x) : f32[\(batch), \(inputs)]
      return %3, %4, %5, %7
    }
    """
  }

  /// 1,024 times 1,024 numbers are 4 MiB. Small integers are exact in every order of a sum.
  @Test(arguments: [(36, 1024, 1024, true), (70, 1025, 1024, true), (36, 1023, 1024, false)])
  func agreeOnBothSidesOfTheLimit(_ batch: Int, _ inputs: Int, _ outputs: Int, _ isUndivided: Bool) throws {
    let graph = try GraphParser.parse(UndividedProducts.text(batch: batch, inputs: inputs, outputs: outputs))
    let compiler = Compiler()
    let optimized = try compiler.optimized(graph)
    let program = try compiler.program(optimized, for: Target(.avx2))
    #expect(program.kernels.count { $0.note?.hasPrefix("product of matrices") ?? false } == (isUndivided ? 3 : 0))
    let arguments = graph.parameters.enumerated().map { fill($0.element.type, .integers(-2, 3), seed: UInt64($0.offset)) }
    let expected = try graph.evaluate(arguments)
    for threads in [1, 2] {
      #expect(try compiler.run(graph, arguments, on: CompilingDevice(try CPUBackend(threads: threads))) == expected)
    }
  }
}
