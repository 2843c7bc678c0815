import MartletCore

/// The gradient of `conv2d` with respect to its images: `dy` and the weights give `[N, C, H, W]`, with `extent = [H, W]`
/// [torch.nn.grad.conv2d_input].
package struct Convolution2DInputGradient: WithoutDerivative {
  package static let mnemonic = "conv2d_input_grad"
  package static var samples: [OperationSample] {
    ConvolutionSamples.all.map {
      OperationSample(
        Convolution2DInputGradient($0.geometry, extent: Array($0.input.shape.extents.suffix(2))),
        [($0.output, .uniform(-1, 1)), ($0.filter, .uniform(-1, 1))])
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
    let (dy, w) = (operands[0], operands[1])
    guard dy.dtype == w.dtype, dy.shape.rank == 4, w.shape.rank == 4, extent.count == 2, extent.allSatisfy({ $0 > 0 }) else {
      throw invalid(
        "expected dy [N, O, OH, OW], weights [O, C / groups, KH, KW] and extent = [H, W], found \(dy), \(w) and \(extent)",
        advice: "Give the gradient of the convolution's result, its weights and the rows and columns of its images.")
    }
    let (channels, overflow) = w.shape[1].multipliedReportingOverflow(by: geometry.groups)
    guard !overflow else { throw invalid("\(geometry.groups) groups of \(w.shape[1]) channels are too many", advice: "Give fewer groups.") }
    let shape = try ConvolutionShape(
      Self.mnemonic, geometry, batch: dy.shape[0], inputChannels: channels, filter: w.shape, input: extent)
    guard shape.output == dy.shape else {
      throw invalid(
        "a convolution of images \(extent) gives \(shape.output), but dy is \(dy.shape)",
        advice: "Give the attributes of the convolution whose gradient it is, and as extent the rows and columns of its images.")
    }
    return shape
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    [TensorType(operands.first?.dtype ?? .f32, try shape(operands).input)]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let shape = try shape(operands.map(\.type))
    func run<Scalar: RealScalar>(_ dy: [Scalar]) throws -> [HostTensor] {
      [shape.sumOfProducts(shape.input, dy, try Evaluation.elements(operands[1])) { input, filter, output in (input, output, filter) }]
    }
    switch operands[0].storage {
    case .f32(let dy): return try run(dy)
    case .f64(let dy): return try run(dy)
    case .i32, .u8, .bool: throw Evaluation.mismatch(operands[0])
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let shape = try shape(context.operandTypes)
    let (rows, columns) = (shape.axes[0], shape.axes[1])
    let firstOutput = index[1] / shape.inputChannelsPerGroup * shape.outputChannelsPerGroup
    let channel = shape.groups == 1 ? index[1] : index[1] % shape.inputChannelsPerGroup
    let extents = [("o", shape.outputChannelsPerGroup), ("ky", rows.coveringCount), ("kx", columns.coveringCount)]
    return [
      try context.sum(
        over: extents, context.operandTypes[0].dtype,
        where: {
          rows.covering(input: index[2], candidate: $0[1]).conditions + columns.covering(input: index[3], candidate: $0[2]).conditions
        }
      ) { point in
        let output = shape.groups == 1 ? point[0] : firstOutput + point[0]
        let row = rows.covering(input: index[2], candidate: point[1])
        let column = columns.covering(input: index[3], candidate: point[2])
        return try context.read(0, [index[0], output, row.output, column.output]) * context.read(1, [output, channel, row.tap, column.tap])
      }
    ]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { (try? shape(operands).floatingPointOperations) ?? 0 }
}
