import Foundation
import TestSupport
import Testing

@testable import MartletCPU
@testable import MartletLoopIR
@testable import MartletLowering
@testable import MartletRuntime
@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
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
    var messages = ReviewedMessages(folder: folder.path)
    for (number, title, body) in provocations.all {
      do {
        try body()
        Issue.record("nothing was thrown for M\(number), \(title)")
      } catch let error as MartletError {
        messages.add(title, error)
        #expect(error.number == number, "\(title): M\(number) was expected, \(error.code) came: \(error)")
        #expect(error.kind == known[error.number]?.explanation.kind)
        #expect(!error.message.isEmpty && error.advice?.isEmpty == false)
        provoked.insert(error.number)
      }
    }
    let missing = known.keys.filter { !provoked.contains($0) }.sorted()
    #expect(missing.isEmpty, "no test provokes \(missing)")
    try compare(messages)
  }

  /// Some messages hold LLVM's own words.
  private func compare(_ messages: ReviewedMessages) throws {
    guard LLVMLibrary.description.hasPrefix("LLVM 19 ") else { return print("messages are not compared: \(LLVMLibrary.description)") }
    let recorded = (try? FileBytes.readText(ReviewedMessages.path)) ?? ""
    if FileBytes.environment("MARTLET_RECORD") == "1" { try FileBytes.write(Array(messages.text.utf8), to: ReviewedMessages.path) }
    let difference = messages.text.split(separator: "\n").difference(from: recorded.split(separator: "\n"))
    let changes = difference.prefix(20).map { change in
      switch change {
      case .insert(_, let line, _): "+ \(line)"
      case .remove(_, let line, _): "- \(line)"
      }
    }
    #expect(
      messages.text == recorded, "run with MARTLET_RECORD=1, then read the differences as a user:\n\(changes.joined(separator: "\n"))")
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
    // The end of the process after the exit code is known, by a signal handler, and when another process of the run has ended.
    let commandLine = "Sources/MartletCommandLine"
    let allowed: Set = [
      "\(commandLine)/MartletCommand.swift: exit(", "\(commandLine)/Interrupts.swift: exit(", "Sources/MartletMPI/ProcessEnd.swift: exit(",
    ]
    let root = URL(fileURLWithPath: Repository.path("Sources"))
    let sources = (FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects ?? [])
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    #expect(sources.count > 200)
    for url in sources {
      let name = "Sources/" + (url.path.components(separatedBy: "/Sources/").last ?? "")
      for (number, line) in try FileBytes.readText(url.path).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        for trap in NumberedErrors.traps(String(line)) where !allowed.contains("\(name): \(trap)") {
          Issue.record("\(name):\(number + 1): \(trap)")
        }
      }
    }
  }

  /// The search finds what it searches for, and no more.
  @Test func trapsAreFound() {
    let trapping = [
      "fatalError()", "let a = try! f()", "x as! Int", "precondition(a > 0)", "let b = a!", "f(a!)", "a[0]!.b", "f()!", "var c: Int!",
      "Glibc.exit(2)",
      "guard a else { preconditionFailure() }", "let e = a! + 1",
    ]
    for line in trapping { #expect(!NumberedErrors.traps(line).isEmpty, "\(line)") }
    let harmless = [
      "if !a, b != c { }", "// fatalError()", "let text = \"no try! here\"", "a.filter { !$0 }", "let d = \"x!\" + \"\\\"!\"", "/// a!",
      "onexit()",
    ]
    for line in harmless { #expect(NumberedErrors.traps(line).isEmpty, "\(line)") }
  }

  /// What ends the process in a line of Swift.
  private static func traps(_ line: String) -> [String] {
    let words = [
      "fatalError", "preconditionFailure", "precondition(", "assertionFailure", "assert(", "try!", "as!", "unsafelyUnwrapped", "exit(",
      "abort(",
    ]
    let code = withoutTexts(line)
    var found = words.filter { word in
      guard let range = code.range(of: word) else { return false }
      // Not the end of a longer name.
      return range.lowerBound == code.startIndex || !code[code.index(before: range.lowerBound)].isLetter
    }
    // A value, call, subscript or type with a mark of force behind it.
    if code.firstMatch(of: /[\w)\]]!(?!=)/) != nil, !found.contains("try!"), !found.contains("as!") { found.append("!") }
    return found
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
