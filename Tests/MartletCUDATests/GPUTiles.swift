import MartletCompiler
import MartletCUDA
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import TestSupport
import Testing

/// Sums of products made of tiles, and long sums made of slices.
@Suite struct GPUTiles {
  private struct Case {
    var operation: any TensorOperation
    var types: [TensorType]
  }

  /// Shapes that tiles do not divide: rows and channels are left over, chunks of points are padded, strides leave gaps.
  private static let cases: [Case] = {
    func convolution(_ geometry: ConvolutionGeometry, _ x: [Int], _ w: [Int]) -> [Case] {
      let (input, filter) = (TensorType(.f32, Shape(x)), TensorType(.f32, Shape(w)))
      guard let output = try? Convolution2D(geometry).resultTypes([input, filter])[0] else { return [] }
      return [
        Case(operation: Convolution2D(geometry), types: [input, filter]),
        Case(operation: Convolution2DInputGradient(geometry, extent: [x[2], x[3]]), types: [output, filter]),
        Case(operation: Convolution2DFilterGradient(geometry, extent: [w[2], w[3]]), types: [input, output]),
      ]
    }
    let same = ConvolutionGeometry(padding: [1, 1, 1, 1])
    return convolution(same, [3, 4, 9, 11], [10, 4, 3, 3])
      + convolution(ConvolutionGeometry(strides: [2, 1], padding: [2, 1, 0, 2]), [2, 3, 11, 13], [9, 3, 5, 3])
      + convolution(ConvolutionGeometry(padding: [2, 2, 2, 2], dilation: [2, 2]), [2, 3, 10, 9], [6, 3, 3, 3])
      + convolution(ConvolutionGeometry(padding: [1, 1, 1, 1], groups: 2), [2, 6, 8, 7], [8, 3, 3, 3])
      + [
        Case(operation: MatrixMultiply(), types: [TensorType(.f32, [35, 67]), TensorType(.f32, [67, 26])]),
        Case(operation: MatrixMultiply(), types: [TensorType(.f64, [19, 48]), TensorType(.f64, [48, 21])]),
        Case(operation: MatrixMultiply(), types: [TensorType(.f32, [3, 17, 20]), TensorType(.f32, [3, 20, 18])]),
      ]
  }()

  /// All are right to the last bit on small integers, whatever the order of threads and whichever the tile, and no two threads race for the
  /// block's memory.
  @Test func tilesAreExact() throws {
    var programs: [(item: Case, tile: Int, program: Program)] = []
    for item in GPUTiles.cases {
      for tile in [0, 87, 145, 203] {
        var options = Lowering.Options()
        options.tileNumber = tile
        programs.append((item, tile, try Lowering.lower(graph(of: item.operation, item.types), for: .cuda, options)))
      }
    }
    let tiled = programs.filter { $0.program.kernels.contains { $0.kernel.sharedBytes > 0 } }
    #expect(programs.allSatisfy { $0.program.kernels.allSatisfy { $0.kernel.sharedBytes <= 48 * 1024 } })
    // Of a convolution of groups and its gradient both factors change along with the channels.
    #expect(tiled.count >= programs.count * 4 / 5, "\(programs.map { $0.program.kernels.map(\.maker) })")
    let accumulators = Set(
      programs.flatMap(\.program.kernels).compactMap { $0.note?.firstMatch(of: /in a block, (.*) a thread/)?.1 })
    #expect(accumulators.count > 10, "\(accumulators)")
    let interpreter = LoopInterpreterBackend(.cuda)
    let backend = try testGPU(order: 9)
    for (entry, executable) in zip(programs, try backend.load(all: programs.map(\.program))) {
      let arguments = entry.item.types.enumerated().map { fill($0.element, .integers(-4, 5), seed: UInt64($0.offset + 3)) }
      let expected = try graph(of: entry.item.operation, entry.item.types).evaluate(arguments)
      #expect(try run(executable, arguments, backend) == expected, "\(entry.item)\n\(entry.program)")
      guard entry.tile == 145 else { continue }
      #expect(try run(try interpreter.load(entry.program), arguments, interpreter) == expected, "\(entry.item)\n\(entry.program)")
    }
  }

  /// A tap on padding does not count, even where the weight is infinite: the thread notices a NaN and does its work again.
  @Test func paddingCountsNothing() throws {
    let geometry = ConvolutionGeometry(padding: [1, 1, 1, 1])
    let types = [TensorType(.f32, [2, 3, 9, 10]), TensorType(.f32, [5, 3, 3, 3])]
    let graph = try graph(of: Convolution2D(geometry), types)
    let x = fill(types[0], .integers(1, 4), seed: 1)
    var numbers = fill(types[1], .integers(1, 4), seed: 2).numbers
    // The first tap of channel 0: the first row and column of the output do not see it.
    numbers[0] = .infinity
    let w = HostTensor(types[1], numbers: numbers)
    let expected = try graph.evaluate([x, w])[0]
    #expect(expected.numbers[0].isFinite && expected.numbers[11] == .infinity)
    let device = CompilingDevice(try testGPU())
    #expect(try device.run(graph, [x, w])[0] == expected)
    let program = try Lowering.lower(graph, for: .cuda)
    #expect(program.kernels.contains { $0.maker.contains("tiles of") }, "\(program)")
  }

  /// The same behind the last point of a sum, where a chunk is filled up with zeros of a factor, and the other one does not depend on the point.
  @Test func pointsBehindTheLastCountNothing() throws {
    let graph = try GraphParser.parse(
      """
      graph @f(input %x: f32[24, 1027], input %w: f32[16]) -> (y: f32[24, 16]) {
        %0 = broadcast(%w) {shape = [1027, 16], axes = [1]} : f32[1027, 16]
        %1 = matmul(%x, %0) : f32[24, 16]
        return %1
      }
      """)
    let x = fill(TensorType(.f32, [24, 1027]), .integers(1, 4), seed: 1)
    let w = HostTensor(TensorType(.f32, [16]), numbers: [.infinity] + [Double](repeating: 2, count: 15))
    let expected = try graph.evaluate([x, w])[0]
    #expect(expected.numbers[0] == .infinity && expected.numbers[1].isFinite)
    let backend = try testGPU()
    let programs = try [20, 88, 150].map { tile in
      var options = Lowering.Options()
      options.tileNumber = tile
      return try Lowering.lower(graph, for: .cuda, options)
    }
    for executable in try backend.load(all: programs) { #expect(try run(executable, [x, w], backend)[0] == expected) }
  }

  /// What is computed where it is staged is computed once there, however often it is used on the way.
  @Test func stagedValuesHaveNames() throws {
    let builder = GraphBuilder(name: "f")
    var x = try builder.parameter("x", .input, TensorType(.f32, [512, 48]))
    let w = try builder.parameter("w", .parameter, TensorType(.f32, [48, 4]))
    for _ in 0..<12 { x = try builder.add(Multiply(), x, x) }
    builder.result("y", try builder.add(MatrixMultiply(), x, w))
    let graph = try builder.finish()
    var options = Lowering.Options()
    options.tileNumber = 0
    let program = try Lowering.lower(graph, for: .cuda, options)
    #expect(program.kernels.count == 1, "the powers are not computed where they are staged: \(program)")
    let text = try CUDAEmitter.module(program.kernels.map { try $0.kernel.prepared(for: .cuda) })
    #expect(text.utf8.count < 10_000, "\(text.utf8.count) bytes")
    let arguments = graph.parameters.enumerated().map { fill($0.element.type, .integers(-1, 2), seed: UInt64($0.offset)) }
    let backend = try testGPU()
    #expect(try run(try backend.load(program), arguments, backend) == graph.evaluate(arguments))
  }

  /// A sum of no points is 0.
  @Test func sumsOfNothing() throws {
    let types = [TensorType(.f32, [3, 0]), TensorType(.f32, [0, 4])]
    guard let graph = try? graph(of: MatrixMultiply(), types) else { return }
    let arguments = types.map { HostTensor($0, numbers: []) }
    #expect(try CompilingDevice(testGPU()).run(graph, arguments) == graph.evaluate(arguments))
  }

  /// A sum of 67 * 300 numbers for each of five results, which somebody reads once: slices side by side, the last one shorter.
  @Test func longSumsAreSliced() throws {
    let graph = try GraphParser.parse(
      """
      graph @f(input %x: f32[67, 5, 300], input %w: f32[5]) -> (y: f32[5]) {
        %0 = reduce_sum(%x) {axes = [0, 2]} : f32[5]
        %1 = sub(%w, %0) : f32[5]
        return %1
      }
      """)
    let program = try Lowering.lower(graph, for: .cuda)
    let slices = try #require(program.temporaries.first { $0.name.hasSuffix(".slices") }, "\(program)")
    #expect(slices.type.shape[0] > 8 && 67 % slices.type.shape[0] != 0)
    #expect(program.kernels.count == 2, "adding slices up costs no launch of its own")
    let arguments = [
      fill(TensorType(.f32, [67, 5, 300]), .integers(-4, 5), seed: 1), fill(TensorType(.f32, [5]), .integers(-4, 5), seed: 2),
    ]
    let expected = try graph.evaluate(arguments)
    let interpreter = LoopInterpreterBackend(.cuda)
    #expect(try run(try interpreter.load(program), arguments, interpreter) == expected)
    let backend = try testGPU()
    #expect(try run(try backend.load(program), arguments, backend) == expected)
  }

  /// Whoever reads a sum for each of many elements gets it finished: adding slices up again and again would cost more than it saves.
  @Test func sumsThatManyReadAreNotSliced() throws {
    let graph = try GraphParser.parse(
      """
      graph @f(input %x: f32[64, 5, 300]) -> (y: f32[64, 5, 300]) {
        %0 = reduce_sum(%x) {axes = [0, 2]} : f32[5]
        %1 = broadcast(%0) {shape = [64, 5, 300], axes = [1]} : f32[64, 5, 300]
        %2 = sub(%x, %1) : f32[64, 5, 300]
        return %2
      }
      """)
    let program = try Lowering.lower(graph, for: .cuda)
    #expect(!program.temporaries.contains { $0.name.hasSuffix(".slices") }, "\(program)")
  }

  /// Where kernels that need not wait for each other need more of a block's memory than there is, they are launched one after the other.
  @Test func launchesHaveRoom() throws {
    // Long sums want a third of the memory of a block each, under shapes of their own.
    let builder = GraphBuilder(name: "f")
    for (position, (rows, inner, columns)) in [(64, 2048, 8), (512, 16, 256), (31, 900, 1000), (640, 64, 48)].enumerated() {
      let a = try builder.parameter("a\(position)", .input, TensorType(.f32, [rows, inner]))
      let b = try builder.parameter("b\(position)", .input, TensorType(.f32, [inner, columns]))
      builder.result("y\(position)", try builder.add(MatrixMultiply(), a, b))
    }
    let graph = try builder.finish()
    for tile in stride(from: 0, to: 300, by: 23) {
      var options = Lowering.Options()
      options.tileNumber = tile
      let program = try Lowering.lower(graph, for: .cuda, options)
      #expect(program.kernels.allSatisfy { $0.kernel.sharedBytes <= 48 * 1024 }, "\(program)")
      #expect((1...4).contains(program.kernels.count))
    }
  }

  /// Kernels of one launch use the same memory of a block: it is no larger than the largest of them needs.
  @Test func partsShareMemory() throws {
    let graph = try GraphParser.parse(
      """
      graph @f(input %a: f32[128, 64], input %b: f32[64, 96], input %c: f32[96, 128]) -> (x: f32[128, 96], y: f32[96, 64]) {
        %0 = matmul(%a, %b) : f32[128, 96]
        %1 = matmul(%c, %a) : f32[96, 64]
        return %0, %1
      }
      """)
    let merged = try Lowering.lower(graph, for: .cuda)
    let apart = try Lowering.lower(graph, for: .cuda, Lowering.Options(isDepthFirst: false))
    #expect(merged.kernels.count == 1 && apart.kernels.count == 2)
    let (whole, parts) = (merged.kernels[0].kernel.sharedBytes, apart.kernels.map(\.kernel.sharedBytes))
    #expect(parts.allSatisfy { $0 > 0 } && whole < parts[0] + parts[1], "\(whole), \(parts)")
    let arguments = graph.parameters.enumerated().map { fill($0.element.type, .integers(-4, 5), seed: UInt64($0.offset)) }
    #expect(try CompilingDevice(testGPU()).run(graph, arguments) == graph.evaluate(arguments))
  }
}

extension Kernel {
  /// Of the memory of a block.
  fileprivate var sharedBytes: Int {
    var bytes = 0
    body.forEachNested { if case .array(_, let element, let shape, .shared) = $0 { bytes += shape.reduce(element.byteCount, *) } }
    return bytes
  }
}
