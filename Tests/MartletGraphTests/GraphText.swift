import MartletCore
import MartletGraph
import TestSupport
import Testing

@Suite struct GraphText {
  static let mnemonics = OperationRegistry.builtIn.map { $0.mnemonic }

  /// `parse(print(g)) == g`, and printing again gives the same bytes.
  @Test(arguments: mnemonics) func roundTrip(_ mnemonic: String) throws {
    let type = try #require(OperationRegistry.builtIn.first { $0.mnemonic == mnemonic })
    for sample in type.samples {
      let original = try graph(of: sample.operation, sample.operands.map { $0.type })
      let parsed = try GraphParser.parse(original.description)
      #expect(parsed == original)
      #expect(parsed.description == original.description)
    }
  }

  @Test func valuesMayHaveAnyName() throws {
    let text = """
      // a comment
      graph @f(input %x: f32[2], parameter %layer.0.weight: f32[2]) -> (y: f32[2], layer.0.weight: f32[2]) {
        %first = add(%x, %layer.0.weight) : f32[2]
        %second.one = neg(%first) : f32[2] // and another
        return %second.one, %first
      }
      """
    let graph = try GraphParser.parse(text)
    #expect(graph.results.map(\.name) == ["y", "layer.0.weight"])
    #expect(graph.description.contains("%1 = neg(%0) : f32[2]"))
    #expect(try GraphParser.parse(graph.description) == graph)
  }

  @Test func specialNumbersSurvive() throws {
    for value in [Double.nan, .infinity, -.infinity, -0.0, 0, 0.1, 1e-30, 3e30, 16_777_216] {
      let builder = GraphBuilder(name: "c")
      builder.result("y", try builder.add(Constant(value, TensorType(.f32, [2]))))
      let graph = try builder.finish()
      let parsed = try GraphParser.parse(graph.description)
      #expect(parsed == graph, "\(graph)")
      let numbers = try parsed.evaluate([])[0].numbers
      #expect(numbers[0].bitPattern == Double(Float(value)).bitPattern || value.isNaN && numbers[0].isNaN)
    }
  }

  /// Each damaged text, and what the message must say; positions are line:column.
  static let damages: [(text: String, line: Int, column: Int, message: String)] = [
    ("graph @f() -> () {\n  return\n", 3, 1, "expected '}'"),
    ("graf @f() -> () { return }", 1, 1, "expected 'graph'"),
    ("graph @f(constant %x: f32[2]) -> () { return }", 1, 10, "unknown role"),
    ("graph @f(input %x: f16[2]) -> () { return }", 1, 20, "unknown element type"),
    ("graph @f(input %x: f32[-2]) -> () { return }", 1, 23, "not possible"),
    ("graph @f(input %x: f32[99999999999, 99999999999]) -> () { return }", 1, 23, "not possible"),
    ("graph @f(input %x: f32[2], input %x: f32[2]) -> () { return }", 1, 34, "defined twice"),
    ("graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  %0 = exq(%x) : f32[2]\n  return %0\n}", 2, 8, "unknown operation"),
    ("graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  %0 = exp(%z) : f32[2]\n  return %0\n}", 2, 12, "%z is not defined"),
    ("graph @f(input %x: f32[2]) -> (y: f32[3]) {\n  %0 = exp(%x) : f32[3]\n  return %0\n}", 2, 8, "gives f32[2]"),
    ("graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  %0 = add(%x) : f32[2]\n  return %0\n}", 2, 8, "takes 2 operands"),
    ("graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  %0 = exp(%x) {speed = 3} : f32[2]\n  return %0\n}", 2, 8, "unknown attribute"),
    ("graph @f(input %x: i32[2]) -> (y: i32[2]) {\n  %0 = exp(%x) : i32[2]\n  return %0\n}", 2, 8, "expected f32 or f64"),
    ("graph @f(input %x: f32[2]) -> (x: f32[2]) {\n  %0 = exp(%x) : f32[2]\n  return %0\n}", 0, 0, "name of an input"),
    ("graph @f(state %x: f32[2]) -> (x: f32[]) {\n  %0 = reduce_sum(%x) {axes = [0]} : f32[]\n  return %0\n}", 0, 0, "new value"),
    ("graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  return %x, %x\n}", 1, 32, "declares 1 results"),
    ("graph @f(input %x: f32[2]) -> (y: f32[3]) {\n  return %x\n}", 2, 10, "is declared f32[3]"),
    ("graph @f(input %x: f32[2]) -> () { return }\ngraph", 2, 1, "end of the text"),
    (
      "graph @f(input %x: f32[2]) -> () {\n  %0 = constant() {value = " + String(repeating: "[", count: 100_000) + "} : f32[2]\n return }",
      0, 0,
      "nested"
    ),
    ("graph @f(input %x: f32[2\u{e9}]) -> () { return }", 1, 25, "printable ASCII"),
  ]

  @Test(arguments: damages) func errorsSayWhere(_ damage: (text: String, line: Int, column: Int, message: String)) throws {
    let error = try #require(throws: MartletError.self) { try GraphParser.parse(damage.text, file: "a.gir") }
    #expect(error.kind == .invalidInput)
    #expect(error.description.contains(damage.message), "\(error)")
    if damage.line > 0 {
      #expect(error.location == SourcePosition(file: "a.gir", line: damage.line, column: damage.column), "\(error)")
    }
  }

  /// Texts with characters changed, removed and repeated are refused or read; none traps.
  @Test func mutationsNeverTrap() throws {
    let text = try FileBytes.readText(Repository.path("IR/mnist-cnn/optimized.gir"))
    var generator = PyTorchGenerator(seed: 17)
    var refused = 0
    for _ in 0..<1500 {
      var bytes = Array(text.utf8)
      for _ in 0...generator.below(3) {
        let position = generator.below(bytes.count)
        switch generator.below(4) {
        case 0: bytes[position] = UInt8(32 + generator.below(95))
        case 1: bytes.removeSubrange(position..<min(position + 1 + generator.below(30), bytes.count))
        case 2:
          bytes.insert(contentsOf: bytes[position..<min(position + generator.below(60), bytes.count)], at: generator.below(bytes.count))
        default: bytes.insert(contentsOf: Array("99999999".utf8), at: position)
        }
      }
      do { _ = try GraphParser.parse(String(decoding: bytes, as: UTF8.self)) } catch { refused += 1 }
    }
    #expect(refused > 1000)
  }

  @Test func dotNamesEverything() throws {
    let sample = try #require(MaxPool2D.samples.first)
    let dot = try graph(of: sample.operation, sample.operands.map { $0.type }).dot
    #expect(dot.hasPrefix("digraph") && dot.contains("max_pool2d") && dot.contains("%x0") && dot.contains("r1"))
  }
}
