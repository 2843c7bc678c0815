import MartletCore

/// Cross-correlation of images `[N, C, H, W]` with weights `[O, C / groups, KH, KW]` [torch.nn.functional.conv2d], zeros on the padding,
/// extents rounded down.
package struct Convolution2D: TensorOperation {
  package static let mnemonic = "conv2d"
  package static var samples: [OperationSample] {
    ConvolutionSamples.all.map { OperationSample(Convolution2D($0.geometry), [($0.input, .uniform(-1, 1)), ($0.filter, .uniform(-1, 1))]) }
  }

  package let geometry: ConvolutionGeometry

  package init(_ geometry: ConvolutionGeometry) { self.geometry = geometry }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws { geometry = try ConvolutionGeometry(&attributes) }

  package var attributes: [Attribute] { geometry.attributes }

  private func shape(_ operands: [TensorType]) throws -> ConvolutionShape {
    try expectOperands(2, operands)
    try expectFloatingPoint(operands[0])
    let (x, w) = (operands[0], operands[1])
    guard x.dtype == w.dtype, x.shape.rank == 4, w.shape.rank == 4 else {
      throw invalid(
        "expected images [N, C, H, W] and weights [O, C / groups, KH, KW] of one type, found \(x) and \(w)",
        advice: "Reshape or convert them; a single image takes an axis of extent 1 before its channels.")
    }
    return try ConvolutionShape(
      Self.mnemonic, geometry, batch: x.shape[0], inputChannels: x.shape[1], filter: w.shape, input: [x.shape[2], x.shape[3]])
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    [TensorType(operands.first?.dtype ?? .f32, try shape(operands).output)]
  }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let (x, w) = (context.operands[0], context.operands[1])
    let dy = try context.adjoint()
    return [
      try context.ifNeeded(0) {
        let extent = Array(builder.shape(of: x).extents.suffix(2))
        return try builder.add(Convolution2DInputGradient(geometry, extent: extent), dy, w)
      },
      try context.ifNeeded(1) {
        let extent = Array(builder.shape(of: w).extents.suffix(2))
        return try builder.add(Convolution2DFilterGradient(geometry, extent: extent), x, dy)
      },
    ]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let shape = try shape(operands.map(\.type))
    func run<Scalar: RealScalar>(_ x: [Scalar]) throws -> [HostTensor] {
      [shape.sumOfProducts(shape.output, x, try Evaluation.elements(operands[1])) { input, filter, output in (output, input, filter) }]
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
    let firstChannel = index[1] / shape.outputChannelsPerGroup * shape.inputChannelsPerGroup
    let extents = [("c", shape.inputChannelsPerGroup), ("ky", rows.window), ("kx", columns.window)]
    return [
      try context.sum(
        over: extents, context.operandTypes[0].dtype,
        where: { rows.isInside(output: index[2], tap: $0[1]) + columns.isInside(output: index[3], tap: $0[2]) }
      ) { point in
        let channel = shape.groups == 1 ? point[0] : firstChannel + point[0]
        let row = rows.position(output: index[2], tap: point[1])
        let column = columns.position(output: index[3], tap: point[2])
        return try context.read(0, [index[0], channel, row, column]) * context.read(1, [index[1], point[0], point[1], point[2]])
      }
    ]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { (try? shape(operands).floatingPointOperations) ?? 0 }
}

extension GraphBuilder {
  package func convolution2D(_ x: Value, _ w: Value, _ geometry: ConvolutionGeometry) throws -> Value {
    try add(Convolution2D(geometry), x, w)
  }
}

/// Shapes on which the convolution and its gradients are tried: strides, padding, dilation, groups, remainders.
enum ConvolutionSamples {
  struct Case {
    var geometry: ConvolutionGeometry
    var input: TensorType
    var filter: TensorType
    var output: TensorType
  }

  static var all: [Case] {
    [
      make([2, 1, 6, 9], [3, 1, 3, 3], ConvolutionGeometry(padding: [1, 1, 1, 1])),
      make([1, 3, 7, 14], [5, 3, 3, 3], ConvolutionGeometry(padding: [1, 1, 1, 1])),
      make([2, 3, 8, 7], [2, 3, 5, 5], ConvolutionGeometry()),
      make([2, 2, 9, 8], [3, 2, 3, 3], ConvolutionGeometry(strides: [2, 2], padding: [1, 0, 0, 1])),
      make([1, 4, 9, 9], [6, 2, 3, 2], ConvolutionGeometry(strides: [1, 3], padding: [2, 1, 0, 1], dilation: [2, 1], groups: 2)),
      make([1, 2, 9, 10], [2, 2, 2, 3], ConvolutionGeometry(strides: [2, 2], padding: [1, 1, 2, 2], dilation: [2, 3])),
      make([1, 3, 5, 5], [3, 1, 3, 3], ConvolutionGeometry(padding: [1, 1, 1, 1], groups: 3)),
      make([2, 4, 3, 5], [7, 4, 1, 1], ConvolutionGeometry()),
    ].compactMap { $0 }
  }

  private static func make(_ input: [Int], _ filter: [Int], _ geometry: ConvolutionGeometry) -> Case? {
    let (x, w) = (TensorType(.f32, Shape(input)), TensorType(.f32, Shape(filter)))
    guard let output = try? Convolution2D(geometry).resultTypes([x, w]) else { return nil }
    return Case(geometry: geometry, input: x, filter: w, output: output[0])
  }
}
