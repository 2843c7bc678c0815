import TestSupport
import MartletCommandLine
import Testing

/// Which line of a text comes from which line of the loop IR.
@Suite struct MatchingLines {
  private static let target = Target(.avx2)

  private static func program(_ name: String) throws -> Program {
    let model = try #require(BuiltInModels.all.first { $0.name == name }).make()
    return try Compilation(model, name: name, batch: 16).program(target)
  }

  /// Numbers stand at the lines that the printer gives them, and change nothing.
  @Test(arguments: ["mnist-cnn", "vit-small"]) func numbersAreThoseOfTheText(_ name: String) throws {
    for kernel in try MatchingLines.program(name).kernels.map(\.kernel) {
      let lines = kernel.description.split(separator: "\n").map { $0.drop { $0 == " " } }
      var expected: [Int: Substring] = [:]
      func visit(_ statements: [Statement]) {
        for (mark, statement) in zip(statements, statements.dropFirst()) {
          guard case .line(let number) = mark else { continue }
          expected[number] = plain(statement).description.split(separator: "\n").first
        }
        for statement in statements { for body in statement.bodies { visit(body) } }
      }
      func plain(_ statement: Statement) -> Statement {
        statement.mappingBodies { body in
          body.compactMap { inner in
            if case .line = inner { return nil }
            return plain(inner)
          }
        }
      }
      let numbered = kernel.numberingLines
      visit(numbered.body)
      #expect(!expected.isEmpty)
      for (number, text) in expected { #expect(lines[number - 1] == text, "\(kernel.name) line \(number)") }
      #expect(try KernelParser.parse(numbered.description) == numbered)
    }
  }

  /// The texts are those that are printed without lines, and all of their instructions lead to a line.
  @Test(arguments: ["mnist-cnn", "mlp"]) func textsAreTheSame(_ name: String) throws {
    let compiler = KernelCompiler(MatchingLines.target)
    for kernel in try MatchingLines.program(name).kernels.map(\.kernel) {
      let map = try LineMap(kernel, MatchingLines.target)
      let source = try compiler.source(kernel)
      #expect(map.emitted.text == source.text, "\(kernel.name)")
      func compiled(_ output: LLVMLibrary.Output) throws -> [Substring] {
        String(decoding: try compiler.compile(source, name: kernel.name, output), as: UTF8.self)
          .split(separator: "\n").filter { !$0.hasPrefix("!") && !$0.hasPrefix(".Lfunc_begin") }
      }
      let optimized = try #require(map.optimized), assembly = try #require(map.assembly)
      #expect(optimized.text.split(separator: "\n") == (try compiled(.optimizedIR)), "\(kernel.name)")
      let plain = try compiled(.assembly)
      let difference = zip(assembly.text.split(separator: "\n"), plain).first { $0 != $1 }
      #expect(assembly.text.split(separator: "\n") == plain, "\(kernel.name): \(difference.map { "\($0)" } ?? "") \(plain.count) lines")
      let count = kernel.description.split(separator: "\n").count
      for text in [map.emitted, optimized, assembly] {
        #expect(text.sources.count == text.text.split(separator: "\n", omittingEmptySubsequences: false).count - 1, "\(kernel.name)")
        #expect(text.sources.contains { $0 != nil })
        #expect(text.sources.allSatisfy { $0.map { (1...count).contains($0) } ?? true })
      }
      // A multiply-add of the assembly comes from a line that multiplies.
      let lines = kernel.description.split(separator: "\n")
      for (line, from) in zip(assembly.text.split(separator: "\n", omittingEmptySubsequences: false), assembly.sources)
      where line.contains("\tvfmadd") {
        guard let from else { continue }
        #expect(
          lines[from - 1].contains { $0 == "*" } || lines[from - 1].contains(/fma|exp|log|tanh|pow|sqrt/),
          "\(kernel.name): \(line) from \(lines[from - 1])")
      }
    }
  }
}
