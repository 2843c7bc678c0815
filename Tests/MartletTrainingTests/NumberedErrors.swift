import Foundation
import Martlet
import TestSupport
import Testing

@testable import MartletCPU
@testable import MartletLoopIR
@testable import MartletLowering
@testable import MartletRuntime
@testable import MartletTraining

/// Every number is provoked by something that goes wrong, and documented.
@Suite struct NumberedErrors {
  @Test func everyNumberIsProvoked() throws {
    let folder = try Repository.TemporaryFolder()
    let provocations = try Provocations(folder.path)
    let all = ErrorCatalogue.layers.flatMap(\.entries)
    #expect(Set(all.map(\.number)).count == all.count, "two errors have one number")
    let known = Dictionary(uniqueKeysWithValues: all.map { ($0.number, $0) })
    var provoked: Set<Int> = []
    for (number, body) in provocations.all {
      do {
        try body()
        Issue.record("nothing was thrown for M\(number)")
      } catch let error as MartletError {
        #expect(error.number == number, "M\(number) was expected, \(error.code) came: \(error)")
        #expect(error.kind == known[error.number]?.explanation.kind)
        #expect(!error.message.isEmpty && error.advice?.isEmpty == false)
        provoked.insert(error.number)
      }
    }
    let missing = known.keys.filter { !provoked.contains($0) }.sorted()
    #expect(missing.isEmpty, "no test provokes \(missing)")
  }

  /// `docs/errors.md` has all of them; `MARTLET_RECORD=1` writes it anew.
  @Test func everyNumberIsDocumented() throws {
    let path = Repository.path("docs/errors.md")
    let mark = "<!-- what follows is written by the tests: MARTLET_RECORD=1 -->\n"
    let text = try FileBytes.readText(path)
    let introduction = try #require(text.components(separatedBy: mark).first)
    let wanted = introduction + mark + "\n" + ErrorCatalogue.markdown
    if FileBytes.environment("MARTLET_RECORD") == "1" { try FileBytes.write(Array(wanted.utf8), to: path) }
    #expect(text == wanted, "run with MARTLET_RECORD=1 to write docs/errors.md anew")
  }

  /// Sources throw: what traps has no place where a user's input can come.
  @Test func noSourceTraps() throws {
    let words = [
      "fatalError", "preconditionFailure", "precondition(", "assertionFailure", "assert(", "try!", "as!", "unsafelyUnwrapped", "exit(",
      "abort(", "ImplicitlyUnwrapped",
    ]
    let allowed: Set = ["Sources/MartletTraining/CommandLine/MartletCommand.swift: Glibc.exit("]
    // A value, call or subscript that is unwrapped by force.
    let force = /[\w)\]]!(?![=\w"])/
    var files = 0
    for case let url as URL in FileManager.default.enumerator(
      at: URL(fileURLWithPath: Repository.path("Sources")), includingPropertiesForKeys: nil)
      ?? FileManager.DirectoryEnumerator()
    where url.pathExtension == "swift" {
      files += 1
      let name = "Sources/" + (url.path.components(separatedBy: "/Sources/").last ?? "")
      for (number, line) in try FileBytes.readText(url.path).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let code = NumberedErrors.withoutTexts(String(line))
        for word in words
        where code.contains(word) && !allowed.contains(where: { $0.hasPrefix(name) && code.contains($0.dropFirst(name.count + 2)) }) {
          // A word of its own, not the end of another name such as `readabort(`.
          guard let range = code.range(of: word),
            range.lowerBound == code.startIndex || !code[code.index(before: range.lowerBound)].isLetter
          else { continue }
          Issue.record("\(name):\(number + 1): \(word)")
        }
        if code.firstMatch(of: force) != nil { Issue.record("\(name):\(number + 1) unwraps by force: \(line)") }
      }
    }
    #expect(files > 200)
  }

  /// A line without its comment and without the contents of its texts.
  private static func withoutTexts(_ line: String) -> String {
    var (code, isText) = ("", false)
    var characters = line[...]
    while let character = characters.popFirst() {
      if character == "\\", isText { _ = characters.popFirst() }
      if character == "\"" { isText.toggle() }
      if !isText, character == "/", characters.first == "/" { break }
      if !isText { code.append(character) }
    }
    return code
  }
}
