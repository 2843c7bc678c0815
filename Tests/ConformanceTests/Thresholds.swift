import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import TestSupport
import Testing

/// Sizes on both sides of numbers at which the compiler does something else, where no other test has them: docs/testing.md. Small integers, so
/// that all bits must be equal.
@Suite struct Thresholds {
  private static func check(_ text: String) throws {
    let graph = try GraphParser.parse(text)
    let arguments = graph.parameters.enumerated().map { fill($1.type, .integers(-4, 5), seed: UInt64($0)) }
    let expected = try graph.evaluate(arguments)
    for target in HostProcessor.runnableTargets {
      let device = CompilingDevice(try CPUBackend(threads: 3, instructionSet: target.instructionSet))
      let found = try device.run(graph, arguments)
      for (result, (a, b)) in zip(graph.results, zip(found, expected)) {
        #expect(distance(a, b) == 0, "\(target): \(result.name)\n\(graph)")
      }
    }
  }

  /// A vector of more than 4,096 elements is cut into blocks of 1,024.
  @Test(arguments: [4095, 4096, 4097, 5119, 5120, 5121, 9000]) func longVectors(_ length: Int) throws {
    try Thresholds.check(
      """
      graph @vectors(parameter %x: f32[\(length)], parameter %y: f32[\(length)]) -> (z: f32[\(length)]) {
        %0 = mul(%x, %y) : f32[\(length)]
        %1 = add(%0, %x) : f32[\(length)]
        return %1
      }
      """)
  }

  /// Products of whole matrices by the BLAS library, 64 rows at a time; 63 x 64 x 64 multiply-adds are too few for it.
  @Test(arguments: [1, 63, 64, 65, 128, 130]) func productsOfTheLibrary(_ rows: Int) throws {
    try Thresholds.check(
      """
      graph @products(parameter %x: f32[\(rows), 64], parameter %w: f32[64, 64], parameter %b: f32[64]) -> (y: f32[\(rows), 64]) {
        %0 = matmul(%x, %w) : f32[\(rows), 64]
        %1 = broadcast(%b) {shape = [\(rows), 64], axes = [1]} : f32[\(rows), 64]
        %2 = add(%0, %1) : f32[\(rows), 64]
        return %2
      }
      """)
  }
}
