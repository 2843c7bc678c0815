import MartletCore
import MartletLoopIR

extension CUDAFunctionEmitter {
  /// An index as an int expression, a sum.
  mutating func text(_ index: Index) throws -> String {
    guard index.constantValue == nil else { return String(index.constant) }
    var text = ""
    for term in index.terms {
      let factor = abs(term.coefficient)
      let atom = try self.text(term.atom)
      let product = factor == 1 ? atom : "\(factor) * \(atom)"
      text += text.isEmpty ? (term.coefficient < 0 ? "-\(product)" : product) : " \(term.coefficient < 0 ? "-" : "+") \(product)"
    }
    if index.constant != 0 { text += index.constant < 0 ? " - \(-index.constant)" : " + \(index.constant)" }
    return text
  }

  /// A variable, or a quotient or remainder in parentheses unless it stands alone.
  private mutating func text(_ atom: Index.Atom) throws -> String {
    switch atom {
    case .variable(let name):
      guard let known = names.index(name) else { throw unsupported(.notMapped, "index '\(name)', which has no value here,") }
      return known
    case .quotient(let inner, let divisor): return try divided(inner, "/", divisor, .floorDivide)
    case .remainder(let inner, let divisor): return try divided(inner, "%", divisor, .floorRemainder)
    case .table: throw unsupported(.notMapped, "the table '\(Index(atom: atom))', which is not constant after expand,")
    }
  }

  private mutating func divided(_ inner: Index, _ sign: String, _ divisor: Int, _ helper: CUDAHelper) throws -> String {
    let value = try text(inner)
    guard let interval = inner.interval(bounds), interval.lower >= 0 else {
      helpers.insert(helper)
      return "\(helper.rawValue)(\(value), \(divisor))"
    }
    // A quotient brings its parentheses along.
    return "(\(inner.isSingleTerm || inner.isSingleQuotient && value.hasPrefix("(") ? value : "(\(value))") \(sign) \(divisor))"
  }

  /// All conditions joined; what is known anyway is left out.
  mutating func text(_ conditions: [IndexCondition]) throws -> String {
    var tests: [String] = []
    for condition in conditions {
      if ((condition.index - condition.lower).interval(bounds)?.lower ?? -1) < 0 {
        tests.append("\(try text(condition.index)) >= \(try text(condition.lower))")
      }
      if ((condition.upper - condition.index).interval(bounds)?.lower ?? 0) <= 0 {
        tests.append("\(try text(condition.index)) < \(try text(condition.upper))")
      }
    }
    return tests.isEmpty ? "true" : tests.joined(separator: " && ")
  }

  /// The place of an access as an lvalue: row-major, from the innermost axis.
  mutating func place(_ access: Access) throws -> String {
    guard let memory = types.memories[access.buffer] else { throw unsupported(.notMapped, "%\(access.buffer), which is not memory,") }
    let linear = zip(access.subscripts, Shape(memory.shape).strides).reduce(Index(0)) { $0 + $1.0 * $1.1 }
    let position = try text(linear)
    let isWrapped = linear.isSingleQuotient && position.hasPrefix("(")
    return "\(try data(access.buffer))[\(isWrapped ? String(position.dropFirst().dropLast()) : position)]"
  }
}

extension Index {
  /// A variable or constant: it needs no parentheses before `/`.
  fileprivate var isSingleTerm: Bool { variableName != nil || constantValue != nil }

  /// A quotient or remainder and nothing else.
  var isSingleQuotient: Bool {
    guard constant == 0, terms.count == 1, terms[0].coefficient == 1 else { return false }
    return switch terms[0].atom {
    case .quotient, .remainder: true
    case .variable, .table: false
    }
  }
}
