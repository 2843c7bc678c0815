import Foundation
import TestSupport

@testable import MartletCommandLine

/// What an editor and `martlet lsp` say to each other. JSON is read by Foundation here, not by the server's own reader.
enum LanguageServerSession {
  /// A message with its header.
  static func message(_ members: [String: Any]) -> [UInt8] {
    var members = members
    members["jsonrpc"] = "2.0"
    guard let body = try? JSONSerialization.data(withJSONObject: members) else { return [] }
    return Array("Content-Length: \(body.count)\r\n\r\n".utf8) + Array(body)
  }

  static func request(_ id: Int, _ method: String, _ parameters: [String: Any] = [:]) -> [UInt8] {
    message(["id": id, "method": method, "params": parameters])
  }

  static func notification(_ method: String, _ parameters: [String: Any] = [:]) -> [UInt8] {
    message(["method": method, "params": parameters])
  }

  static let start =
    request(1, "initialize", ["processId": NSNull(), "rootUri": NSNull(), "capabilities": [:] as [String: Any]])
    + notification("initialized")
  static let end = request(99, "shutdown") + notification("exit")

  static func open(_ uri: String, _ text: String, _ version: Int = 1, language: String = "") -> [UInt8] {
    notification("textDocument/didOpen", ["textDocument": ["uri": uri, "languageId": language, "version": version, "text": text]])
  }

  static func change(_ uri: String, _ text: String, _ version: Int) -> [UInt8] {
    notification("textDocument/didChange", ["textDocument": ["uri": uri, "version": version], "contentChanges": [["text": text]]])
  }

  static func close(_ uri: String) -> [UInt8] { notification("textDocument/didClose", ["textDocument": ["uri": uri]]) }

  static func at(_ uri: String, _ line: Int, _ character: Int) -> [String: Any] {
    ["textDocument": ["uri": uri], "position": ["line": line, "character": character]]
  }

  /// The messages in what the server wrote. Nil where that is not exactly messages.
  static func messages(_ bytes: [UInt8]) -> [[String: Any]]? {
    var messages: [[String: Any]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let text = String(decoding: rest.prefix(64), as: UTF8.self)
      guard text.hasPrefix("Content-Length: "), let end = text.range(of: "\r\n\r\n"),
        let length = Int(text[text.index(text.startIndex, offsetBy: 16)..<end.lowerBound])
      else { return nil }
      rest = rest.dropFirst(text[..<end.upperBound].utf8.count)
      guard rest.count >= length, let value = try? JSONSerialization.jsonObject(with: Data(rest.prefix(length))),
        let message = value as? [String: Any], message["jsonrpc"] as? String == "2.0"
      else { return nil }
      messages.append(message)
      rest = rest.dropFirst(length)
    }
    return messages
  }

  struct Result {
    var code: Int32
    var messages: [[String: Any]]
    var errors: String
  }

  struct NotMessages: Error { var output: String }

  /// Ids of requests that only show how far the server is.
  private static let firstMark = 1_000_000

  /// Runs the program on parts that are written one after the other, with a pause between them, or, `inTurn`, each when the server has
  /// answered everything before; then its input ends.
  static func run(_ parts: [[UInt8]], pause: useconds_t = 0, inTurn: Bool = false) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: martletExecutable)
    process.arguments = ["lsp", "--stdio"]
    let (output, errors, source) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = source
    try process.run()
    // A server that hangs would hang the test.
    let killer = DispatchWorkItem { process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: killer)
    defer { killer.cancel() }
    signal(SIGPIPE, SIG_IGN)
    var bytes: [UInt8] = []
    for (number, part) in parts.enumerated() {
      let mark = inTurn ? request(firstMark + number, "test/mark") : []
      try? source.fileHandleForWriting.write(contentsOf: Data(part + mark))
      if pause > 0 { usleep(pause) }
      while inTurn, !String(decoding: bytes, as: UTF8.self).contains("\(firstMark + number)") {
        let more = output.fileHandleForReading.availableData
        if more.isEmpty { break }
        bytes += Array(more)
      }
    }
    try source.fileHandleForWriting.close()
    bytes += Array(output.fileHandleForReading.readDataToEndOfFile())
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard let messages = messages(bytes)?.filter({ ($0["id"] as? Int ?? 0) < firstMark }) else {
      throw NotMessages(output: String(decoding: bytes, as: UTF8.self))
    }
    return Result(code: process.terminationStatus, messages: messages, errors: text)
  }
}

extension [[String: Any]] {
  /// The result of a request; nil where there is none, `NSNull` for null.
  func result(_ id: Int) -> Any? { first { $0["id"] as? Int == id }?["result"] }

  /// The code of the error that answers a request; without an id that of the first error that answers none.
  func failure(_ id: Int?) -> Int? {
    let answer = first { message in
      guard message["error"] != nil else { return false }
      return id.map { message["id"] as? Int == $0 } ?? (message["id"] is NSNull)
    }
    return (answer?["error"] as? [String: Any])?["code"] as? Int
  }

  /// The published diagnostics of a document, one list for each time: `line:character-line:character code`.
  func diagnostics(_ uri: String) -> [[String]] {
    compactMap { message in
      guard message["method"] as? String == "textDocument/publishDiagnostics", let parameters = message["params"] as? [String: Any],
        parameters["uri"] as? String == uri, let list = parameters["diagnostics"] as? [[String: Any]]
      else { return nil }
      return list.map { "\(Self.text(ofRange: $0["range"])) \($0["code"] as? String ?? "")" }
    }
  }

  static func text(ofRange range: Any?) -> String {
    guard let range = range as? [String: Any] else { return "" }
    func text(_ key: String) -> String {
      let position = range[key] as? [String: Any] ?? [:]
      return "\(position["line"] as? Int ?? -1):\(position["character"] as? Int ?? -1)"
    }
    return "\(text("start"))-\(text("end"))"
  }

  /// What hovering shows, and where.
  func hover(_ id: Int) -> (text: String, range: String)? {
    guard let result = result(id) as? [String: Any], let contents = result["contents"] as? [String: Any],
      contents["kind"] as? String == "markdown"
    else { return nil }
    return (contents["value"] as? String ?? "", Self.text(ofRange: result["range"]))
  }

  /// Where a definition is.
  func definition(_ id: Int) -> String? {
    guard let result = result(id) as? [String: Any] else { return nil }
    return "\(result["uri"] as? String ?? "") \(Self.text(ofRange: result["range"]))"
  }
}
