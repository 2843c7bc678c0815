import MartletCore

/// Reads the text of a graph. Errors carry the file, line and column.
public enum GraphParser {
  /// Parses and verifies. `file` is what error messages call the text.
  public static func parse(_ text: String, file: String = "<text>") throws -> Graph {
    let source = GraphSource(text, file: file)
    if let error = source.errors.combined(in: text) { throw error }
    guard let graph = source.graph else {
      throw MartletError(TextErrorCode.unexpectedToken, "the text is no graph", at: SourcePosition(file: file, line: 1, column: 1))
    }
    return graph
  }
}

/// The state of reading a graph. An error in a node, a parameter or a result is reported, and reading goes on behind it; values that are
/// defined there have no type, and what uses them is not checked, so that one mistake is reported once.
struct GraphTextParser {
  private(set) var source: GraphSource
  private var nesting = 0
  private var isInsideFusion = false
  /// The token behind the node that was read last, whatever it means.
  private var endOfNode = 0

  /// Fusions in fusions, lists in lists: deeper text is an attack on the stack.
  static let deepestNesting = 16

  /// Thrown where an error is already reported.
  private struct Reported: Error {}

  private struct Known {
    /// Nil where the line that defines it has an error.
    var value: Value?
    /// The number of the definition; negative where there is none.
    var definition: Int
  }

  private struct Scope {
    var known: [String: Known] = [:]
    var types: [TensorType] = []
    var nodes: [Node] = []
    var locations: [SourcePosition] = []
    var parameterLocations: [SourcePosition] = []
    /// Whether something could not be read at all: it may define any name.
    var isIncomplete = false
  }

  /// How a body ended.
  private enum Body {
    /// With a `return` and '}'. Nil for a returned value that has no type.
    case returned([(value: Value?, location: SourcePosition)])
    /// With '}', and errors.
    case damaged
    /// Without '}'.
    case open
  }

  private struct DeclaredResult {
    var name: String
    var type: TensorType
    var location: SourcePosition
  }

  init(source: GraphSource) { self.source = source }

  /// The graph as far as it can be read; it means something where no error was found.
  mutating func graph(_ reader: inout TokenReader) -> Graph? {
    var scope = Scope()
    var name = ""
    var parameters: [Graph.Parameter?] = []
    var declared: [DeclaredResult?] = []
    do {
      try reader.expect("graph")
      name = try reader.expect(.symbol, "the graph's name, as in @main").text
      parameters = try items(&reader, isNext: { token, _ in ParameterRole(rawValue: token.text) != nil }) { parser, reader in
        try parser.parameter(&reader, &scope)
      } failed: { parser, reader, start in
        // A parameter whose name cannot be read may have any.
        if !reader.hasName(from: start, before: ":") { scope.isIncomplete = true }
        parser.poison(&scope, reader, from: start)
        // Its type was perhaps read, but is not all that stands there.
        for number in start..<max(start, reader.position) where reader[number].kind == .value {
          scope.known[reader[number].text]?.value = nil
        }
      }
      try reader.expect("->")
      declared = try items(&reader, isNext: { $0.kind == .word && [":", "."].contains($1.text) }) { parser, reader in
        let location = reader.current.location
        let name = try GraphTextParser.resultName(&reader)
        try reader.expect(":")
        return DeclaredResult(name: name, type: try GraphTextParser.tensorType(&reader), location: location)
      } failed: { _, _, _ in
      }
      guard reader.isAt("{") else { throw declared.contains { $0 == nil } ? Reported() : reader.unexpected("'{'") }
    } catch {
      report(error, reader, from: 0)
      scope.isIncomplete = true
      parameters.append(nil)
      declared.append(nil)
      guard reader.skipToRegion() else { return nil }
    }
    let complete = parameters.compactMap { $0 }
    let isComplete = complete.count == parameters.count
    guard case .returned(let returned) = body(&reader, &scope) else { return nil }
    if source.errors.isEmpty, reader.current.kind != .end {
      source.errors.add(reader.unexpected("the end of the text", advice: "A file holds one graph."))
    }
    let declaredResults = declared.compactMap { $0 }
    if declaredResults.count == declared.count {
      report(declaredResults, returned, of: name, scope)
    }
    let values = returned.compactMap(\.value)
    let graph = Graph(
      name: name, parameters: complete, nodes: scope.nodes,
      results: zip(declaredResults, values).map { Graph.Result($0.name, $1) })
    guard source.errors.isEmpty else {
      // What is said of the parameters does not depend on the nodes.
      if isComplete { for error in graph.parameterFaults(scope.parameterLocations) { source.errors.add(error) } }
      return nil
    }
    let faults = graph.faults(
      locations: scope.locations, parameterLocations: scope.parameterLocations, resultLocations: declaredResults.map(\.location))
    for error in faults { source.errors.add(error) }
    return graph
  }

  /// The returned values must be as many as are declared, of the declared types.
  private mutating func report(
    _ declared: [DeclaredResult], _ returned: [(value: Value?, location: SourcePosition)], of name: String, _ scope: Scope
  ) {
    guard returned.count == declared.count else {
      // An earlier error may have cut the graph short.
      guard source.errors.isEmpty else { return }
      source.errors.add(
        MartletError(
          TextErrorCode.resultCount, "graph @\(name) declares \(declared.count) results, but returns \(returned.count)",
          at: declared.first?.location ?? returned.first?.location))
      return
    }
    for (result, token) in zip(declared, returned) {
      guard let value = token.value, scope.types[value.id] != result.type else { continue }
      source.errors.add(
        MartletError(
          TextErrorCode.resultType, "result \(result.name) is declared \(result.type), but the returned value is \(scope.types[value.id])",
          at: token.location))
    }
  }

  // MARK: Going on behind errors

  /// Keeps an error of the tokens from `start` to the current one.
  private mutating func report(_ error: any Error, _ reader: TokenReader, from start: Int) {
    guard let error = error as? MartletError, !reader.followsFault(from: start, to: reader.position) else { return }
    source.errors.add(error)
  }

  /// Everything that is named from `start` to the current token may be defined there: it has no type.
  private mutating func poison(_ scope: inout Scope, _ reader: TokenReader, from start: Int) {
    for number in start..<max(start, reader.position) where reader[number].kind == .value {
      let token = reader[number]
      if scope.known[token.text] == nil { scope.known[token.text] = Known(value: nil, definition: source.names.define(token)) }
    }
  }

  /// `( item, item … )`: an item with an error is nil, and the next one begins behind a comma where `isNext` accepts the token.
  private mutating func items<Item>(
    _ reader: inout TokenReader, isNext: (Token, Token) -> Bool,
    _ item: (inout GraphTextParser, inout TokenReader) throws -> Item,
    failed: (inout GraphTextParser, TokenReader, Int) -> Void
  ) throws -> [Item?] {
    try reader.expect("(")
    var items: [Item?] = []
    if reader.take(")") { return items }
    repeat {
      let start = reader.position
      do {
        let value = try item(&self, &reader)
        guard reader.isAt(",") || reader.isAt(")") else { throw reader.unexpected("',' or ')'") }
        items.append(value)
      } catch {
        report(error, reader, from: start)
        items.append(nil)
        let isFound = reader.skipItem(from: start, isNext: isNext)
        failed(&self, reader, start)
        guard isFound, !source.errors.isFull else { throw Reported() }
      }
    } while reader.take(",")
    guard reader.take(")") else { throw reader.unexpected("',' or ')'") }
    return items
  }

  // MARK: Parts

  private mutating func define(
    _ token: Token, _ type: TensorType, _ scope: inout Scope, _ note: GraphSource.NamedValue, alias: Int? = nil
  ) throws -> Value {
    guard scope.known[token.text]?.value == nil else {
      throw MartletError(TextErrorCode.definedTwice, "%\(token.text) is defined twice", at: token.location)
    }
    let value = Value(id: scope.types.count)
    let definition = alias ?? source.names.define(token)
    scope.known[token.text] = Known(value: value, definition: definition)
    if alias == nil { source.values[definition] = note }
    scope.types.append(type)
    return value
  }

  private mutating func parameter(_ reader: inout TokenReader, _ scope: inout Scope) throws -> Graph.Parameter {
    let role = try reader.expect(.word, "a role: input, parameter or state")
    guard let knownRole = ParameterRole(rawValue: role.text) else {
      throw MartletError(
        TextErrorCode.unknownWord, "unknown role '\(role.text)'", at: role.location, advice: "The roles are input, parameter and state.")
    }
    let name = try reader.expect(.value, "a parameter's name, as in %images")
    try reader.expect(":")
    let type = try GraphTextParser.tensorType(&reader)
    _ = try define(name, type, &scope, GraphSource.NamedValue(type: type, role: knownRole))
    scope.parameterLocations.append(name.location)
    return Graph.Parameter(name.text, knownRole, type, batchAxis: try GraphTextParser.batchAxis(&reader))
  }

  /// `{batch = 0}` behind the type of an input; nil where nothing stands.
  private static func batchAxis(_ reader: inout TokenReader) throws -> Int? {
    guard reader.isAt("{") else { return nil }
    let axes = try reader.list("{", "}") { reader in
      guard reader.take("batch") else {
        throw reader.unexpected("'batch'", advice: "An input that is divided into samples is written %x: f32[64, 3] {batch = 0}.")
      }
      try reader.expect("=")
      return try reader.integer("the number of an axis")
    }
    guard axes.count == 1 else { throw reader.unexpected("one batch = AXIS before '}'") }
    return axes[0]
  }

  /// `{ nodes… return %a, %b }`
  private mutating func body(_ reader: inout TokenReader, _ scope: inout Scope) -> Body {
    guard reader.take("{") else {
      report(reader.unexpected("'{'"), reader, from: reader.position)
      return .open
    }
    while !reader.isAt("return") {
      let start = reader.position
      do {
        guard reader.current.kind == .value else { throw reader.unexpected("a node, as in %0 = …, or 'return'") }
        try node(&reader, &scope)
        continue
      } catch {
        report(error, reader, from: start)
        // Without names that can be read it may define any.
        if !reader.isNode(start) { scope.isIncomplete = true }
        if reader.position != endOfNode || endOfNode == start { reader.skipNode(from: start) }
        poison(&scope, reader, from: start)
      }
      if reader.current.kind == .end || source.errors.isFull { return .open }
      if reader.take("}") { return .damaged }
    }
    let start = reader.position
    var returned: [(value: Value?, location: SourcePosition)] = []
    do {
      try reader.expect("return")
      if reader.current.kind == .value {
        repeat {
          let token = try reader.expect(.value, "a value")
          returned.append((lookUp(token, &scope, reader, from: start), token.location))
        } while reader.take(",")
      }
      try reader.expect("}")
    } catch {
      report(error, reader, from: start)
      scope.isIncomplete = true
      reader.skipNode(from: start)
      return reader.take("}") ? .damaged : .open
    }
    return .returned(returned)
  }

  private mutating func node(_ reader: inout TokenReader, _ scope: inout Scope) throws {
    let start = reader.position
    var names: [Token] = []
    repeat { names.append(try reader.expect(.value, "the name of a result")) } while reader.take(",")
    try reader.expect("=")
    let mnemonic = try reader.expect(.word, "an operation")
    let isFusion = mnemonic.text == Fusion.mnemonic
    let isScan = mnemonic.text == Scan.mnemonic
    let symbol = isFusion || isScan ? try reader.expect(.symbol, "the name of the \(mnemonic.text), as in @conv_relu").text : ""
    let operandTokens = try reader.list("(", ")") { try $0.expect(.value, "an operand") }
    var operands: [Value] = []
    for token in operandTokens { if let value = lookUp(token, &scope, reader, from: start) { operands.append(value) } }
    // Of an operand without a type nothing is known: what depends on it is not checked.
    let hasTypes = operands.count == operandTokens.count
    let operandTypes = operands.map { scope.types[$0.id] }
    var region: Graph?
    var attributes: [Attribute] = []
    if isFusion {
      region = try fusionRegion(&reader, name: symbol, operandTokens, scope)
    } else if reader.isAt("{") {
      attributes = try reader.list("{", "}") { reader in
        let name = try reader.expect(.word, "an attribute's name").text
        try reader.expect("=")
        return Attribute(name, try GraphTextParser.attributeValue(&reader))
      }
    }
    var scan: Scan?
    if isScan { scan = try self.scan(&reader, name: symbol, attributes, operandTokens, scope, at: mnemonic.location) }
    try reader.expect(":")
    var resultTypes: [TensorType] = []
    repeat { resultTypes.append(try GraphTextParser.tensorType(&reader)) } while reader.take(",")
    endOfNode = reader.position
    // A region with an error may have ended early.
    guard (!isFusion || region != nil) && (!isScan || scan != nil) else { throw Reported() }
    guard names.count == resultTypes.count else {
      throw MartletError(
        TextErrorCode.resultCount, "\(names.count) names stand before '=', but \(resultTypes.count) types after ':'",
        at: mnemonic.location)
    }
    let operation: any TensorOperation
    do {
      if isFusion {
        guard let region else { throw Reported() }
        operation = Fusion(name: symbol, region: region)
      } else if isScan {
        guard let scan else { throw Reported() }
        operation = scan
      } else {
        operation = try OperationRegistry.make(mnemonic.text, attributes, resultTypes: resultTypes)
      }
      guard hasTypes else { throw Reported() }
      let inferred = try operation.resultTypes(operandTypes)
      guard inferred == resultTypes else {
        throw MartletError(
          TextErrorCode.resultType,
          "\(mnemonic.text) gives \(inferred.map(\.description).joined(separator: ", ")), "
            + "but \(resultTypes.map(\.description).joined(separator: ", ")) is written",
          advice: "Correct the type after the colon or the operands.")
      }
    } catch let error as MartletError {
      throw error.located(at: mnemonic.location)
    }
    // Nothing is checked that stands where the text has a character that is none of the language.
    guard !reader.followsFault(from: start, to: reader.position - 1) else { throw Reported() }
    let number = source.nodes.count
    source.nodes.append(
      GraphSource.NamedNode(
        mnemonic: mnemonic, operation: operation, operandTypes: operandTypes, resultTypes: resultTypes, isStored: !isInsideFusion))
    let results = try zip(names, resultTypes).map { try define($0, $1, &scope, GraphSource.NamedValue(type: $1, node: number)) }
    scope.nodes.append(Node(operation: operation, operands: operands, results: results, resultTypes: resultTypes, origin: nil))
    scope.locations.append(mnemonic.location)
  }

  /// Inside a fusion the operands keep their outer names. Nil where it has errors.
  private mutating func fusionRegion(
    _ reader: inout TokenReader, name: String, _ operands: [Token], _ outer: Scope
  ) throws -> Graph? {
    nesting += 1
    let outerFusion = isInsideFusion
    isInsideFusion = true
    defer {
      nesting -= 1
      isInsideFusion = outerFusion
    }
    guard nesting < GraphTextParser.deepestNesting else { throw reader.unexpected("a fusion that is not nested \(nesting) times") }
    var scope = Scope()
    scope.isIncomplete = outer.isIncomplete
    for operand in operands { try inherit(operand, from: outer, &scope) }
    switch body(&reader, &scope) {
    case .open: throw Reported()
    case .damaged: return nil
    case .returned(let returned):
      let results = returned.compactMap(\.value)
      guard results.count == returned.count, operands.allSatisfy({ outer.known[$0.text]?.value != nil }) else { return nil }
      let region = Fusion.makeRegion(
        name: name, parameterTypes: Array(scope.types.prefix(operands.count)), nodes: scope.nodes, results: results)
      return verified(region, scope)
    }
  }

  /// A region without faults of its own; nil otherwise.
  private mutating func verified(_ region: Graph, _ scope: Scope) -> Graph? {
    let faults = region.faults(locations: scope.locations)
    for error in faults { source.errors.add(error) }
    return faults.isEmpty ? region : nil
  }

  /// An operand of a fusion or scan under its outer name.
  private mutating func inherit(_ operand: Token, from outer: Scope, _ scope: inout Scope) throws {
    guard let known = outer.known[operand.text], let value = known.value else {
      scope.known[operand.text] = Known(value: nil, definition: outer.known[operand.text]?.definition ?? -1)
      return
    }
    _ = try define(operand, outer.types[value.id], &scope, GraphSource.NamedValue(), alias: known.definition)
  }

  /// `(%a: f32[4], …) { nodes… return %b }` behind the attributes of a scan: names for the elements of a step, then the region. The operands
  /// that every step reads whole keep their outer names. Nil where it has errors.
  private mutating func scan(
    _ reader: inout TokenReader, name: String, _ attributes: [Attribute], _ operands: [Token], _ outer: Scope,
    at location: SourcePosition
  ) throws -> Scan? {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting < GraphTextParser.deepestNesting else { throw reader.unexpected("a scan that is not nested \(nesting) times") }
    var known = AttributeReader(attributes, mnemonic: Scan.mnemonic)
    let (length, carried, scanned, isReversed): (Int, Int, Int, Bool)
    do {
      length = try known.integer("length")
      carried = try known.integer("carried", default: 0)
      scanned = try known.integer("scanned", default: 0)
      isReversed = try known.flag("reverse", default: false)
      try known.finish()
    } catch let error as MartletError {
      throw error.located(at: location)
    }
    var scope = Scope()
    scope.isIncomplete = outer.isIncomplete
    var parameters: [Graph.Parameter] = []
    _ = try reader.list("(", ")") { reader in
      let token = try reader.expect(.value, "the name of a carried value or of a step's element, as in %4.carried0")
      try reader.expect(":")
      let type = try GraphTextParser.tensorType(&reader)
      _ = try define(token, type, &scope, GraphSource.NamedValue(type: type))
      parameters.append(Graph.Parameter(token.text, .input, type))
    }
    let (steps, overflow) = carried.addingReportingOverflow(scanned)
    guard carried >= 0, scanned >= 0, !overflow, steps == parameters.count, steps <= operands.count else {
      throw MartletError(
        GraphErrorCode.operandCount,
        "scan: \(carried) carried and \(scanned) scanned values are declared, but the region names \(parameters.count), and "
          + "\(operands.count) operands stand", at: location)
    }
    var isComplete = true
    for operand in operands.dropFirst(steps) {
      try inherit(operand, from: outer, &scope)
      guard let value = scope.known[operand.text]?.value else {
        isComplete = false
        continue
      }
      parameters.append(Graph.Parameter(operand.text, .input, scope.types[value.id]))
    }
    switch body(&reader, &scope) {
    case .open: throw Reported()
    case .damaged: return nil
    case .returned(let returned):
      let results = returned.compactMap(\.value)
      guard results.count == returned.count, isComplete else { return nil }
      let region = Graph(
        name: name, parameters: parameters, nodes: scope.nodes,
        results: results.enumerated().map { Graph.Result("result\($0.offset)", $0.element) })
      guard let region = verified(region, scope) else { return nil }
      return Scan(name: name, length: length, carriedCount: carried, scannedCount: scanned, isReversed: isReversed, region: region)
    }
  }

  /// The value that a name stands for; nil where it has no type. A name that is not defined is reported once.
  private mutating func lookUp(_ token: Token, _ scope: inout Scope, _ reader: TokenReader, from start: Int) -> Value? {
    if let known = scope.known[token.text] {
      source.names.use(token, of: known.definition)
      return known.value
    }
    let meant =
      source.errors.isShown && !scope.isIncomplete ? KnownNames.valueMeant(by: token.text, among: scope.known.keys) : ""
    scope.known[token.text] = Known(value: nil, definition: -1)
    guard !scope.isIncomplete else { return nil }
    report(
      MartletError(
        TextErrorCode.undefinedName, "%\(token.text) is not defined", at: token.location,
        advice:
          "\(meant)Values are defined by parameters and by nodes above the use; inside a fusion its operands are, inside a scan the names "
          + "before its body and the operands that every step reads whole."), reader, from: start)
    return nil
  }
}
