extension Index: CustomStringConvertible, Printed {
  /// As the loop IR writes it: `8 * v + i / 7 * 32 - begin + 1`. Parsing gives the same terms in the same order.
  package var printed: String {
    guard let first = terms.first else { return String(constant) }
    var text = ""
    var remaining = terms[...]
    if first.coefficient < 0, constant > 0 {
      text = String(constant)
    } else {
      text = (first.coefficient < 0 ? negativeSign(first.atom) : "") + Index.text(of: first)
      remaining = terms.dropFirst()
    }
    for term in remaining { text += (term.coefficient < 0 ? " - " : " + ") + Index.text(of: term) }
    if first.coefficient >= 0 || constant <= 0 {
      if constant > 0 { text += " + \(constant)" }
      if constant < 0 { text += " - \(-constant)" }
    }
    return text
  }

  /// A sign belongs to what follows it: `-i / 7` is the floor of -i / 7.
  private func negativeSign(_ atom: Atom) -> String {
    switch atom {
    case .variable, .table: "-"
    case .quotient, .remainder: "0 - "
    }
  }

  private static func text(of term: Term) -> String {
    let factor = Swift.abs(term.coefficient)
    switch term.atom {
    case .variable(let name): return factor == 1 ? name : "\(factor) * \(name)"
    case .quotient(let inner, let divisor): return scaled("\(operand(inner)) / \(divisor)", factor)
    case .remainder(let inner, let divisor): return scaled("\(operand(inner)) % \(divisor)", factor)
    case .table(let values, let inner):
      return scaled("[" + values.map(String.init).joined(separator: ", ") + "][\(inner)]", factor)
    }
  }

  private static func scaled(_ text: String, _ factor: Int) -> String { factor == 1 ? text : "\(text) * \(factor)" }

  private static func operand(_ index: Index) -> String { index.variableName ?? "(\(index))" }
}

extension IndexCondition: CustomStringConvertible, Printed {
  package var printed: String { "\(index) in \(lower) ..< \(upper)" }
}
