import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import TestSupport
import Testing

/// What the emitter promises to LLVM about indices and memory changes no bit, nor does what LLVM's vectorisers make of scalar loops: every
/// operation's samples, and convolutions of all kinds of strides and dilations, with promises and vectorisers and without.
@Suite struct ProvenFlags {
  private static func backends(_ instructionSet: InstructionSet) throws -> [CompilingDevice] {
    try [true, false].map { CompilingDevice(try CPUBackend(threads: 1, instructionSet: instructionSet, writesProvenFlags: $0)) }
  }

  private static func compare(_ devices: [CompilingDevice], _ graph: Graph, _ arguments: [HostTensor]) throws {
    let found = try devices.map { try $0.run(graph, arguments) }
    for (result, (a, b)) in zip(graph.results, zip(found[0], found[1])) {
      let bits = [a, b].map { $0.withUnsafeBytes { [UInt8]($0) } }
      #expect(bits[0] == bits[1], "\(result.name) of \(graph)")
    }
  }

  @Test(arguments: HostProcessor.runnableTargets.compactMap(\.instructionSet))
  func changeNoBitOfAnOperation(_ instructionSet: InstructionSet) throws {
    let devices = try ProvenFlags.backends(instructionSet)
    for type in OperationRegistry.builtIn {
      for (number, sample) in type.samples.enumerated() {
        let types = sample.operands.map(\.type)
        let arguments = zip(types, sample.operands).enumerated().map { fill($1.0, $1.1.fill, seed: UInt64(100 * number + $0 + 1)) }
        try ProvenFlags.compare(devices, graph(of: sample.operation, types), arguments)
      }
    }
  }

  @Test(arguments: HostProcessor.runnableTargets.compactMap(\.instructionSet))
  func changeNoBitOfAGradient(_ instructionSet: InstructionSet) throws {
    let devices = try ProvenFlags.backends(instructionSet)
    var generator = PyTorchGenerator(seed: 5)
    var compared = 0
    while compared < 80 {
      let isStrided = generator.below(2) == 0
      let geometry = ConvolutionGeometry(
        strides: isStrided ? [1 + generator.below(7), 1 + generator.below(3)] : [1, 1], padding: (0..<4).map { _ in generator.below(7) },
        dilation: [1 + generator.below(3), 1 + generator.below(3)])
      let image = [1 + generator.below(9), 1 + generator.below(9)]
      // One channel to four, and many taps: the loops are unrolled as a whole.
      let filter: Shape =
        isStrided
        ? [1 + generator.below(3), 1 + generator.below(3), 1 + generator.below(5), 1 + generator.below(5)]
        : [1, 4, 5 + generator.below(3), 5 + generator.below(3)]
      let x = TensorType(.f32, Shape([2, filter[1]] + image))
      guard let dy = try? Convolution2D(geometry).resultTypes([x, TensorType(.f32, filter)])[0], dy.elementCount > 0 else { continue }
      // As another layer may have left it: its rows are columns.
      let isTransposed = generator.below(2) == 0
      let builder = GraphBuilder(name: "gradient")
      let stored = isTransposed ? TensorType(.f32, Shape([1, 0, 3, 2].map { dy.shape[$0] })) : dy
      let given = try builder.parameter("dy", .input, stored)
      let weights = try builder.parameter("w", .parameter, TensorType(.f32, filter))
      let read = isTransposed ? try builder.transpose(given, [1, 0, 3, 2]) : given
      builder.result("dx", try builder.add(Convolution2DInputGradient(geometry, extent: image), read, weights))
      let graph = try builder.finish()
      try ProvenFlags.compare(devices, graph, graph.parameters.enumerated().map { fill($1.type, .uniform(-1, 1), seed: UInt64($0)) })
      compared += 1
    }
  }

  /// No text has a flag that nothing proves; `exact` is never written.
  @Test func nothingUnprovenIsWritten() throws {
    let k = KernelBuilder(name: "shifted")
    let x = k.parameter("x", .read, .global, .f32, [16])
    let y = k.parameter("y", .write, .global, .f32, [15])
    k.parallel("i") { i in y.store(x[i + 1], [i]) }
    let inside = try LLVMEmitter.emit(try k.finish(over: 15).prepared(for: Target(.sse2)), Target(.sse2))
    #expect(inside.contains("getelementptr inbounds") && inside.contains("add nuw nsw"))
    let reversed = KernelBuilder(name: "reversed")
    let a = reversed.parameter("x", .read, .global, .f32, [16])
    let b = reversed.parameter("y", .write, .global, .f32, [16])
    reversed.parallel("i") { i in b.store(a[Index(15) - i], [i]) }
    let text = try LLVMEmitter.emit(try reversed.finish(over: 16).prepared(for: Target(.sse2)), Target(.sse2))
    // The part of the address that varies runs from 0 to -15: outside.
    #expect(text.split(separator: "\n").contains { $0.contains("getelementptr float, ptr %x") })
    for emitted in [inside, text] { #expect(!emitted.contains("exact")) }
  }
}
