import MartletCore

/// A place in a buffer or array: `%x[i, j]`, eight elements along the row `%x[i, j : 8]`, of which the first five count
/// `%x[i, j : 8 first 5]`.
package struct Access: Hashable, Sendable {
  package var buffer: String
  package var subscripts: [Index]
  package var lanes: Int
  /// Lanes from here on are 0 in a load and not touched in a store; constant after expand.
  package var first: Index?

  package init(_ buffer: String, _ subscripts: [Index], lanes: Int = 1, first: Index? = nil) {
    self.buffer = buffer
    self.subscripts = subscripts
    self.lanes = lanes
    self.first = first
  }
}

/// A value in a kernel. Every lane of a vector is computed alone unless the case says otherwise. IR/README.md lists the meanings.
package indirect enum Expr: Hashable, Sendable {
  /// Literals take the type that their place needs and are splatted.
  case integer(Int)
  case number(ExactDouble)
  /// An index that is constant after expand, standing for an integer literal.
  case literalIndex(Index)
  /// A vector constant.
  case vector([Expr])
  /// A `let` or `var`.
  case name(String)
  case register(String, [Index])
  case load(Access)
  /// The load where all conditions hold, else the other value; memory is not touched then.
  case conditionalLoad(Access, [IndexCondition], otherwise: Expr)
  case splat(lanes: Int, Expr)
  case unary(UnaryFunction, Expr)
  case binary(BinaryFunction, Expr, Expr)
  case compare(Comparison, Expr, Expr)
  case isNaN(Expr)
  case logicalAnd(Expr, Expr)
  case logicalOr(Expr, Expr)
  case logicalNot(Expr)
  case select(Expr, Expr, Expr)
  /// `a * b + c` with one rounding.
  case fma(Expr, Expr, Expr)
  case convert(ElementType, Expr)
  /// An index as an i32 or i64.
  case indexValue(ElementType, Index)
  case bitcast(ElementType, Expr)
  /// Lanes of the first operand, then of the second, picked by number.
  case shuffle(Expr, Expr, [Int])
  case extract(Expr, Int)
  /// Lane k is lane `i[k]` of its group of four.
  case permute4(Expr, Expr)
  /// Lane k is lane `i[k]` of all.
  case permute(Expr, Expr)
  /// Halves are combined until one lane is left: a fixed tree.
  case sum(Expr)
  case maximum(Expr)
  /// Bit k of an i64 is lane k.
  case movemask(Expr)
  /// The value, hidden from LLVM's optimizer.
  case opaque(Expr)

  package static func + (a: Expr, b: Expr) -> Expr { .binary(.add, a, b) }
  package static func - (a: Expr, b: Expr) -> Expr { .binary(.subtract, a, b) }
  package static func * (a: Expr, b: Expr) -> Expr { .binary(.multiply, a, b) }
  package static func / (a: Expr, b: Expr) -> Expr { .binary(.divide, a, b) }

  /// Integers and floats both, as the place needs.
  package static func literal(_ value: Double, _ element: ElementType) -> Expr {
    element.isFloatingPoint ? .number(ExactDouble(value)) : .integer(Int(value))
  }

  package var isLiteral: Bool {
    switch self {
    case .integer, .number, .literalIndex: true
    default: false
    }
  }
}

extension Expr {
  /// The operands, in order.
  package var operands: [Expr] {
    switch self {
    case .integer, .number, .literalIndex, .name, .register, .load, .indexValue: []
    case .vector(let elements): elements
    case .conditionalLoad(_, _, let otherwise): [otherwise]
    case .splat(_, let e), .unary(_, let e), .isNaN(let e), .logicalNot(let e), .convert(_, let e), .bitcast(_, let e), .extract(let e, _),
      .sum(let e), .maximum(let e), .movemask(let e), .opaque(let e):
      [e]
    case .binary(_, let a, let b), .compare(_, let a, let b), .logicalAnd(let a, let b), .logicalOr(let a, let b),
      .shuffle(let a, let b, _),
      .permute4(let a, let b), .permute(let a, let b):
      [a, b]
    case .select(let a, let b, let c), .fma(let a, let b, let c): [a, b, c]
    }
  }

  /// The same expression with other operands, of which there must be as many.
  package func with(operands new: [Expr]) -> Expr {
    switch self {
    case .integer, .number, .literalIndex, .name, .register, .load, .indexValue: self
    case .vector: .vector(new)
    case .conditionalLoad(let access, let conditions, _): .conditionalLoad(access, conditions, otherwise: new[0])
    case .splat(let lanes, _): .splat(lanes: lanes, new[0])
    case .unary(let function, _): .unary(function, new[0])
    case .isNaN: .isNaN(new[0])
    case .logicalNot: .logicalNot(new[0])
    case .convert(let element, _): .convert(element, new[0])
    case .bitcast(let element, _): .bitcast(element, new[0])
    case .extract(_, let lane): .extract(new[0], lane)
    case .sum: .sum(new[0])
    case .maximum: .maximum(new[0])
    case .movemask: .movemask(new[0])
    case .opaque: .opaque(new[0])
    case .binary(let function, _, _): .binary(function, new[0], new[1])
    case .compare(let comparison, _, _): .compare(comparison, new[0], new[1])
    case .logicalAnd: .logicalAnd(new[0], new[1])
    case .logicalOr: .logicalOr(new[0], new[1])
    case .shuffle(_, _, let lanes): .shuffle(new[0], new[1], lanes)
    case .permute4: .permute4(new[0], new[1])
    case .permute: .permute(new[0], new[1])
    case .select: .select(new[0], new[1], new[2])
    case .fma: .fma(new[0], new[1], new[2])
    }
  }

  /// Rewrites from the leaves up.
  package func rewritten(_ rewrite: (Expr) throws -> Expr) rethrows -> Expr {
    let old = operands
    guard !old.isEmpty else { return try rewrite(self) }
    return try rewrite(with(operands: try old.map { try $0.rewritten(rewrite) }))
  }

  /// Calls the body for this expression and everything below it.
  package func visit(_ body: (Expr) throws -> Void) rethrows {
    try body(self)
    for operand in operands { try operand.visit(body) }
  }

  /// Replaces index variables everywhere inside.
  package func substituting(_ replacement: (String) -> Index?) -> Expr {
    rewritten { expression in
      switch expression {
      case .literalIndex(let index):
        let value = index.substituting(replacement)
        return value.constantValue.map { .integer($0) } ?? .literalIndex(value)
      case .register(let name, let subscripts): return .register(name, subscripts.map { $0.substituting(replacement) })
      case .load(let access): return .load(access.substituting(replacement))
      case .conditionalLoad(let access, let conditions, let otherwise):
        return .conditionalLoad(
          access.substituting(replacement), conditions.map { $0.substituting(replacement) }, otherwise: otherwise)
      case .indexValue(let element, let index): return .indexValue(element, index.substituting(replacement))
      default: return expression
      }
    }
  }
}

extension Access {
  package func substituting(_ replacement: (String) -> Index?) -> Access {
    Access(buffer, subscripts.map { $0.substituting(replacement) }, lanes: lanes, first: first?.substituting(replacement))
  }
}
