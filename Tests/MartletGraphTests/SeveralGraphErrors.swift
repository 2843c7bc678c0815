import MartletCore
import MartletGraph
import TestSupport
import Testing

/// A text with several mistakes: each is reported once, with its line; what only follows from one is not.
@Suite struct SeveralGraphErrors {
  struct Found: Hashable, CustomStringConvertible {
    var line: Int
    var column: Int
    var number: Int
    var description: String { "\(line):\(column) M\(number)" }
  }

  static func errors(_ text: String) -> [MartletError] {
    do {
      _ = try GraphParser.parse(text, file: "a.gir")
      return []
    } catch let error as MartletError { return [error] + error.others } catch { return [] }
  }

  static func found(_ text: String) -> [Found] {
    errors(text).map { Found(line: $0.location?.line ?? 0, column: $0.location?.column ?? 0, number: $0.number) }
  }

  /// The body of a graph with `input %x: f32[2]` and `input %i: i32[2]`, which begins in line 2.
  private static func found(body: String) -> [Found] {
    found("graph @f(input %x: f32[2], input %i: i32[2]) -> (y: f32[2]) {\n\(body)\n}\n")
  }

  private static func expect(_ body: String, _ wanted: [(Int, Int, Int)], _ place: SourceLocation = #_sourceLocation) {
    let found = found(body: body)
    #expect(found == wanted.map { Found(line: $0.0, column: $0.1, number: $0.2) }, "\(found)", sourceLocation: place)
  }

  @Test func eachLineHasItsOwn() {
    SeveralGraphErrors.expect(
      """
        %0 = exq(%x) : f32[2]
        %1 = exp(%x) : f32[3]
        %2 = exp %x : f32[2]
        %3 = add(%x, %i) : f32[2]
        %4 = exp(%z) : f32[2]
        %5 = exp(%x) {base = 2} : f32[2]
        return %x
      """, [(2, 8, 301), (3, 8, 209), (4, 12, 202), (5, 8, 305), (6, 12, 204), (7, 8, 303)])
  }

  /// What uses a value whose line has an error is not checked, through any number of lines; everything else in these lines is.
  @Test func whatFollowsIsNotReported() {
    SeveralGraphErrors.expect(
      """
        %0 = exq(%x) : f32[9]
        %1 = add(%0, %x) : f32[2]
        %2 = add(%1, %i) : f32[7]
        %3 = exq(%2) : f32[2]
        %4 = exp(%2, %w) : f32[2]
        return %2
      """, [(2, 8, 301), (5, 8, 301), (6, 16, 204)])
  }

  /// Extents that no image has are refused.
  @Test func extentsOfAnySize() {
    for node in [
      "avg_pool2d_grad(%d) {window = [2, 2], extent = [-9223372036854775807, 8]}",
      "max_pool2d_grad(%d, %p) {window = [2, 2], padding = [1, 1, 1, 1], extent = [9223372036854775807, 8]}",
      "conv2d_filter_grad(%x, %d) {dilation = [2, 2], extent = [9223372036854775807, 3]}",
      "conv2d_input_grad(%d, %w) {extent = [9223372036854775807, 9223372036854775807], padding = [1, 1, 1, 1]}",
    ] {
      let text = """
        graph @f(input %x: f32[1, 1, 8, 8], input %d: f32[1, 1, 4, 4], input %p: u8[1, 1, 4, 4], input %w: f32[1, 1, 3, 3]) -> (y: f32[1, 1, 8, 8]) {
          %0 = \(node) : f32[1, 1, 8, 8]
          return %0
        }
        """
      #expect(SeveralGraphErrors.found(text).map(\.number) == [305], "\(node)")
    }
  }

  /// Nothing is said of a fusion, a loop or the results that only an earlier error has changed.
  @Test func partsOfDamagedTextsAreNotReported() {
    func found(_ text: String) -> [Int] { SeveralGraphErrors.found(text).map(\.number) }
    #expect(found("graph @f(input %x: f32[2]) -> (y: f32[n, c], z: f32[2]) {\n  return %x, %x\n}\n") == [202])
    #expect(found("graph @f(input %x: f32[2]) -> (y: f32[)] {\n  return %x\n}\n") == [202])
    #expect(
      found(
        """
        graph @f(input %x: f32[2]) -> (y: f32[2, 2], z: f32[2]) {
          %0, %1 = fusion @g(%x) {
            %2 = broadcast(%x) shape = [2, 2], axes = [1]} : f32[2, 2]
            %3 = exp(%x) : f32[2]
            return %2, %3
          } : f32[2, 2], f32[2]
          return %0, %1
        }
        """) == [202])
  }

  /// A name that nothing defines is reported where it is used first.
  @Test func undefinedNamesAreReportedOnce() {
    SeveralGraphErrors.expect("  %0 = exp(%z) : f32[2]\n  %1 = neg(%z) : f32[2]\n  return %z", [(2, 12, 204)])
    SeveralGraphErrors.expect("  %0 = add(%z, %v) : f32[2]\n  return %0", [(2, 12, 204), (2, 16, 204)])
  }

  @Test func namesThatMayBeMeant() throws {
    func advice(_ name: String) throws -> String {
      let text =
        "graph @f(input %x: f32[2], parameter %conv1.weight: f32[2]) -> (y: f32[2]) {\n  %10 = exp(%x) : f32[2]\n  return %\(name)\n}"
      return try #require(throws: MartletError.self) { try GraphParser.parse(text) }.advice ?? ""
    }
    #expect(try advice("conv1.weights").hasPrefix("Did you mean %conv1.weight? Values are defined"))
    // Numbers are alike without meaning each other.
    for name in ["11", "bias", "z"] { #expect(try advice(name).hasPrefix("Values are defined"), "\(name)") }
  }

  /// A line that cannot be read may have defined any name.
  @Test func namesOfLinesThatCannotBeReadAreUnknown() {
    SeveralGraphErrors.expect("  0 = exp(%x) : f32[2]\n  %1 = neg(%0) : f32[2]\n  return %1", [(2, 3, 202)])
    SeveralGraphErrors.expect("  %a b = exp(%x) : f32[2]\n  %1 = neg(%ab) : f32[2]\n  return %1", [(2, 6, 202)])
    SeveralGraphErrors.expect("  % a = exp(%x) : f32[2]\n  %1 = neg(%a) : f32[2]\n  return %1", [(2, 3, 202)])
  }

  /// A character that is none of the language is one mistake, whatever the words around it become.
  @Test func strayBytesAreOneMistake() {
    SeveralGraphErrors.expect("  %caf\u{e9} = exp(%x) : f32[2]\n  %1 = neg(%x) : f32[3]\n  return %1", [(2, 7, 201), (3, 8, 209)])
    SeveralGraphErrors.expect("  %0 = exp(%x) : f32[2] \u{1f600}\u{1f600}\n  return %0", [(2, 25, 201)])
    SeveralGraphErrors.expect("  %0 = exp(%x) : f32[\u{e9}7]\n  %1 = exp(%0) : f32[2]\n  return %1", [(2, 22, 201)])
    SeveralGraphErrors.expect("  %0 = constant() {values = base64 \"AAA} : f32[2]\n  %1 = exp(%0) : f32[2]\n  return %1", [(2, 36, 202)])
  }

  @Test func bodiesOfFusionsGoOn() {
    SeveralGraphErrors.expect(
      """
        %0 = fusion @a(%x) {
          %1 = exq(%x) : f32[2]
          %2 = exp(%1) : f32[5]
          %3 = exp(%x) : f32[3]
          return %2
        } : f32[2]
        %4 = exp(%0) : f32[2]
        %5 = exp(%x) : f64[2]
        return %4
      """, [(3, 10, 301), (5, 10, 209), (9, 8, 209)])
  }

  /// Braces that are missing or too many: the place is reported, and not what the parser makes of the rest.
  @Test func bracesThatDoNotMatch() {
    // The attributes of a node have no end.
    SeveralGraphErrors.expect(
      "  %0 = reduce_sum(%x) {axes = [0] : f32[]\n  %1 = exp(%x) : f32[3]\n  return %x", [(2, 35, 202), (3, 8, 209)])
    // A fusion has none.
    SeveralGraphErrors.expect(
      "  %0 = fusion @a(%x) {\n    %1 = exp(%x) : f32[2]\n    return %1\n  %2 = exp(%0) : f32[2]\n  return %2", [(5, 3, 202)])
    // The head of a fusion cannot be read: its nodes and its `return` are not those of the graph.
    SeveralGraphErrors.expect(
      "  %0 = fusion a(%x) {\n    %1 = exp(%x) : f32[3]\n    return %1\n  } : f32[2]\n  %2 = exp(%x) : f32[4]\n  return %x",
      [(2, 15, 202), (6, 8, 209)])
    SeveralGraphErrors.expect("  return %x\n}", [(4, 1, 202)])
    #expect(SeveralGraphErrors.found("graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  %0 = exp(%x) : f32[3]\n  return %x").count == 2)
  }

  /// Of a text that is no graph nothing more is said.
  @Test func otherTextsHaveOneError() {
    for (text, number) in [
      ("kernel @k() over 4 {\n  fence\n}\n", 202), ("a,b,c\n1,2,\u{e9}\n\"x\n", 202), ("", 202), ("\u{e9}t\u{e9}\n", 201),
      ("\"abc\n\"def\n", 202),
      ("// only a comment", 202),
    ] {
      let found = SeveralGraphErrors.found(text)
      #expect(found.count == 1 && found.first?.number == number, "\(text): \(found)")
    }
    // A mark of the order of bytes, which editors write.
    let marked = SeveralGraphErrors.found("\u{feff}graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  %0 = exq(%x) : f32[2]\n  return %0\n}")
    #expect(marked == [Found(line: 1, column: 1, number: 201), Found(line: 2, column: 8, number: 301)], "\(marked)")
  }

  /// Parameters and results go on too.
  @Test func headsGoOn() {
    let found = SeveralGraphErrors.found(
      """
      graph @f(
        constant %a: f32[2],
        input %b: f16[2],
        input c: f32[2],
        input %d: f32[2,
        input %e: f32[2]
      ) -> (y f32[2], z: f99[2], v: f32[2]) {
        %0 = add(%a, %b) : f32[9]
        %1 = add(%c, %d) : f32[9]
        %2 = exp(%e) : f32[3]
        return %0, %1, %2
      }
      """)
    let wanted = [(2, 3, 205), (3, 13, 205), (4, 9, 202), (6, 3, 202), (7, 9, 202), (7, 20, 205), (10, 8, 209)]
    #expect(found == wanted.map { Found(line: $0.0, column: $0.1, number: $0.2) }, "\(found)")
  }

  /// What the verifier says of parameters and results has a place, and all of it is said.
  @Test func verifierErrorsHavePlaces() {
    let found = SeveralGraphErrors.found(
      """
      graph @f(
        input %a: f32[2] {batch = 1},
        parameter %b: f32[2] {batch = 0}
      ) -> (y: f32[2]) {
        return %a
      }
      """)
    #expect(found == [Found(line: 2, column: 9, number: 317), Found(line: 3, column: 13, number: 317)], "\(found)")
    let results = SeveralGraphErrors.found(
      """
      graph @f(input %a: f32[2], state %s: f32[3]) -> (
        a: f32[2],
        s: f32[2],
        y: f32[2], y: f32[2]
      ) {
        return %a, %a, %a, %a
      }
      """)
    let wanted = [(2, 3, 311), (3, 3, 312), (4, 14, 307)]
    #expect(results == wanted.map { Found(line: $0.0, column: $0.1, number: $0.2) }, "\(results)")
  }

  /// Ten are shown and the others counted, up to a thousand.
  @Test(arguments: [1, 2, 10, 11, 12, 999, 1000, 1001, 5000]) func tenAreShown(_ count: Int) throws {
    let lines = (0..<count).map { "  %\($0) = exq(%x) : f32[2]\n" }.joined()
    let text = "graph @f(input %x: f32[2]) -> (y: f32[2]) {\n\(lines)  return %x\n}\n"
    let error = try #require(throws: MartletError.self) { try GraphParser.parse(text, file: "a.gir") }
    #expect(error.others.count == min(count, 10) - 1 && error.omittedCount == max(0, min(count, 1000) - 10))
    #expect(error.location?.line == 2 && error.others.last?.location?.line ?? 2 == min(count, 10) + 1)
    let end =
      switch count {
      case ...10: nil as String?
      case 11: "\nand 1 more error"
      case 1000...: "\nand at least 990 more errors"
      default: "\nand \(count - 10) more errors"
      }
    #expect(end.map { error.description.hasSuffix($0) } ?? !error.description.contains(" more error"), "\(error.description.suffix(60))")
    #expect(error.description.split(separator: "\n").filter { $0.hasPrefix("error M301: a.gir:") }.count == min(count, 10) - 1)
  }

  /// As a user sees it.
  @Test func whatIsPrinted() throws {
    let text = "graph @f(input %x: f32[2]) -> (y: f32[2]) {\n\t%0 = exp(%zero) : f32[2]\n\t%1 = exp(%x) : f32[3]\n\treturn %0\n}\n"
    let error = try #require(throws: MartletError.self) { try GraphParser.parse(text, file: "a.gir") }
    #expect(error.message == "%zero is not defined")
    let lines = error.description.split(separator: "\n").map(String.init)
    #expect(lines[0] == "a.gir:2:11: %zero is not defined")
    #expect(lines[1...2] == ["   2 |     %0 = exp(%zero) : f32[2]", "     |              ^~~~~"])
    #expect(lines[3].hasPrefix("  Values are defined by parameters"))
    #expect(lines[4] == "error M209: a.gir:3:7: exp gives f32[2], but f32[3] is written")
    #expect(lines[5...6] == ["   3 |     %1 = exp(%x) : f32[3]", "     |          ^~~"])
  }

  /// One changed character in a line of a node: where that line has an error, no other one has.
  @Test func oneMistakeIsOneError() throws {
    let original = try FileBytes.readText(Repository.path("IR/mnist-cnn/optimized.gir")).split(separator: "\n").map { Array($0.utf8) }
    let nodes = original.indices.filter { index in
      let line = String(decoding: original[index], as: UTF8.self)
      return line.contains(" = ") && !line.hasSuffix("{") && !line.hasPrefix("  }")
    }
    var generator = PyTorchGenerator(seed: 5)
    var checked = 0
    for _ in 0..<800 {
      let line = nodes[generator.below(nodes.count)]
      var lines = original
      let column = generator.below(lines[line].count)
      switch generator.below(3) {
      case 0: lines[line][column] = UInt8(33 + generator.below(94))
      case 1: lines[line].remove(at: column)
      default: lines[line].insert(UInt8(33 + generator.below(94)), at: column)
      }
      // Braces may open a region or close one.
      guard
        lines[line].filter({ $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") })
          == original[line].filter({ $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") })
      else { continue }
      let text = lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
      let found = SeveralGraphErrors.found(text)
      // What is missing at the end of a line is reported at the beginning of the next one.
      guard found.contains(where: { $0.line == line + 1 }) else { continue }
      checked += 1
      #expect(
        found.allSatisfy { $0.line == line + 1 || $0.line == line + 2 },
        "\(String(decoding: lines[line], as: UTF8.self)) in line \(line + 1): \(found)")
    }
    #expect(checked > 200, "\(checked)")
  }

  /// Where values are defined and used, also in a text with errors.
  @Test func namesAreIndexed() throws {
    let source = GraphSource(
      """
      graph @f(input %x: f32[2]) -> (y: f32[2]) {
        %0 = fusion @a(%x) {
          %1 = exp(%x) : f32[2]
          return %1
        } : f32[2]
        %2 = exq(%0) : f32[2]
        return %2
      }
      """, file: "a.gir")
    #expect(source.graph == nil)
    func definition(_ line: Int, _ column: Int) -> String? {
      source.names.occurrence(line: line, column: column).map { source.names.definitions[$0.definition].location.description }
    }
    // The fusion's operand and its use inside are the parameter.
    for place in [(1, 16), (1, 17), (2, 18), (3, 14), (3, 16)] { #expect(definition(place.0, place.1) == "a.gir:1:16", "\(place)") }
    #expect(definition(4, 12) == "a.gir:3:5" && definition(6, 12) == "a.gir:2:3" && definition(7, 10) == "a.gir:6:3")
    for place in [(1, 15), (1, 19), (2, 8), (8, 1), (99, 1)] { #expect(definition(place.0, place.1) == nil, "\(place)") }
    #expect(source.nodes.map(\.mnemonic.text) == ["exp", "fusion"] && source.nodes.map(\.isStored) == [false, true])
    #expect(source.nodes[1].cost.bytes == 16)
  }
}
