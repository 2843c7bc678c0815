import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms
import TestSupport
import Testing

/// Where a sum over the batch is needed half way, nodes run late if that stores fewer values for all samples, and early otherwise.
@Suite struct LateRegionsTests {
  /// The bytes of temporaries that hold all samples.
  private func storedBytes(_ text: String) throws -> Int {
    let program = try Lowering.lower(
      try GraphParser.parse(text), for: Target(.avx2), Lowering.Options(usesTemplates: false))
    return program.temporaries.filter { $0.space == .global && $0.type.shape.rank > 0 && $0.type.shape[0] == 64 }
      .reduce(0) { $0 + $1.type.byteCount }
  }

  /// The wide values and their use run behind the sum, which needs the weights alone.
  @Test func wideValuesRunLate() throws {
    #expect(
      try storedBytes(
        """
        graph @f(input %x: f32[64, 100] {batch = 0}, input %w: f32[64] {batch = 0}) -> (y: f32[]) {
          %0 = exp(%x) : f32[64, 100]
          %1 = exp(%w) : f32[64]
          %2 = reduce_sum(%1) {axes = [0]} : f32[]
          %3 = broadcast(%2) {shape = [64, 100], axes = []} : f32[64, 100]
          %4 = div(%0, %3) : f32[64, 100]
          %5 = tanh(%4) : f32[64, 100]
          %6 = reduce_sum(%5) {axes = [0, 1]} : f32[]
          return %6
        }
        """) == 0)
  }

  /// One number a sample is stored for the second sum: storing the 100 that it is made of would be more.
  @Test func narrowValuesOfWideOnesRunEarly() throws {
    #expect(
      try storedBytes(
        """
        graph @f(input %x: f32[64, 100] {batch = 0}) -> (y: f32[]) {
          %0 = exp(%x) : f32[64, 100]
          %1 = reduce_sum(%0) {axes = [0, 1]} : f32[]
          %2 = tanh(%0) : f32[64, 100]
          %3 = reduce_sum(%2) {axes = [1]} : f32[64]
          %4 = broadcast(%1) {shape = [64], axes = []} : f32[64]
          %5 = div(%3, %4) : f32[64]
          %6 = tanh(%5) : f32[64]
          %7 = reduce_sum(%6) {axes = [0]} : f32[]
          return %7
        }
        """) == 64 * 4)
  }

  /// A weighted loss stores nothing for all samples but weights: forward and backward nodes share a region.
  @Test func weightedLosses() throws {
    let builder = GraphBuilder(name: "f")
    let x = try builder.parameter("x", .input, TensorType(.f32, [64, 20]), batchAxis: 0)
    let labels = try builder.parameter("labels", .input, TensorType(.i32, [64]), batchAxis: 0)
    let given = try builder.parameter("weights", .input, TensorType(.f32, [64]), batchAxis: 0)
    let (first, second) = (
      try builder.parameter("first", .parameter, TensorType(.f32, [20, 40])),
      try builder.parameter("second", .parameter, TensorType(.f32, [40, 10]))
    )
    let hidden = try builder.relu(builder.matrixMultiply(x, first))
    let weights = try builder.divide(given, builder.broadcast(builder.reduceSum(given, axes: [0]), [64], axes: []))
    builder.result("loss", try builder.crossEntropy(builder.matrixMultiply(hidden, second), labels, weights: weights))
    let graph = try Pipeline([.differentiate] + Pipeline.optimization()).run(builder.finish())
    let program = try Lowering.lower(graph, for: Target(.avx2), Lowering.Options())
    let wide = program.temporaries.filter { $0.space == .global && $0.type.shape.rank == 2 && $0.type.shape[0] == 64 }
    #expect(wide.isEmpty, "\(wide.map(\.name))")
  }
}
