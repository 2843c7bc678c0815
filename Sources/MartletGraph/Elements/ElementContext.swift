import MartletCore

/// What an operation's `elements` builds its expression with: readers of the operands, folds, data-dependent indices.
public final class ElementContext {
  /// The types of the operands, in order.
  public let operandTypes: [TensorType]
  private let readers: [([Index]) throws -> Element]
  private let names: NameSupply

  package init(operandTypes: [TensorType], readers: [([Index]) throws -> Element], names: NameSupply) {
    self.operandTypes = operandTypes
    self.readers = readers
    self.names = names
  }

  /// The scalar of an operand at an index. u8 comes as i32.
  public func read(_ operand: Int, _ index: [Index]) throws -> Element { try readers[operand](index) }

  private func variables(_ extents: [(String, Int)]) -> [(name: String, extent: Int)] {
    extents.map { (name: names.fresh($0.0), extent: $0.1) }
  }

  /// The sum of `term` over all points at which the conditions hold; the names are hints for the loop variables.
  public func sum(
    over extents: [(String, Int)], _ dtype: DType, where conditions: ([Index]) -> [IndexCondition] = { _ in [] },
    _ term: ([Index]) throws -> Element
  ) rethrows -> Element {
    try combine(.sum, over: extents, dtype, initial: 0, conditions, term)
  }

  /// The maximum; a NaN among the terms wins.
  public func maximum(
    over extents: [(String, Int)], _ dtype: DType, where conditions: ([Index]) -> [IndexCondition] = { _ in [] },
    _ term: ([Index]) throws -> Element
  ) rethrows -> Element {
    try combine(.maximum, over: extents, dtype, initial: dtype.lowest, conditions, term)
  }

  private func combine(
    _ combination: Fold.Combination, over extents: [(String, Int)], _ dtype: DType, initial: Double,
    _ conditions: ([Index]) -> [IndexCondition], _ term: ([Index]) throws -> Element
  ) rethrows -> Element {
    let loops = variables(extents)
    let indices = loops.map { Index(variable: $0.name) }
    let fold = Fold(
      variables: loops, conditions: conditions(indices), combination: combination, carried: Fold.Carried(),
      initial: [.constant(initial, dtype)], steps: [try term(indices)])
    return Element(.fold(fold, 0), dtype)
  }

  /// Carries several values from point to point, in row-major order.
  public func fold(
    over extents: [(String, Int)], where conditions: ([Index]) -> [IndexCondition] = { _ in [] }, initial: [Element],
    _ step: ([Index], [Element]) throws -> [Element]
  ) rethrows -> [Element] {
    let loops = variables(extents)
    let indices = loops.map { Index(variable: $0.name) }
    let carried = Fold.Carried()
    let states = initial.enumerated().map { Element(.carried(carried, $0.offset), $0.element.dtype) }
    let fold = Fold(
      variables: loops, conditions: conditions(indices), combination: .sequential, carried: carried, initial: initial,
      steps: try step(indices, states))
    return initial.enumerated().map { Element(.fold(fold, $0.offset), $0.element.dtype) }
  }

  /// `body` with an i32 scalar as a subscript below `limit`; where the scalar is out of range, `DType.outOfRange` of the body's type.
  public func withCheckedIndex(_ value: Element, below limit: Int, _ body: (Index) throws -> Element) rethrows -> Element {
    try withDataIndex(value, below: limit) { position in
      let inside = try body(position)
      // The subscript is the scalar clamped to the range: they are equal where nothing had to be clamped.
      return .select(.compare(.eq, .index(position), value), inside, inside.constant(inside.dtype.outOfRange))
    }
  }

  /// An expression that uses an i32 scalar as a subscript below `limit`; a scalar out of range is clamped.
  package func withDataIndex(_ value: Element, below limit: Int, _ body: (Index) throws -> Element) rethrows -> Element {
    let name = names.fresh("k")
    let inner = try body(Index(variable: name))
    return Element(.withDataIndex(variable: name, value, limit: limit, body: inner), inner.dtype)
  }
}

extension ElementContext {
  /// A context for a node inside a fusion: other operands, the same supply of names.
  package func nested(operandTypes: [TensorType], readers: [([Index]) throws -> Element]) -> ElementContext {
    ElementContext(operandTypes: operandTypes, readers: readers, names: names)
  }
}
