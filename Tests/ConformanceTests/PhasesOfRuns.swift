import MartletCPU
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletLowering
import MartletRuntime
import MartletTransforms
import TestSupport
import Testing

/// Programs that run some of their phases at a time: an output that is said to be done has its last bits, and keeps them.
@Suite(.serialized) struct PhasesOfRuns {
  @Test(arguments: ["mnist-cnn", "resnet8", "keras-cnn", "vit-small", "char-lstm", "gpt-small"], [1, 2]) func outputsAreDone(
    _ name: String, _ threads: Int
  ) throws {
    let model = try #require(TestModels.make(name))
    let traced = try Compiler().microBatch(Tracer.trace(model, name: name, batch: 3, purpose: .training))
    let graph = try Compiler().optimized(traced)
    let device = CompilingDevice(try CPUBackend(threads: threads))
    let executable = try #require(try Compiler().executable(graph, on: device) as? any PhasedExecutable)
    let arguments = try zip(executable.parameters, graph.randomArguments(seed: 7)).map { parameter, tensor in
      let buffer = try device.makeBuffer(parameter.type)
      try buffer.write(tensor)
      return buffer
    }
    func outputs() throws -> [any DeviceBuffer] {
      try executable.results.filter { $0.updates == nil }.map { result in
        let buffer = try device.makeBuffer(result.type)
        try buffer.write(HostTensor(result.type, numbers: [Double](repeating: 1, count: result.type.elementCount)))
        return buffer
      }
    }
    let whole = try outputs()
    try executable.run(arguments, whole)
    let expected = try whole.map { try bytes($0) }
    let done = executable.phasesUntilDone
    #expect(done.count == whole.count && done.allSatisfy { (0...executable.phaseCount).contains($0) })
    // Where all layers run sample by sample, all gradients are done at the end; elsewhere there is something to send meanwhile.
    let isDepthFirst = ["mnist-cnn", "resnet8", "keras-cnn"].contains(name)
    #expect(Set(done).count > (isDepthFirst ? 1 : 4), "\(name): \(done) of \(executable.phaseCount)")
    // A phase at a time, and from one output that is done to the next; twice with the same memory.
    for ends in [Array(1...executable.phaseCount), Set(done + [executable.phaseCount]).sorted()] {
      let parts = try outputs()
      for _ in 0..<2 {
        var (start, count) = (0, 0)
        for end in ends {
          try executable.run(arguments, parts, phases: start..<end) { count += 1 }
          #expect(count == end)
          for (number, output) in parts.enumerated() where done[number] <= end {
            #expect(try bytes(output) == expected[number], "\(name): output \(number) after \(end) phases")
          }
          start = end
        }
      }
    }
  }

  /// Whether the updates of a program run is decided by a result on the way: it counts as one phase.
  @Test(arguments: [0.1, Double.infinity]) func guardedProgramsHaveOnePhase(_ scale: Double) throws {
    var options = Lowering.Options()
    options.guardingResult = "loss"
    let builder = GraphBuilder(name: "guarded")
    let x = try builder.parameter("x", .input, TensorType(.f32, [40]))
    let w = try builder.parameter("w", .parameter, TensorType(.f32, [40]))
    let product = try builder.multiply(x, w)
    builder.result("loss", try builder.reduceSum(product, axes: [0]))
    builder.result("w", try builder.subtract(w, product))
    let graph = try builder.finish()
    let device = CompilingDevice(try CPUBackend(threads: 2))
    let executable = try #require(try device.compile(graph, options) as? any PhasedExecutable)
    #expect(executable.phaseCount == 1 && executable.phasesUntilDone.allSatisfy { $0 <= 1 })
    func run(_ body: ([any DeviceBuffer], [any DeviceBuffer]) throws -> Void) throws -> [[UInt8]] {
      let arguments = try executable.parameters.map { parameter in
        let buffer = try device.makeBuffer(parameter.type)
        try buffer.write(HostTensor(parameter.type, numbers: (0..<40).map { Double($0 + 1) * (parameter.name == "x" ? scale : 1) }))
        return buffer
      }
      let output = try device.makeBuffer(TensorType(.f32, []))
      try body(arguments, [output])
      return try (arguments + [output]).map { try bytes($0) }
    }
    let whole = try run { try executable.run($0, $1) }
    var ends = 0
    let parts = try run { arguments, outputs in try executable.run(arguments, outputs, phases: 0..<1) { ends += 1 } }
    #expect(parts == whole && ends == 1)
  }

  private func bytes(_ buffer: any DeviceBuffer) throws -> [UInt8] { try buffer.read().withUnsafeBytes { Array($0) } }
}
