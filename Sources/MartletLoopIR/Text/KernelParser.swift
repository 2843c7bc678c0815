import MartletCore

/// Reads the text of kernels. Errors carry the file, line and column; the verifier checks what the grammar cannot.
public enum KernelParser {
  public static func parse(_ text: String, file: String = "<text>") throws -> Kernel {
    var parser = Parser(reader: try TokenReader(text, file: file))
    let kernel = try parser.kernel()
    guard parser.reader.current.kind == .end else { throw parser.reader.unexpected("the end of the text") }
    return kernel
  }

  /// What a data name stands for decides how `%name[…]` is read.
  private enum NameKind {
    case memory, value, registers
  }

  private struct Parser {
    var reader: TokenReader
    var kinds: [String: NameKind] = [:]

    mutating func kernel() throws -> Kernel {
      try reader.expect("kernel")
      let name = try reader.expect(.symbol, "the kernel's name, as in @relu").text
      var parameters: [KernelParameter] = []
      try reader.expect("(")
      if !reader.take(")") {
        repeat { parameters.append(try parameter()) } while reader.take(",")
        try reader.expect(")")
      }
      try reader.expect("over")
      let over = try reader.integer("the number of iterations")
      let tile = reader.take("tile") ? try reader.integer("the longest range") : nil
      let multiple = reader.take("multiple") ? try reader.integer("a divisor") : 1
      return Kernel(name: name, parameters: parameters, over: over, tile: tile, multiple: multiple, body: try block())
    }

    private mutating func parameter() throws -> KernelParameter {
      let name = try reader.expect(.value, "a parameter's name")
      try reader.expect(":")
      let access: AccessMode = try word("read, write or update")
      let space: MemorySpace = try word("global, worker or shard")
      let element: ElementType = try word("an element type")
      try define(name, .memory)
      return KernelParameter(name.text, access, space, element, try reader.list("[", "]") { try $0.integer("an extent") })
    }

    private mutating func word<Choice: RawRepresentable>(_ expected: String) throws -> Choice where Choice.RawValue == String {
      guard reader.current.kind == .word, let choice = Choice(rawValue: reader.current.text) else { throw reader.unexpected(expected) }
      _ = reader.advance()
      return choice
    }

    private mutating func define(_ token: Token, _ kind: NameKind) throws {
      guard kinds[token.text] == nil else {
        throw MartletError(.invalidInput, "%\(token.text) is defined twice", at: token.location)
      }
      kinds[token.text] = kind
    }

    private mutating func block() throws -> [Statement] {
      try reader.expect("{")
      var statements: [Statement] = []
      while !reader.take("}") {
        statements.append(try statement())
        while reader.take(";") {}
      }
      return statements
    }

    private mutating func statement() throws -> Statement {
      if reader.current.kind == .value { return try assignment() }
      let token = try reader.expect(.word, "a statement")
      switch token.text {
      case "let": return try letStatement()
      case "var":
        let name = try reader.expect(.value, "a name")
        try reader.expect(":")
        let type = try valueType()
        try reader.expect("=")
        let initial = try expression()
        try define(name, .value)
        return .variable(name.text, type, initial)
      case "registers":
        let name = try reader.expect(.value, "a name")
        try reader.expect(":")
        let type = try valueType()
        let shape = try reader.list("[", "]") { try $0.integer("an extent") }
        let initial = reader.take("=") ? try expression() : nil
        try define(name, .registers)
        return .registers(name.text, type, shape, initial)
      case "array":
        let name = try reader.expect(.value, "a name")
        try reader.expect(":")
        let element: ElementType = try word("an element type")
        let shape = try reader.list("[", "]") { try $0.integer("an extent") }
        try reader.expect("local")
        try define(name, .memory)
        return .array(name.text, element, shape)
      case "for": return try forStatement()
      case "when":
        let condition = try condition()
        let body = try block()
        return .when(condition, body, otherwise: reader.take("else") ? try block() : [])
      case "static":
        try reader.expect("when")
        let conditions = try indexConditions()
        let body = try block()
        return .staticWhen(conditions, body, otherwise: reader.take("else") ? try block() : [])
      case "fence": return .fence
      default:
        throw MartletError(
          .invalidInput, "unknown statement \(token.quoted)", at: token.location,
          advice: "IR/README.md lists the statements of the loop IR.")
      }
    }

    private mutating func assignment() throws -> Statement {
      let name = try reader.expect(.value, "a name")
      guard let kind = kinds[name.text] else { throw undefined(name) }
      switch kind {
      case .value:
        try reader.expect("=")
        return .assign(name.text, try expression())
      case .registers:
        let subscripts = try registerSubscripts()
        try reader.expect("=")
        return .assignRegister(name.text, subscripts, try expression())
      case .memory:
        let access = try access(name.text)
        try reader.expect("=")
        return .store(access, try expression())
      }
    }

    private mutating func letStatement() throws -> Statement {
      if reader.current.kind == .value {
        let name = reader.advance()
        try reader.expect("=")
        let value = try expression()
        try define(name, .value)
        return .letValue(name.text, value)
      }
      let name = try reader.expect(.word, "a name").text
      try reader.expect("=")
      guard reader.isAt("index"), reader.peek(1).text == "(" else { return .letIndex(name, try index()) }
      _ = reader.advance()
      try reader.expect("(")
      let value = try expression()
      try reader.expect(",")
      let lower = try reader.integer("the lowest value")
      try reader.expect("..<")
      let upper = try reader.integer("the bound")
      var multiple = 1
      if reader.take(",") {
        try reader.expect("multiple")
        multiple = try reader.integer("a divisor")
      }
      try reader.expect(")")
      return .letDataIndex(name, value, lower: lower, upper: upper, multiple: multiple)
    }

    private mutating func forStatement() throws -> Statement {
      let variable = try reader.expect(.word, "an index name").text
      try reader.expect("in")
      if reader.isAt("bits"), reader.peek(1).text == "(" {
        _ = reader.advance()
        try reader.expect("(")
        let mask = try expression()
        try reader.expect(",")
        let limit = try reader.integer("a limit")
        try reader.expect(")")
        return .bits(variable, mask, limit: limit, try block())
      }
      let lower = try index()
      try reader.expect("..<")
      let upper = try index()
      let step = reader.take("step") ? try index() : Index(1)
      var kind = LoopKind.serial
      if reader.take("unrolled") {
        kind = .unrolled
      } else if reader.take("parallel") {
        kind = .parallel
      } else if reader.take("vectorized") {
        try reader.expect("(")
        kind = .vectorized(try reader.integer("a number of lanes"))
        try reader.expect(")")
      }
      return .loop(Loop(variable, lower, upper, step: step, kind, try block()))
    }

    private mutating func valueType() throws -> ValueType {
      let token = try reader.expect(.word, "a type, as in f32x8")
      guard let type = ValueType(text: token.text) else {
        throw MartletError(.invalidInput, "unknown type \(token.quoted)", at: token.location)
      }
      return type
    }

    private func undefined(_ token: Token) -> MartletError {
      MartletError(.invalidInput, "%\(token.text) is not defined", at: token.location)
    }

    // MARK: Conditions

    private mutating func condition() throws -> Condition {
      // An index condition begins with an index, a mask has data in it; both may be long: look ahead for '%' before '{'.
      var offset = 0
      while reader.peek(offset).kind != .end, reader.peek(offset).text != "{" {
        if reader.peek(offset).kind == .value { return .mask(try expression()) }
        offset += 1
      }
      return .indices(try indexConditions())
    }

    private mutating func indexConditions() throws -> [IndexCondition] {
      var conditions: [IndexCondition] = []
      repeat {
        let index = try index()
        try reader.expect("in")
        let lower = try self.index()
        try reader.expect("..<")
        conditions.append(IndexCondition(index, lower, try self.index()))
      } while reader.take("and")
      return conditions
    }

    // MARK: Indices

    private mutating func index() throws -> Index {
      var sum = try indexProduct()
      while true {
        if reader.take("+") {
          sum = sum + (try indexProduct())
        } else if reader.take("-") {
          sum = sum - (try indexProduct())
        } else {
          return sum
        }
      }
    }

    private mutating func indexProduct() throws -> Index {
      var product = try indexPrimary()
      while true {
        let location = reader.current.location
        if reader.take("*") {
          let factor = try indexPrimary()
          if let constant = factor.constantValue {
            product = product * constant
          } else if let constant = product.constantValue {
            product = factor * constant
          } else {
            throw MartletError(.invalidInput, "an index is multiplied by constants only", at: location)
          }
        } else if reader.take("/") {
          product = product / (try positiveConstant())
        } else if reader.take("%") {
          product = product % (try positiveConstant())
        } else {
          return product
        }
      }
    }

    private mutating func positiveConstant() throws -> Int {
      let location = reader.current.location
      guard let constant = try indexPrimary().constantValue, constant > 0 else {
        throw MartletError(.invalidInput, "an index is divided by positive constants only", at: location)
      }
      return constant
    }

    private mutating func indexPrimary() throws -> Index {
      if reader.take("-") { return try indexPrimary() * -1 }
      if reader.take("(") {
        let inner = try index()
        try reader.expect(")")
        return inner
      }
      if reader.isAt("[") {
        let values = try reader.list("[", "]") { try $0.integer("a table entry") }
        try reader.expect("[")
        let position = try index()
        try reader.expect("]")
        return .table(values, position)
      }
      if reader.current.kind == .number { return Index(try reader.integer("an index")) }
      return Index(variable: try reader.expect(.word, "an index").text)
    }

    private mutating func access(_ name: String) throws -> Access {
      try reader.expect("[")
      var subscripts: [Index] = []
      var lanes = 1
      var first: Index?
      if !reader.isAt("]") {
        repeat { subscripts.append(try index()) } while reader.take(",")
      }
      if reader.take(":") {
        lanes = try reader.integer("a number of lanes")
        if reader.take("first") { first = try index() }
      }
      try reader.expect("]")
      return Access(name, subscripts, lanes: lanes, first: first)
    }

    private mutating func registerSubscripts() throws -> [Index] {
      try reader.expect("[")
      var subscripts: [Index] = []
      repeat { subscripts.append(try index()) } while reader.take(",")
      try reader.expect("]")
      return subscripts
    }

    // MARK: Expressions

    private mutating func expression() throws -> Expr { try logicalOr() }

    private mutating func logicalOr() throws -> Expr {
      var left = try logicalAnd()
      while reader.take("or") { left = .logicalOr(left, try logicalAnd()) }
      return left
    }

    private mutating func logicalAnd() throws -> Expr {
      var left = try comparison()
      while reader.take("and") { left = .logicalAnd(left, try comparison()) }
      return left
    }

    private mutating func comparison() throws -> Expr {
      let left = try infix(0)
      let signs: [(String, Comparison)] = [("==", .eq), ("!=", .ne), ("<", .lt), ("<=", .le), (">", .gt), (">=", .ge)]
      for (sign, comparison) in signs where reader.take(sign) { return .compare(comparison, left, try infix(0)) }
      return left
    }

    private static let levels: [[(sign: String, function: BinaryFunction)]] = [
      [("|", .or), ("^", .xor)], [("&", .and)], [("<<", .shiftLeft), (">>", .shiftRight)], [("+", .add), ("-", .subtract)],
      [("*", .multiply), ("/", .divide)],
    ]

    private mutating func infix(_ level: Int) throws -> Expr {
      guard level < Parser.levels.count else { return try unary() }
      var left = try infix(level + 1)
      scan: while true {
        for (sign, function) in Parser.levels[level] where reader.isAt(sign) {
          let location = reader.advance().location
          left = try combine(function, left, try infix(level + 1), at: location)
          continue scan
        }
        if level == Parser.levels.count - 1, reader.isAt("%") {
          let location = reader.advance().location
          guard let a = index(of: left), let b = index(of: try infix(level + 1))?.constantValue, b > 0 else {
            throw MartletError(.invalidInput, "'%' is for indices and positive constants", at: location)
          }
          left = .literalIndex(a % b)
          continue
        }
        return left
      }
    }

    private func index(of expression: Expr) -> Index? {
      switch expression {
      case .integer(let value): Index(value)
      case .literalIndex(let index): index
      default: nil
      }
    }

    /// Arithmetic on bare indices is an index that stands for a literal.
    private func combine(_ function: BinaryFunction, _ a: Expr, _ b: Expr, at location: SourceLocation) throws -> Expr {
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
      throw MartletError(.invalidInput, "an index is multiplied and divided by constants only", at: location)
    }

    private mutating func unary() throws -> Expr {
      guard reader.take("-") else { return try primary() }
      switch try unary() {
      case .integer(let value): return .integer(-value)
      case .number(let number): return .number(ExactDouble(-number.value))
      case .literalIndex(let index): return .literalIndex(index * -1)
      case let operand: return .unary(.neg, operand)
      }
    }

    private mutating func arguments(_ count: Int) throws -> [Expr] {
      try reader.expect("(")
      var arguments = [try expression()]
      for _ in 1..<max(count, 1) {
        try reader.expect(",")
        arguments.append(try expression())
      }
      try reader.expect(")")
      return arguments
    }

    private mutating func primary() throws -> Expr {
      let token = reader.current
      switch token.kind {
      case .value:
        _ = reader.advance()
        guard let kind = kinds[token.text] else { throw undefined(token) }
        switch kind {
        case .value: return .name(token.text)
        case .registers: return .register(token.text, try registerSubscripts())
        case .memory:
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
        return .number(ExactDouble(value))
      case .punctuation where token.text == "(":
        _ = reader.advance()
        let inner = try expression()
        try reader.expect(")")
        return inner
      case .punctuation where token.text == "[": return try bracket()
      case .word: return try word()
      case .punctuation, .symbol, .end: throw reader.unexpected("an expression")
      }
    }

    /// A vector constant, or a table if a subscript follows.
    private mutating func bracket() throws -> Expr {
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

    private mutating func word() throws -> Expr {
      let token = reader.advance()
      if token.text == "inf" || token.text == "nan" { return .number(ExactDouble(token.text == "inf" ? .infinity : .nan)) }
      if token.text == "bitcast" {
        let element: ElementType = try word("an element type")
        return .bitcast(element, try arguments(1)[0])
      }
      guard reader.isAt("(") else { return .literalIndex(Index(variable: token.text)) }
      if token.text.hasPrefix("splat"), let lanes = Int(token.text.dropFirst(5)) { return .splat(lanes: lanes, try arguments(1)[0]) }
      if let element = ElementType(rawValue: token.text) {
        guard element == .i32 || element == .i64, !argumentHasData() else { return .convert(element, try arguments(1)[0]) }
        try reader.expect("(")
        let index = try index()
        try reader.expect(")")
        return .indexValue(element, index)
      }
      let two: [String: BinaryFunction] = ["max": .maximum, "min": .minimum, "pow": .pow]
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
            .invalidInput, "unknown function \(token.quoted)", at: token.location,
            advice: "IR/README.md lists the functions of the loop IR.")
        }
        return .unary(function, try arguments(1)[0])
      }
    }

    /// Whether a '%' name stands before the parenthesis that closes the one at the cursor.
    private func argumentHasData() -> Bool {
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
}
