import MartletCore
import MartletGraph
import MartletLoopIR

/// What the server knows of a text of graph IR or loop IR.
struct DocumentAnalysis {
  enum Language { case graph, kernels }

  /// An error and the bytes that it is about.
  struct Diagnostic {
    var range: Range<Int>
    var error: MartletError
  }

  /// What is shown of a name, and the bytes of the name.
  struct Hover {
    var range: Range<Int>
    var markdown: String
  }

  private enum Content {
    case graph(GraphSource)
    case kernels(KernelSource)
  }

  let document: TextDocument
  let diagnostics: [Diagnostic]
  private let content: Content

  init(_ document: TextDocument, _ language: Language, file: String) {
    self.document = document
    switch language {
    case .graph:
      let source = GraphSource(document.text, file: file)
      content = .graph(source)
      diagnostics = source.errors.sorted.map { DocumentAnalysis.diagnostic($0, document) }
    case .kernels:
      let source = KernelSource(document.text, file: file, isAlone: false)
      content = .kernels(source)
      var errors = source.errors
      if errors.isEmpty {
        for named in source.kernels {
          for error in named.kernel.faults(at: named.location, parameters: named.parameters, statements: named.statements) {
            errors.add(error)
          }
        }
      }
      diagnostics = errors.sorted.map { DocumentAnalysis.diagnostic($0, document) }
    }
  }

  private static func diagnostic(_ error: MartletError, _ document: TextDocument) -> Diagnostic {
    let start = document.offset(of: error.location ?? SourcePosition(file: "", line: 1, column: 1))
    // The verifier of kernels speaks of whole statements.
    if error.number == KernelErrorCode.verification.rawValue {
      return Diagnostic(range: start..<max(start, document.endOfStatement(from: start)), error: error)
    }
    let rest = Array(document.bytes[start..<min(document.bytes.count, start + 1000)])
    let length = rest.isEmpty ? 0 : Tokenizer.length(at: SourcePosition(file: "", line: 1, column: 1), in: rest)
    return Diagnostic(range: start..<start + min(length, rest.count), error: error)
  }

  private var names: NameIndex {
    switch content {
    case .graph(let source): source.names
    case .kernels(let source): source.names
    }
  }

  private func range(of token: Token) -> Range<Int> {
    let start = document.offset(of: token.location)
    return start..<min(document.bytes.count, start + token.length)
  }

  /// The bytes of the definition of the name at a place.
  func definition(at offset: Int) -> Range<Int>? {
    let place = document.place(of: offset)
    let names = names
    guard let found = names.occurrence(line: place.line, column: place.column) else { return nil }
    return range(of: names.definitions[found.definition])
  }

  func hover(at offset: Int) -> Hover? {
    let place = document.place(of: offset)
    if let found = names.occurrence(line: place.line, column: place.column) {
      let text =
        switch content {
        case .graph(let source): text(of: found, source)
        case .kernels(let source): text(of: found, source)
        }
      return Hover(range: range(of: found.token), markdown: text)
    }
    guard case .graph(let source) = content else { return nil }
    return operation(at: offset, source)
  }

  // MARK: Graphs

  private func text(of found: NameIndex.Occurrence, _ source: GraphSource) -> String {
    let name = "%\(found.token.text)"
    guard let value = source.values[found.definition], let type = value.type else {
      return "`\(name)`\n\nIts type is not known: the line that defines it has an error."
    }
    var lines = [DocumentAnalysis.code("\(value.role.map { "\($0.rawValue) " } ?? "")\(name): \(type)")]
    lines.append("\(NumberText.scaled(Double(type.byteCount), "B"))\(value.node == nil ? "" : ", computed by")")
    if let number = value.node, source.nodes.indices.contains(number) {
      let node = source.nodes[number]
      lines[1] += " `\(node.mnemonic.text)`"
      lines.append(DocumentAnalysis.cost(node))
    }
    return lines.joined(separator: "\n\n")
  }

  /// The operation of a node: what it costs there, and what `martlet ops` says of it.
  private func operation(at offset: Int, _ source: GraphSource) -> Hover? {
    let place = document.place(of: offset)
    let start = document.offset(of: SourcePosition(file: "", line: place.line, column: 1))
    let end = document.bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? document.bytes.count
    let tokens = Tokenizer.tokens(of: String(decoding: document.bytes[start..<end], as: UTF8.self), file: "").tokens
    for (token, next) in zip(tokens, tokens.dropFirst()) {
      guard token.kind == .word, let column = token.location.column, column <= place.column, place.column <= column + token.length,
        next.kind == .symbol || next.kind == .punctuation && next.text == "(",
        let lines = try? OpsCommand.lines(of: token.text)
      else { continue }
      var parts: [String] = []
      if let node = source.nodes.first(where: { $0.mnemonic.location.line == place.line && $0.mnemonic.location.column == column }) {
        let types = node.resultTypes.map(\.description).joined(separator: ", ")
        parts.append(DocumentAnalysis.code("\(token.text): \(node.operandTypes.map(\.description).joined(separator: ", ")) -> \(types)"))
        parts.append(DocumentAnalysis.cost(node))
      }
      parts.append(DocumentAnalysis.code(lines.joined(separator: "\n")))
      return Hover(range: start + column - 1..<start + column - 1 + token.length, markdown: parts.joined(separator: "\n\n"))
    }
    return nil
  }

  /// What a node computes and moves, as `dump --costs` counts it.
  private static func cost(_ node: GraphSource.NamedNode) -> String {
    let cost = node.cost
    let operations = NumberText.scaled(Double(cost.operations), "FLOP")
    guard node.isStored else { return "\(operations), inside a fusion: nothing is stored" }
    guard cost.bytes > 0 else { return "\(operations), moves nothing" }
    return "\(operations), \(NumberText.scaled(Double(cost.bytes), "B")) moved, \(NumberText.significant(cost.intensity)) FLOP/B"
  }

  // MARK: Kernels

  private func text(of found: NameIndex.Occurrence, _ source: KernelSource) -> String {
    guard let thing = source.things[found.definition] else {
      return "`\(found.token.text)`\n\nThe line that defines it has an error."
    }
    var parts = [DocumentAnalysis.code(thing.text)]
    if !thing.isIndex, source.kernels.indices.contains(thing.kernel),
      let types = try? TypeEnvironment(source.kernels[thing.kernel].kernel)
    {
      let name = found.token.text
      if let memory = types.memories[name], let count = Shape.checkedElementCount(memory.shape) {
        parts.append(NumberText.scaled(Double(count * memory.element.byteCount), "B"))
      }
      if let type = types.values[name] { parts.append("`\(type)`") }
      if let register = types.registers[name] {
        parts.append("`\(register.type)`, \(register.shape.map(String.init).joined(separator: " x "))")
      }
    }
    return parts.joined(separator: "\n\n")
  }

  /// Text as it is, in Markdown.
  private static func code(_ text: String) -> String { "```\n\(text)\n```" }
}
