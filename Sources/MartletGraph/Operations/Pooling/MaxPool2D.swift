import MartletCore

/// The maximum of each window and its position in the window, row * window width + column, padding counted
/// [torch.nn.functional.max_pool2d]. Padding is -inf; the first maximum wins; NaN beats numbers, of several NaN the last.
package struct MaxPool2D: TensorOperation {
  package static let mnemonic = "max_pool2d"
  package static var samples: [OperationSample] {
    (PoolingGeometry.samples + PoolingGeometry.dilatedSamples).map {
      OperationSample(MaxPool2D($0.geometry), [(TensorType(.f32, $0.input), .distinct)])
    }
  }

  package let geometry: PoolingGeometry

  package init(_ geometry: PoolingGeometry) { self.geometry = geometry }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    geometry = try PoolingGeometry(&attributes, hasDilation: true)
  }

  package var attributes: [Attribute] { geometry.attributes }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    let shape = try geometry.pooled(Self.mnemonic, operands[0])
    return [TensorType(operands[0].dtype, shape), TensorType(geometry.positionType, shape)]
  }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let extent = Array(context.builder.shape(of: context.operands[0]).extents.suffix(2))
    return [try context.builder.add(MaxPool2DGradient(geometry, extent: extent), context.adjoint(), context.results[1])]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let type = operands[0].type
    let axes = try geometry.axes(Self.mnemonic, input: [type.shape[2], type.shape[3]])
    let shape = try geometry.pooled(Self.mnemonic, type)
    let (inputPlane, outputPlane) = (axes[0].input * axes[1].input, axes[0].output * axes[1].output)
    func run<Scalar: RealScalar>(_ x: [Scalar]) -> [HostTensor] {
      var best = [Scalar](repeating: -.infinity, count: shape.elementCount)
      var positions = [Int](repeating: -1, count: shape.elementCount)
      for plane in 0..<shape[0] * shape[1] {
        geometry.forEachTap(axes) { output, input, position in
          let z = x[plane * inputPlane + input]
          let target = plane * outputPlane + output
          if z > best[target] || z.isNaN || positions[target] < 0 {
            best[target] = z
            positions[target] = position
          }
        }
      }
      return [HostTensor(shape, best), HostTensor(TensorType(geometry.positionType, shape), numbers: positions.map { Double($0) })]
    }
    switch operands[0].storage {
    case .f32(let x): return run(x)
    case .f64(let x): return run(x)
    case .i32, .u8, .bool: throw Evaluation.mismatch(operands[0])
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let type = context.operandTypes[0]
    let axes = try geometry.axes(Self.mnemonic, input: [type.shape[2], type.shape[3]])
    return try context.fold(
      over: [("ky", axes[0].window), ("kx", axes[1].window)],
      where: { axes[0].isInside(output: index[2], tap: $0[0]) + axes[1].isInside(output: index[3], tap: $0[1]) },
      initial: [.constant(-.infinity, type.dtype), .constant(-1, .i32)]
    ) { tap, carried in
      let row = axes[0].position(output: index[2], tap: tap[0])
      let column = axes[1].position(output: index[3], tap: tap[1])
      let z = try context.read(0, [index[0], index[1], row, column])
      // The first tap inside the input always wins, so that a window of -inf has a position inside it too.
      let isFirst = Element.compare(.lt, carried[1], .constant(0, .i32))
      let isBetter = Element.binary(.or, .binary(.or, .compare(.gt, z, carried[0]), .isNaN(z)), isFirst)
      let position = Element.index(tap[0] * axes[1].window + tap[1])
      return [.select(isBetter, z, carried[0]), .select(isBetter, position, carried[1])]
    }
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int {
    guard let shape = try? geometry.pooled(Self.mnemonic, operands[0]) else { return 0 }
    return shape.elementCount * geometry.window.reduce(1, *)
  }
}

extension GraphBuilder {
  /// The pooled values; the positions are the second result.
  package func maxPool2D(_ x: Value, _ geometry: PoolingGeometry) throws -> Value {
    try add(MaxPool2D(geometry.simplified(input: Array(shape(of: x).extents.suffix(2)))), [x])[0]
  }
}
