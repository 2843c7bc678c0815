import MartletCore

/// Reads the text of a graph. Errors carry the file, line and column.
public enum GraphParser {
  /// Parses and verifies. `file` is what error messages call the text.
  public static func parse(_ text: String, file: String = "<text>") throws -> Graph {
    var reader = try TokenReader(text, file: file)
    var parser = Parser()
    let graph = try parser.graph(&reader)
    guard reader.current.kind == .end else { throw reader.unexpected("the end of the text", advice: "A file holds one graph.") }
    return graph
  }

  private struct Scope {
    var values: [String: Value] = [:]
    var types: [TensorType] = []
    var nodes: [Node] = []
    var locations: [SourcePosition] = []
    var parameterLocations: [SourcePosition] = []

    mutating func define(_ name: String, _ type: TensorType, at location: SourcePosition) throws -> Value {
      guard values[name] == nil else {
        throw MartletError(
          TextErrorCode.definedTwice, "%\(name) is defined twice", at: location)
      }
      let value = Value(id: types.count)
      values[name] = value
      types.append(type)
      return value
    }
  }

  /// Fusions in fusions, lists in lists: deeper text is an attack on the stack.
  private static let deepestNesting = 16

  private struct Parser {
    private var nesting = 0

    mutating func graph(_ reader: inout TokenReader) throws -> Graph {
      try reader.expect("graph")
      let name = try reader.expect(.symbol, "the graph's name, as in @main").text
      var scope = Scope()
      let parameters = try reader.list("(", ")") { reader in
        let role = try reader.expect(.word, "a role: input, parameter or state")
        guard let knownRole = ParameterRole(rawValue: role.text) else {
          throw MartletError(
            TextErrorCode.unknownWord, "unknown role '\(role.text)'", at: role.location, advice: "The roles are input, parameter and state."
          )
        }
        let name = try reader.expect(.value, "a parameter's name, as in %images")
        try reader.expect(":")
        let type = try Parser.tensorType(&reader)
        _ = try scope.define(name.text, type, at: name.location)
        scope.parameterLocations.append(name.location)
        return Graph.Parameter(name.text, knownRole, type, batchAxis: try Parser.batchAxis(&reader))
      }
      try reader.expect("->")
      let declared = try reader.list("(", ")") { reader in
        let location = reader.current.location
        let name = try Parser.resultName(&reader)
        try reader.expect(":")
        return (name: name, type: try Parser.tensorType(&reader), location: location)
      }
      let returned = try body(&reader, &scope)
      guard returned.count == declared.count else {
        let location = declared.first?.location
        throw MartletError(
          TextErrorCode.resultCount, "graph @\(name) declares \(declared.count) results, but returns \(returned.count)", at: location)
      }
      for (result, token) in zip(declared, returned) {
        guard scope.types[token.value.id] == result.type else {
          throw MartletError(
            TextErrorCode.resultType,
            "result \(result.name) is declared \(result.type), but the returned value is \(scope.types[token.value.id])",
            at: token.location)
        }
      }
      let graph = Graph(
        name: name, parameters: parameters, nodes: scope.nodes,
        results: zip(declared, returned).map { Graph.Result($0.name, $1.value) })
      try graph.verify(locations: scope.locations, parameterLocations: scope.parameterLocations)
      return graph
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
    private mutating func body(
      _ reader: inout TokenReader, _ scope: inout Scope
    ) throws -> [(value: Value, location: SourcePosition)] {
      try reader.expect("{")
      while reader.current.kind == .value { try node(&reader, &scope) }
      guard reader.take("return") else { throw reader.unexpected("a node, as in %0 = …, or 'return'") }
      var returned: [(value: Value, location: SourcePosition)] = []
      if reader.current.kind == .value {
        repeat {
          let token = try reader.expect(.value, "a value")
          returned.append((try Parser.look(up: token, scope), token.location))
        } while reader.take(",")
      }
      try reader.expect("}")
      return returned
    }

    private mutating func node(_ reader: inout TokenReader, _ scope: inout Scope) throws {
      var names: [Token] = []
      repeat { names.append(try reader.expect(.value, "the name of a result")) } while reader.take(",")
      try reader.expect("=")
      let mnemonic = try reader.expect(.word, "an operation")
      let isFusion = mnemonic.text == Fusion.mnemonic
      let isScan = mnemonic.text == Scan.mnemonic
      let symbol = isFusion || isScan ? try reader.expect(.symbol, "the name of the \(mnemonic.text), as in @conv_relu").text : ""
      let operandTokens = try reader.list("(", ")") { try $0.expect(.value, "an operand") }
      let operands = try operandTokens.map { try Parser.look(up: $0, scope) }
      let operandTypes = operands.map { scope.types[$0.id] }
      var region: Graph?
      var attributes: [Attribute] = []
      if isFusion {
        region = try fusionRegion(&reader, name: symbol, operands: zip(operandTokens, operandTypes).map { ($0, $1) })
      } else if reader.isAt("{") {
        attributes = try reader.list("{", "}") { reader in
          let name = try reader.expect(.word, "an attribute's name").text
          try reader.expect("=")
          return Attribute(name, try Parser.attributeValue(&reader))
        }
      }
      var scan: Scan?
      if isScan {
        scan = try self.scan(&reader, name: symbol, attributes, zip(operandTokens, operandTypes).map { ($0, $1) }, at: mnemonic.location)
      }
      try reader.expect(":")
      var resultTypes: [TensorType] = []
      repeat { resultTypes.append(try Parser.tensorType(&reader)) } while reader.take(",")
      guard names.count == resultTypes.count else {
        throw MartletError(
          TextErrorCode.resultCount, "\(names.count) names stand before '=', but \(resultTypes.count) types after ':'",
          at: mnemonic.location)
      }
      let operation: any TensorOperation
      do {
        if let region {
          operation = Fusion(name: symbol, region: region)
        } else if let scan {
          operation = scan
        } else {
          operation = try OperationRegistry.make(mnemonic.text, attributes, resultTypes: resultTypes)
        }
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
      let results = try zip(names, resultTypes).map { try scope.define($0.text, $1, at: $0.location) }
      scope.nodes.append(Node(operation: operation, operands: operands, results: results, resultTypes: resultTypes, origin: nil))
      scope.locations.append(mnemonic.location)
    }

    /// Inside a fusion the operands keep their outer names.
    private mutating func fusionRegion(
      _ reader: inout TokenReader, name: String, operands: [(token: Token, type: TensorType)]
    ) throws -> Graph {
      nesting += 1
      defer { nesting -= 1 }
      guard nesting < deepestNesting else { throw reader.unexpected("a fusion that is not nested \(nesting) times") }
      var scope = Scope()
      for operand in operands { _ = try scope.define(operand.token.text, operand.type, at: operand.token.location) }
      let returned = try body(&reader, &scope)
      let region = Fusion.makeRegion(
        name: name, parameterTypes: operands.map(\.type), nodes: scope.nodes, results: returned.map(\.value))
      try region.verify(locations: scope.locations)
      return region
    }

    /// `(%a: f32[4], …) { nodes… return %b }` behind the attributes of a scan: names for the elements of a step, then the region. The operands
    /// that every step reads whole keep their outer names.
    private mutating func scan(
      _ reader: inout TokenReader, name: String, _ attributes: [Attribute], _ operands: [(token: Token, type: TensorType)],
      at location: SourcePosition
    ) throws -> Scan {
      nesting += 1
      defer { nesting -= 1 }
      guard nesting < deepestNesting else { throw reader.unexpected("a scan that is not nested \(nesting) times") }
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
      var parameters: [Graph.Parameter] = []
      _ = try reader.list("(", ")") { reader in
        let token = try reader.expect(.value, "the name of a carried value or of a step's element, as in %4.carried0")
        try reader.expect(":")
        let type = try Parser.tensorType(&reader)
        _ = try scope.define(token.text, type, at: token.location)
        parameters.append(Graph.Parameter(token.text, .input, type))
      }
      let (steps, overflow) = carried.addingReportingOverflow(scanned)
      guard carried >= 0, scanned >= 0, !overflow, steps == parameters.count, steps <= operands.count else {
        throw MartletError(
          GraphErrorCode.operandCount,
          "scan: \(carried) carried and \(scanned) scanned values are declared, but the region names \(parameters.count), and "
            + "\(operands.count) operands stand", at: location)
      }
      for operand in operands.dropFirst(steps) {
        _ = try scope.define(operand.token.text, operand.type, at: operand.token.location)
        parameters.append(Graph.Parameter(operand.token.text, .input, operand.type))
      }
      let returned = try body(&reader, &scope)
      let region = Graph(
        name: name, parameters: parameters, nodes: scope.nodes,
        results: returned.enumerated().map { Graph.Result("result\($0.offset)", $0.element.value) })
      let scan = Scan(name: name, length: length, carriedCount: carried, scannedCount: scanned, isReversed: isReversed, region: region)
      try scan.region.verify(locations: scope.locations)
      return scan
    }

    private static func look(up token: Token, _ scope: Scope) throws -> Value {
      guard let value = scope.values[token.text] else {
        throw MartletError(
          TextErrorCode.undefinedName, "%\(token.text) is not defined", at: token.location,
          advice:
            "Values are defined by parameters and by nodes above the use; inside a fusion its operands are, inside a scan the names before its body and the operands that every step reads whole."
        )
      }
      return value
    }

    /// `images` or `conv1.0.weight.gradient`: words and numbers joined by points.
    private static func resultName(_ reader: inout TokenReader) throws -> String {
      var name = ""
      while true {
        let token = reader.current
        let isPoint = token.kind == .punctuation && token.text == "."
        guard isPoint || token.kind == .word || token.kind == .number else { break }
        if !isPoint, !name.isEmpty, !name.hasSuffix("."), !token.text.hasPrefix(".") { break }
        name += reader.advance().text
      }
      guard !name.isEmpty, name.first != ".", name.last != "." else { throw reader.unexpected("the name of a result") }
      return name
    }

    static func tensorType(_ reader: inout TokenReader) throws -> TensorType {
      let word = try reader.expect(.word, "a tensor type, as in f32[64, 10]")
      guard let dtype = DType(rawValue: word.text) else {
        throw MartletError(
          TextErrorCode.unknownWord, "unknown element type '\(word.text)'", at: word.location,
          advice: "The element types are \(DType.allCases.map(\.rawValue).joined(separator: ", ")).")
      }
      let location = reader.current.location
      let extents = try reader.list("[", "]") { try $0.integer("an extent") }
      guard Shape.checkedElementCount(extents) != nil else {
        throw MartletError(TextErrorCode.impossibleShape, "the shape \(Shape(extents)) is not possible", at: location)
      }
      return TensorType(dtype, Shape(extents))
    }

    private static func attributeValue(_ reader: inout TokenReader, depth: Int = 0) throws -> AttributeValue {
      if reader.isAt("[") {
        guard depth < deepestNesting else { throw reader.unexpected("a list that is not nested \(depth) times") }
        return .list(try reader.list("[", "]") { try attributeValue(&$0, depth: depth + 1) })
      }
      let negative = reader.take("-")
      let token = reader.advance()
      switch token.kind {
      case .number:
        let text = (negative ? "-" : "") + token.text
        // No integer is -0: it is the number that differs from 0 by its sign.
        if let integer = Int(text), integer != 0 || !negative { return .integer(integer) }
        if let number = Double(text) {
          // Only the word inf is infinity: a decimal that becomes it is too large for any type.
          guard number.isFinite else {
            throw MartletError(
              TextErrorCode.malformedNumber, "\(token.quoted) is too large: f64 holds \(DType.f64.rangeDescription)", at: token.location,
              advice: "Write inf for infinity.")
          }
          return .number(ExactDouble(number))
        }
        throw MartletError(TextErrorCode.malformedNumber, "\(token.quoted) is not a number", at: token.location)
      case .word where token.text == "inf" || token.text == "nan":
        let number = token.text == "inf" ? Double.infinity : Double.nan
        return .number(ExactDouble(negative ? -number : number))
      case .word where !negative && (token.text == "true" || token.text == "false"): return .flag(token.text == "true")
      case .word where !negative && token.text == "base64" && reader.current.kind == .string: return try bytes(reader.advance())
      case .word where !negative: return .word(token.text)
      case .word, .value, .symbol, .string, .punctuation, .end:
        throw MartletError(
          TextErrorCode.unexpectedToken, "expected the value of an attribute, found \(token.quoted)", at: token.location,
          advice: "Values are numbers, lists in [ ], true, false, a word, or base64 and a string.")
      }
    }

    /// The bytes that a string of base64 stands for.
    private static func bytes(_ token: Token) throws -> AttributeValue {
      do {
        return .bytes(try Base64.bytes(token.text))
      } catch {
        let location = SourcePosition(
          file: token.location.file, line: token.location.line, column: token.location.column.map { $0 + 1 + error.position })
        throw MartletError(
          TextErrorCode.malformedNumber, error.message, at: location,
          advice: token.text.hasSuffix("...") ? "A text that was printed with --abbreviate does not read back: print it without." : nil)
      }
    }
  }
}
