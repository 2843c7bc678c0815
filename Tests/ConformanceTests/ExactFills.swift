import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import TestSupport
import Testing

/// Small integers make every order of summation exact: convolution, pooling and linear, forward and gradients, must equal the reference in
/// every bit, on random shapes, for every instruction set that the machine runs.
@Suite struct ExactFills {
  static let shapesForEach = 60

  struct Draw {
    var generator: PyTorchGenerator
    mutating func number(_ range: ClosedRange<Int>) -> Int { range.lowerBound + generator.below(range.count) }
  }

  private static func integers(_ type: TensorType, _ seed: UInt64) -> HostTensor { fill(type, .integers(-3, 4), seed: seed) }

  /// Runs one operation with integer operands and compares all bits.
  private static func check(_ operation: any TensorOperation, _ types: [TensorType], _ devices: [any ExecutionDevice], _ seed: UInt64)
    throws
  {
    let graph = try graph(of: operation, types)
    let arguments = types.enumerated().map { integers($0.element, seed &+ UInt64($0.offset)) }
    let expected = try graph.evaluate(arguments)
    for device in devices {
      let found = try device.run(graph, arguments)
      for (a, b) in zip(found, expected) {
        // -0 and 0 are the same number.
        #expect(a.numbers == b.numbers, "\(device.name) \(graph)")
      }
    }
  }

  private static func devices() throws -> [any ExecutionDevice] {
    try HostProcessor.runnableTargets.map { CompilingDevice(try CPUBackend(threads: 2, instructionSet: $0.instructionSet)) }
  }

  /// Emulated, blocks and threads in two orders.
  @Test func gpu() throws {
    try onTestGPU(orders: [0, 6]) { device in
      try ExactFills.convolutions([device])
      try ExactFills.poolings([device])
      try ExactFills.products([device])
      try ExactFills.reductions([device])
      try ExactFills.pointwiseLengths([device])
    }
  }

  @Test func convolutions() throws { try ExactFills.convolutions(ExactFills.devices()) }

  private static func convolutions(_ devices: [any ExecutionDevice]) throws {
    var draw = Draw(generator: PyTorchGenerator(seed: 11))
    var count = 0
    while count < ExactFills.shapesForEach {
      let groups = draw.number(1...3) == 3 ? 2 : 1
      let (input, output) = (groups * draw.number(1...5), groups * draw.number(1...6))
      let geometry = ConvolutionGeometry(
        strides: [draw.number(1...3), draw.number(1...2)], padding: (0..<4).map { _ in draw.number(0...2) },
        dilation: [draw.number(1...2), draw.number(1...2)], groups: groups)
      let x = TensorType(.f32, [draw.number(1...3), input, draw.number(1...13), draw.number(1...19)])
      let w = TensorType(.f32, [output, input / groups, draw.number(1...5), draw.number(1...5)])
      guard let y = try? Convolution2D(geometry).resultTypes([x, w])[0] else { continue }
      count += 1
      let seed = UInt64(count * 100)
      try ExactFills.check(Convolution2D(geometry), [x, w], devices, seed)
      try ExactFills.check(Convolution2DInputGradient(geometry, extent: [x.shape[2], x.shape[3]]), [y, w], devices, seed + 10)
      try ExactFills.check(Convolution2DFilterGradient(geometry, extent: [w.shape[2], w.shape[3]]), [x, y], devices, seed + 20)
    }
  }

  @Test func poolings() throws { try ExactFills.poolings(ExactFills.devices()) }

  private static func poolings(_ devices: [any ExecutionDevice]) throws {
    var draw = Draw(generator: PyTorchGenerator(seed: 12))
    var count = 0
    while count < ExactFills.shapesForEach {
      let window = [draw.number(1...4), draw.number(1...4)]
      var geometry = PoolingGeometry(
        window: window, strides: draw.number(0...1) == 0 ? nil : [draw.number(1...3), draw.number(1...4)],
        padding: [draw.number(0...1), draw.number(0...1), draw.number(0...1), draw.number(0...1)],
        dilation: draw.number(0...2) == 0 ? [draw.number(1...2), draw.number(1...3)] : [1, 1], roundsUp: draw.number(0...2) == 0)
      let x = TensorType(.f32, [draw.number(1...2), draw.number(1...3), draw.number(1...14), draw.number(1...21)])
      let extent = [x.shape[2], x.shape[3]]
      guard let types = try? MaxPool2D(geometry).resultTypes([x]) else { continue }
      count += 1
      let seed = UInt64(count * 100)
      // Integer fills tie constantly: positions are compared too.
      try ExactFills.check(MaxPool2D(geometry), [x], devices, seed)
      let positions = try MaxPool2D(geometry).evaluate([ExactFills.integers(x, seed)])[1]
      let dy = ExactFills.integers(types[0], seed + 5)
      let graph = try graph(of: MaxPool2DGradient(geometry, extent: extent), types)
      let expected = try graph.evaluate([dy, positions])[0].numbers
      for device in devices { #expect(try device.run(graph, [dy, positions])[0].numbers == expected, "\(graph)") }
      // A window of 2^k taps divides exactly.
      guard [1, 2, 4, 8, 16].contains(window[0] * window[1]) else { continue }
      geometry.dilation = [1, 1]
      guard let mean = try? AveragePool2D(geometry).resultTypes([x])[0] else { continue }
      try ExactFills.check(AveragePool2D(geometry), [x], devices, seed)
      // A last window that reaches over the padding has fewer taps: a gradient sums quotients that are rounded.
      if !geometry.simplified(input: extent).roundsUp {
        try ExactFills.check(AveragePool2DGradient(geometry, extent: extent), [mean], devices, seed)
      }
    }
  }

  @Test func products() throws { try ExactFills.products(ExactFills.devices()) }

  private static func products(_ devices: [any ExecutionDevice]) throws {
    var draw = Draw(generator: PyTorchGenerator(seed: 13))
    for count in 0..<ExactFills.shapesForEach {
      let (m, k, n) = (draw.number(1...19), draw.number(1...40), draw.number(1...21))
      let (left, right) = (draw.number(0...1) == 1, draw.number(0...1) == 1)
      let batch = draw.number(0...2) == 0 ? [draw.number(1...3)] : []
      let a = TensorType(.f32, Shape(batch + (left ? [k, m] : [m, k])))
      let b = TensorType(.f32, Shape(batch + (right ? [n, k] : [k, n])))
      try ExactFills.check(MatrixMultiply(transposeLHS: left, transposeRHS: right), [a, b], devices, UInt64(count * 100))
    }
  }

  /// Long sums, whole vectors and remainders of every length.
  @Test func reductions() throws { try ExactFills.reductions(ExactFills.devices()) }

  private static func reductions(_ devices: [any ExecutionDevice]) throws {
    for extent in Array(1...34) + [100, 1568] {
      try ExactFills.check(ReduceSum(axes: [1]), [TensorType(.f32, [3, extent])], devices, UInt64(extent))
      try ExactFills.check(ReduceMax(axes: [1]), [TensorType(.f32, [3, extent])], devices, UInt64(extent))
      try ExactFills.check(ReduceSum(axes: [0]), [TensorType(.f32, [extent, 5])], devices, UInt64(extent))
    }
    try ExactFills.check(ReduceSum(axes: [0, 2, 3]), [TensorType(.f32, [5, 3, 7, 9])], devices, 1)
  }

  /// Lengths around the block length of long vectors.
  @Test func pointwiseLengths() throws { try ExactFills.pointwiseLengths(ExactFills.devices()) }

  private static func pointwiseLengths(_ devices: [any ExecutionDevice]) throws {
    for extent in [1, 7, 8, 9, 1023, 4096, 4097, 5120, 9000] {
      try ExactFills.check(Add(), [TensorType(.f32, [extent]), TensorType(.f32, [extent])], devices, UInt64(extent))
      try ExactFills.check(Relu(), [TensorType(.f32, [2, extent])], devices, UInt64(extent))
    }
  }
}
