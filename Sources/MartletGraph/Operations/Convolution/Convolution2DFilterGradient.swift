import MartletCore

/// The gradient of `conv2d` with respect to its weights: images and `dy` give `[O, C / groups, KH, KW]`, with `extent = [KH, KW]`
/// [torch.nn.grad.conv2d_weight].
package struct Convolution2DFilterGradient: WithoutDerivative {
  package static let mnemonic = "conv2d_filter_grad"
  package static var samples: [OperationSample] {
    ConvolutionSamples.all.map {
      OperationSample(
        Convolution2DFilterGradient($0.geometry, extent: Array($0.filter.shape.extents.suffix(2))),
        [($0.input, .uniform(-1, 1)), ($0.output, .uniform(-1, 1))])
    }
  }

  package let geometry: ConvolutionGeometry
  package let extent: [Int]

  package init(_ geometry: ConvolutionGeometry, extent: [Int]) {
    self.geometry = geometry
    self.extent = extent
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    geometry = try ConvolutionGeometry(&attributes)
    extent = try attributes.integers("extent")
  }

  package var attributes: [Attribute] { geometry.attributes + [Attribute("extent", .integers(extent))] }

  private func shape(_ operands: [TensorType]) throws -> ConvolutionShape {
    try expectOperands(2, operands)
    try expectFloatingPoint(operands[0])
    let (x, dy) = (operands[0], operands[1])
    guard x.dtype == dy.dtype, x.shape.rank == 4, dy.shape.rank == 4, extent.count == 2, extent.allSatisfy({ $0 > 0 }) else {
      throw invalid(
        "expected images [N, C, H, W], dy [N, O, OH, OW] and extent = [KH, KW], found \(x), \(dy) and \(extent)",
        advice: "Give the convolution's images, the gradient of its result and the rows and columns of its kernel.")
    }
    try geometry.check(Self.mnemonic)
    let filter = Shape([dy.shape[1], x.shape[1] / geometry.groups] + extent)
    let shape = try ConvolutionShape(
      Self.mnemonic, geometry, batch: x.shape[0], inputChannels: x.shape[1], filter: filter, input: [x.shape[2], x.shape[3]])
    guard shape.output == dy.shape else {
      throw invalid(
        "the convolution gives \(shape.output), but dy is \(dy.shape)",
        advice: "Give the attributes of the convolution whose gradient it is, and as extent the rows and columns of its kernel.")
    }
    return shape
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    [TensorType(operands.first?.dtype ?? .f32, try shape(operands).filter)]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let shape = try shape(operands.map(\.type))
    func run<Scalar: RealScalar>(_ x: [Scalar]) throws -> [HostTensor] {
      [shape.sumOfProducts(shape.filter, x, try Evaluation.elements(operands[1])) { input, filter, output in (filter, input, output) }]
    }
    switch operands[0].storage {
    case .f32(let x): return try run(x)
    case .f64(let x): return try run(x)
    case .i32, .u8, .bool: throw Evaluation.mismatch(operands[0])
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let shape = try shape(context.operandTypes)
    let (rows, columns) = (shape.axes[0], shape.axes[1])
    let channel =
      shape.groups == 1 ? index[1] : index[0] / shape.outputChannelsPerGroup * shape.inputChannelsPerGroup + index[1]
    return [
      try context.sum(
        over: [("n", shape.batch), ("y", rows.output), ("x", columns.output)], context.operandTypes[0].dtype,
        where: { rows.isInside(output: $0[1], tap: index[2]) + columns.isInside(output: $0[2], tap: index[3]) }
      ) { point in
        let row = rows.position(output: point[1], tap: index[2])
        let column = columns.position(output: point[2], tap: index[3])
        return try context.read(0, [point[0], channel, row, column]) * context.read(1, [point[0], index[0], point[1], point[2]])
      }
    ]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { (try? shape(operands).floatingPointOperations) ?? 0 }
}
