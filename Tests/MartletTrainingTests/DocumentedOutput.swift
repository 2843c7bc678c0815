import Foundation
import TestSupport
import MartletCommandLine
import Testing

/// The output in the documentation is what the program prints: blocks that are marked `console checked` are run again.
///
/// `MARTLET_RECORD=1 swift test … --filter DocumentedOutput` writes them anew, and fails: look at the difference.
@Suite struct DocumentedOutput {
  private static let fence = "```console checked\n"

  static let pages: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Repository.path("docs"))) ?? []
    return names.filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }.filter {
      ((try? FileBytes.readText(Repository.path($0))) ?? "").contains(fence)
    }
    .sorted()
  }()

  @Test func somePageHasOutput() { #expect(DocumentedOutput.pages.contains("docs/inspecting.md")) }

  @Test(arguments: pages) func isWhatTheProgramPrints(_ page: String) throws {
    try LLVMLibrary.load()
    guard LLVMLibrary.description.hasPrefix("LLVM 19 ") else {
      print("\(page): not compared, its assembly is LLVM 19's; this is \(LLVMLibrary.description)")
      return
    }
    let path = Repository.path(page)
    let text = try FileBytes.readText(path)
    let scratch = try Repository.TemporaryFolder()
    var parts = text.components(separatedBy: DocumentedOutput.fence)
    for index in parts.indices.dropFirst() {
      let end = try #require(parts[index].range(of: "```\n"), "a block of \(page) does not end")
      let block = parts[index][..<end.lowerBound]
      let command = try #require(block.split(separator: "\n").first)
      let shell = try #require(command.hasPrefix("$ ") ? String(command.dropFirst(2)) : nil)
      let folder = URL(fileURLWithPath: martletExecutable).deletingLastPathComponent().path
      let result = try runProgram("/bin/sh", ["-c", "cd \(scratch.path); PATH=\(folder):$PATH; \(shell)"])
      // Where the end of a pipe has seen enough, a program may complain that nobody reads on.
      #expect(result.code == 0, "\(shell): \(result.errors)")
      parts[index] = "\(command)\n\(result.output)" + parts[index][end.lowerBound...]
    }
    let expected = parts.joined(separator: DocumentedOutput.fence)
    if ProcessInfo.processInfo.environment["MARTLET_RECORD"] == "1" {
      try FileBytes.write(Array(expected.utf8), to: path)
      Issue.record("\(page) was recorded anew: read `git diff docs`, then run the tests without MARTLET_RECORD")
      return
    }
    #expect(text == expected, "\(page) differs from what the program prints; see the top of DocumentedOutput.swift")
  }
}
