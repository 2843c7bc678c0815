import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms
import Foundation
import TestSupport
import Testing

@Suite struct LoweringTests {
  private func lower(_ text: String, _ target: Target = Target(.avx2)) throws -> Program {
    try Lowering.lower(try GraphParser.parse(text), for: target, Lowering.Options(usesTemplates: false))
  }

  @Test func viewsAreNoKernels() throws {
    let program = try lower(
      """
      graph @f(input %x: f32[4, 6], input %b: f32[3]) -> (y: f32[8, 3]) {
        %0 = reshape(%x) : f32[8, 3]
        %1 = broadcast(%b) {shape = [8, 3], axes = [1]} : f32[8, 3]
        %2 = add(%0, %1) : f32[8, 3]
        return %2
      }
      """)
    #expect(program.kernels.map(\.kernel.name) == ["add"])
    #expect(program.temporaries.isEmpty)
  }

  /// The maximum and the sum of a row are computed before the loop over its elements, although each element reads an index that data give.
  @Test func sumsOfRowsAreHoisted() throws {
    let program = try lower(
      """
      graph @f(input %x: f32[40, 33], input %labels: i32[40]) -> (y: f32[40, 33]) {
        %0 = cross_entropy_grad(%x, %labels) : f32[40, 33]
        return %0
      }
      """)
    let text = program.kernels[0].kernel.description
    let parts = text.components(separatedBy: "for j in ")
    #expect(program.kernels.count == 1 && parts.count == 2, "\(text)")
    #expect(parts[0].contains("max(") && parts[0].contains("exp(") && !(parts.last ?? "").contains("for "), "\(text)")
  }

  @Test func viewsThatAreResultsAreStored() throws {
    let text = """
      graph @f(input %x: f32[4, 6]) -> (a: f32[6, 4], b: f32[24], c: f32[4, 6], d: f32[2], e: f32[2]) {
        %0 = transpose(%x) {permutation = [1, 0]} : f32[6, 4]
        %1 = reshape(%x) : f32[24]
        %2 = constant() {value = 3.0} : f32[2]
        return %0, %1, %x, %2, %2
      }
      """
    let graph = try GraphParser.parse(text)
    let x = fill(TensorType(.f32, [4, 6]), .uniform(-1, 1), seed: 1)
    for device in [CompilingDevice(try CPUBackend(threads: 2)), InterpreterDevice()] as [any ExecutionDevice] {
      #expect(try device.run(graph, [x]) == graph.evaluate([x]))
    }
  }

  @Test func updatesHappenInPlace() throws {
    let program = try lower(
      """
      graph @f(parameter %w: f32[8], input %g: f32[8], input %rate: f32[]) -> (w: f32[8]) {
        %0 = sgd_update(%w, %g, %rate) : f32[8]
        return %0
      }
      """)
    #expect(program.launches == [.kernel(0, [.parameter(0), .parameter(2), .parameter(1)])] || program.launches.count == 1)
    #expect(program.kernels[0].kernel.parameters.first { $0.name == "w" }?.access == .update)
    #expect(program.temporaries.isEmpty)
  }

  /// An update may not overwrite what others still read, nor what is read at another index.
  @Test(arguments: [
    // The old value is read after the update.
    """
    graph @f(parameter %w: f32[8], input %g: f32[8], input %rate: f32[]) -> (w: f32[8], y: f32[8]) {
      %0 = sgd_update(%w, %g, %rate) : f32[8]
      %1 = mul(%w, %g) : f32[8]
      return %0, %1
    }
    """,
    // The old value is a result.
    """
    graph @f(state %w: f32[8], input %g: f32[8]) -> (w: f32[8], old: f32[8]) {
      %0 = add(%w, %g) : f32[8]
      return %0, %w
    }
    """,
    // Element i needs element j.
    """
    graph @f(state %w: f32[5, 5], input %g: f32[5, 5]) -> (w: f32[5, 5]) {
      %0 = matmul(%w, %g) : f32[5, 5]
      return %0
    }
    """,
    // Through a view.
    """
    graph @f(state %w: f32[5, 5], input %g: f32[5, 5]) -> (w: f32[5, 5]) {
      %0 = transpose(%w) {permutation = [1, 0]} : f32[5, 5]
      %1 = add(%0, %g) : f32[5, 5]
      return %1
    }
    """,
    // A view of the old value is a result: it is computed last.
    """
    graph @f(state %w: f32[5, 5], input %g: f32[5, 5]) -> (w: f32[5, 5], old: f32[5, 5], flat: f32[25]) {
      %0 = transpose(%w) {permutation = [1, 0]} : f32[5, 5]
      %1 = reshape(%w) : f32[25]
      %2 = add(%w, %g) : f32[5, 5]
      return %2, %0, %1
    }
    """,
    // The same through two views.
    """
    graph @f(state %w: f32[2, 3], input %g: f32[2, 3]) -> (old: f32[4, 6], w: f32[2, 3]) {
      %0 = reshape(%w) : f32[6]
      %1 = broadcast(%0) {shape = [4, 6], axes = [1]} : f32[4, 6]
      %2 = add(%w, %g) : f32[2, 3]
      return %1, %2
    }
    """,
    // Two variables change places.
    """
    graph @f(state %a: f32[8], state %b: f32[8]) -> (a: f32[8], b: f32[8]) {
      return %b, %a
    }
    """,
    // One value for two variables, one of which others read.
    """
    graph @f(state %a: f32[8], state %b: f32[8], input %g: f32[8]) -> (a: f32[8], b: f32[8], c: f32[8]) {
      %0 = add(%a, %g) : f32[8]
      %1 = mul(%a, %b) : f32[8]
      return %0, %0, %1
    }
    """,
    // A variable that stays.
    """
    graph @f(state %a: f32[8]) -> (a: f32[8], y: f32[8]) {
      %0 = neg(%a) : f32[8]
      return %a, %0
    }
    """,
  ]) func updatesThatMustNotOverwrite(_ text: String) throws {
    let graph = try GraphParser.parse(text)
    let arguments = graph.parameters.enumerated().map { fill($0.element.type, .uniform(-1, 1), seed: UInt64($0.offset)) }
    let expected = try graph.evaluate(arguments)
    for threads in [1, 2] {
      let found = try CompilingDevice(try CPUBackend(threads: threads)).run(graph, arguments)
      for (a, b) in zip(found, expected) { #expect(distance(a, b) < 1e-6, "\(graph)") }
    }
  }

  /// The same memory under two shapes in one kernel.
  @Test func twoViewsOfOneValue() throws {
    let graph = try GraphParser.parse(
      """
      graph @f(input %x: f32[4, 6], input %z: f32[3, 8]) -> (y: f32[24]) {
        %0 = reshape(%x) : f32[24]
        %1 = reshape(%x) : f32[6, 4]
        %2 = transpose(%1) {permutation = [1, 0]} : f32[4, 6]
        %3 = reshape(%2) : f32[24]
        %4 = add(%0, %3) : f32[24]
        %5 = reshape(%z) : f32[24]
        %6 = mul(%4, %5) : f32[24]
        return %6
      }
      """)
    let arguments = graph.parameters.enumerated().map { fill($0.element.type, .uniform(-1, 1), seed: UInt64($0.offset)) }
    for fuses in [true, false] {
      let optimized = try Pipeline(Pipeline.optimization(fuses: fuses)).run(graph)
      #expect(try CompilingDevice(try CPUBackend()).run(optimized, arguments) == graph.evaluate(arguments))
    }
  }

  @Test func unusedNodesAreNotLowered() throws {
    let program = try lower(
      """
      graph @f(input %x: f32[4]) -> (y: f32[4]) {
        %0 = exp(%x) : f32[4]
        %1 = neg(%x) : f32[4]
        return %1
      }
      """)
    #expect(program.kernels.map(\.kernel.name) == ["neg"])
  }

  /// A fusion with results of several shapes that no template takes where it stands is split again: here the gradient lies in the order of
  /// its elements, and in a batch of one there is no region.
  @Test(arguments: [1, 3]) func untakenFusionsAreSplit(_ batch: Int) throws {
    let graph = try Pass.fuseGradients.run(
      try GraphParser.parse(
        """
        graph @f(
          input %x: f32[\(batch), 3, 6, 6], input %d: f32[\(batch), 4, 2, 2], input %p: u8[\(batch), 4, 2, 2], parameter %w: f32[4, 3, 3, 3]
        ) -> (dx: f32[\(batch), 3, 6, 6], dw: f32[4, 3, 3, 3], db: f32[4]) {
          %0 = max_pool2d_grad(%d, %p) {window = [2, 2], extent = [4, 4]} : f32[\(batch), 4, 4, 4]
          %1 = reduce_sum(%0) {axes = [0, 2, 3]} : f32[4]
          %2 = conv2d_input_grad(%0, %w) {extent = [6, 6]} : f32[\(batch), 3, 6, 6]
          %3 = conv2d_filter_grad(%x, %0) {extent = [3, 3]} : f32[4, 3, 3, 3]
          return %2, %3, %1
        }
        """))
    #expect(graph.nodes.count == 1)
    let arguments = graph.parameters.enumerated().map { fill($0.element.type, .integers(0, 4), seed: UInt64($0.offset)) }
    let found = try CompilingDevice(LoopInterpreterBackend(Target(.avx2))).run(graph, arguments)
    for (a, b) in zip(found, try graph.evaluate(arguments)) { #expect(a.numbers == b.numbers) }
  }

  /// The gradient of a bias is added up by whoever reads the gradient first: the transform that both gradients of a Winograd convolution
  /// share, in either order, or the filter gradient alone.
  @Test(arguments: ["filter input", "input filter", "filter"]) func biasGradientsAreSummedOnce(_ order: String) throws {
    let nodes = [
      "filter": "%3 = conv2d_filter_grad(%x1, %d1) {padding = [1, 1, 1, 1], extent = [3, 3]} : f32[16, 16, 3, 3]",
      "input": "%4 = conv2d_input_grad(%d1, %w) {padding = [1, 1, 1, 1], extent = [12, 12]} : f32[5, 16, 12, 12]",
    ]
    let parts = order.split(separator: " ").map(String.init)
    let graph = try GraphParser.parse(
      """
      graph @f(input %x: f32[5, 16, 12, 12], input %d: f32[5, 16, 12, 12], parameter %w: f32[16, 16, 3, 3])
        -> (db: f32[16], dw: f32[16, 16, 3, 3]\(parts.contains("input") ? ", dx: f32[5, 16, 12, 12]" : "")) {
        %x1 = avg_pool2d(%x) {window = [1, 1]} : f32[5, 16, 12, 12]
        %d1 = avg_pool2d(%d) {window = [1, 1]} : f32[5, 16, 12, 12]
        \(parts.map { nodes[$0] ?? "" }.joined(separator: "\n"))
        %5 = reduce_sum(%d1) {axes = [0, 2, 3]} : f32[16]
        return %5, %3\(parts.contains("input") ? ", %4" : "")
      }
      """)
    let fused = try Pipeline(Pipeline.optimization()).run(graph)
    #expect(fused.nodes.contains { $0.mnemonic == "fusion" && $0.results.count == 2 })
    let program = try Lowering.lower(fused, for: Target(.avx2))
    #expect(!program.kernels.contains { $0.kernel.name.hasSuffix("reduce_sum") })
    let arguments = graph.parameters.enumerated().map { fill($0.element.type, .uniform(-1, 1), seed: UInt64($0.offset)) }
    let found = try CompilingDevice(LoopInterpreterBackend(Target(.avx2))).run(fused, arguments)
    for (a, b) in zip(found, try graph.evaluate(arguments)) { #expect(distance(a, b) < 2e-5) }
  }

  /// Two convolutions of one shape whose results are added have one gradient, transformed once; a bias gradient joins the first of the filter
  /// gradients, which may come behind the other one, or each has its own.
  @Test(arguments: [1, 2]) func biasGradientsOfSharedGradients(_ sums: Int) throws {
    let second = sums == 2
    let graph = try GraphParser.parse(
      """
      graph @f(input %x: f32[5, 16, 12, 12], input %z: f32[5, 16, 12, 12], input %d: f32[5, 16, 12, 12])
        -> (dw: f32[16, 16, 3, 3], dv: f32[16, 16, 3, 3], db: f32[16]\(second ? ", dc: f32[16]" : "")) {
        %x1 = avg_pool2d(%x) {window = [1, 1]} : f32[5, 16, 12, 12]
        %z1 = avg_pool2d(%z) {window = [1, 1]} : f32[5, 16, 12, 12]
        %d1 = avg_pool2d(%d) {window = [1, 1]} : f32[5, 16, 12, 12]
        %0 = conv2d_filter_grad(%x1, %d1) {padding = [1, 1, 1, 1], extent = [3, 3]} : f32[16, 16, 3, 3]
        %1 = conv2d_filter_grad(%z1, %d1) {padding = [1, 1, 1, 1], extent = [3, 3]} : f32[16, 16, 3, 3]
        %2 = reduce_sum(%d1) {axes = [0, 2, 3]} : f32[16]
        \(second ? "%3 = reduce_sum(%d1) {axes = [0, 2, 3]} : f32[16]" : "")
        return %0, %1, %2\(second ? ", %3" : "")
      }
      """)
    // Without cse: both sums stay.
    let fused = try Pipeline([.fuseGradients]).run(graph)
    #expect(fused.nodes.count { $0.mnemonic == "fusion" } == sums)
    let arguments = graph.parameters.enumerated().map { fill($0.element.type, .uniform(-1, 1), seed: UInt64($0.offset)) }
    let found = try CompilingDevice(LoopInterpreterBackend(Target(.avx2))).run(fused, arguments)
    for (a, b) in zip(found, try graph.evaluate(arguments)) { #expect(distance(a, b) < 2e-5) }
  }

  /// The gradient of a linear layer's weights waits for the last tile of a shard where the sum is large beside what a sample adds to it.
  @Test(arguments: [(20, true), (1, false)]) func weightGradientsOncePerShard(_ outputs: Int, _ waits: Bool) throws {
    let graph = try GraphParser.parse(
      """
      graph @f(input %x: f32[36, 8192], input %d: f32[36, \(outputs)]) -> (db: f32[\(outputs)], dw: f32[\(outputs), 8192]) {
        %0 = relu(%x) : f32[36, 8192]
        %1 = relu(%d) : f32[36, \(outputs)]
        %2 = reduce_sum(%1) {axes = [0]} : f32[\(outputs)]
        %3 = matmul(%1, %0) {transpose_lhs = true} : f32[\(outputs), 8192]
        return %2, %3
      }
      """)
    let fused = try Pipeline(Pipeline.optimization()).run(graph)
    let program = try Lowering.lower(fused, for: Target(.avx2))
    let calls = program.launches.flatMap { launch -> [BatchRegion.Call] in
      guard case .region(let region) = launch else { return [] }
      #expect(region.tile < region.longestShard)
      return region.calls
    }
    #expect(calls.count { $0.isOncePerShard } == (waits ? 1 : 0))
    let arguments = graph.parameters.enumerated().map { fill($0.element.type, .integers(-4, 4), seed: UInt64($0.offset)) }
    for backend: any Backend in [LoopInterpreterBackend(Target(.avx2)), try CPUBackend(threads: 2)] {
      let found = try CompilingDevice(backend).run(fused, arguments)
      for (a, b) in zip(found, try graph.evaluate(arguments)) { #expect(a.numbers == b.numbers) }
    }
  }

  /// Inner loops of a padded convolution carry no test: borders have loops of their own.
  @Test func bordersAreSplitFromTheInterior() throws {
    let program = try lower(
      """
      graph @f(input %x: f32[2, 3, 14, 14], input %w: f32[4, 3, 3, 3]) -> (y: f32[2, 4, 14, 14]) {
        %0 = conv2d(%x, %w) {padding = [1, 1, 1, 1]} : f32[2, 4, 14, 14]
        return %0
      }
      """)
    let text = program.kernels[0].kernel.description
    #expect(!text.contains("when"))
    #expect(text.contains("for y in [0, 1, 13][z] ..< [1, 13, 14][z]"))
    #expect(text.contains("vectorized(8)"))
    #expect(text.contains("registers %acc: f32[4]"))
  }

  /// The vector width follows the target.
  @Test(arguments: [(InstructionSet.sse2, 4), (.avx2, 8), (.avx512, 8)]) func widthFollowsTheTarget(_ level: InstructionSet, _ lanes: Int)
    throws
  {
    let program = try lower(
      "graph @f(input %x: f32[4, 100]) -> (y: f32[4, 100]) {\n %0 = relu(%x) : f32[4, 100]\n return %0\n}", Target(level))
    #expect(program.kernels[0].kernel.description.contains("vectorized(\(lanes))"))
  }

  @Test func kernelsAreNamedAfterLayerAndOperations() throws {
    let builder = GraphBuilder(name: "g")
    builder.origin = Origin(layer: "block.3")
    let x = try builder.parameter("x", .input, TensorType(.f32, [2, 4]))
    builder.result("y", try builder.relu(try builder.matrixMultiply(x, x, transposeRHS: true)))
    let graph = try Pipeline([.fuse]).run(try builder.finish())
    #expect(try Lowering.lower(graph, for: Target(.avx2)).kernels.map(\.kernel.name) == ["block.3.matmul_relu"])
  }

  /// Labels that are graph inputs are checked before anything runs; computed ones make the loss NaN.
  @Test func indicesOutOfRange() throws {
    let text = """
      graph @f(input %x: f32[2, 3], input %labels: i32[2]) -> (loss: f32[]) {
        %0 = cross_entropy(%x, %labels) : f32[]
        return %0
      }
      """
    let graph = try GraphParser.parse(text)
    let x = HostTensor([2, 3], [Float](repeating: 0.5, count: 6))
    let computed = try GraphParser.parse(
      text.replacing("%0 = cross_entropy(%x, %labels)", with: "%0 = add(%labels, %labels) : i32[2]\n  %1 = cross_entropy(%x, %0)")
        .replacing("return %0", with: "return %1"))
    for device in [CompilingDevice(try CPUBackend()), InterpreterDevice()] as [any ExecutionDevice] {
      for bad in [[0, 3], [-1, 0]] as [[Int32]] {
        let error = try #require(throws: MartletError.self) { try device.run(graph, [x, HostTensor([2], bad)]) }
        #expect(error.exitCode == 3)
        #expect(error.message.contains("%labels"))
        #expect(try device.run(computed, [x, HostTensor([2], bad)])[0].numbers[0].isNaN)
      }
      // 0 and 2 are in range.
      #expect(try device.run(computed, [x, HostTensor([2], [Int32(0), 1])])[0].numbers[0].isFinite)
    }
  }
}
