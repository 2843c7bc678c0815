import Glibc
import MartletCore

/// The angle of the point (x, y) with the positive x axis, between -pi and pi; the operands are y and x [torch.atan2]. Signs of zeros and
/// infinities count as in C's `atan2`.
package struct ArcTangent2: EqualOperands {
  package static let mnemonic = "atan2"
  package static var samples: [OperationSample] {
    [[37], [2, 3, 5], []].map { (extents: [Int]) in
      let type = TensorType(.f32, Shape(extents))
      return OperationSample(ArcTangent2(), [(type, .signed(0.2, 2)), (type, .signed(0.2, 2))])
    }
  }

  package static let allowsIntegers = false

  package init() {}

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let builder = context.builder
    let adjoint = try context.adjoint()
    let (y, x) = (context.operands[0], context.operands[1])
    let squares = try builder.add(builder.multiply(y, y), builder.multiply(x, x))
    let share = try builder.divide(builder.constant(1, like: squares), squares)
    // The origin has no angle, and no gradient.
    let zero = try builder.constant(0, like: squares)
    let isOrigin = try builder.compare(.eq, squares, zero)
    func adjointOf(_ leg: Value) throws -> Value {
      try builder.select(isOrigin, zero, builder.multiply(builder.multiply(adjoint, leg), share))
    }
    return [try context.ifNeeded(0) { try adjointOf(x) }, try context.ifNeeded(1) { try adjointOf(builder.negate(y)) }]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let shape = operands[0].shape
    switch (operands[0].storage, operands[1].storage) {
    case (.f32(let y), .f32(let x)): return [HostTensor(shape, zip(y, x).map { Glibc.atan2($0, $1) })]
    case (.f64(let y), .f64(let x)): return [HostTensor(shape, zip(y, x).map { Glibc.atan2($0, $1) })]
    default: throw Evaluation.mismatch(operands[0])
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    [ArcTangent2.angle(try context.read(0, index), try context.read(1, index))]
  }

  /// The arc tangent of the smaller magnitude divided by the larger, then turned into the octant of the point.
  private static func angle(_ y: Element, _ x: Element) -> Element {
    let (zero, one) = (y.constant(0), y.constant(1))
    let (height, width) = (Element.unary(.abs, y), Element.unary(.abs, x))
    let (smaller, larger) = (Element.binary(.minimum, height, width), Element.binary(.maximum, height, width))
    // Equal magnitudes may be two zeros, whose quotient counts as 0 here, or two infinities, whose quotient counts as 1.
    let equal = Element.select(.compare(.eq, larger, zero), zero, one)
    let ratio = Element.select(.compare(.eq, smaller, larger), equal, smaller / larger)
    let octant = arcTangent(ratio)
    let quadrant = Element.select(.compare(.gt, height, width), y.constant(.pi / 2) - octant, octant)
    let half = Element.select(isNegative(x), y.constant(.pi) - quadrant, quadrant)
    return .select(isNegative(y), .unary(.neg, half), half)
  }

  /// Whether the sign is minus, that of a zero too: 1 divided by -0 is -inf.
  private static func isNegative(_ x: Element) -> Element {
    .binary(.or, .compare(.lt, x, x.constant(0)), .compare(.lt, x.constant(1) / x, x.constant(0)))
  }

  /// The arc tangent between 0 and 1: pi / 4 + atan((x - 1) / (x + 1)) above tan(pi / 8), and the Taylor series for what is left, which is at
  /// most 0.4142; the first term left out is below half a unit in the last place.
  private static func arcTangent(_ x: Element) -> Element {
    let one = x.constant(1)
    let isLarge = Element.compare(.gt, x, x.constant(0.4142135623730950))
    let z = Element.select(isLarge, (x - one) / (x + one), x)
    let square = z * z
    var series = x.constant(0)
    for power in (1...(x.dtype == .f32 ? 9 : 20)).reversed() {
      let coefficient = (power % 2 == 0 ? 1 : -1) / Double(2 * power + 1)
      series = power == (x.dtype == .f32 ? 9 : 20) ? x.constant(coefficient) : series * square + x.constant(coefficient)
    }
    let small = series * square * z + z
    return .select(isLarge, small + x.constant(.pi / 4), small)
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { saturatingProduct(operands[0].elementCount, 40) }
}

extension GraphBuilder {
  /// The angle of each point (x, y) with the positive x axis, between -pi and pi, f32 or f64 [torch.atan2]. Throws M305 where the types
  /// differ.
  package func arcTangent2(y: Value, x: Value) throws -> Value { try add(ArcTangent2(), y, x) }
}
