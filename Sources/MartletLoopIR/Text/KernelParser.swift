import MartletCore

/// Reads the text of kernels. Errors carry the file, line and column; the verifier checks what the grammar cannot.
public enum KernelParser {
  /// Parses a kernel; `verify()` checks what it means. `file` is what error messages call the text.
  public static func parse(_ text: String, file: String = "<text>") throws -> Kernel {
    var parser = KernelTextParser(reader: try TokenReader(text, file: file))
    let kernel = try parser.kernel()
    guard parser.reader.current.kind == .end else { throw parser.reader.unexpected("the end of the text") }
    return kernel
  }
}

/// What a data name stands for decides how `%name[…]` is read.
enum NameKind {
  case memory, value, registers
}

/// The state of reading one kernel; statements here, indices and expressions in extensions.
struct KernelTextParser {
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

  mutating func parameter() throws -> KernelParameter {
    let name = try reader.expect(.value, "a parameter's name")
    try reader.expect(":")
    let access: AccessMode = try word("read, write or update")
    let space: MemorySpace = try word("global, worker or shard")
    let element: ElementType = try word("an element type")
    try define(name, .memory)
    return KernelParameter(name.text, access, space, element, try reader.list("[", "]") { try $0.integer("an extent") })
  }

  mutating func word<Choice: RawRepresentable>(_ expected: String) throws -> Choice where Choice.RawValue == String {
    guard reader.current.kind == .word, let choice = Choice(rawValue: reader.current.text) else { throw reader.unexpected(expected) }
    _ = reader.advance()
    return choice
  }

  mutating func define(_ token: Token, _ kind: NameKind) throws {
    guard kinds[token.text] == nil else {
      throw MartletError(TextErrorCode.definedTwice, "%\(token.text) is defined twice", at: token.location)
    }
    kinds[token.text] = kind
  }

  mutating func block() throws -> [Statement] {
    try reader.expect("{")
    var statements: [Statement] = []
    while !reader.take("}") {
      statements.append(try statement())
      while reader.take(";") {}
    }
    return statements
  }

  mutating func statement() throws -> Statement {
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
      let scope: ArrayScope = try word("local or shared")
      try define(name, .memory)
      return .array(name.text, element, shape, scope)
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
    case "sgemm": return .sgemm(try libraryProduct())
    case "prefetch":
      let name = try reader.expect(.value, "the memory")
      return .prefetch(try access(name.text))
    case "fence": return .fence
    case "barrier": return .barrier
    case "part": return .part(try reader.expect(.symbol, "a name, as in @conv1.0.relu").text)
    case "line": return .line(try reader.integer("the number of a line"))
    default:
      throw MartletError(
        TextErrorCode.unknownWord, "unknown statement \(token.quoted)", at: token.location,
        advice: "IR/README.md lists the statements of the loop IR.")
    }
  }

  mutating func libraryProduct() throws -> LibraryProduct {
    try reader.expect("(")
    func flag() throws -> Bool {
      if reader.take("true") { return true }
      try reader.expect("false")
      return false
    }
    func integer(_ what: String) throws -> Int {
      let value = try reader.integer(what)
      try reader.expect(",")
      return value
    }
    func number() throws -> Double {
      guard case .number(let value) = try expression() else {
        throw MartletError(TextErrorCode.unexpectedToken, "expected a number, found \(reader.current.quoted)", at: reader.current.location)
      }
      try reader.expect(",")
      return value.value
    }
    func matrix() throws -> Access {
      let name = try reader.expect(.value, "a matrix")
      guard kinds[name.text] == .memory else { throw undefined(name) }
      let access = try access(name.text)
      try reader.expect(",")
      return access
    }
    let transposesA = try flag()
    try reader.expect(",")
    let transposesB = try flag()
    try reader.expect(",")
    let (rows, columns, inner) = (try integer("rows"), try integer("columns"), try integer("the length of the sums"))
    let alpha = try number()
    let (a, aStride) = (try matrix(), try integer("the distance of rows"))
    let (b, bStride) = (try matrix(), try integer("the distance of rows"))
    let (beta, c) = (try number(), try matrix())
    let cStride = try reader.integer("the distance of rows")
    try reader.expect(")")
    return LibraryProduct(
      rows: rows, columns: columns, inner: inner, transposesA: transposesA, transposesB: transposesB, alpha: alpha, a: a, aStride: aStride,
      b: b, bStride: bStride, beta: beta, c: c, cStride: cStride)
  }

  mutating func assignment() throws -> Statement {
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

  mutating func letStatement() throws -> Statement {
    if reader.current.kind == .value {
      let name = reader.advance()
      try reader.expect("=")
      if let exchange = try warpExchange(name) { return exchange }
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

  mutating func forStatement() throws -> Statement {
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
    } else if reader.take("block") {
      kind = .block(try gridAxis())
    } else if reader.take("thread") {
      kind = .thread(try gridAxis())
    }
    return .loop(Loop(variable, lower, upper, step: step, kind, try block()))
  }

  /// `warp_xor(%v, 16)` or `warp_lane(%v, 0)`: a whole `let`, never a part of an expression.
  mutating func warpExchange(_ name: Token) throws -> Statement? {
    let isXor = reader.isAt("warp_xor")
    guard isXor || reader.isAt("warp_lane"), reader.peek(1).text == "(" else { return nil }
    _ = reader.advance()
    try reader.expect("(")
    let value = try expression()
    try reader.expect(",")
    let number = try reader.integer("the number of a thread")
    try reader.expect(")")
    try define(name, .value)
    return .letExchange(name.text, isXor ? .xor(number) : .lane(number), value)
  }

  mutating func gridAxis() throws -> GridAxis {
    try reader.expect("(")
    let axis: GridAxis = try word("x, y or z")
    try reader.expect(")")
    return axis
  }

  mutating func valueType() throws -> ValueType {
    let token = try reader.expect(.word, "a type, as in f32x8")
    guard let type = ValueType(text: token.text) else {
      throw MartletError(TextErrorCode.unknownWord, "unknown type \(token.quoted)", at: token.location)
    }
    return type
  }

  func undefined(_ token: Token) -> MartletError {
    MartletError(TextErrorCode.undefinedName, "%\(token.text) is not defined", at: token.location)
  }
}
