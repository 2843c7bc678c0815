import MartletCore
import MartletTraining

/// A server of the Language Server Protocol for texts of graph IR and loop IR: bytes of the editor come in, bytes for the editor go out.
///
/// Source: Language Server Protocol 3.17; JSON-RPC 2.0.
package struct LanguageServer {
  private enum State { case started, initialized, shutDown }

  /// Codes of JSON-RPC and of the protocol.
  private enum Failure: Int {
    case parse = -32700
    case invalidRequest = -32600
    case unknownMethod = -32601
    case invalidParameters = -32602
    case notInitialized = -32002
  }

  private struct Refusal: Error {
    var failure: Failure
    var message: String
  }

  private struct OpenDocument {
    var document: TextDocument
    var language: DocumentAnalysis.Language
    var version: JSONValue?
    /// Nil after a change, until an answer needs it.
    var analysis: DocumentAnalysis?
  }

  private var reader = MessageReader()
  private var state = State.started
  private var documents: [String: OpenDocument] = [:]
  private var output: [UInt8] = []

  /// Set by `exit`: 0 after a `shutdown`, otherwise 1.
  package private(set) var exitCode: Int32?

  package init() {}

  /// The code for the end of the input, where no `exit` came.
  package var codeAtEnd: Int32 { exitCode ?? (state == .shutDown ? 0 : 1) }

  /// Takes bytes of the editor and returns those for it. Of several changes of a text that come together only the last one is checked.
  package mutating func receive(_ bytes: [UInt8]) -> [UInt8] {
    output = []
    reader.append(bytes)
    while exitCode == nil, let event = reader.next() {
      switch event {
      case .malformed(let reason): answer(.null, Refusal(failure: .parse, message: "malformed header: \(reason)"))
      case .message(let bytes): handle(bytes)
      }
    }
    if exitCode == nil { for uri in documents.keys.sorted() { check(uri) } }
    return output
  }

  // MARK: Messages

  private mutating func handle(_ bytes: [UInt8]) {
    let message: JSONValue
    do { message = try JSONReader.parse(bytes, file: "message") } catch {
      let text = (error as? MartletError)?.message ?? "malformed JSON"
      return answer(.null, Refusal(failure: .parse, message: text))
    }
    guard case .object = message else {
      return answer(.null, Refusal(failure: .invalidRequest, message: "a message is an object; batches are not part of the protocol"))
    }
    let id = message["id"]
    // What answers a request of the server: it makes none.
    if message["method"] == nil, message["result"] != nil || message["error"] != nil { return }
    switch id {
    case nil, .string, .number, .null: break
    case .flag, .list, .object: return answer(.null, Refusal(failure: .invalidRequest, message: "an id is a number or a string"))
    }
    guard case .string(let method) = message["method"] else {
      return answer(id ?? .null, Refusal(failure: .invalidRequest, message: "the message has no method"))
    }
    let parameters = message["params"] ?? .null
    guard let id else { return notify(method, parameters) }
    do {
      let result = try answer(method, parameters)
      send([("id", id), ("result", result)])
    } catch let refusal as Refusal { answer(id, refusal) } catch {
      answer(id, Refusal(failure: .invalidRequest, message: "\(error)"))
    }
  }

  private mutating func answer(_ id: JSONValue, _ refusal: Refusal) {
    let error = JSONValue.make([("code", .number(String(refusal.failure.rawValue))), ("message", .string(refusal.message))])
    send([("id", id), ("error", error)])
  }

  private mutating func send(_ members: [(String, JSONValue)]) {
    let body = Array(JSONWriter.text(.make([("jsonrpc", .string("2.0"))] + members)).utf8)
    output += Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body
  }

  /// The result of a request.
  private mutating func answer(_ method: String, _ parameters: JSONValue) throws -> JSONValue {
    switch (state, method) {
    case (.started, "initialize"):
      state = .initialized
      return LanguageServer.capabilities
    case (.started, _): throw Refusal(failure: .notInitialized, message: "the first request is 'initialize', not '\(method)'")
    case (.shutDown, _): throw Refusal(failure: .invalidRequest, message: "after 'shutdown' only 'exit' comes, not '\(method)'")
    case (.initialized, "initialize"): throw Refusal(failure: .invalidRequest, message: "'initialize' comes once")
    case (.initialized, "shutdown"):
      state = .shutDown
      return .null
    case (.initialized, "textDocument/hover"):
      let (uri, offset) = try place(parameters)
      guard let analysis = analysis(uri), let hover = analysis.hover(at: offset) else { return .null }
      return .make([
        ("contents", .make([("kind", .string("markdown")), ("value", .string(hover.markdown))])),
        ("range", LanguageServer.range(hover.range, analysis.document)),
      ])
    case (.initialized, "textDocument/definition"):
      let (uri, offset) = try place(parameters)
      guard let analysis = analysis(uri), let range = analysis.definition(at: offset) else { return .null }
      return .make([("uri", .string(uri)), ("range", LanguageServer.range(range, analysis.document))])
    case (.initialized, _): throw Refusal(failure: .unknownMethod, message: "unknown method '\(method)'")
    }
  }

  /// Notifications have no answer, also where they are malformed.
  private mutating func notify(_ method: String, _ parameters: JSONValue) {
    if method == "exit" {
      exitCode = state == .shutDown ? 0 : 1
      return
    }
    guard state == .initialized, let document = parameters["textDocument"], case .string(let uri) = document["uri"] else { return }
    switch method {
    case "textDocument/didOpen":
      guard case .string(let text) = document["text"] else { return }
      var identifier = ""
      if case .string(let given) = document["languageId"] { identifier = given }
      documents[uri] = OpenDocument(
        document: TextDocument(text), language: LanguageServer.language(uri, identifier, text), version: document["version"])
    case "textDocument/didChange":
      guard case .list(let changes) = parameters["contentChanges"], case .string(let text) = changes.last?["text"],
        var open = documents[uri]
      else { return }
      guard changes.last?["range"] == nil else {
        return log("\(uri): a change of a part came; this server takes whole texts (textDocumentSync 1)")
      }
      open.document = TextDocument(text)
      open.version = document["version"]
      open.analysis = nil
      documents[uri] = open
    case "textDocument/didClose":
      guard documents.removeValue(forKey: uri) != nil else { return }
      publish(uri, version: nil, [])
    default: break
    }
  }

  private mutating func log(_ message: String) {
    let error = JSONValue.number("1")
    send([("method", .string("window/logMessage")), ("params", .make([("type", error), ("message", .string(message))]))])
  }

  // MARK: Documents

  /// By the end of the name, what the editor calls it, or its first word.
  private static func language(_ uri: String, _ identifier: String, _ text: String) -> DocumentAnalysis.Language {
    if uri.hasSuffix(".kir") { return .kernels }
    if uri.hasSuffix(".gir") { return .graph }
    if ["kir", "gir"].contains(identifier) { return identifier == "kir" ? .kernels : .graph }
    let first = text.split(separator: "\n").first { !$0.hasPrefix("//") && $0.contains { $0 != " " } }
    return first?.hasPrefix("kernel") == true ? .kernels : .graph
  }

  /// What is known of a document; it is checked, and its errors are published, where that has not happened since it changed.
  private mutating func analysis(_ uri: String) -> DocumentAnalysis? {
    check(uri)
    return documents[uri]?.analysis
  }

  private mutating func check(_ uri: String) {
    guard var open = documents[uri], open.analysis == nil else { return }
    let name = uri.split(separator: "/").last.map(String.init) ?? uri
    let analysis = DocumentAnalysis(open.document, open.language, file: name)
    open.analysis = analysis
    documents[uri] = open
    publish(uri, version: open.version, analysis.diagnostics.map { LanguageServer.diagnostic($0, open.document) })
  }

  private mutating func publish(_ uri: String, version: JSONValue?, _ diagnostics: [JSONValue]) {
    var parameters = [("uri", JSONValue.string(uri)), ("diagnostics", .list(diagnostics))]
    if case .number = version, let version { parameters.append(("version", version)) }
    send([("method", .string("textDocument/publishDiagnostics")), ("params", .make(parameters))])
  }

  /// The document and the byte that a request is about.
  private func place(_ parameters: JSONValue) throws -> (uri: String, offset: Int) {
    guard case .string(let uri) = parameters["textDocument"]?["uri"], case .number(let line) = parameters["position"]?["line"],
      case .number(let character) = parameters["position"]?["character"], let line = Int(line), let character = Int(character)
    else { throw Refusal(failure: .invalidParameters, message: "textDocument.uri and position.line and character were expected") }
    guard let open = documents[uri] else { throw Refusal(failure: .invalidParameters, message: "\(uri) is not open") }
    guard character >= 0 else { throw Refusal(failure: .invalidParameters, message: "character \(character) is negative") }
    guard let offset = open.document.offset(of: TextDocument.Position(line: line, character: character)) else {
      throw Refusal(failure: .invalidParameters, message: "\(uri) has no line \(line), counted from 0")
    }
    return (uri, offset)
  }

  // MARK: Values of the protocol

  private static let capabilities = JSONValue.make([
    (
      "capabilities",
      .make([
        ("positionEncoding", .string("utf-16")),
        ("textDocumentSync", .make([("openClose", .flag(true)), ("change", .number("1"))])),
        ("hoverProvider", .flag(true)), ("definitionProvider", .flag(true)),
      ])
    ),
    ("serverInfo", .make([("name", .string("martlet")), ("version", .string(MartletVersion.text))])),
  ])

  private static func range(_ bytes: Range<Int>, _ document: TextDocument) -> JSONValue {
    func position(_ offset: Int) -> JSONValue {
      let position = document.position(of: offset)
      return .make([("line", .number(String(position.line))), ("character", .number(String(position.character)))])
    }
    return .make([("start", position(bytes.lowerBound)), ("end", position(bytes.upperBound))])
  }

  private static func diagnostic(_ diagnostic: DocumentAnalysis.Diagnostic, _ document: TextDocument) -> JSONValue {
    let error = diagnostic.error
    return .make([
      ("range", range(diagnostic.range, document)), ("severity", .number("1")), ("code", .string(error.code)),
      ("source", .string("martlet")),
      ("message", .string(error.message + (error.advice.map { "\n\($0)" } ?? ""))),
    ])
  }
}

extension JSONValue {
  fileprivate static func make(_ members: [(String, JSONValue)]) -> JSONValue {
    .object(members.map { Member(key: $0.0, value: $0.1) })
  }
}
