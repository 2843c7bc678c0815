import MartletCore
import MartletGraph
@testable import MartletLayers

extension RandomGraphs {
  /// Images that are resized, padded by their own pixels, pooled with dilation, over their borders and to given extents, beside constants of
  /// many numbers.
  static func makeImages(_ seed: UInt64) throws -> Graph {
    let dtype = dtype(seed)
    var generator = PyTorchGenerator(seed: seed + 60_000_011)
    let builder = GraphBuilder(name: "images")
    let n = samples(&generator)
    let tracer = Tracer(builder, purpose: .inference)
    func draw(_ extents: Int...) -> Int { extents[generator.below(extents.count)] }
    let isInput = generator.below(3) > 0
    let extents = [n, 1 + generator.below(3), draw(1, 3, 4, 7, 8), draw(2, 5, 6, 8)]
    var value = try builder.parameter(
      "x", isInput ? .input : .parameter, TensorType(dtype, Shape(extents)), batchAxis: isInput ? 0 : nil)
    var weights = 0
    func weight(_ shape: Shape) throws -> Value {
      weights += 1
      return try builder.parameter("w\(weights)", .parameter, TensorType(dtype, shape))
    }
    for _ in 0..<1 + generator.below(n > 20 ? 4 : 6) {
      let shape = builder.shape(of: value)
      let (height, width) = (shape[2], shape[3])
      let tensor = Tensor(value, tracer, History("x"))
      let size = Extents2D(draw(1, 2, 3, 5, 7, 2 * height), draw(1, 2, 4, 6, 9, 2 * width))
      switch generator.below(12) {
      case 0: value = try builder.resized(value, .size(size), .nearest)
      case 1: value = try builder.resized(value, .size(size), .bilinear(alignsCorners: generator.below(2) == 0))
      case 2:
        let factor = [0.5, 1.5, 2, 3, 0.7][generator.below(5)]
        guard factor * Double(min(height, width)) >= 1, shape.elementCount < 4000 else { continue }
        value = try builder.resized(value, .factors([factor]), generator.below(2) == 0 ? .nearest : .bilinear(alignsCorners: false))
      case 3, 4:
        let mode = [PaddingMode.reflect, .replicate, .circular][generator.below(3)]
        let most = mode == .reflect ? (height - 1, width - 1) : (height, width)
        let low = [0, 0, generator.below(min(most.0, 3) + 1), generator.below(min(most.1, 3) + 1)]
        let high = [0, 0, generator.below(min(most.0, 3) + 1), generator.below(min(most.1, 3) + 1)]
        value = try builder.pad(value, low: low, high: high, mode: mode)
      case 5:
        value = try AdaptiveWindows.pooled(tensor, draw(1, 2, 3, 5), draw(1, 2, 4, 7), order: [2, 3]) { try $0.averagePool2D($1, $2) }
      case 6:
        value = try AdaptiveWindows.pooled(tensor, draw(1, 2, 3, 5), draw(1, 2, 4, 7), order: [3, 2]) { try $0.maxPool2D($1, $2) }
      case 7, 8:
        var geometry = PoolingGeometry(
          window: [draw(1, 2, 3), draw(1, 2, 3)], strides: [draw(1, 2, 3), draw(1, 2, 3)], padding: (0..<4).map { _ in generator.below(2) },
          roundsUp: generator.below(2) == 0)
        let isMaximum = generator.below(2) == 0
        if isMaximum { geometry.dilation = [draw(1, 2, 3), draw(1, 2)] }
        let operation: any TensorOperation =
          isMaximum ? MaxPool2D(geometry) : AveragePool2D(geometry, countIncludesPadding: generator.below(2) == 0)
        guard (try? operation.resultTypes([builder.type(of: value)])) != nil else { continue }
        value = try builder.add(operation, value)
      case 9:
        let channels = 1 + generator.below(4)
        let filter = try weight([channels, shape[1], 1, draw(1, 2)])
        let convolved = try builder.convolution2D(value, filter, ConvolutionGeometry(padding: [0, 0, 0, 1]))
        value = try builder.add(convolved, builder.broadcast(weight([channels]), builder.shape(of: convolved), axes: [1]))
      case 10:
        // A picture of constant numbers, or the filter of a convolution.
        func constant(_ shape: Shape) throws -> Value {
          let numbers = (0..<shape.elementCount).map { Double($0 * 37 % 101) / 64 - 0.75 }
          return try builder.add(Constant(numbers, TensorType(dtype, shape)))
        }
        if generator.below(2) == 0 {
          let picture = try constant(Shape(Array(shape.extents.dropFirst())))
          value = try builder.multiply(value, builder.broadcast(picture, shape, axes: [1, 2, 3]))
        } else {
          let filter = try constant([256 / (9 * shape[1]) + 2, shape[1], 3, 3])
          let convolved = try builder.convolution2D(value, filter, ConvolutionGeometry(padding: [1, 1, 1, 1]))
          value = try builder.hyperbolicTangent(builder.slice(convolved, starts: [0, 0, 0, 0], limits: [n, 2, height, width]))
        }
      default: value = try generator.below(2) == 0 ? builder.relu(value) : builder.hyperbolicTangent(value)
      }
      guard builder.shape(of: value).elementCount < 20_000 else { break }
    }
    let last = try builder.hyperbolicTangent(value)
    let features = builder.shape(of: last).elementCount / n
    let outputs = try builder.matrixMultiply(builder.reshape(last, [n, features]), weight([2, features]), transposeRHS: true)
    let small = try builder.hyperbolicTangent(outputs)
    builder.result("loss", try builder.reduceMean(builder.multiply(small, builder.sigmoid(small)), axes: [0, 1]))
    builder.result("last", last)
    return try builder.finish()
  }
}
