import MartletCore

extension KernelTextParser {
  // MARK: Expressions

  mutating func expression() throws -> Expr { try nested { try $0.logicalOr() } }

  mutating func logicalOr() throws -> Expr {
    var left = try logicalAnd()
    while reader.take("or") { left = .logicalOr(left, try logicalAnd()) }
    return left
  }

  mutating func logicalAnd() throws -> Expr {
    var left = try comparison()
    while reader.take("and") { left = .logicalAnd(left, try comparison()) }
    return left
  }

  mutating func comparison() throws -> Expr {
    let left = try infix(0)
    let signs: [(String, Comparison)] = [("==", .eq), ("!=", .ne), ("<", .lt), ("<=", .le), (">", .gt), (">=", .ge)]
    for (sign, comparison) in signs where reader.take(sign) { return .compare(comparison, left, try infix(0)) }
    return left
  }

  static let levels: [[(sign: String, function: BinaryFunction)]] = [
    [("|", .or), ("^", .xor)], [("&", .and)], [("<<", .shiftLeft), (">>", .shiftRight)], [("+", .add), ("-", .subtract)],
    [("*", .multiply), ("/", .divide)],
  ]

  mutating func infix(_ level: Int) throws -> Expr {
    guard level < KernelTextParser.levels.count else { return try unary() }
    var left = try infix(level + 1)
    scan: while true {
      for (sign, function) in KernelTextParser.levels[level] where reader.isAt(sign) {
        let location = reader.advance().location
        left = try combine(function, left, try infix(level + 1), at: location)
        continue scan
      }
      if level == KernelTextParser.levels.count - 1, reader.isAt("%") {
        let location = reader.advance().location
        guard let a = index(of: left), let b = index(of: try infix(level + 1))?.constantValue, b > 0 else {
          throw MartletError(TextErrorCode.indexArithmetic, "'%' is for indices and positive constants", at: location)
        }
        left = .literalIndex(a % b)
        continue
      }
      return left
    }
  }

  func index(of expression: Expr) -> Index? {
    switch expression {
    case .integer(let value): Index(value)
    case .literalIndex(let index): index
    default: nil
    }
  }

  /// Arithmetic on bare indices is an index that stands for a literal.
  func combine(_ function: BinaryFunction, _ a: Expr, _ b: Expr, at location: SourcePosition) throws -> Expr {
    guard let left = index(of: a), let right = index(of: b), left.constantValue == nil || right.constantValue == nil else {
      return .binary(function, a, b)
    }
    switch function {
    case .add: return .literalIndex(left + right)
    case .subtract: return .literalIndex(left - right)
    case .multiply:
      if let factor = right.constantValue { return .literalIndex(left * factor) }
      if let factor = left.constantValue { return .literalIndex(right * factor) }
    case .divide: if let divisor = right.constantValue, divisor > 0 { return .literalIndex(left / divisor) }
    default: return .binary(function, a, b)
    }
    throw MartletError(TextErrorCode.indexArithmetic, "an index is multiplied and divided by constants only", at: location)
  }

  mutating func unary() throws -> Expr {
    guard reader.take("-") else { return try primary() }
    switch try nested({ try $0.unary() }) {
    case .integer(let value): return .integer(-value)
    case .number(let number): return .number(ExactDouble(-number.value))
    case .literalIndex(let index): return .literalIndex(index * -1)
    case let operand: return .unary(.neg, operand)
    }
  }

  mutating func arguments(_ count: Int) throws -> [Expr] {
    try reader.expect("(")
    var arguments = [try expression()]
    for _ in 1..<max(count, 1) {
      try reader.expect(",")
      arguments.append(try expression())
    }
    try reader.expect(")")
    return arguments
  }

  mutating func primary() throws -> Expr {
    let token = reader.current
    switch token.kind {
    case .value:
      _ = reader.advance()
      switch try look(up: token) {
      case .unknown where !reader.isAt("["), .value: return .name(token.text)
      case .registers: return .register(token.text, try registerSubscripts())
      case .memory, .unknown:
        let access = try access(token.text)
        guard reader.take("if") else { return .load(access) }
        let conditions = try indexConditions()
        try reader.expect("else")
        return .conditionalLoad(access, conditions, otherwise: try expression())
      }
    case .number:
      _ = reader.advance()
      if token.text.hasPrefix("0x"), let value = Int(token.text.dropFirst(2), radix: 16) { return .integer(value) }
      if let value = Int(token.text) { return .integer(value) }
      guard let value = Double(token.text) else { throw reader.unexpected("a number") }
      guard value.isFinite else {
        throw MartletError(
          TextErrorCode.malformedNumber, "\(token.quoted) is too large: f64 holds \(DType.f64.rangeDescription)", at: token.location,
          advice: "Write inf for infinity.")
      }
      return .number(ExactDouble(value))
    case .punctuation where token.text == "(":
      _ = reader.advance()
      let inner = try expression()
      try reader.expect(")")
      return inner
    case .punctuation where token.text == "[": return try nested { try $0.bracket() }
    case .word: return try word()
    case .punctuation, .symbol, .string, .end: throw reader.unexpected("an expression")
    }
  }

  /// A vector constant, or a table if a subscript follows.
  mutating func bracket() throws -> Expr {
    try reader.expect("[")
    var elements: [Expr] = []
    repeat { elements.append(try unary()) } while reader.take(",")
    try reader.expect("]")
    guard reader.take("[") else { return .vector(elements) }
    let position = try index()
    try reader.expect("]")
    let values = elements.compactMap { element -> Int? in if case .integer(let value) = element { value } else { nil } }
    guard values.count == elements.count else { throw reader.unexpected("a table of integers") }
    return .literalIndex(.table(values, position))
  }

  mutating func word() throws -> Expr {
    let token = reader.advance()
    if token.text == "inf" || token.text == "nan" { return .number(ExactDouble(token.text == "inf" ? .infinity : .nan)) }
    if token.text == "bitcast" {
      let element: ElementType = try word("an element type")
      return .bitcast(element, try arguments(1)[0])
    }
    guard reader.isAt("(") else {
      // A line that ends too early does not take the next one's first word for an index.
      if reader.beginsStatement(reader.position - 1) {
        reader.move(to: reader.position - 1)
        throw reader.unexpected("an expression")
      }
      useIndex(token)
      return .literalIndex(Index(variable: token.text))
    }
    if token.text.hasPrefix("splat"), let lanes = Int(token.text.dropFirst(5)) { return .splat(lanes: lanes, try arguments(1)[0]) }
    if let element = ElementType(rawValue: token.text) {
      guard element == .i32 || element == .i64, !argumentHasData() else { return .convert(element, try arguments(1)[0]) }
      try reader.expect("(")
      let index = try index()
      try reader.expect(")")
      return .indexValue(element, index)
    }
    let two: [String: BinaryFunction] = ["max": .maximum, "min": .minimum, "pow": .pow, "fmod": .fmod]
    if let function = two[token.text] {
      let operands = try arguments(2)
      return .binary(function, operands[0], operands[1])
    }
    switch token.text {
    case "isnan": return .isNaN(try arguments(1)[0])
    case "not": return .logicalNot(try arguments(1)[0])
    case "select":
      let operands = try arguments(3)
      return .select(operands[0], operands[1], operands[2])
    case "fma":
      let operands = try arguments(3)
      return .fma(operands[0], operands[1], operands[2])
    case "shuffle":
      try reader.expect("(")
      let a = try expression()
      try reader.expect(",")
      let b = try expression()
      try reader.expect(",")
      let lanes = try reader.list("[", "]") { try $0.integer("a lane") }
      try reader.expect(")")
      return .shuffle(a, b, lanes)
    case "extract":
      try reader.expect("(")
      let vector = try expression()
      try reader.expect(",")
      let lane = try reader.integer("a lane")
      try reader.expect(")")
      return .extract(vector, lane)
    case "permute4", "permute":
      let operands = try arguments(2)
      return token.text == "permute" ? .permute(operands[0], operands[1]) : .permute4(operands[0], operands[1])
    case "sum": return .sum(try arguments(1)[0])
    case "maximum": return .maximum(try arguments(1)[0])
    case "movemask": return .movemask(try arguments(1)[0])
    case "opaque": return .opaque(try arguments(1)[0])
    default:
      guard let function = UnaryFunction(rawValue: token.text) else {
        throw MartletError(
          TextErrorCode.unknownWord, "unknown function \(token.quoted)", at: token.location,
          advice: "IR/README.md lists the functions of the loop IR.")
      }
      return .unary(function, try arguments(1)[0])
    }
  }

  /// Whether a '%' name stands before the parenthesis that closes the one at the cursor.
  func argumentHasData() -> Bool {
    var depth = 0
    var offset = 0
    while reader.peek(offset).kind != .end {
      let token = reader.peek(offset)
      if token.kind == .value || token.kind == .word && reader.peek(offset + 1).text == "(" { return true }
      if token.text == "(" { depth += 1 }
      if token.text == ")" { depth -= 1 }
      if depth == 0 { return false }
      offset += 1
    }
    return false
  }
}
