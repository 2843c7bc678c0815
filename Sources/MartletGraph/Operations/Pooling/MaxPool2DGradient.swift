import MartletCore

/// Puts each element of `dy` where the window's maximum was; where windows overlap, gradients add.
package struct MaxPool2DGradient: WithoutDerivative {
  package static let mnemonic = "max_pool2d_grad"
  package static var samples: [OperationSample] {
    (PoolingGeometry.samples + PoolingGeometry.dilatedSamples).compactMap { geometry, input in
      guard let shape = try? geometry.pooled(mnemonic, TensorType(.f32, input)) else { return nil }
      return OperationSample(
        MaxPool2DGradient(geometry, extent: [input[2], input[3]]),
        [(TensorType(.f32, shape), .uniform(-1, 1)), (TensorType(.u8, shape), .integers(0, geometry.window.reduce(1, *)))])
    }
  }

  package let geometry: PoolingGeometry
  package let extent: [Int]

  package init(_ geometry: PoolingGeometry, extent: [Int]) {
    self.geometry = geometry
    self.extent = extent
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    geometry = try PoolingGeometry(&attributes, hasDilation: true)
    extent = try attributes.integers("extent")
  }

  package var attributes: [Attribute] { geometry.attributes + [Attribute("extent", .integers(extent))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(2, operands)
    let shape = try geometry.unpooled(Self.mnemonic, operands[0], extent: extent)
    guard operands[1] == TensorType(geometry.positionType, operands[0].shape) else {
      throw invalid(
        "positions must be \(TensorType(geometry.positionType, operands[0].shape)), found \(operands[1])",
        advice: "Give the second result of the max_pool2d whose gradient it is.")
    }
    return [TensorType(operands[0].dtype, shape)]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let shape = try geometry.unpooled(Self.mnemonic, operands[0].type, extent: extent)
    let axes = try geometry.axes(Self.mnemonic, input: extent)
    let (inputPlane, outputPlane) = (axes[0].input * axes[1].input, axes[0].output * axes[1].output)
    let (dy, positions) = (operands[0].numbers, operands[1].numbers)
    var dx = [Double](repeating: 0, count: shape.elementCount)
    for plane in 0..<shape[0] * shape[1] {
      geometry.forEachTap(axes) { output, input, position in
        let source = plane * outputPlane + output
        if Int(positions[source]) == position { dx[plane * inputPlane + input] += dy[source] }
      }
    }
    return [HostTensor(TensorType(operands[0].dtype, shape), numbers: dx)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let axes = try geometry.axes(Self.mnemonic, input: extent)
    let dtype = context.operandTypes[0].dtype
    return [
      try context.sum(
        over: [("ky", axes[0].coveringCount), ("kx", axes[1].coveringCount)], dtype,
        where: {
          axes[0].covering(input: index[2], candidate: $0[0]).conditions + axes[1].covering(input: index[3], candidate: $0[1]).conditions
        }
      ) { candidate in
        let row = axes[0].covering(input: index[2], candidate: candidate[0])
        let column = axes[1].covering(input: index[3], candidate: candidate[1])
        let window = [index[0], index[1], row.output, column.output]
        let position = Element.index(row.tap * axes[1].window + column.tap)
        return .select(
          .compare(.eq, try context.read(1, window), position), try context.read(0, window), .constant(0, dtype))
      }
    ]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { operands[0].elementCount }
}
