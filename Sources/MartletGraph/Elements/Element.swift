import MartletCore

/// The scalar at one index of a result, as an expression over scalars of the operands: what pull lowering turns into loops.
///
/// Fusion is nesting: the expression that reads an operand is replaced by the operand's own expression at that index. Elements are
/// immutable and shared; the same object is computed once. Types: f32, f64, i32 (u8 is read as i32) and bool.
public final class Element: Sendable {
  package indirect enum Kind: Sendable {
    case constant(Double)
    /// A scalar of an operand in memory.
    case read(operand: Int, [Index])
    case unary(UnaryFunction, Element)
    case binary(BinaryFunction, Element, Element)
    case compare(Comparison, Element, Element)
    case select(Element, Element, Element)
    case convert(Element)
    /// An index as an i32.
    case index(Index)
    /// `value` where all conditions hold, else `otherwise`; `value` is not read elsewhere.
    case guarded([IndexCondition], value: Element, otherwise: Element)
    /// A final value of a fold.
    case fold(Fold, Int)
    /// A value that a fold carries from point to point; only inside its steps.
    case carried(Fold.Carried, Int)
    /// `body`, in which the variable stands for an i32 that was read; it is clamped to `0 ..< limit`.
    case withDataIndex(variable: String, Element, limit: Int, body: Element)
  }

  package let kind: Kind
  /// f32, f64, i32 or bool.
  public let dtype: DType

  package init(_ kind: Kind, _ dtype: DType) {
    self.kind = kind
    self.dtype = dtype
  }

  /// A number in a type.
  public static func constant(_ value: Double, _ dtype: DType) -> Element { Element(.constant(value), dtype) }
  /// A loop index as a number, i32.
  public static func index(_ index: Index) -> Element { Element(.index(index), .i32) }

  /// A function of one scalar, in the scalar's type.
  public static func unary(_ function: UnaryFunction, _ x: Element) -> Element { Element(.unary(function, x), x.dtype) }
  /// A function of two scalars of one type, in this type.
  public static func binary(_ function: BinaryFunction, _ a: Element, _ b: Element) -> Element {
    Element(.binary(function, a, b), a.dtype)
  }

  /// The sum of two scalars of one type.
  public static func + (a: Element, b: Element) -> Element { .binary(.add, a, b) }
  /// The difference of two scalars of one type.
  public static func - (a: Element, b: Element) -> Element { .binary(.subtract, a, b) }
  /// The product of two scalars of one type.
  public static func * (a: Element, b: Element) -> Element { .binary(.multiply, a, b) }
  /// The quotient of two scalars of one type; integers truncate towards zero.
  public static func / (a: Element, b: Element) -> Element { .binary(.divide, a, b) }

  /// A bool: with a NaN on either side false, but true for `ne`.
  public static func compare(_ comparison: Comparison, _ a: Element, _ b: Element) -> Element {
    Element(.compare(comparison, a, b), .bool)
  }

  /// NaN is the one number that differs from itself.
  package static func isNaN(_ x: Element) -> Element { compare(.ne, x, x) }

  /// `a` where the bool is true, else `b`; both are of one type.
  public static func select(_ condition: Element, _ a: Element, _ b: Element) -> Element { Element(.select(condition, a, b), a.dtype) }

  /// The number in another type: floats round once, floats to i32 truncate towards zero.
  public func converted(to dtype: DType) -> Element { dtype == self.dtype ? self : Element(.convert(self), dtype) }

  /// A constant of this element's type.
  public func constant(_ value: Double) -> Element { .constant(value, dtype) }
}

/// A loop nest that carries values: sums, maxima, the position of a maximum. Points are visited in row-major order of the variables;
/// points at which a condition fails are skipped.
package final class Fold: Sendable {
  /// Identifies a fold to the `carried` elements inside its steps.
  package final class Carried: Sendable {
    package init() {}
  }

  /// What may be done with the order of the points.
  package enum Combination: Hashable, Sendable {
    /// One state, `carried + term`: lanes may sum separately.
    case sum
    /// One state, the maximum of carried and term: lanes may search separately.
    case maximum
    /// In order only.
    case sequential
  }

  package let variables: [(name: String, extent: Int)]
  package let conditions: [IndexCondition]
  package let combination: Combination
  package let carried: Carried
  package let initial: [Element]
  /// The new states; for sums and maxima the single `term` that is combined with the carried value.
  package let steps: [Element]

  package init(
    variables: [(name: String, extent: Int)], conditions: [IndexCondition], combination: Combination, carried: Carried,
    initial: [Element], steps: [Element]
  ) {
    self.variables = variables
    self.conditions = conditions
    self.combination = combination
    self.carried = carried
    self.initial = initial
    self.steps = steps
  }
}
