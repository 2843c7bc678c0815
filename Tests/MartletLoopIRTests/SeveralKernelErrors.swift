import MartletCore
import MartletLoopIR
import TestSupport
import Testing

/// A text of a kernel with several mistakes: each is reported once; what only follows from one is not.
@Suite struct SeveralKernelErrors {
  struct Found: Hashable, CustomStringConvertible {
    var line: Int
    var column: Int
    var number: Int
    var description: String { "\(line):\(column) M\(number)" }
  }

  private static func found(_ errors: [MartletError]) -> [Found] {
    errors.map { Found(line: $0.location?.line ?? 0, column: $0.location?.column ?? 0, number: $0.number) }
  }

  private static func text(_ body: String) -> String {
    "kernel @k(%x: read global f32[4], %y: write global f32[4]) over 4 {\n  for i in begin ..< end parallel {\n\(body)\n  }\n}\n"
  }

  private static func parsed(_ text: String) -> [Found] {
    do {
      _ = try KernelParser.parse(text, file: "a.kir")
      return []
    } catch let error as MartletError { return found([error] + error.others) } catch { return [] }
  }

  private static func expect(_ body: String, _ wanted: [(Int, Int, Int)], _ place: SourceLocation = #_sourceLocation) {
    let found = parsed(text(body))
    #expect(found == wanted.map { Found(line: $0.0, column: $0.1, number: $0.2) }, "\(found)", sourceLocation: place)
  }

  @Test func eachStatementHasItsOwn() {
    SeveralKernelErrors.expect(
      """
          let %a = %x[i] +
          let %b = frobnicate(%x[i])
          lett %c = 1.0
          %y[i * i] = %d
          var %e f32 = 0.0
          %y[i] = %a + %b + %c + %e
      """, [(4, 5, 202), (4, 14, 205), (5, 5, 205), (6, 10, 210), (7, 12, 202)])
  }

  /// A name that nothing defines is reported once; what a line with an error defines may be anything.
  @Test func whatFollowsIsNotReported() {
    SeveralKernelErrors.expect("    let %a = %z\n    %y[i] = %z + %a", [(3, 14, 204)])
    SeveralKernelErrors.expect("    array %t: f99[4] local\n    %t[i] = %x[i]\n    %y[i] = %t[i : 4]", [(3, 15, 202)])
    SeveralKernelErrors.expect("    let 5 = %x[i]\n    %y[i] = %a", [(3, 9, 202)])
    SeveralKernelErrors.expect("    let %a b = %x[i]\n    %y[i] = %ab", [(3, 12, 202)])
    SeveralKernelErrors.expect("    let %caf\u{e9} = %x[i]\n    %y[i] = %y[", [(3, 13, 201), (5, 3, 202)])
  }

  /// The bodies of loops whose heads have errors are read.
  @Test func bodiesAreRead() {
    SeveralKernelErrors.expect(
      "    for j in 0 .. 4 {\n      let %a = %z\n    }\n    when j < 3 {\n      lett\n    } else {\n      %y[i] = %w\n    }\n    %y[i] = %v",
      [(3, 16, 202), (4, 16, 204), (6, 12, 202), (7, 7, 205), (9, 15, 204), (11, 13, 204)])
  }

  @Test func headsGoOn() {
    let found = SeveralKernelErrors.parsed(
      """
      kernel @k(%x: reed global f32[4], %y write global f32[4], %z: write global f32[4) ower 4 {
        for i in begin ..< end parallel {
          %z[i] = %x[i] + %y[i] + %w
        }
      }
      """)
    let wanted = [(1, 15, 202), (1, 38, 202), (1, 81, 202), (1, 83, 202)]
    // The second parameter's name cannot be told from its line: nothing is undefined.
    #expect(found == wanted.map { Found(line: $0.0, column: $0.1, number: $0.2) }, "\(found)")
  }

  @Test func bracesThatDoNotMatch() {
    #expect(
      SeveralKernelErrors.parsed("kernel @k() over 4 {\n  for i in begin ..< end parallel {\n  }\n") == [
        Found(line: 4, column: 1, number: 202)
      ])
    #expect(SeveralKernelErrors.parsed("kernel @k() over 4 {\n}\n}\n") == [Found(line: 3, column: 1, number: 202)])
    #expect(SeveralKernelErrors.parsed("graph @f() -> () { return }") == [Found(line: 1, column: 1, number: 202)])
  }

  /// Text that would overflow the stack is refused, at any depth.
  @Test(arguments: ["(", "-", "[", "exp(", "max(1, ", "%x["]) func nestingHasALimit(_ opening: String) throws {
    for count in [150, 1000, 200_000] {
      let text = SeveralKernelErrors.text("    %y[i] = \(String(repeating: opening, count: count))")
      #expect(throws: MartletError.self) { try KernelParser.parse(text) }
    }
    let blocks = String(repeating: "when 0 in 0 ..< 1 {\n", count: 100_000)
    let error = try #require(throws: MartletError.self) { try KernelParser.parse(SeveralKernelErrors.text(blocks)) }
    #expect(error.number == 211 || error.others.contains { $0.number == 211 }, "\(error)")
  }

  /// Depths on both sides of the limit, of 200 in all: the block of the kernel, the loop's, and an expression for each parenthesis and the first.
  @Test func nestingBelowTheLimitIsRead() throws {
    func text(_ count: Int) -> String {
      SeveralKernelErrors.text("    %y[i] = \(String(repeating: "(", count: count))%x[i]\(String(repeating: ")", count: count))")
    }
    // The subscript is one level more.
    _ = try KernelParser.parse(text(195))
    let error = try #require(throws: MartletError.self) { try KernelParser.parse(text(196)) }
    #expect(error.number == 211 && error.others.isEmpty, "\(error)")
  }

  // MARK: The verifier

  private static func faults(_ body: String) throws -> [Found] {
    let source = KernelSource(text(body), file: "a.kir", isAlone: true)
    #expect(source.errors.isEmpty)
    let named = try #require(source.kernels.first)
    let faults = named.kernel.faults(at: named.location, parameters: named.parameters, statements: named.statements)
    // The first is the one that `verify` throws.
    if let first = faults.first {
      let thrown = try #require(throws: MartletError.self) { try named.kernel.verify() }
      #expect(thrown.message == first.message && thrown.number == first.number)
    } else {
      try named.kernel.verify()
    }
    return found(faults)
  }

  @Test func verifierErrorsHavePlaces() throws {
    #expect(try SeveralKernelErrors.faults("    let %a = %x[i]\n    %y[i] = %a").isEmpty)
    let found = try SeveralKernelErrors.faults(
      """
          let %a = 1.0 + bitcast i32(%x[i])
          let %b = %a * 2.0
          line 7
          %y[i] = %b
          when i in 0 ..< 2 {
            %x[i] = 1.0
          } else {
            let j = k + 1
            for m in 0 ..< j unrolled {
              %y[i] = i32(m)
            }
            %y[n] = 0.0
          }
          %y[i] = %x[i, i]
      """)
    #expect(found.map(\.line) == [6, 8, 10, 14, 16] && found.allSatisfy { $0.number == 604 }, "\(found)")
  }

  /// Subscripts beyond their memory, each statement once, also of a loop that is written out.
  @Test func boundsHavePlaces() throws {
    let found = try SeveralKernelErrors.faults(
      "    for u in 0 ..< 3 unrolled {\n      let %a = %x[i + 4 + u]\n      let %b = %x[i]\n    }\n    %y[i + 1] = 0.0\n    %y[i] = 0.0")
    #expect(found == [Found(line: 4, column: 7, number: 604), Found(line: 7, column: 5, number: 604)], "\(found)")
  }

  /// Numbers beyond what an integer can be are beyond every extent.
  @Test func subscriptsOfAnySize() throws {
    for body in [
      "    %y[i] = %x[9223372036854775807]", "    %y[i] = %x[9223372036854775807 * i]", "    %y[i] = %x[i + 9223372036854775807]",
      "    for j in 9223372036854775806 ..< 9223372036854775807 {\n      %y[i] = %x[j + i]\n    }",
      "    for j in 0 ..< 9223372036854775807 {\n      %y[i] = %x[j * 4]\n    }",
    ] { #expect(try SeveralKernelErrors.faults(body).map(\.number) == [604], "\(body)") }
  }

  /// What stands between the parameters and the body may hold any name.
  @Test func headsWithoutABody() {
    let text = "kernel @k(%x: update global f32[4]) over 4\n  let %a = %x[0]\n  for i in begin ..< end parallel {\n    %x[i] = %a\n  }\n}\n"
    #expect(SeveralKernelErrors.parsed(text).map(\.number) == [202])
  }

  /// Numbers that would write out more statements than memory holds.
  @Test func writtenOutLoopsHaveALimit() throws {
    for body in [
      "    for u in 0 ..< 9223372036854775807 unrolled {\n    }", "    registers %a: f32[9223372036854775807, 9223372036854775807]",
      "    registers %a: f32[100001]", "    for u in 0 ..< 100001 unrolled {\n    }",
    ] { #expect(try SeveralKernelErrors.faults(body).map(\.number) == [604], "\(body)") }
    for body in ["    registers %a: f32[100000]", "    for u in 0 ..< 100000 unrolled {\n    }"] {
      #expect(try SeveralKernelErrors.faults(body).isEmpty, "\(body)")
    }
  }

  /// One changed character in a line of a statement: where that line has an error, no other one has.
  @Test func oneMistakeIsOneError() throws {
    let original = try FileBytes.readText(Repository.path("IR/mnist-cnn/kernels.kir")).split(separator: "\n").map { Array($0.utf8) }
    let statements = original.indices.filter { index in
      let line = String(decoding: original[index], as: UTF8.self)
      return line.hasPrefix("    ") && !line.hasSuffix("{") && !line.contains("}")
    }
    var generator = PyTorchGenerator(seed: 5)
    var checked = 0
    for _ in 0..<300 {
      let line = statements[generator.below(statements.count)]
      var lines = original
      let column = generator.below(lines[line].count)
      switch generator.below(3) {
      case 0: lines[line][column] = UInt8(33 + generator.below(94))
      case 1: lines[line].remove(at: column)
      default: lines[line].insert(UInt8(33 + generator.below(94)), at: column)
      }
      guard !lines[line].contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else { continue }
      let text = lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
      let found = SeveralKernelErrors.found(KernelSource(text, file: "a.kir", isAlone: false).errors.sorted)
      guard found.contains(where: { $0.line == line + 1 }) else { continue }
      checked += 1
      #expect(
        found.allSatisfy { $0.line == line + 1 || $0.line == line + 2 },
        "\(String(decoding: lines[line], as: UTF8.self)) in line \(line + 1): \(found)")
    }
    #expect(checked > 60, "\(checked)")
  }

  /// All kernels of a file, with the places of all statements.
  @Test func filesOfSeveralKernels() throws {
    let text = try FileBytes.readText(Repository.path("IR/mnist-cnn/kernels.kir"))
    let source = KernelSource(text, file: "a.kir", isAlone: false)
    #expect(source.errors.isEmpty && source.kernels.count == text.split(separator: "\n").filter { $0.hasPrefix("kernel ") }.count)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for named in source.kernels {
      var statements: [Statement] = []
      named.kernel.body.forEachNested { statements.append($0) }
      #expect(statements.count == named.statements.count && named.parameters.count == named.kernel.parameters.count)
      for (statement, place) in zip(statements, named.statements) {
        let first = statement.description.split(separator: "\n").first ?? ""
        #expect(lines[place.line - 1].dropFirst((place.column ?? 1) - 1) == first)
      }
      #expect(named.kernel.faults(at: named.location, parameters: named.parameters, statements: named.statements).isEmpty)
    }
    // A mistake in one of them does not hide one in another.
    let damaged = text.replacing("kernel @", with: "kernel ", maxReplacements: 1) + "\nkernel @last() over 4 { oops }"
    #expect(KernelSource(damaged, file: "a.kir", isAlone: false).errors.sorted.map(\.number) == [202, 205])
  }

  @Test func namesAreIndexed() {
    let source = KernelSource(
      SeveralKernelErrors.text("    for x in 0 ..< 2 {\n      let j = x + i\n      let %a = %x[j]\n      %y[i] = %a + i32(x)\n    }"),
      file: "a.kir",
      isAlone: false)
    func definition(_ line: Int, _ column: Int) -> String? {
      source.names.occurrence(line: line, column: column).map { source.names.definitions[$0.definition].location.description }
    }
    #expect(definition(5, 17) == "a.kir:1:11" && definition(5, 19) == "a.kir:4:11" && definition(6, 15) == "a.kir:5:11")
    #expect(definition(4, 15) == "a.kir:3:9" && definition(4, 19) == "a.kir:2:7" && definition(6, 24) == "a.kir:3:9")
    #expect(definition(2, 12) == nil && definition(3, 5) == nil)
    #expect(source.things.values.map(\.text).sorted().contains("for x in 0 ..< 2 {"))
  }
}
