import MartletCore

/// The canonical text of a kernel: `KernelParser` reads it back to an equal kernel. The grammar is in IR/README.md.
extension Kernel: CustomStringConvertible, Printed {
  package var printed: String {
    let list = parameters.map(\.description)
    let head = "kernel @\(name)("
    // One line if it fits, else a parameter a line.
    let joined = list.joined(separator: ", ")
    var text = head + (head.count + joined.count > 110 ? "\n  " + list.joined(separator: ",\n  ") + "\n" : joined)
    text += ") over \(over)"
    if let tile { text += " tile \(tile)" }
    if multiple != 1 { text += " multiple \(multiple)" }
    text += " {\n"
    Statement.print(body, indent: "  ", into: &text)
    return text + "}\n"
  }
}

extension KernelParameter: CustomStringConvertible {
  package var description: String {
    "%\(name): \(access.rawValue) \(space.rawValue) \(element.rawValue)[\(shape.map(String.init).joined(separator: ", "))]"
  }
}

extension Statement: CustomStringConvertible {
  package var description: String {
    var text = ""
    Statement.print([self], indent: "", into: &text)
    return String(text.dropLast())
  }

  static func print(_ statements: [Statement], indent: String, into text: inout String) {
    for statement in statements { statement.print(indent: indent, into: &text) }
  }

  private func print(indent: String, into text: inout String) {
    func block(_ head: String, _ body: [Statement], _ otherwise: [Statement] = []) {
      text += "\(indent)\(head) {\n"
      Statement.print(body, indent: indent + "  ", into: &text)
      if !otherwise.isEmpty {
        text += "\(indent)} else {\n"
        Statement.print(otherwise, indent: indent + "  ", into: &text)
      }
      text += "\(indent)}\n"
    }
    switch self {
    case .letValue(let name, let e): text += "\(indent)let %\(name) = \(e)\n"
    case .letIndex(let name, let index): text += "\(indent)let \(name) = \(index)\n"
    case .letDataIndex(let name, let e, let lower, let upper, let multiple):
      text += "\(indent)let \(name) = index(\(e), \(lower) ..< \(upper)\(multiple == 1 ? "" : ", multiple \(multiple)"))\n"
    case .variable(let name, let type, let e): text += "\(indent)var %\(name): \(type) = \(e)\n"
    case .assign(let name, let e): text += "\(indent)%\(name) = \(e)\n"
    case .registers(let name, let type, let shape, let e):
      let initial = e.map { " = \($0)" } ?? ""
      text += "\(indent)registers %\(name): \(type)[\(shape.map(String.init).joined(separator: ", "))]\(initial)\n"
    case .assignRegister(let name, let subscripts, let e):
      text += "\(indent)%\(name)[\(subscripts.map(\.description).joined(separator: ", "))] = \(e)\n"
    case .array(let name, let element, let shape, let scope):
      text += "\(indent)array %\(name): \(element.rawValue)[\(shape.map(String.init).joined(separator: ", "))] \(scope.rawValue)\n"
    case .store(let access, let e): text += "\(indent)\(access) = \(e)\n"
    case .loop(let loop):
      var head = "for \(loop.variable) in \(loop.lower) ..< \(loop.upper)"
      if loop.step.constantValue != 1 { head += " step \(loop.step)" }
      switch loop.kind {
      case .serial: break
      case .unrolled: head += " unrolled"
      case .vectorized(let lanes): head += " vectorized(\(lanes))"
      case .parallel: head += " parallel"
      case .block(let axis): head += " block(\(axis.rawValue))"
      case .thread(let axis): head += " thread(\(axis.rawValue))"
      }
      block(head, loop.body)
    case .bits(let variable, let e, let limit, let body): block("for \(variable) in bits(\(e), \(limit))", body)
    case .when(.indices(let conditions), let body, let otherwise): block("when \(Statement.text(conditions))", body, otherwise)
    case .when(.mask(let e), let body, let otherwise): block("when \(e)", body, otherwise)
    case .staticWhen(let conditions, let body, let otherwise): block("static when \(Statement.text(conditions))", body, otherwise)
    case .sgemm(let product): text += "\(indent)\(product)\n"
    case .prefetch(let access): text += "\(indent)prefetch \(access)\n"
    case .fence: text += "\(indent)fence\n"
    case .barrier: text += "\(indent)barrier\n"
    case .letExchange(let name, let exchange, let e): text += "\(indent)let %\(name) = \(exchange.mnemonic)(\(e), \(exchange.number))\n"
    case .part(let name): text += "\(indent)part @\(name)\n"
    case .line(let number): text += "\(indent)line \(number)\n"
    }
  }

  static func text(_ conditions: [IndexCondition]) -> String { conditions.map(\.description).joined(separator: " and ") }
}

extension Access: CustomStringConvertible {
  package var description: String {
    var text = "%\(buffer)[" + subscripts.map(\.description).joined(separator: ", ")
    if lanes > 1 {
      text += " : \(lanes)"
      if let first { text += " first \(first)" }
    }
    return text + "]"
  }
}

extension Expr: CustomStringConvertible {
  package var description: String { text(atLeast: 0) }

  /// Loose to tight: `or`, `and`, comparisons, `| ^`, `&`, `<< >>`, `+ -`, `* /`, unary.
  private var precedence: Int {
    switch self {
    case .logicalOr: 1
    case .logicalAnd: 2
    case .compare: 3
    case .binary(.or, _, _), .binary(.xor, _, _): 4
    case .binary(.and, _, _): 5
    case .binary(.shiftLeft, _, _), .binary(.shiftRight, _, _): 6
    case .binary(.add, _, _), .binary(.subtract, _, _): 7
    case .binary(.multiply, _, _), .binary(.divide, _, _): 8
    case .unary(.neg, _): 9
    case .conditionalLoad: 0
    case .literalIndex(let index): index.variableName == nil ? 7 : 10
    case .integer(let value): value < 0 ? 9 : 10
    case .number(let number): number.value.sign == .minus && !number.value.isNaN ? 9 : 10
    default: 10
    }
  }

  private func text(atLeast required: Int) -> String {
    let own = precedence
    let text = bareText
    return own < required ? "(\(text))" : text
  }

  private var bareText: String {
    func infix(_ sign: String, _ a: Expr, _ b: Expr) -> String {
      // Comparisons do not chain; the others group to the left.
      let own = precedence
      return "\(a.text(atLeast: own == 3 ? 4 : own)) \(sign) \(b.text(atLeast: own + 1))"
    }
    func call(_ name: String, _ arguments: [Expr]) -> String {
      "\(name)(" + arguments.map { $0.text(atLeast: 0) }.joined(separator: ", ") + ")"
    }
    func list(_ lanes: [Int]) -> String { "[" + lanes.map(String.init).joined(separator: ", ") + "]" }
    switch self {
    case .integer(let value): return String(value)
    case .number(let number): return NumberText.text(number.value)
    case .literalIndex(let index): return index.description
    case .vector(let elements): return "[" + elements.map(\.description).joined(separator: ", ") + "]"
    case .name(let name): return "%\(name)"
    case .register(let name, let subscripts): return "%\(name)[" + subscripts.map(\.description).joined(separator: ", ") + "]"
    case .load(let access): return access.description
    case .conditionalLoad(let access, let conditions, let otherwise):
      return "\(access) if \(Statement.text(conditions)) else \(otherwise.text(atLeast: 1))"
    case .splat(let lanes, let e): return call("splat\(lanes)", [e])
    case .unary(.neg, let e): return "-\(e.text(atLeast: 10))"
    case .unary(let function, let e): return call(function.rawValue, [e])
    case .binary(let function, let a, let b):
      switch function {
      case .add: return infix("+", a, b)
      case .subtract: return infix("-", a, b)
      case .multiply: return infix("*", a, b)
      case .divide: return infix("/", a, b)
      case .and: return infix("&", a, b)
      case .or: return infix("|", a, b)
      case .xor: return infix("^", a, b)
      case .shiftLeft: return infix("<<", a, b)
      case .shiftRight: return infix(">>", a, b)
      case .maximum: return call("max", [a, b])
      case .minimum: return call("min", [a, b])
      case .pow, .fmod: return call(function.rawValue, [a, b])
      }
    case .compare(let comparison, let a, let b):
      return infix(comparison.sign, a, b)
    case .isNaN(let e): return call("isnan", [e])
    case .logicalAnd(let a, let b): return infix("and", a, b)
    case .logicalOr(let a, let b): return infix("or", a, b)
    case .logicalNot(let e): return call("not", [e])
    case .select(let m, let a, let b): return call("select", [m, a, b])
    case .fma(let a, let b, let c): return call("fma", [a, b, c])
    case .convert(let element, let e): return call(element.rawValue, [e])
    case .indexValue(let element, let index): return "\(element.rawValue)(\(index))"
    case .bitcast(let element, let e): return "bitcast \(element.rawValue)(\(e))"
    case .shuffle(let a, let b, let lanes): return "shuffle(\(a), \(b), \(list(lanes)))"
    case .extract(let e, let lane): return "extract(\(e), \(lane))"
    case .permute4(let v, let i): return call("permute4", [v, i])
    case .permute(let v, let i): return call("permute", [v, i])
    case .sum(let e): return call("sum", [e])
    case .maximum(let e): return call("maximum", [e])
    case .movemask(let e): return call("movemask", [e])
    case .opaque(let e): return call("opaque", [e])
    }
  }
}

extension WarpExchange {
  /// As the loop IR names it.
  var mnemonic: String {
    switch self {
    case .xor: "warp_xor"
    case .lane: "warp_lane"
    }
  }

  var number: Int {
    switch self {
    case .xor(let bits): bits
    case .lane(let lane): lane
    }
  }
}

extension Comparison {
  /// As the loop IR and C write it.
  package var sign: String {
    switch self {
    case .eq: "=="
    case .ne: "!="
    case .lt: "<"
    case .le: "<="
    case .gt: ">"
    case .ge: ">="
    }
  }
}
