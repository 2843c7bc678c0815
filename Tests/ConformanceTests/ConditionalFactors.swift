import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletTransforms
import TestSupport
import Testing

/// Products and convolutions of tensors that are read under conditions: joined, padded, added to a shifted copy of themselves. Such factors
/// are inlined, and each part must be read where its own condition holds. Small integers make every order of summation exact.
@Suite struct ConditionalFactors {
  private static let graphs = 90

  /// A tensor of a shape, made in one of several ways of parameters that it adds.
  private static func factor(_ builder: GraphBuilder, _ name: String, _ extents: [Int], _ draw: inout ExactFills.Draw) throws -> Value {
    func parameter(_ part: Int, _ extents: [Int]) throws -> Value {
      try builder.parameter("\(name)\(part)", .parameter, TensorType(.f32, Shape(extents)))
    }
    let axis = draw.number(0...extents.count - 1)
    switch draw.number(0...4) {
    case 0:
      // Joined of parts, of which some are one tensor.
      var (parts, left): ([Value], Int) = ([], extents[axis])
      let repeats = draw.number(0...1) == 0 && extents[axis] > 1
      if repeats, let count = (2...extents[axis]).first(where: { extents[axis] % $0 == 0 }) {
        var own = extents
        own[axis] /= count
        let part = try parameter(0, own)
        return try builder.concatenate(Array(repeating: part, count: count), axis: axis)
      }
      while left > 0 {
        var own = extents
        own[axis] = draw.number(1...left)
        left -= own[axis]
        parts.append(try parameter(parts.count, own))
      }
      return try builder.concatenate(parts, axis: axis)
    case 1:
      // Padded, with a value that is no zero.
      let low = draw.number(0...extents[axis] - 1)
      var (inner, lows, highs) = (extents, extents.map { _ in 0 }, extents.map { _ in 0 })
      inner[axis] = draw.number(1...extents[axis] - low)
      lows[axis] = low
      highs[axis] = extents[axis] - low - inner[axis]
      return try builder.pad(parameter(0, inner), low: lows, high: highs, value: Double(draw.number(-1...2)))
    case 2 where extents[axis] > 1:
      // Added to itself, one step on.
      let x = try parameter(0, extents)
      var (limits, lows) = (extents, extents.map { _ in 0 })
      limits[axis] -= 1
      lows[axis] = 1
      let shifted = try builder.pad(
        builder.slice(x, starts: extents.map { _ in 0 }, limits: limits), low: lows, high: extents.map { _ in 0 })
      return try builder.add(x, shifted)
    case 3:
      let (a, b) = (try parameter(0, extents), try parameter(1, extents))
      return try builder.select(builder.compare(.gt, a, b), a, b)
    default: return try parameter(0, extents)
    }
  }

  private static func graph(_ number: Int) throws -> Graph? {
    var draw = ExactFills.Draw(generator: PyTorchGenerator(seed: UInt64(4000 + number)))
    let builder = GraphBuilder(name: "factors")
    let y: Value
    if number % 6 > 3 {
      let (channels, kernel) = (draw.number(1...3), [draw.number(1...3), draw.number(1...3)])
      let x = try factor(builder, "x", [draw.number(1...3), channels, draw.number(1...7), draw.number(1...9)], &draw)
      let w = try factor(builder, "w", [draw.number(1...4), channels] + kernel, &draw)
      let geometry = ConvolutionGeometry(
        strides: [draw.number(1...3), draw.number(1...2)], padding: (0..<4).map { _ in draw.number(0...2) },
        dilation: [draw.number(1...2), draw.number(1...2)])
      guard (try? Convolution2D(geometry).resultTypes([builder.type(of: x), builder.type(of: w)])) != nil else { return nil }
      y = try builder.add(Convolution2D(geometry), x, w)
    } else {
      let (m, k, n) = (draw.number(1...18), draw.number(1...9), draw.number(1...18))
      let (left, right) = (draw.number(0...1) == 1, draw.number(0...1) == 1)
      let a = try factor(builder, "a", left ? [k, m] : [m, k], &draw)
      // Now and then a tensor times itself.
      let isSquare = draw.number(0...3) == 0
      let b = isSquare ? a : try factor(builder, "b", right ? [n, k] : [k, n], &draw)
      y = try builder.add(MatrixMultiply(transposeLHS: left, transposeRHS: isSquare ? !left : right), a, b)
    }
    builder.result("loss", try builder.reduceSum(y, axes: Array(0..<builder.shape(of: y).rank)))
    builder.result("y", y)
    // Gradients read the factors again, and what has several readers is often stored: half of the graphs have none.
    let passes = number % 2 == 0 ? [] : [Pass.differentiate]
    return try Pipeline(passes + Pipeline.optimization()).run(builder.finish())
  }

  private static func check(_ device: any ExecutionDevice) throws {
    for number in 0..<graphs {
      guard let graph = try graph(number) else { continue }
      let arguments = graph.parameters.enumerated().map { fill($0.element.type, .integers(-3, 4), seed: UInt64(number * 50 + $0.offset)) }
      let expected = try graph.evaluate(arguments)
      let found = try device.run(graph, arguments)
      for (result, (a, b)) in zip(graph.results, zip(found, expected)) {
        #expect(a.numbers == b.numbers, "\(device.name), graph \(number), result \(result.name):\n\(graph)")
      }
    }
  }

  @Test func onEveryInstructionSet() throws {
    for target in HostProcessor.runnableTargets {
      try ConditionalFactors.check(CompilingDevice(try CPUBackend(threads: 2, instructionSet: target.instructionSet)))
    }
  }

  @Test func onTheGPU() throws { try onTestGPU { try ConditionalFactors.check($0) } }
}
