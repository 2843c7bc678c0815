import MartletCore

/// Transposed convolution of images `[N, C, H, W]` with weights `[C, O / groups, KH, KW]` [torch.nn.functional.conv_transpose2d]: each pixel
/// adds its product with the kernel to the result, `stride` apart. It computes what the gradient of `conv2d` with the same attributes does.
///
/// `output_padding` adds rows and columns at the end; it is below the strides.
package struct ConvolutionTranspose2D: TensorOperation {
  package static let mnemonic = "conv_transpose2d"
  package static var samples: [OperationSample] {
    [
      ([2, 3, 4, 5], [3, 2, 3, 3], ConvolutionGeometry(strides: [2, 2], padding: [1, 1, 1, 1]), [1, 0]),
      ([1, 2, 5, 4], [2, 3, 2, 3], ConvolutionGeometry(), [0, 0]),
      ([2, 4, 3, 3], [4, 3, 3, 2], ConvolutionGeometry(strides: [1, 3], padding: [2, 0, 0, 1], dilation: [2, 1], groups: 2), [0, 2]),
      ([1, 8, 6, 6], [8, 16, 3, 3], ConvolutionGeometry(padding: [1, 1, 1, 1]), [0, 0]),
    ].map { (x: [Int], w: [Int], geometry: ConvolutionGeometry, outputPadding: [Int]) in
      OperationSample(
        ConvolutionTranspose2D(geometry, outputPadding: outputPadding),
        [(TensorType(.f32, Shape(x)), .uniform(-1, 1)), (TensorType(.f32, Shape(w)), .uniform(-1, 1))])
    }
  }

  package let geometry: ConvolutionGeometry
  package let outputPadding: [Int]

  package init(_ geometry: ConvolutionGeometry, outputPadding: [Int] = [0, 0]) {
    (self.geometry, self.outputPadding) = (geometry, outputPadding)
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    geometry = try ConvolutionGeometry(&attributes)
    outputPadding = try attributes.integers("output_padding", default: [0, 0])
  }

  package var attributes: [Attribute] {
    geometry.attributes + Attribute.unlessDefault("output_padding", .integers(outputPadding), .integers([0, 0]))
  }

  /// The gradient of a convolution that computes the same.
  package func inputGradient(_ operands: [TensorType]) throws -> Convolution2DInputGradient {
    try expectOperands(2, operands)
    try geometry.check(Self.mnemonic)
    let (x, w) = (operands[0], operands[1])
    guard x.dtype == w.dtype, x.shape.rank == 4, w.shape.rank == 4, x.shape[1] == w.shape[0] else {
      throw invalid(
        "expected images [N, C, H, W] and weights [C, O / groups, KH, KW] of one type, found \(x) and \(w)",
        advice: "The first extent of the weights counts the channels of the images: transpose the weights of a convolution.")
    }
    guard outputPadding.count == 2, (0..<2).allSatisfy({ (0..<geometry.strides[$0]).contains(outputPadding[$0]) }) else {
      throw invalid(
        "output_padding \(outputPadding) must be two numbers that are not negative and below the strides \(geometry.strides)",
        advice: "Make it smaller, or the strides larger.")
    }
    let extent = try (0..<2).map { axis -> Int in
      let (steps, overflow) = (x.shape[axis + 2] - 1).multipliedReportingOverflow(by: geometry.strides[axis])
      let (reach, tooFar) = (w.shape[axis + 2] - 1).multipliedReportingOverflow(by: geometry.dilation[axis])
      let padding = geometry.padding[2 * axis] + geometry.padding[2 * axis + 1]
      let (sum, tooLarge) = steps.addingReportingOverflow(reach)
      guard !overflow, !tooFar, !tooLarge, sum < 1 << 40, sum - padding + 1 + outputPadding[axis] > 0 else {
        throw invalid(
          "images \(x.shape) and weights \(w.shape) with padding \(geometry.padding) give no image",
          advice: "Make the padding, the strides or the kernel smaller: padding takes pixels from the result.")
      }
      return sum - padding + 1 + outputPadding[axis]
    }
    return Convolution2DInputGradient(geometry, extent: extent)
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] { try inputGradient(operands).resultTypes(operands) }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let (x, w) = (context.operands[0], context.operands[1])
    let adjoint = try context.adjoint()
    return [
      try context.ifNeeded(0) { try builder.convolution2D(adjoint, w, geometry) },
      try context.ifNeeded(1) {
        let extent = Array(builder.shape(of: w).extents.suffix(2))
        return try builder.add(Convolution2DFilterGradient(geometry, extent: extent), adjoint, x)
      },
    ]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    try inputGradient(operands.map(\.type)).evaluate(operands)
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    try inputGradient(context.operandTypes).elements(context, at: index)
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int {
    (try? inputGradient(operands))?.floatingPointOperations(operands) ?? 0
  }
}

extension GraphBuilder {
  package func convolutionTranspose2D(
    _ x: Value, _ w: Value, _ geometry: ConvolutionGeometry, outputPadding: [Int] = [0, 0]
  ) throws -> Value {
    try add(ConvolutionTranspose2D(geometry, outputPadding: outputPadding), x, w)
  }
}
