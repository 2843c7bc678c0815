import MartletCore

/// Spreads each element of `dy` over its window, divided by what the window's sum was divided by.
package struct AveragePool2DGradient: WithoutDerivative {
  package static let mnemonic = "avg_pool2d_grad"
  package static var samples: [OperationSample] {
    PoolingGeometry.samples.flatMap { geometry, input -> [OperationSample] in
      guard let shape = try? geometry.pooled(mnemonic, TensorType(.f32, input)) else { return [] }
      return [true, false].map { includes in
        OperationSample(
          AveragePool2DGradient(geometry, countIncludesPadding: includes, extent: [input[2], input[3]]),
          [(TensorType(.f32, shape), .uniform(-1, 1))])
      }
    }
  }

  package let geometry: PoolingGeometry
  package let countIncludesPadding: Bool
  package let extent: [Int]

  package init(_ geometry: PoolingGeometry, countIncludesPadding: Bool = true, extent: [Int]) {
    self.geometry = geometry
    self.countIncludesPadding = countIncludesPadding
    self.extent = extent
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    geometry = try PoolingGeometry(&attributes, hasDilation: false)
    countIncludesPadding = try attributes.flag("count_includes_padding", default: true)
    extent = try attributes.integers("extent")
  }

  package var attributes: [Attribute] {
    geometry.attributes + Attribute.unlessDefault("count_includes_padding", .flag(countIncludesPadding), .flag(true))
      + [Attribute("extent", .integers(extent))]
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    guard geometry.dilation == [1, 1] else {
      throw invalid("the windows of a mean have no dilation, found \(geometry.dilation)", advice: "Leave the dilation out.")
    }
    return [TensorType(operands[0].dtype, try geometry.unpooled(Self.mnemonic, operands[0], extent: extent))]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let shape = try geometry.unpooled(Self.mnemonic, operands[0].type, extent: extent)
    let axes = try geometry.axes(Self.mnemonic, input: extent)
    let (inputPlane, outputPlane) = (axes[0].input * axes[1].input, axes[0].output * axes[1].output)
    let counts = AveragePool2D.counts(geometry, axes, countIncludesPadding)
    let dy = operands[0].numbers
    var dx = [Double](repeating: 0, count: shape.elementCount)
    for plane in 0..<shape[0] * shape[1] {
      geometry.forEachTap(axes) { output, input, _ in
        dx[plane * inputPlane + input] += dy[plane * outputPlane + output] / counts[output]
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
        let row = axes[0].covering(input: index[2], candidate: candidate[0]).output
        let column = axes[1].covering(input: index[3], candidate: candidate[1]).output
        return try context.read(0, [index[0], index[1], row, column])
          / AveragePool2D.count(axes, countIncludesPadding, row: row, column: column, dtype)
      }
    ]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { operands[0].elementCount }
}
