import MartletCore

/// What the two operations on a division that is rounded down share: two operands of equal type, f32, f64 or i32, element by element.
///
/// An i32 divided by 0 gives 0 on every device, quotient and remainder; the lowest i32 divided by -1 wraps around to itself.
package protocol FlooredDivision: EqualOperands {
  /// Of floats, as PyTorch computes it from `fmod`.
  static func value<Scalar: RealScalar>(_ a: Scalar, _ b: Scalar) -> Scalar
  static func value(_ a: Int32, _ b: Int32) -> Int32
  static func element(_ a: Element, _ b: Element) -> Element
}

extension FlooredDivision {
  package static var allowsIntegers: Bool { true }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let shape = operands[0].shape
    switch (operands[0].storage, operands[1].storage) {
    case (.f32(let a), .f32(let b)): return [HostTensor(shape, zip(a, b).map { Self.value($0, $1) })]
    case (.f64(let a), .f64(let b)): return [HostTensor(shape, zip(a, b).map { Self.value($0, $1) })]
    case (.i32(let a), .i32(let b)): return [HostTensor(shape, zip(a, b).map { Self.value($0, $1) })]
    default: throw Evaluation.mismatch(operands[0])
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    [Self.element(try context.read(0, index), try context.read(1, index))]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { saturatingProduct(operands[0].elementCount, 20) }

  package static var samples: [OperationSample] {
    let lowest = Int(Int32.min)
    let floats = [[37], [2, 3, 5], []].map { (extents: [Int]) in
      OperationSample(Self(), [(TensorType(.f32, Shape(extents)), .uniform(-5, 5)), (TensorType(.f32, Shape(extents)), .signed(0.7, 2))])
    }
    let integers: [(OperationSample.Fill, OperationSample.Fill)] = [
      (.integers(-99, 100), .integers(-9, 10)), (.integers(lowest, lowest + 1), .integers(-2, 3)), (.integers(lowest, 0), .integers(-3, 0)),
    ]
    return floats
      + integers.map { OperationSample(Self(), [(TensorType(.i32, [4, 11]), $0.0), (TensorType(.i32, [4, 11]), $0.1)]) }
  }

  /// The quotient and remainder of i32 that are truncated, by a divisor that never traps: 1 in place of 0 and -1.
  static func truncated(_ a: Element, _ b: Element) -> (divisor: Element, quotient: Element, remainder: Element) {
    let isSpecial = Element.binary(.or, .compare(.eq, b, b.constant(0)), .compare(.eq, b, b.constant(-1)))
    let divisor = Element.select(isSpecial, b.constant(1), b)
    let quotient = a / divisor
    return (divisor, quotient, a - quotient * divisor)
  }

  /// Whether a truncated division was rounded up: its remainder is not 0 and has another sign than the divisor.
  static func isRoundedUp(remainder: Element, divisor: Element) -> Element {
    let zero = remainder.constant(0)
    return .select(.compare(.lt, divisor, zero), .compare(.gt, remainder, zero), .compare(.lt, remainder, zero))
  }
}
