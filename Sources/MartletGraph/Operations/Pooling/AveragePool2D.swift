import MartletCore

/// The mean of each window [torch.nn.functional.avg_pool2d]; `count_includes_padding` says whether taps on padding count. Taps behind the
/// padding, which `ceil_mode` allows, never count.
package struct AveragePool2D: TensorOperation {
  package static let mnemonic = "avg_pool2d"
  package static var samples: [OperationSample] {
    PoolingGeometry.samples.flatMap { sample in
      [true, false].map { includes in
        OperationSample(
          AveragePool2D(sample.geometry, countIncludesPadding: includes), [(TensorType(.f32, sample.input), .uniform(-2, 2))])
      }
    }
  }

  package let geometry: PoolingGeometry
  package let countIncludesPadding: Bool

  package init(_ geometry: PoolingGeometry, countIncludesPadding: Bool = true) {
    self.geometry = geometry
    self.countIncludesPadding = countIncludesPadding
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    geometry = try PoolingGeometry(&attributes, hasDilation: false)
    countIncludesPadding = try attributes.flag("count_includes_padding", default: true)
  }

  package var attributes: [Attribute] {
    geometry.attributes + Attribute.unlessDefault("count_includes_padding", .flag(countIncludesPadding), .flag(true))
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    guard geometry.dilation == [1, 1] else {
      throw invalid("the windows of a mean have no dilation, found \(geometry.dilation)", advice: "Leave the dilation out.")
    }
    return [TensorType(operands[0].dtype, try geometry.pooled(Self.mnemonic, operands[0]))]
  }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let extent = Array(context.builder.shape(of: context.operands[0]).extents.suffix(2))
    let gradient = AveragePool2DGradient(geometry, countIncludesPadding: countIncludesPadding, extent: extent)
    return [try context.builder.add(gradient, context.adjoint())]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let type = operands[0].type
    let axes = try geometry.axes(Self.mnemonic, input: [type.shape[2], type.shape[3]])
    let shape = try geometry.pooled(Self.mnemonic, type)
    let (inputPlane, outputPlane) = (axes[0].input * axes[1].input, axes[0].output * axes[1].output)
    let x = operands[0].numbers
    var sums = [Double](repeating: 0, count: shape.elementCount)
    for plane in 0..<shape[0] * shape[1] {
      geometry.forEachTap(axes) { output, input, _ in sums[plane * outputPlane + output] += x[plane * inputPlane + input] }
    }
    let counts = AveragePool2D.counts(geometry, axes, countIncludesPadding)
    return [HostTensor(TensorType(type.dtype, shape), numbers: sums.indices.map { sums[$0] / counts[$0 % outputPlane] })]
  }

  /// By how much the sum of each window of a plane is divided.
  static func counts(_ geometry: PoolingGeometry, _ axes: [WindowAxis], _ includesPadding: Bool) -> [Double] {
    let windows = axes[0].output * axes[1].output
    var counts = [Double](repeating: 0, count: windows)
    if includesPadding {
      for output in counts.indices {
        let (row, column) = (output / axes[1].output, output % axes[1].output)
        counts[output] = Double(axes[0].paddedCount(output: row) * axes[1].paddedCount(output: column))
      }
      return counts
    }
    geometry.forEachTap(axes) { output, _, _ in counts[output] += 1 }
    return counts
  }

  /// The same as an element, for the window at an output position.
  static func count(_ axes: [WindowAxis], _ includesPadding: Bool, row: Index, column: Index, _ dtype: DType) -> Element {
    guard axes.contains(where: { includesPadding ? $0.overhang > 0 : $0.hasPadding }) else {
      return .constant(Double(axes[0].window * axes[1].window), dtype)
    }
    let extents = zip(axes, [row, column]).map { axis, output in
      let first = axis.position(output: output, tap: Index(0))
      let limit = axis.input + (includesPadding ? axis.paddingAfter : 0)
      let end = Element.binary(.minimum, .index(first + axis.window), .constant(Double(limit), .i32))
      return end - (includesPadding ? .index(first) : .binary(.maximum, .index(first), .constant(0, .i32)))
    }
    return (extents[0] * extents[1]).converted(to: dtype)
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let type = context.operandTypes[0]
    let axes = try geometry.axes(Self.mnemonic, input: [type.shape[2], type.shape[3]])
    let sum = try context.sum(
      over: [("ky", axes[0].window), ("kx", axes[1].window)], type.dtype,
      where: { axes[0].isInside(output: index[2], tap: $0[0]) + axes[1].isInside(output: index[3], tap: $0[1]) }
    ) { tap in
      let row = axes[0].position(output: index[2], tap: tap[0])
      return try context.read(0, [index[0], index[1], row, axes[1].position(output: index[3], tap: tap[1])])
    }
    return [sum / AveragePool2D.count(axes, countIncludesPadding, row: index[2], column: index[3], type.dtype)]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int {
    guard let shape = try? geometry.pooled(Self.mnemonic, operands[0]) else { return 0 }
    return shape.elementCount * geometry.window.reduce(1, *)
  }
}

extension GraphBuilder {
  package func averagePool2D(_ x: Value, _ geometry: PoolingGeometry, countIncludesPadding: Bool = true) throws -> Value {
    let simplified = geometry.simplified(input: Array(shape(of: x).extents.suffix(2)))
    return try add(AveragePool2D(simplified, countIncludesPadding: countIncludesPadding), x)
  }
}
