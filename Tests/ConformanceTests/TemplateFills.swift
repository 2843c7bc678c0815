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

/// Every template against the interpreter: layers of random shapes with their gradients, on small integers, where every order of summation
/// is exact. Each shape runs fused and unfused; the instruction sets of the machine take turns.
@Suite struct TemplateFills {
  private typealias Draw = ExactFills.Draw

  /// Which kernels a program has, told by what only templates write: fences, bit loops, transforms.
  private struct Coverage {
    var counts: [String: Int] = [:]

    mutating func add(_ program: Program) {
      for kernel in program.kernels.map(\.kernel) {
        let text = kernel.description
        let name = kernel.name.split(separator: ".").last.map(String.init) ?? kernel.name
        if text.contains("in bits(") {
          counts["scattered", default: 0] += 1
        } else if text.contains("permute(") {
          counts["window", default: 0] += 1
        } else if name.contains("transform") || name.contains("product") {
          counts["winograd", default: 0] += 1
        } else if text.contains("fence") {
          for part in ["conv2d_input_grad", "conv2d_filter_grad", "conv2d", "matmul"] where name.contains(part) {
            counts[part, default: 0] += 1
            break
          }
        }
      }
    }
  }

  /// A graph with `loss` and all gradients, from what a layer makes of samples. `body` may add parameters.
  private static func graph(
    _ input: TensorType, _ body: (GraphBuilder, Value, (String, [Int]) throws -> Value) throws -> Value
  ) throws -> Graph {
    let builder = GraphBuilder(name: "layer")
    let x = try builder.parameter("x", .input, input)
    // A shift for each element of a sample: its gradient is that of the input, summed over the samples.
    let shift = try builder.parameter("shift", .parameter, TensorType(.f32, Shape(Array(input.shape.extents.dropFirst()))))
    let axes = Array(1..<input.shape.rank)
    let shifted = try builder.add(x, builder.broadcast(shift, input.shape, axes: axes))
    let y = try body(builder, shifted) { name, extents in try builder.parameter(name, .parameter, TensorType(.f32, Shape(extents))) }
    let weights = try builder.parameter("weights", .input, builder.type(of: y))
    let seen = builder.shape(of: y).rank == 4 ? try builder.averagePool2D(y, PoolingGeometry(window: [1, 1])) : y
    let loss = try builder.reduceSum(builder.multiply(seen, weights), axes: Array(0..<builder.shape(of: y).rank))
    builder.result("loss", loss)
    builder.result("y", y)
    return try Pipeline([.differentiate]).run(try builder.finish())
  }

  private static func check(
    _ graph: Graph, _ level: InstructionSet, seed: UInt64, fill kind: OperationSample.Fill = .integers(-3, 4), tolerance: Double = 0,
    _ coverage: inout Coverage
  ) throws {
    let arguments = graph.parameters.enumerated().map { fill($0.element.type, kind, seed: seed &+ UInt64($0.offset)) }
    let expected = try graph.evaluate(arguments)
    let device = CompilingDevice(try CPUBackend(threads: 2, instructionSet: level))
    for fuses in [true, false] {
      let optimized = try Pipeline(Pipeline.optimization(fuses: fuses)).run(graph)
      let options = Lowering.Options(isDepthFirst: fuses)
      if fuses { coverage.add(try Lowering.lower(optimized, for: Target(level), options)) }
      for ((result, a), b) in zip(zip(graph.results, try device.run(optimized, arguments, options)), expected) {
        if tolerance == 0 {
          #expect(a.numbers == b.numbers, "\(result.name), \(level), fused \(fuses): \(graph)")
        } else if result.name != "loss" {
          // The loss is a sum of both signs: what is left of it says nothing.
          #expect(distance(a, b) <= tolerance, "\(result.name), \(level), fused \(fuses): \(distance(a, b)) \(graph)")
        }
      }
    }
  }

  private static let levels = HostProcessor.runnableTargets.compactMap(\.instructionSet)

  private static func usesWinograd(_ graph: Graph, _ level: InstructionSet) throws -> Bool {
    // Without fusion gradients behind a pooling are dense, and may be Winograd's.
    try [true, false].contains { fuses in
      let optimized = try Pipeline(Pipeline.optimization(fuses: fuses)).run(graph)
      let program = try Lowering.lower(optimized, for: Target(level), Lowering.Options(isDepthFirst: fuses))
      return program.kernels.contains { $0.kernel.name.contains("transform") }
    }
  }

  /// Convolutions with bias, relu and pooling in both orders: direct forward, both gradients, dense and behind a pooling.
  @Test func convolutionLayers() throws {
    var draw = Draw(generator: PyTorchGenerator(seed: 21))
    var coverage = Coverage()
    var count = 0
    while count < 260 {
      let kernel = [draw.number(1...5), draw.number(1...5)]
      let (input, output) = (draw.number(1...17), draw.number(1...18))
      let isPlain = draw.number(0...1) == 1
      let geometry = ConvolutionGeometry(
        strides: isPlain ? [1, 1] : [draw.number(1...3), draw.number(1...2)], padding: (0..<4).map { _ in draw.number(0...2) },
        dilation: isPlain ? [1, 1] : [draw.number(1...2), draw.number(1...2)])
      let x = TensorType(.f32, [draw.number(2...5), input, draw.number(3...11), draw.number(3...13)])
      let pool = draw.number(0...2)
      let window = pool == 2 ? [draw.number(1...3), draw.number(1...3)] : [2, 2]
      let isImage = draw.number(0...1) == 1
      let hasRelu = draw.number(0...2) > 0
      let reluFirst = draw.number(0...1) == 1
      let graph: Graph
      do {
        graph = try TemplateFills.graph(x) { builder, x, parameter in
          // A pooling of single elements makes the input an image, channels last.
          let source = isImage ? try builder.averagePool2D(x, PoolingGeometry(window: [1, 1])) : x
          var y = try builder.convolution2D(source, parameter("w", [output, input] + kernel), geometry)
          y = try builder.add(y, builder.broadcast(parameter("b", [output]), builder.shape(of: y), axes: [1]))
          if hasRelu, reluFirst { y = try builder.relu(y) }
          if pool > 0 { y = try builder.maxPool2D(y, PoolingGeometry(window: window)) }
          if hasRelu, !reluFirst { y = try builder.relu(y) }
          return y
        }
      } catch let error as MartletError where error.kind == .invalidInput { continue }
      let level = TemplateFills.levels[count % TemplateFills.levels.count]
      guard try !TemplateFills.usesWinograd(graph, level) else { continue }
      count += 1
      try TemplateFills.check(graph, level, seed: UInt64(count * 100), &coverage)
    }
    // The fast path was taken, not general lowering.
    #expect(coverage.counts["conv2d", default: 0] > 200, "\(coverage.counts)")
    #expect(coverage.counts["conv2d_input_grad", default: 0] > 50, "\(coverage.counts)")
    #expect(coverage.counts["conv2d_filter_grad", default: 0] > 50, "\(coverage.counts)")
    #expect(coverage.counts["scattered", default: 0] > 50, "\(coverage.counts)")
  }

  /// A convolution, and the instruction set that its kernels are made for.
  private struct DilatedCase {
    var image: [Int]
    var filter: [Int]
    var geometry: ConvolutionGeometry
    var level: InstructionSet
  }

  /// Tiles one column wide whose runs begin on padding and end inside the image, in the gap between two taps.
  private static let gapsAcrossBorders = [
    DilatedCase(
      image: [4, 1, 4, 5], filter: [5, 1, 2, 2], geometry: ConvolutionGeometry(padding: [1, 2, 2, 2], dilation: [2, 2]), level: .sse2),
    DilatedCase(
      image: [4, 3, 5, 6], filter: [8, 3, 1, 2], geometry: ConvolutionGeometry(padding: [0, 0, 3, 2], dilation: [2, 2]), level: .sse2),
    DilatedCase(
      image: [4, 3, 7, 3], filter: [16, 3, 3, 2], geometry: ConvolutionGeometry(padding: [2, 0, 3, 3], dilation: [2, 2]), level: .avx2),
    DilatedCase(
      image: [4, 3, 4, 5], filter: [9, 3, 2, 2], geometry: ConvolutionGeometry(padding: [2, 2, 2, 2], dilation: [3, 2]), level: .avx2),
  ]

  /// Dilated kernels over images not much larger than they are, where taps jump from one padding to the other and gaps between taps lie on
  /// either. On the loop interpreter, which needs no LLVM: for instruction sets that the machine lacks too.
  @Test func dilatedKernelsOverSmallImages() throws {
    var draw = Draw(generator: PyTorchGenerator(seed: 27))
    let drawn = (0..<300).map { count in
      let channels = draw.number(1...3)
      return DilatedCase(
        image: [4, channels, draw.number(2...8), draw.number(2...9)],
        filter: [draw.number(1...16), channels, draw.number(1...3), draw.number(2...3)],
        geometry: ConvolutionGeometry(
          strides: [1, count % 4 == 0 ? 2 : 1], padding: (0..<4).map { _ in draw.number(0...3) },
          dilation: [draw.number(1...3), draw.number(2...3)]),
        level: InstructionSet.allCases[count % InstructionSet.allCases.count])
    }
    var count = 0
    for shape in TemplateFills.gapsAcrossBorders + drawn {
      let builder = GraphBuilder(name: "dilated")
      let x = try builder.parameter("x", .input, TensorType(.f32, Shape(shape.image)))
      let w = try builder.parameter("w", .parameter, TensorType(.f32, Shape(shape.filter)))
      guard let y = try? builder.convolution2D(x, w, shape.geometry) else { continue }
      count += 1
      builder.result("y", y)
      let graph = try builder.finish()
      let arguments = graph.parameters.enumerated().map { fill($0.element.type, .integers(-3, 4), seed: UInt64(count * 10 + $0.offset)) }
      let found = try CompilingDevice(LoopInterpreterBackend(Target(shape.level))).run(graph, arguments)
      #expect(try found[0].numbers == graph.evaluate(arguments)[0].numbers, "\(shape.level): \(graph)")
    }
    #expect(count > 200)
  }

  /// First layers, whose input needs no gradient: few channels behind a pooling of 2 x 2.
  @Test func firstLayers() throws {
    var draw = Draw(generator: PyTorchGenerator(seed: 22))
    var coverage = Coverage()
    var count = 0
    while count < 80 {
      let (input, output, kernel) = (draw.number(1...4), draw.number(1...20), [draw.number(1...5), draw.number(1...6)])
      let x = TensorType(.f32, [draw.number(2...5), input, draw.number(4...13), draw.number(4...15)])
      let geometry = ConvolutionGeometry(padding: (0..<4).map { _ in draw.number(0...2) })
      let builder = GraphBuilder(name: "first")
      let images = try builder.parameter("x", .input, x)
      let w = try builder.parameter("w", .parameter, TensorType(.f32, Shape([output, input] + kernel)))
      let b = try builder.parameter("b", .parameter, TensorType(.f32, [output]))
      guard let product = try? builder.convolution2D(images, w, geometry) else { continue }
      let biased = try builder.add(product, builder.broadcast(b, builder.shape(of: product), axes: [1]))
      guard let pooled = try? builder.maxPool2D(builder.relu(biased), PoolingGeometry(window: [2, 2])) else { continue }
      let weights = try builder.parameter("weights", .input, builder.type(of: pooled))
      // A pooling of single elements makes the gradient an image, channels last, as a layer behind would.
      let seen = try builder.averagePool2D(pooled, PoolingGeometry(window: [1, 1]))
      builder.result("loss", try builder.reduceSum(builder.multiply(seen, weights), axes: [0, 1, 2, 3]))
      builder.result("y", pooled)
      let graph = try Pipeline([.differentiate]).run(try builder.finish())
      let level = TemplateFills.levels[count % TemplateFills.levels.count]
      guard try !TemplateFills.usesWinograd(graph, level) else { continue }
      count += 1
      try TemplateFills.check(graph, level, seed: UInt64(count * 100), &coverage)
    }
    if TemplateFills.levels.contains(.avx2) { #expect(coverage.counts["window", default: 0] > 30, "\(coverage.counts)") }
  }

  /// Linear layers: products with weights that lie as they are or packed, both gradients.
  @Test func linearLayers() throws {
    var draw = Draw(generator: PyTorchGenerator(seed: 23))
    var coverage = Coverage()
    for count in 0..<120 {
      let isImage = count % 3 == 0
      let channels = 4 * draw.number(1...4)
      let sample = isImage ? [channels, draw.number(1...4), draw.number(1...4)] : [draw.number(1...45)]
      let features = sample.reduce(1, *)
      let x = TensorType(.f32, Shape([draw.number(2...70)] + sample))
      let output = draw.number(1...37)
      let graph = try TemplateFills.graph(x) { builder, x, parameter in
        var y = isImage ? try builder.averagePool2D(x, PoolingGeometry(window: [1, 1])) : try builder.relu(x)
        y = try builder.reshape(y, [builder.shape(of: x)[0], features])
        y = try builder.matrixMultiply(y, parameter("w", [output, features]), transposeRHS: true)
        y = try builder.add(y, builder.broadcast(parameter("b", [output]), builder.shape(of: y), axes: [1]))
        return count % 2 == 0 ? try builder.relu(y) : y
      }
      try TemplateFills.check(
        graph, TemplateFills.levels[count % TemplateFills.levels.count], seed: UInt64(count * 100), &coverage)
    }
    #expect(coverage.counts["matmul", default: 0] > 240, "\(coverage.counts)")
  }

  /// Losses with their gradients, any number of classes: the kernel of both against the interpreter.
  @Test func losses() throws {
    var draw = Draw(generator: PyTorchGenerator(seed: 26))
    for count in 0..<40 {
      let classes = count == 0 ? 1 : draw.number(2...70)
      let builder = GraphBuilder(name: "loss")
      let x = try builder.parameter("x", .parameter, TensorType(.f32, [draw.number(2...70), classes]))
      let rows = builder.shape(of: x)[0]
      let shift = try builder.parameter("shift", .input, TensorType(.f32, [rows, classes]))
      let labels = try builder.parameter("labels", .input, TensorType(.i32, [rows]))
      let smoothing = count % 2 == 0 ? 0 : 0.1
      // Weights of the samples in two of three: a third of those are 0.
      let isWeighted = count % 3 != 0
      let weights = isWeighted ? try builder.parameter("weights", .input, TensorType(.f32, [rows])) : nil
      builder.result("loss", try builder.crossEntropy(builder.add(shift, x), labels, weights: weights, labelSmoothing: smoothing))
      let graph = try Pipeline([.differentiate]).run(try builder.finish())
      var arguments = graph.parameters.enumerated().map { fill($0.element.type, .uniform(-20, 20), seed: UInt64(count * 10 + $0.offset)) }
      arguments[2] = HostTensor(TensorType(.i32, [rows]), numbers: (0..<rows).map { _ in Double(draw.number(0...classes - 1)) })
      if isWeighted {
        arguments[3] = HostTensor(
          TensorType(.f32, [rows]), numbers: (0..<rows).map { _ in Double(draw.number(0...2) * draw.number(1...8)) / 32 })
      }
      let optimized = try Pipeline(Pipeline.optimization()).run(graph)
      let level = TemplateFills.levels[count % TemplateFills.levels.count]
      let names = try Lowering.lower(optimized, for: Target(level)).kernels.map(\.kernel.name)
      #expect(names.contains { $0.contains("cross_entropy_cross_entropy_grad") }, "\(names)")
      let found = try CompilingDevice(try CPUBackend(threads: 2, instructionSet: level)).run(optimized, arguments)
      for (a, b) in zip(found, try graph.evaluate(arguments)) { #expect(distance(a, b) < 1e-6, "\(level) \(graph)") }
    }
  }

  /// Winograd's rounding is larger: within 2e-5 on real numbers. Without relu and pooling, whose kinks would turn a rounding into a jump.
  @Test func winogradLayers() throws {
    var draw = Draw(generator: PyTorchGenerator(seed: 24))
    var coverage = Coverage()
    var count = 0
    while count < 40 {
      let (input, output) = (draw.number(4...36), draw.number(8...36))
      let x = TensorType(.f32, [draw.number(2...5), input, draw.number(3...14), draw.number(3...14)])
      let geometry = ConvolutionGeometry(padding: (0..<4).map { _ in draw.number(0...2) })
      let graph: Graph
      do {
        graph = try TemplateFills.graph(x) { builder, x, parameter in
          let source = try builder.averagePool2D(x, PoolingGeometry(window: [1, 1]))
          let y = try builder.convolution2D(source, parameter("w", [output, input, 3, 3]), geometry)
          return try builder.add(y, builder.broadcast(parameter("b", [output]), builder.shape(of: y), axes: [1]))
        }
      } catch let error as MartletError where error.kind == .invalidInput { continue }
      let level = TemplateFills.levels[count % TemplateFills.levels.count]
      guard try TemplateFills.usesWinograd(graph, level) else { continue }
      count += 1
      try TemplateFills.check(graph, level, seed: UInt64(count * 100), fill: .uniform(-1, 1), tolerance: 2e-5, &coverage)
    }
    #expect(coverage.counts["winograd", default: 0] > 120, "\(coverage.counts)")
  }

  /// Residual blocks: a sum of two images and a masked gradient as epilogues.
  @Test func residualLayers() throws {
    var draw = Draw(generator: PyTorchGenerator(seed: 25))
    var coverage = Coverage()
    for count in 0..<30 {
      let channels = draw.number(1...3) * 8
      let x = TensorType(.f32, [draw.number(2...6), channels, draw.number(4...9), draw.number(4...9)])
      let graph = try TemplateFills.graph(x) { builder, x, parameter in
        func convolution(_ x: Value, _ name: String, _ kernel: Int) throws -> Value {
          let padding = kernel / 2
          let y = try builder.convolution2D(
            x, parameter("w\(name)", [channels, channels, kernel, kernel]),
            ConvolutionGeometry(padding: [padding, padding, padding, padding]))
          return try builder.add(y, builder.broadcast(parameter("b\(name)", [channels]), builder.shape(of: y), axes: [1]))
        }
        let first = try builder.relu(convolution(x, "0", 1))
        let body = try convolution(first, "1", 5)
        return try builder.relu(builder.add(body, first))
      }
      // Sums stay below 2^24: weights are 0 and 1.
      try TemplateFills.check(
        graph, TemplateFills.levels[count % TemplateFills.levels.count], seed: UInt64(count * 100), fill: .integers(0, 2), &coverage)
    }
    #expect(coverage.counts["conv2d_input_grad", default: 0] > 30, "\(coverage.counts)")
  }
}
