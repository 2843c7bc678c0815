import MartletCore

/// To the result's element type [Tensor.to]. Float to integer truncates towards zero, saturates, and makes NaN 0; integer to a narrower
/// integer wraps around; to bool is `x != 0`.
package struct Convert: TensorOperation {
  package static let mnemonic = "convert"
  package static var samples: [OperationSample] {
    var samples: [OperationSample] = []
    for from in DType.allCases {
      for to in DType.allCases {
        let fill: OperationSample.Fill = from.isFloatingPoint ? .uniform(0, 9) : from == .bool ? .integers(0, 2) : .integers(0, 200)
        samples.append(OperationSample(Convert(to), [(TensorType(from, [3, 7]), fill)]))
      }
    }
    return samples
  }

  package let dtype: DType

  package init(_ dtype: DType) { self.dtype = dtype }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    guard let type = resultTypes.first else { throw MartletError(GraphErrorCode.missingPart, "convert needs a result type") }
    dtype = type.dtype
  }

  package var attributes: [Attribute] { [] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    return [TensorType(dtype, operands[0].shape)]
  }

  package func differentiability(operand: Int) -> Differentiability { dtype.isFloatingPoint ? .differentiable : .zeroDerivative }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let from = context.type(of: context.operands[0]).dtype
    guard dtype.isFloatingPoint, from.isFloatingPoint else { return [nil] }
    return [try context.builder.convert(context.adjoint(), to: from)]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let x = operands[0]
    guard !x.dtype.isFloatingPoint, dtype == .u8 else { return [x.converted(to: dtype)] }
    return [HostTensor(x.shape, x.numbers.map { UInt8(truncatingIfNeeded: Int($0)) })]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let x = try context.read(0, index)
    switch dtype {
    case .f32, .f64:
      return [x.dtype == .bool ? .select(x, .constant(1, dtype), .constant(0, dtype)) : x.converted(to: dtype)]
    case .bool:
      return [x.dtype == .bool ? x : .compare(.ne, x, x.constant(0))]
    case .i32, .u8:
      if x.dtype == .bool { return [.select(x, .constant(1, .i32), .constant(0, .i32))] }
      guard x.dtype.isFloatingPoint else { return [dtype == .u8 ? .binary(.and, x, x.constant(255)) : x] }
      let lowest = dtype == .u8 ? 0 : Double(Int32.min)
      let highest = dtype == .u8 ? 255 : Double(Int32.max)
      // The largest value below 2^31 that the float type has; what lies above is chosen afterwards.
      let safe = dtype == .u8 ? 255 : x.dtype == .f32 ? 2_147_483_520 : highest
      let clamped = Element.binary(.minimum, .binary(.maximum, x, x.constant(lowest)), x.constant(safe))
      let number = Element.select(.isNaN(x), x.constant(0), clamped).converted(to: .i32)
      return [.select(.compare(.ge, x, x.constant(highest)), .constant(highest, .i32), number)]
    }
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  /// The value itself when it has the type already.
  public func convert(_ x: Value, to dtype: DType) throws -> Value { type(of: x).dtype == dtype ? x : try add(Convert(dtype), x) }
}
