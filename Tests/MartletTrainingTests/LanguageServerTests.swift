import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine

/// `martlet lsp` as editors run it. Positions here are those of the protocol: lines and UTF-16 code units from 0.
@Suite struct LanguageServerTests {
  typealias Session = LanguageServerSession

  static let graph = """
    graph @f(input %x: f32[64, 32], parameter %w: f32[32, 10]) -> (y: f32[64, 10]) {
      %0 = matmul(%x, %w) : f32[64, 10]
      %1 = fusion @act(%0) {
        %2 = exp(%0) : f32[64, 10]
        %3 = neg(%2) : f32[64, 10]
        return %3
      } : f32[64, 10]
      return %1
    }

    """

  static let damaged = """
    graph @f(input %x: f32[2]) -> (y: f32[2]) {
      %0 = exq(%x) : f32[2]
      %1 = neg(%zero) : f32[2]
      %2 = exp(%x) : f32[3]
      return %1
    }

    """

  static let kernel = """
    kernel @k(%x: read global f32[8, 4], %y: write global f32[8, 4]) over 8 {
      for i in begin ..< end parallel {
        for j in 0 ..< 4 {
          let %a = %x[i, j] * 2.0
          %y[i, j] = %a
        }
      }
    }

    """

  /// Opening, correcting, damaging and closing a text.
  @Test func errorsComeAndGo() throws {
    let uri = "file:///home/me/a%20b.gir"
    let parts = [
      Session.start, Session.open(uri, LanguageServerTests.damaged, 1), Session.change(uri, LanguageServerTests.graph, 2),
      Session.change(uri, "graph", 3), Session.close(uri), Session.end,
    ]
    let result = try Session.run(parts, inTurn: true)
    #expect(result.code == 0 && result.errors.isEmpty)
    let wanted = [["1:7-1:10 M301", "2:11-2:16 M204", "3:7-3:10 M209"], [], ["0:5-0:5 M202"], []]
    #expect(result.messages.diagnostics(uri) == wanted, "\(result.messages.diagnostics(uri))")
    let first = try #require(
      result.messages.first { $0["method"] as? String == "textDocument/publishDiagnostics" }?["params"] as? [String: Any])
    #expect(first["version"] as? Int == 1)
    let diagnostic = try #require((first["diagnostics"] as? [[String: Any]])?.first)
    #expect(diagnostic["severity"] as? Int == 1 && diagnostic["source"] as? String == "martlet")
    let message = try #require(diagnostic["message"] as? String)
    #expect(message.hasPrefix("unknown operation 'exq'\nDid you mean 'exp'?"), "\(message)")
    let capabilities = try #require((result.messages.result(1) as? [String: Any])?["capabilities"] as? [String: Any])
    #expect(capabilities["positionEncoding"] as? String == "utf-16" && capabilities["hoverProvider"] as? Bool == true)
    #expect(
      (capabilities["textDocumentSync"] as? [String: Any])?["change"] as? Int == 1 && capabilities["definitionProvider"] as? Bool == true)
    #expect(result.messages.result(99) is NSNull)
  }

  /// More than the ten that the commands show.
  @Test func allErrorsArePublished() throws {
    let lines = (0..<50).map { "  %\($0) = exq(%x) : f32[2]\n" }.joined()
    let text = "graph @f(input %x: f32[2]) -> (y: f32[2]) {\n\(lines)  return %x\n}\n"
    let messages = try Session.run([Session.start + Session.open("file:///a.gir", text) + Session.end]).messages
    #expect(messages.diagnostics("file:///a.gir").isEmpty, "the texts of a closed session are not checked")
    let open = try Session.run([Session.start + Session.open("file:///a.gir", text), Session.end], inTurn: true).messages
    #expect(open.diagnostics("file:///a.gir").map(\.count) == [50])
  }

  @Test func hoverShowsTypesAndCosts() throws {
    let uri = "file:///a.gir"
    func hover(_ id: Int, _ line: Int, _ character: Int) -> [UInt8] {
      Session.request(id, "textDocument/hover", Session.at(uri, line, character))
    }
    let places = [(0, 15), (0, 43), (1, 3), (1, 8), (1, 18), (2, 2), (2, 8), (3, 4), (3, 10), (3, 13), (7, 9), (1, 26), (8, 0), (1, 999)]
    let requests = places.enumerated().map { hover(10 + $0.offset, $0.element.0, $0.element.1) }
    let result = try Session.run(
      [Session.start + Session.open(uri, LanguageServerTests.graph), requests.reduce([], +), Session.end], inTurn: true)
    let hovers = places.indices.map { result.messages.hover(10 + $0) }
    #expect(hovers[0]?.text == "```\ninput %x: f32[64, 32]\n```\n\n8.19 kB" && hovers[0]?.range == "0:15-0:17")
    #expect(hovers[1]?.text.contains("parameter %w: f32[32, 10]") == true && hovers[1]?.range == "0:42-0:44")
    // 2 * 64 * 32 * 10 operations; 4 * (64 * 32 + 32 * 10 + 64 * 10) bytes.
    let product = "41.0 kFLOP, 12.0 kB moved, 3.40 FLOP/B"
    #expect(hovers[2]?.text == "```\n%0: f32[64, 10]\n```\n\n2.56 kB, computed by `matmul`\n\n\(product)", "\(hovers[2]?.text ?? "")")
    #expect(hovers[3]?.text.hasPrefix("```\nmatmul: f32[64, 32], f32[32, 10] -> f32[64, 10]\n```\n\n\(product)\n\n```\nmatmul(") == true)
    #expect(hovers[3]?.text.contains("%x0 has a gradient") == true && hovers[3]?.range == "1:7-1:13")
    #expect(hovers[4]?.text == hovers[1]?.text && hovers[4]?.range == "1:18-1:20")
    #expect(hovers[5]?.text.contains("computed by `fusion`") == true && hovers[5]?.text.contains("5.12 kB moved") == true)
    #expect(hovers[6]?.text.contains("nodes that one kernel computes") == true && hovers[6]?.range == "2:7-2:13")
    #expect(hovers[7]?.text.contains("inside a fusion: nothing is stored") == true)
    #expect(hovers[8]?.text.contains("exp(") == true && hovers[9]?.text.contains("%0: f32[64, 10]") == true)
    #expect(hovers[10]?.text == hovers[5]?.text && hovers[10]?.range == "7:9-7:11")
    for index in 11..<places.count { #expect(result.messages.result(10 + index) is NSNull, "\(places[index])") }
  }

  @Test func definitionsAreFound() throws {
    let (uri, kernel) = ("file:///a.gir", "file:///a.kir")
    let places: [(uri: String, line: Int, character: Int, range: String?)] = [
      (uri, 1, 14, "0:15-0:17"), (uri, 1, 19, "0:42-0:44"), (uri, 3, 13, "1:2-1:4"), (uri, 4, 14, "3:4-3:6"), (uri, 7, 11, "2:2-2:4"),
      (uri, 1, 2, "1:2-1:4"), (uri, 1, 8, nil), (kernel, 3, 16, "0:10-0:12"), (kernel, 3, 18, "1:6-1:7"), (kernel, 3, 21, "2:8-2:9"),
      (kernel, 4, 17, "3:10-3:12"), (kernel, 4, 6, "0:37-0:39"), (kernel, 1, 12, nil),
    ]
    let requests = places.enumerated().map {
      Session.request(10 + $0.offset, "textDocument/definition", Session.at($0.element.uri, $0.element.line, $0.element.character))
    }
    let opening = Session.open(uri, LanguageServerTests.graph) + Session.open(kernel, LanguageServerTests.kernel)
    let result = try Session.run([Session.start + opening + requests.reduce([], +), Session.end], inTurn: true)
    #expect(result.messages.diagnostics(uri) == [[]] && result.messages.diagnostics(kernel) == [[]])
    for (index, place) in places.enumerated() {
      if let range = place.range {
        #expect(result.messages.definition(10 + index) == "\(place.uri) \(range)", "\(place)")
      } else {
        #expect(result.messages.result(10 + index) is NSNull, "\(place)")
      }
    }
  }

  /// Kernels: errors of the grammar and of the verifier, memory, values, registers and loops.
  @Test func kernelsAreServed() throws {
    let (uri, wrong) = ("file:///a.kir", "untitled:Untitled-1")
    let damaged = LanguageServerTests.kernel.replacingOccurrences(of: "%y[i, j] = %a", with: "%y[i, j + 1] = %a  // too far")
    let places = [(0, 10), (3, 10), (2, 8), (1, 6), (3, 21), (0, 0)]
    let requests = places.enumerated().map {
      Session.request(10 + $0.offset, "textDocument/hover", Session.at(uri, $0.element.0, $0.element.1))
    }
    let result = try Session.run(
      [
        Session.start + Session.open(uri, LanguageServerTests.kernel) + Session.open(wrong, damaged, language: "kir"),
        requests.reduce([], +),
        Session.change(wrong, "kernel @k() over 4 { oops }\n" + damaged, 2), Session.end,
      ], inTurn: true)
    let hovers = places.indices.map { result.messages.hover(10 + $0) }
    #expect(hovers[0]?.text == "```\n%x: read global f32[8, 4]\n```\n\n128 B", "\(hovers[0]?.text ?? "")")
    #expect(hovers[1]?.text == "```\nlet %a = %x[i, j] * 2.0\n```\n\n`f32`" && hovers[1]?.range == "3:10-3:12")
    #expect(hovers[2]?.text == "```\nfor j in 0 ..< 4 {\n```" && hovers[4]?.text == hovers[2]?.text && hovers[4]?.range == "3:21-3:22")
    #expect(hovers[3]?.text == "```\nfor i in begin ..< end parallel {\n```" && result.messages.result(15) is NSNull)
    #expect(result.messages.diagnostics(uri) == [[]])
    let wanted = [["4:6-4:23 M604"], ["0:21-0:25 M205"]]
    #expect(result.messages.diagnostics(wrong) == wanted, "\(result.messages.diagnostics(wrong))")
  }

  /// Columns count UTF-16 code units: two for a character beyond the first plane, one for others, whatever their bytes.
  @Test func columnsAreUTF16() throws {
    let uri = "file:///a.gir"
    let text =
      "// \u{1f600} \u{e9}\r\ngraph @f(input %x: f32[2]) -> (y: f32[2]) {\r\n  \u{1f600}\u{e9} %0 = exp(%x) \u{e9}: f32[2] // \u{1f600}\r\n  %1 = exq(%x) : f32[2]\r  return %1\r\n}\r\n"
    let requests =
      Session.request(10, "textDocument/hover", Session.at(uri, 2, 6))
      + Session.request(11, "textDocument/definition", Session.at(uri, 2, 15))
      // Between the halves of a character, at its end, in the middle of a line's end.
      + Session.request(12, "textDocument/hover", Session.at(uri, 2, 3))
      + Session.request(13, "textDocument/hover", Session.at(uri, 2, 4_000_000))
    let result = try Session.run([Session.start + Session.open(uri, text), requests, Session.end], inTurn: true)
    // A carriage return alone ends a line of the protocol, but not one of a message.
    let wanted = [["2:2-2:4 M201", "2:19-2:20 M201", "3:7-3:10 M301"]]
    #expect(result.messages.diagnostics(uri) == wanted, "\(result.messages.diagnostics(uri))")
    #expect(result.messages.hover(10)?.range == "2:6-2:8", "\(String(describing: result.messages.hover(10)))")
    #expect(result.messages.definition(11) == "\(uri) 1:15-1:17", "\(String(describing: result.messages.definition(11)))")
    #expect(result.messages.result(12) is NSNull && result.messages.result(13) is NSNull)
  }

  // MARK: Messages

  /// The bytes may come in any pieces.
  @Test func messagesComeInPieces() throws {
    let uri = "file:///a.gir"
    let all =
      Session.start + Session.open(uri, "// \u{1f600}\n" + LanguageServerTests.damaged)
      + Session.request(5, "textDocument/definition", Session.at(uri, 2, 12)) + Session.end
    let wanted = try Session.run([all])
    #expect(wanted.code == 0 && wanted.messages.definition(5) == "\(uri) 1:15-1:17")
    // A byte at a time, in this process.
    var server = LanguageServer()
    var output: [UInt8] = []
    for byte in all { output += server.receive([byte]) }
    #expect(server.exitCode == 0)
    let messages = try #require(Session.messages(output))
    #expect(messages.definition(5) == wanted.messages.definition(5) && messages.diagnostics(uri).first?.count == 3)
    // In pieces of several lengths, by a pipe.
    for length in [7, 100, 333] {
      let parts = stride(from: 0, to: all.count, by: length).map { Array(all[$0..<min($0 + length, all.count)]) }
      let result = try Session.run(parts, pause: 2000)
      #expect(result.code == 0 && result.messages.definition(5) == wanted.messages.definition(5), "\(length)")
    }
  }

  /// A header that cannot be read is answered; the next message is read all the same.
  @Test(arguments: [
    "Content-Length: five\r\n\r\n{}", "Content-Length: -5\r\n\r\n", "Content-Length:\r\n\r\n", "Content-Type: x\r\n\r\n", "\r\n\r\n",
    "Content-Length: 99999999999999999999999999\r\n\r\n{}", "Content-Length: 67108865\r\n\r\n{}", "Content-Length: 4000000000\r\n\r\n",
    "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "nonsense\r\n\r\n", "\u{0}\u{ff}\u{1b}\n\n",
    "X-Header: " + String(repeating: "x", count: 5000),
  ]) func malformedHeadersAreAnswered(_ header: String) throws {
    let result = try Session.run([Array(header.utf8) + Session.start + Session.end])
    #expect(result.code == 0 && result.messages.failure(nil) == -32700, "\(result.messages)")
    #expect(result.messages.result(1) is [String: Any] && result.messages.result(99) is NSNull, "\(result.messages)")
  }

  @Test func headersMayHaveMore() throws {
    let body = "{\"jsonrpc\": \"2.0\", \"id\": 7, \"method\": \"initialize\", \"params\": {}}"
    for header in [
      "content-length: \(body.utf8.count)\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
      "X: y\r\nCONTENT-LENGTH:\(body.utf8.count)\r\n\r\n", "Content-Length: \(body.utf8.count)\n\n",
    ] {
      let result = try Session.run([Array((header + body).utf8)])
      // The input ends without an exit.
      #expect(result.code == 1 && result.messages.count == 1 && result.messages.result(7) is [String: Any], "\(header)")
    }
  }

  /// What is no message of the protocol is answered with the codes of JSON-RPC, and the server goes on.
  @Test func malformedMessagesAreAnswered() throws {
    func raw(_ text: String) -> [UInt8] { Array("Content-Length: \(text.utf8.count)\r\n\r\n\(text)".utf8) }
    let cases: [(message: [UInt8], id: Int?, code: Int?)] = [
      (raw("{"), nil, -32700), (raw(""), nil, -32700), (raw("{\"id\": 1, \"id\": 2}"), nil, -32700),
      (raw("[" + String(repeating: "[", count: 5000)), nil, -32700), (raw("[]"), nil, -32600), (raw("7"), nil, -32600),
      (raw("{\"id\": {}, \"method\": \"x\"}"), nil, -32600), (raw("{\"id\": 20}"), 20, -32600),
      (raw("{\"id\": 21, \"method\": 3}"), 21, -32600),
      (Session.request(22, "textDocument/rename"), 22, -32601), (Session.request(23, "$/unknown"), 23, -32601),
      (Session.request(24, "textDocument/hover"), 24, -32602),
      (Session.request(25, "textDocument/hover", Session.at("file:///none.gir", 0, 0)), 25, -32602),
      (Session.request(26, "textDocument/definition", Session.at("file:///a.gir", 99, 0)), 26, -32602),
      (Session.request(27, "textDocument/definition", Session.at("file:///a.gir", -1, 0)), 27, -32602),
      (Session.request(28, "textDocument/definition", Session.at("file:///a.gir", 0, -1)), 28, -32602),
      (raw("{\"id\": 29, \"method\": \"textDocument/hover\", \"params\": [1]}"), 29, -32602),
      (
        raw(
          "{\"id\": 30, \"method\": \"textDocument/hover\", \"params\": {\"textDocument\": {\"uri\": \"file:///a.gir\"}, \"position\": {\"line\": 1.5, \"character\": 1e99}}}"
        ), 30, -32602
      ), (Session.request(31, "initialize"), 31, -32600),
      // Notifications have no answer.
      (raw("{\"method\": \"textDocument/didOpen\", \"params\": {\"textDocument\": {\"uri\": 5, \"text\": []}}}"), nil, nil),
      (Session.notification("textDocument/didChange", ["textDocument": ["uri": "file:///a.gir"], "contentChanges": []]), nil, nil),
      (Session.notification("textDocument/didClose", ["textDocument": ["uri": "file:///none.gir"]]), nil, nil),
      (Session.notification("$/cancelRequest", ["id": 7]), nil, nil), (raw("{\"id\": 1, \"result\": null}"), nil, nil),
    ]
    for (message, id, code) in cases {
      let result = try Session.run([
        Session.start, Session.open("file:///a.gir", LanguageServerTests.damaged), message, Session.request(50, "shutdown"),
        Session.notification("exit"),
      ])
      let text = String(decoding: message, as: UTF8.self)
      #expect(result.code == 0 && result.messages.result(50) is NSNull, "\(text)")
      #expect(result.messages.failure(id) == code, "\(text): \(result.messages)")
      if code == nil { #expect(!result.messages.contains { $0["error"] != nil }, "\(text): \(result.messages)") }
    }
  }

  /// A change of a part of a text, which the server did not offer to take, is said and not made.
  @Test func partsAreRefused() throws {
    let range = ["start": ["line": 0, "character": 0], "end": ["line": 0, "character": 1]]
    let change = Session.notification(
      "textDocument/didChange",
      ["textDocument": ["uri": "file:///a.gir", "version": 2], "contentChanges": [["range": range, "text": "x"] as [String: Any]]])
    let result = try Session.run(
      [Session.start, Session.open("file:///a.gir", LanguageServerTests.graph), change, Session.end], inTurn: true)
    #expect(result.messages.contains { $0["method"] as? String == "window/logMessage" })
    #expect(result.messages.diagnostics("file:///a.gir") == [[]])
  }

  @Test func lifeEndsInOrder() throws {
    // Before `initialize` and after `shutdown` requests are refused.
    let early = try Session.run([Session.request(3, "textDocument/hover", Session.at("file:///a.gir", 0, 0)), Session.start, Session.end])
    #expect(early.code == 0 && early.messages.failure(3) == -32002)
    let late = try Session.run([
      Session.start, Session.request(4, "shutdown"), Session.request(5, "textDocument/hover"), Session.notification("exit"),
    ])
    #expect(late.code == 0 && late.messages.failure(5) == -32600)
    // Exit codes of the protocol.
    #expect(try Session.run([Session.start, Session.notification("exit")]).code == 1)
    #expect(try Session.run([Session.start]).code == 1)
    #expect(try Session.run([Session.start, Session.request(4, "shutdown")]).code == 0)
    #expect(try Session.run([]).code == 1)
    // What comes after `exit` is not read.
    #expect(try Session.run([Session.start + Session.end + Session.request(7, "shutdown")]).messages.failure(7) == nil)
    // A message that is cut off.
    #expect(try Session.run([Session.start, Array(Session.end.dropLast(3))]).code == 0)
  }

  /// Text that is nested as deeply as is permitted, and more deeply, on the smallest stack with which the server starts.
  @Test(arguments: [("(", ")", 194), ("exp(", ")", 194), ("-", "", 194), ("(", ")", 195), ("-", "", 195), ("exp(", ")", 100_000)])
  func deepTextsFitTheStack(_ opening: String, _ closing: String, _ count: Int) throws {
    let value = String(repeating: opening, count: count) + "%x[i, j]" + String(repeating: closing, count: count)
    let text = LanguageServerTests.kernel.replacingOccurrences(of: "%x[i, j] * 2.0", with: value)
    let session =
      Session.start + Session.open("file:///a.kir", text) + Session.request(7, "textDocument/hover", Session.at("file:///a.kir", 3, 11))
    let folder = try Repository.TemporaryFolder()
    try FileBytes.write(session, to: folder.path + "/session")
    func run(_ kilobytes: Int) throws -> ProgramResult {
      try runProgram("/bin/bash", ["-c", "ulimit -s \(kilobytes); '\(martletExecutable)' lsp < '\(folder.path)/session'"])
    }
    let result = try run(4096)
    #expect(result.code == 1, "\(result.code) \(result.errors)")
    let messages = try #require(Session.messages(Array(result.output.utf8)))
    #expect(
      messages.diagnostics("file:///a.kir").first?.first?.hasSuffix("M211") == (count > 194 ? true : nil), "\(messages)")
    let small = try run(4095)
    #expect(small.code == 5 && small.errors.contains("error M153: the stack may have"), "\(small.errors)")
  }

  /// Texts of a megabyte, and of one line.
  @Test(.timeLimit(.minutes(1))) func largeTextsAreServed() throws {
    let lines = (0..<20_000).map { "  %\($0 + 1) = exp(\($0 == 0 ? "%x" : "%\($0)")) : f32[2]\n" }.joined()
    let text = "graph @f(input %x: f32[2]) -> (y: f32[2]) {\n\(lines)  return %20000\n}\n"
    let line = String(repeating: "( ", count: 300_000)
    let parts = [
      Session.start, Session.open("file:///a.gir", text), Session.open("file:///b.gir", line), Session.open("file:///b.kir", line),
      Session.request(5, "textDocument/definition", Session.at("file:///a.gir", 20_001, 10)), Session.end,
    ]
    let result = try Session.run(parts)
    #expect(result.code == 0 && result.messages.definition(5) == "file:///a.gir 20000:2-20000:8")
  }
}
