import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// What `bench` judges by: a gradient whose true value is 0 has no relative error, and is compared with what f32 can do.
@Suite struct CancellingSums {
  @Test func aGradientThatIsNothingButRoundingIsRight() throws {
    let text = try FileBytes.readText(Repository.path("Tests/Fixtures/faults/scale-invariant/case.gir"))
    let graph = try Pipeline([.differentiate]).run(GraphParser.parse(text, file: "case.gir"))
    let arguments = graph.parameters.enumerated().map { fill($1.type, .uniform(0.5, 1.5), seed: UInt64($0 + 7)) }
    let single = try graph.evaluate(arguments)
    let double = try graph.inDoublePrecision()
    let exact = try double.evaluate(zip(double.parameters, arguments).map { $1.converted(to: $0.type.dtype) })
    let position = try #require(graph.results.firstIndex { $0.name == "g.gradient" })
    let device = CompilingDevice(try CPUBackend(threads: 2))
    let found = try device.run(try Pipeline(Pipeline.optimization()).run(graph), arguments)
    // The relative distance says nothing.
    #expect(found[position].distance(from: exact[position].converted(to: .f32)) > StepBenchmark.tolerance)
    for (index, result) in graph.results.enumerated() {
      #expect(throws: Never.self) { try StepBenchmark.distance(found[index], single[index], exact[index], result.name) }
    }
    // A gradient that is there is still wrong.
    let wrong = HostTensor(repeating: 1, found[position].type)
    #expect(throws: MartletError.self) { try StepBenchmark.distance(wrong, single[position], exact[position], "g.gradient") }
  }
}
