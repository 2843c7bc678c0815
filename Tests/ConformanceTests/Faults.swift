import Foundation
import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms
import TestSupport
import Testing

/// Graphs that once gave wrong numbers, ended the program or were refused, with PyTorch's numbers where there are some: Tests/Fixtures/faults.
/// Each runs with its batch declared and guessed, as written and optimized, fused and not.
@Suite struct Faults {
  struct Case: Sendable, CustomTestStringConvertible {
    var file: String
    /// The inputs that are divided into samples.
    var batch: [String] = []

    var testDescription: String { file }
  }

  static let cases = [
    Case(file: "center-batch-64/graph", batch: ["x"]),
    Case(file: "conv-batchnorm-train-64/graph", batch: ["x", "label"]),
    Case(file: "conv-batchnorm-train-64/differentiated", batch: ["x", "label"]),
    Case(file: "softmax-over-batch-64/graph", batch: ["dy"]),
    Case(file: "softmax-over-batch-64/differentiated", batch: ["dy"]),
    Case(file: "strided-dilated-gradient/case", batch: ["dy"]),
    Case(file: "strided-dilated-gradient/conv2d-forward-f64-differentiate-me"),
    Case(file: "strided-dilated-gradient/conv2d-gradient-f64", batch: ["16", "20"]),
    Case(file: "weights-as-input/case", batch: ["dy"]),
    Case(file: "weights-as-input/conv_transpose"),
    Case(file: "weights-as-input/pair", batch: ["c15i1"]),
    Case(file: "zero-extent/case", batch: ["a", "b"]),
    Case(file: "slice-pad-add/case", batch: ["30", "35"]),
    Case(file: "slice-pad-add/full"),
    Case(file: "captured-name/case", batch: ["c0i2"]),
    Case(file: "unrolled-scalars/case"),
  ]

  private static func path(_ name: String) -> String { Repository.path("Tests/Fixtures/faults/\(name)") }

  /// The graph, numbers for its parameters, and what each result must be.
  private static func load(_ fault: Case) throws -> (graph: Graph, arguments: [HostTensor], expected: [HostTensor]) {
    let graph = try GraphParser.parse(FileBytes.readText(path("\(fault.file).gir")), file: fault.file)
    let folder = fault.file.components(separatedBy: "/")[0]
    func tensor(_ name: String) throws -> HostTensor? {
      let file = path("\(folder)/\(name).npy")
      return FileBytes.exists(file) ? try Npy.read(file) : nil
    }
    let arguments = try graph.parameters.enumerated().map { index, parameter in
      try tensor(parameter.name) ?? fill(parameter.type, .uniform(-1, 1), seed: UInt64(40 + index))
    }
    let evaluated = try graph.evaluate(arguments)
    let expected = try zip(graph.results, evaluated).map { result, own in
      try tensor("expected-\(result.name)")?.converted(to: own.dtype) ?? own
    }
    return (graph, arguments, expected)
  }

  /// As written and optimized, batch declared and guessed.
  private static func forms(_ fault: Case, _ graph: Graph) throws -> [(name: String, graph: Graph)] {
    let declared = try graph.declaringBatch(Dictionary(uniqueKeysWithValues: fault.batch.map { ($0, 0) }))
    return try [("guessed", graph), ("declared", declared)].flatMap { name, form in
      [(name, form), ("\(name), optimized", try Pipeline(Pipeline.optimization()).run(form))]
    }
  }

  private static func check(_ fault: Case, on device: any ExecutionDevice, _ name: String) throws {
    let (graph, arguments, expected) = try load(fault)
    for (form, graph) in try forms(fault, graph) {
      for isDepthFirst in [true, false] {
        let found = try device.run(graph, arguments, Lowering.Options(isDepthFirst: isDepthFirst))
        for (result, (a, b)) in zip(graph.results, zip(found, expected)) {
          #expect(distance(a, b) <= 2e-5, "\(name), batch \(form), depth first \(isDepthFirst): \(result.name) is \(distance(a, b)) away")
        }
      }
    }
  }

  @Test(arguments: cases, HostProcessor.runnableTargets.compactMap(\.instructionSet))
  func areRightOnTheProcessor(_ fault: Case, _ instructionSet: InstructionSet) throws {
    for threads in [1, 3] {
      let backend = try CPUBackend(threads: threads, instructionSet: instructionSet)
      try Faults.check(fault, on: CompilingDevice(backend), "\(instructionSet) on \(threads) threads")
    }
  }

  @Test func areRightOnTheGPU() throws {
    try onTestGPU { device in for fault in Faults.cases { try Faults.check(fault, on: device, "gpu: \(fault.file)") } }
  }

  /// What machine code is compared with has the same faults or none.
  @Test func areRightInTheLoopInterpreter() throws {
    for fault in Faults.cases where fault.file != "conv-batchnorm-train-64/differentiated" {
      try Faults.check(fault, on: CompilingDevice(LoopInterpreterBackend(Target(.avx2))), "loop interpreter: \(fault.file)")
    }
  }

  /// With 64 samples the divided form has several shards: a fault of theirs can be seen.
  @Test(arguments: cases.filter { $0.file.contains("-64/") }) func samplesAreInShards(_ fault: Case) throws {
    let (graph, _, _) = try Faults.load(fault)
    for (form, graph) in try Faults.forms(fault, graph) {
      let program = try Lowering.lower(graph, for: Target(.avx2))
      let shards = program.launches.compactMap { if case .region(let region) = $0 { region.shards } else { nil } }
      #expect(shards.contains(4), "\(form): \(shards)")
    }
  }
}
