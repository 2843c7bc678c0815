import MartletCore

/// Reads the text of kernels. Errors carry the file, line and column; the verifier checks what the grammar cannot.
public enum KernelParser {
  /// Parses a kernel; `verify()` checks what it means. `file` is what error messages call the text.
  public static func parse(_ text: String, file: String = "<text>") throws -> Kernel {
    let source = KernelSource(text, file: file, isAlone: true)
    if let error = source.errors.combined(in: text) { throw error }
    guard let kernel = source.kernels.first?.kernel else {
      throw MartletError(TextErrorCode.unexpectedToken, "the text is no kernel", at: SourcePosition(file: file, line: 1, column: 1))
    }
    return kernel
  }
}

/// What a data name stands for decides how `%name[…]` is read.
enum NameKind {
  case memory, value, registers
  /// Of a statement with an error.
  case unknown
}

/// The state of reading one kernel; statements here, indices and expressions in extensions. An error in a statement is reported, and reading
/// goes on behind it; what is defined there may be anything, so that one mistake is reported once.
struct KernelTextParser {
  /// Blocks in blocks, parentheses in parentheses: deeper text is an attack on the stack.
  static let deepestNesting = 200

  /// Thrown where an error is already reported.
  private struct Reported: Error {}

  var reader: TokenReader
  var source: KernelSource
  var kinds: [String: NameKind] = [:]
  var nesting = 0
  /// The definitions of data and of indices, by name.
  private var definitions: [String: Int] = [:]
  private var indexDefinitions: [String: Int] = [:]
  /// Uses of indices: what they mean is known at the end of the kernel.
  private var indexUses: [Token] = []
  private var statementLocations: [SourcePosition] = []
  private var parameterLocations: [SourcePosition] = []
  /// Whether something could not be read at all: it may define any name.
  private var isIncomplete = false

  init(reader: TokenReader, source: KernelSource) { (self.reader, self.source) = (reader, source) }

  mutating func readKernel() {
    (kinds, definitions, indexDefinitions, indexUses, isIncomplete) = ([:], [:], [:], [], false)
    (statementLocations, parameterLocations) = ([], [])
    let start = reader.position
    do {
      let location = reader.peek(1).location
      let kernel = try kernel()
      source.kernels.append(
        KernelSource.NamedKernel(
          kernel: kernel, location: location, parameters: parameterLocations, statements: statementLocations))
    } catch {
      report(error, from: start)
      let nothing = Kernel(name: "", parameters: [], over: 0, body: [])
      source.kernels.append(KernelSource.NamedKernel(kernel: nothing, location: reader[start].location, parameters: [], statements: []))
    }
    for token in indexUses { if let definition = indexDefinitions[token.text] { source.names.use(token, of: definition) } }
  }

  /// Moves to the next kernel of the text. False where there is none, or errors enough.
  mutating func skipToKernel() -> Bool {
    let start = reader.position
    while reader.current.kind != .end, !(reader.isAt("kernel") && reader.peek(1).kind == .symbol) { _ = reader.advance() }
    if source.errors.isEmpty, reader.position != start { source.errors.add(reader[start].unexpected) }
    return reader.current.kind != .end && !source.errors.isFull
  }

  /// Runs `body` one level deeper.
  mutating func nested<Result>(_ body: (inout KernelTextParser) throws -> Result) throws -> Result {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting < KernelTextParser.deepestNesting else {
      throw MartletError(
        TextErrorCode.nestedTooDeeply, "this is nested \(nesting) times", at: reader.current.location)
    }
    return try body(&self)
  }

  // MARK: Going on behind errors

  /// Keeps an error of the tokens from `start` to the current one.
  private mutating func report(_ error: any Error, from start: Int) {
    guard let error = error as? MartletError, !reader.followsFault(from: start, to: reader.position) else { return }
    source.errors.add(error)
  }

  /// Everything that is named from `start` to the current token may be defined there.
  private mutating func poison(from start: Int) {
    for number in start..<max(start, reader.position) where reader[number].kind == .value {
      let token = reader[number]
      guard kinds[token.text] == nil else { continue }
      kinds[token.text] = .unknown
      definitions[token.text] = source.names.define(token)
    }
  }

  // MARK: Parts

  mutating func kernel() throws -> Kernel {
    try reader.expect("kernel")
    let name = try reader.expect(.symbol, "the kernel's name, as in @relu").text
    let parameters = try parameters()
    var (over, tile, multiple) = (0, Int?.none, 1)
    let start = reader.position
    do {
      try reader.expect("over")
      over = try reader.integer("the number of iterations")
      tile = reader.take("tile") ? try reader.integer("the longest range") : nil
      multiple = reader.take("multiple") ? try reader.integer("a divisor") : 1
      guard reader.isAt("{") else { throw reader.unexpected("'{'") }
    } catch {
      report(error, from: start)
      // What is skipped may have defined any name.
      isIncomplete = true
      while reader.current.kind != .end, !reader.isAt("{") { _ = reader.advance() }
      guard reader.current.kind != .end else { throw Reported() }
    }
    return Kernel(name: name, parameters: parameters, over: over, tile: tile, multiple: multiple, body: try block())
  }

  private mutating func parameters() throws -> [KernelParameter] {
    try reader.expect("(")
    var parameters: [KernelParameter] = []
    if reader.take(")") { return parameters }
    repeat {
      let start = reader.position
      do {
        let parameter = try parameter()
        guard reader.isAt(",") || reader.isAt(")") else { throw reader.unexpected("',' or ')'") }
        parameters.append(parameter)
      } catch {
        report(error, from: start)
        let isFound = reader.skipItem(from: start) { token, _ in token.kind == .value }
        // A parameter whose name cannot be read may have any.
        if !reader.hasName(from: start, before: ":") { isIncomplete = true }
        poison(from: start)
        guard isFound, !source.errors.isFull else { throw Reported() }
      }
    } while reader.take(",")
    try reader.expect(")")
    return parameters
  }

  mutating func parameter() throws -> KernelParameter {
    let name = try reader.expect(.value, "a parameter's name")
    try reader.expect(":")
    let access: AccessMode = try word("read, write or update")
    let space: MemorySpace = try word("global, worker or shard")
    let element: ElementType = try word("an element type")
    let parameter = KernelParameter(name.text, access, space, element, try reader.list("[", "]") { try $0.integer("an extent") })
    try define(name, .memory)
    describe(definitions[name.text], parameter.description)
    parameterLocations.append(name.location)
    return parameter
  }

  mutating func word<Choice: RawRepresentable>(_ expected: String) throws -> Choice where Choice.RawValue == String {
    guard reader.current.kind == .word, let choice = Choice(rawValue: reader.current.text) else { throw reader.unexpected(expected) }
    _ = reader.advance()
    return choice
  }

  mutating func define(_ token: Token, _ kind: NameKind) throws {
    guard kinds[token.text] == nil || kinds[token.text] == .unknown else {
      throw MartletError(TextErrorCode.definedTwice, "%\(token.text) is defined twice", at: token.location)
    }
    kinds[token.text] = kind
    definitions[token.text] = source.names.define(token)
  }

  /// Of the same name the first one counts: the verifier says that there are two.
  mutating func defineIndex(_ token: Token) {
    if indexDefinitions[token.text] == nil { indexDefinitions[token.text] = source.names.define(token) }
  }

  mutating func useIndex(_ token: Token) { indexUses.append(token) }

  /// What a data name stands for. One that is not defined is reported once, and may be anything.
  mutating func look(up token: Token) throws -> NameKind {
    if let kind = kinds[token.text] {
      if let definition = definitions[token.text] { source.names.use(token, of: definition) }
      return kind
    }
    let meant = source.errors.isShown && !isIncomplete ? KnownNames.valueMeant(by: token.text, among: kinds.keys) : ""
    kinds[token.text] = .unknown
    if !isIncomplete, !reader.followsFault(from: reader.position - 1, to: reader.position) { source.errors.add(undefined(token, meant)) }
    return .unknown
  }

  /// What an editor shows of a definition.
  private mutating func describe(_ definition: Int?, _ text: String, isIndex: Bool = false) {
    guard let definition else { return }
    source.things[definition] = KernelSource.NamedThing(text: text, kernel: source.kernels.count, isIndex: isIndex)
  }

  /// What an editor shows of the names that a statement defines.
  private mutating func describe(_ statement: Statement) {
    let text = String(statement.mappingBodies { _ in [] }.description.split(separator: "\n").first ?? "")
    if let name = statement.definedName { describe(definitions[name], text) }
    if let name = statement.definedIndex { describe(indexDefinitions[name], text, isIndex: true) }
  }

  mutating func block() throws -> [Statement] { try nested { try $0.statements() } }

  private mutating func statements() throws -> [Statement] {
    try reader.expect("{")
    var statements: [Statement] = []
    while !reader.take("}") {
      let start = reader.position
      let count = statementLocations.count
      statementLocations.append(reader.current.location)
      do {
        let statement = try statement()
        describe(statement)
        statements.append(statement)
      } catch {
        report(error, from: start)
        statementLocations.removeSubrange(count...)
        let isTooDeep = (error as? MartletError)?.number == TextErrorCode.nestedTooDeeply.rawValue
        try goOn(behindStatementAt: start, readsBody: !isTooDeep)
      }
      while reader.take(";") {}
      guard reader.current.kind != .end || source.errors.isEmpty, !source.errors.isFull else { throw Reported() }
    }
    return statements
  }

  /// Moves behind a statement with an error. What is nested in a loop or condition is read all the same.
  private mutating func goOn(behindStatementAt start: Int, readsBody: Bool) throws {
    let first = reader[start]
    if reader.current.kind == .end { return }
    let isBlock = first.kind == .word && ["for", "when", "static"].contains(first.text)
    if isBlock, readsBody, !reader[reader.position - 1].isClosingBrace {
      while reader.current.kind != .end, !reader.isAt("{"), !reader.isAt("}"), reader.current.location.line == first.location.line {
        _ = reader.advance()
      }
      if reader.isAt("{"), reader.current.location.line == first.location.line {
        // The index of a loop that cannot be read is defined all the same.
        if first.text == "for", reader[start + 1].kind == .word { defineIndex(reader[start + 1]) }
        poison(from: start)
        _ = try block()
        if reader.take("else") { _ = try block() }
        return
      }
    }
    if first.kind == .word, ["let", "var", "registers", "array"].contains(first.text) {
      // Without a name that can be read it may define any.
      let (name, sign) = (reader[start + 1], reader[start + 2])
      if name.kind != .value || ![":", "="].contains(sign.text) { isIncomplete = true }
    }
    // What the line in front of it defines may be something else than what was read.
    if !reader.beginsLine(start), ![";", "{"].contains(reader[start - 1].text) { isIncomplete = true }
    reader.skipStatement(from: start)
    poison(from: start)
    if reader.position == start, !reader.isAt("}") { _ = reader.advance() }
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
      _ = try look(up: name)
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
      let kind = try look(up: name)
      guard kind == .memory || kind == .unknown else { throw undefined(name, "") }
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
    switch try look(up: name) {
    case .unknown where !reader.isAt("["), .value:
      try reader.expect("=")
      return .assign(name.text, try expression())
    case .registers:
      let subscripts = try registerSubscripts()
      try reader.expect("=")
      return .assignRegister(name.text, subscripts, try expression())
    case .memory, .unknown:
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
    let token = try reader.expect(.word, "a name")
    let name = token.text
    try reader.expect("=")
    defineIndex(token)
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
    let token = try reader.expect(.word, "an index name")
    let variable = token.text
    try reader.expect("in")
    defineIndex(token)
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

  private func undefined(_ token: Token, _ meant: String) -> MartletError {
    let advice = meant + TextErrorCode.undefinedName.explanation.remedy
    return MartletError(TextErrorCode.undefinedName, "%\(token.text) is not defined", at: token.location, advice: advice)
  }
}

extension Token {
  fileprivate var isClosingBrace: Bool { kind == .punctuation && text == "}" }

  /// What stands between two kernels.
  fileprivate var unexpected: MartletError {
    MartletError(TextErrorCode.unexpectedToken, "expected 'kernel', found \(quoted)", at: location)
  }
}
