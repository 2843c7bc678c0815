/// Integer arithmetic on loop indices: the subscripts of the loop IR and of pull lowering.
///
/// An index is kept as a sum of terms, `coefficient * atom`, plus a constant, so that strides can be read off and equal subscripts
/// compare equal. Division and remainder are by positive constants and floor.
public struct Index: Hashable, Sendable {
  package struct Term: Hashable, Sendable {
    package var atom: Atom
    package var coefficient: Int
  }

  package indirect enum Atom: Hashable, Sendable {
    case variable(String)
    /// The floor of `index / divisor`.
    case quotient(Index, Int)
    /// `index - floor(index / divisor) * divisor`, never negative.
    case remainder(Index, Int)
    /// A constant chosen by an index: `[0, 2, 12][z]`.
    case table([Int], Index)
  }

  package private(set) var terms: [Term]
  package private(set) var constant: Int

  /// A constant.
  public init(_ constant: Int) {
    terms = []
    self.constant = constant
  }

  package init(variable: String) {
    terms = [Term(atom: .variable(variable), coefficient: 1)]
    constant = 0
  }

  package init(atom: Atom) {
    terms = [Term(atom: atom, coefficient: 1)]
    constant = 0
  }

  package static func table(_ values: [Int], _ subscript: Index) -> Index {
    if let position = `subscript`.constantValue, values.indices.contains(position) { return Index(values[position]) }
    if let first = values.first, values.allSatisfy({ $0 == first }) { return Index(first) }
    return Index(atom: .table(values, `subscript`))
  }

  /// The value when the index has no variable.
  package var constantValue: Int? { terms.isEmpty ? constant : nil }

  /// The name when the index is one variable and nothing else.
  package var variableName: String? {
    guard constant == 0, terms.count == 1, terms[0].coefficient == 1, case .variable(let name) = terms[0].atom else { return nil }
    return name
  }

  /// The sum; terms of the same variable are joined.
  public static func + (left: Index, right: Index) -> Index {
    var sum = left
    sum.constant &+= right.constant
    for term in right.terms { sum.add(term) }
    return sum
  }

  /// The difference; terms that cancel are gone.
  public static func - (left: Index, right: Index) -> Index { left + right * -1 }

  /// The product with a constant.
  public static func * (left: Index, right: Int) -> Index {
    guard right != 0 else { return Index(0) }
    var product = left
    product.constant &*= right
    for position in product.terms.indices { product.terms[position].coefficient &*= right }
    return product
  }

  /// The sum with a constant.
  public static func + (left: Index, right: Int) -> Index { left + Index(right) }
  /// The difference to a constant.
  public static func - (left: Index, right: Int) -> Index { left + Index(-right) }

  /// Floor division by a positive constant. Terms whose coefficient the divisor divides leave the quotient: that needs no bounds.
  public static func / (left: Index, right: Int) -> Index {
    guard right != 1 else { return left }
    let (multiple, rest) = left.split(by: right)
    guard !rest.terms.isEmpty else { return multiple + floorDivide(rest.constant, right) }
    if multiple.terms.isEmpty, multiple.constant == 0, rest.constant == 0, rest.terms.count == 1, rest.terms[0].coefficient == 1,
      case .quotient(let inner, let divisor) = rest.terms[0].atom
    {
      return inner / (divisor &* right)
    }
    return multiple + Index(atom: .quotient(rest, right))
  }

  /// The non-negative remainder of the floor division by a positive constant.
  public static func % (left: Index, right: Int) -> Index {
    guard right != 1 else { return Index(0) }
    let rest = left.split(by: right).rest
    guard !rest.terms.isEmpty else { return Index(floorRemainder(rest.constant, right)) }
    if rest.constant == 0, rest.terms.count == 1, rest.terms[0].coefficient == 1,
      case .remainder(let inner, let divisor) = rest.terms[0].atom, divisor % right == 0
    {
      return inner % right
    }
    return Index(atom: .remainder(rest, right))
  }

  /// `self == multiple * divisor + rest`, with the constant of the rest in `0 ..< divisor`.
  private func split(by divisor: Int) -> (multiple: Index, rest: Index) {
    var multiple = Index(floorDivide(constant, divisor))
    var rest = Index(floorRemainder(constant, divisor))
    for term in terms {
      if term.coefficient % divisor == 0 {
        multiple.terms.append(Term(atom: term.atom, coefficient: term.coefficient / divisor))
      } else {
        rest.terms.append(term)
      }
    }
    return (multiple, rest)
  }

  private mutating func add(_ term: Term) {
    if let position = terms.firstIndex(where: { $0.atom == term.atom }) {
      terms[position].coefficient &+= term.coefficient
      if terms[position].coefficient == 0 { terms.remove(at: position) }
    } else if term.coefficient != 0 {
      terms.append(term)
    }
  }

  // MARK: Reading

  /// The names of all variables, nested ones too, in order of appearance.
  package var variables: [String] {
    var names: [String] = []
    collectVariables(into: &names)
    return names
  }

  private func collectVariables(into names: inout [String]) {
    for term in terms {
      switch term.atom {
      case .variable(let name): if !names.contains(name) { names.append(name) }
      case .quotient(let inner, _), .remainder(let inner, _), .table(_, let inner): inner.collectVariables(into: &names)
      }
    }
  }

  package func uses(_ variable: String) -> Bool {
    terms.contains { term in
      switch term.atom {
      case .variable(let name): name == variable
      case .quotient(let inner, _), .remainder(let inner, _), .table(_, let inner): inner.uses(variable)
      }
    }
  }

  /// By how much the index grows when the variable grows by 1; nil when it stands inside a quotient, remainder or table.
  package func coefficient(of variable: String) -> Int? {
    var coefficient = 0
    for term in terms {
      switch term.atom {
      case .variable(let name): if name == variable { coefficient += term.coefficient }
      case .quotient(let inner, _), .remainder(let inner, _), .table(_, let inner): if inner.uses(variable) { return nil }
      }
    }
    return coefficient
  }

  /// The value under given values of the variables; nil when one is unknown or a table's subscript is outside.
  package func value(_ valueOf: (String) -> Int?) -> Int? {
    var sum = constant
    for term in terms {
      let value: Int
      switch term.atom {
      case .variable(let name):
        guard let known = valueOf(name) else { return nil }
        value = known
      case .quotient(let inner, let divisor):
        guard let known = inner.value(valueOf) else { return nil }
        value = floorDivide(known, divisor)
      case .remainder(let inner, let divisor):
        guard let known = inner.value(valueOf) else { return nil }
        value = floorRemainder(known, divisor)
      case .table(let values, let inner):
        guard let known = inner.value(valueOf), values.indices.contains(known) else { return nil }
        value = values[known]
      }
      sum += term.coefficient * value
    }
    return sum
  }

  /// Replaces variables by other indices, simplifying on the way.
  package func substituting(_ replacement: (String) -> Index?) -> Index {
    var sum = Index(constant)
    for term in terms {
      let atom: Index
      switch term.atom {
      case .variable(let name): atom = replacement(name) ?? Index(variable: name)
      case .quotient(let inner, let divisor): atom = inner.substituting(replacement) / divisor
      case .remainder(let inner, let divisor): atom = inner.substituting(replacement) % divisor
      case .table(let values, let inner): atom = .table(values, inner.substituting(replacement))
      }
      sum = sum + atom * term.coefficient
    }
    return sum
  }
}

/// `lower <= index < upper`: what `when` tests and what the points of a fold must satisfy.
public struct IndexCondition: Hashable, Sendable {
  package var index: Index
  package var lower: Index
  package var upper: Index

  /// Whether `range` contains the index.
  public init(_ index: Index, in range: Range<Int>) {
    self.init(index, Index(range.lowerBound), Index(range.upperBound))
  }

  package init(_ index: Index, _ lower: Index, _ upper: Index) {
    self.index = index
    self.lower = lower
    self.upper = upper
  }

  package func substituting(_ replacement: (String) -> Index?) -> IndexCondition {
    IndexCondition(index.substituting(replacement), lower.substituting(replacement), upper.substituting(replacement))
  }

  /// True or false when the bounds of the variables decide it, else nil.
  package func decided(_ bounds: IndexBounds) -> Bool? {
    let aboveLower = (index - lower).interval(bounds)
    let belowUpper = (upper - index).interval(bounds)
    if let aboveLower, aboveLower.upper < 0 { return false }
    if let belowUpper, belowUpper.upper <= 0 { return false }
    if let aboveLower, let belowUpper, aboveLower.lower >= 0, belowUpper.lower > 0 { return true }
    return nil
  }
}

/// The largest integer not above `a / b`, for positive `b`.
package func floorDivide(_ a: Int, _ b: Int) -> Int { a >= 0 || a % b == 0 ? a / b : a / b - 1 }

/// `a - floorDivide(a, b) * b`: never negative.
package func floorRemainder(_ a: Int, _ b: Int) -> Int { a - floorDivide(a, b) * b }
