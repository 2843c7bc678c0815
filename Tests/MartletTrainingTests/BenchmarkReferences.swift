import MartletCPU
import MartletCompiler
import MartletCore
import MartletGraph
import MartletInspection
import MartletLayers
import Testing

/// What `bench` compares outputs with before it measures: the interpreter, or of large graphs one side with the other.
@Suite struct BenchmarkReferences {
  @Test func largeGraphsAreComparedWithThemselves() throws {
    let network = LeNet5()
    let benchmark = StepBenchmark(network, name: "lenet5", batch: 2, on: try CPUBackend(threads: 2), threads: 2)
    // As many samples as the benchmark checks a model of this size with.
    let operations = try Compiler().gradients(
      Tracer.trace(network, name: "lenet5", batch: 33, purpose: .training)
    ).floatingPointOperations
    let exact = try benchmark.check(mostInterpreted: operations)
    let sides = try benchmark.check(mostInterpreted: operations - 1)
    #expect(exact.reference == .interpreter && sides.reference == .unfusedStep)
    #expect(exact.error < 2e-5 && sides.error < 1e-3, "\(exact), \(sides)")
  }

  /// Tokens are drawn from the vocabulary, however small it is.
  @Test(arguments: [2, 65, 256, 300]) func tokensAreThoseOfTheModel(_ vocabulary: Int) throws {
    let samples = SampleType(input: TensorType(.i32, [8]), target: TensorType(.i32, [8]), outputs: vocabulary)
    let benchmark = StepBenchmark(CharLSTM(for: samples), name: "char-lstm", batch: 2, on: try CPUBackend(threads: 1), threads: 1)
    #expect(try benchmark.check().reference == .interpreter)
  }
}
