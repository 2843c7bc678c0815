import Foundation
import MartletCore
import TestSupport
import Testing

@testable import MartletGraph

/// Constants of many numbers in text: base64, which reads back to the same numbers or is refused with its place.
@Suite struct ConstantText {
  private static func graph(_ constant: Constant) throws -> Graph {
    let builder = GraphBuilder(name: "c")
    builder.result("y", try builder.add(constant))
    return try builder.finish()
  }

  private static func numbers(_ dtype: DType, _ count: Int) -> [Double] {
    (0..<count).map { position in
      switch dtype {
      case .f32, .f64: [0.1, -0.0, .infinity, -.infinity, 3e38, 1e-30, -7][position % 7]
      case .i32: [0, -1, Double(Int32.min), Double(Int32.max), 77][position % 5]
      case .u8: Double(position % 256)
      case .bool: Double(position % 2)
      }
    }
  }

  private static func parse(_ attributes: String, _ type: String) throws -> Graph {
    try GraphParser.parse("graph @c() -> (y: \(type)) {\n  %0 = constant() {\(attributes)} : \(type)\n  return %0\n}\n", file: "c.gir")
  }

  /// The border, in every element type; the letters are those that Foundation writes.
  @Test(arguments: DType.allCases, [256, 257, 258, 1000]) func readsBack(_ dtype: DType, _ count: Int) throws {
    let tensor = HostTensor(TensorType(dtype, [count]), numbers: Self.numbers(dtype, count))
    let graph = try Self.graph(Constant(tensor.numbers, tensor.type))
    let text = graph.description
    #expect(try GraphParser.parse(text) == graph)
    #expect(try GraphParser.parse(text).evaluate([])[0] == tensor)
    #expect(text.contains("values = [") == (count <= 256))
    let letters = tensor.withUnsafeBytes { Data($0).base64EncodedString() }
    #expect(text.contains("values = base64 \"\(letters)\"") == (count > 256))
    // The other form of the same numbers is read too, and printed in its own.
    #expect(try Self.parse("values = base64 \"\(letters)\"", "\(tensor.type)") == graph)
    let list = tensor.numbers.map { NumberText.text($0, as: dtype) }.joined(separator: ", ")
    #expect(try Self.parse("values = [\(list)]", "\(tensor.type)") == graph)
  }

  @Test func everyNaNIsOne() throws {
    let numbers = [Double](repeating: Double(bitPattern: 0xfff8_0000_0000_1234), count: 300)
    for dtype in [DType.f32, .f64] {
      let graph = try Self.graph(Constant(numbers, TensorType(dtype, [300])))
      #expect(try GraphParser.parse(graph.description) == graph)
    }
    // A NaN with bits of its own among few numbers, which print as words.
    let read = try Self.parse("values = base64 \"NBKA/w==\"", "f32[1]")
    #expect(try GraphParser.parse(read.description) == read && read.evaluate([])[0].numbers[0].isNaN)
  }

  @Test func sharesNoNumbersWithSplats() throws {
    let splat = try Self.graph(Constant(0.5, TensorType(.f32, [1000])))
    #expect(splat.description.contains("value = 0.5") && !Constant(0.5, TensorType(.f32, [1000])).isTable)
    #expect(Constant([Double](repeating: 0.5, count: 1000), TensorType(.f32, [1000])).isTable)
  }

  /// What is wrong, and where: line and column of the letter.
  @Test(arguments: [
    ("values = base64 \"AACAP\"", "f32[1]", "groups of four letters, found 5", 206, 42),
    ("values = base64 \"AAC*Pw==\"", "f32[1]", "found '*'", 206, 40),
    ("values = base64 \"AA=APw==\"", "f32[1]", "found '='", 206, 39), ("values = base64 \"=AACAPw=\"", "f32[1]", "found '='", 206, 37),
    ("values = base64 \"AACAP===\"", "f32[1]", "found '='", 206, 42), ("values = base64 \"====\"", "f32[1]", "found '='", 206, 37),
    ("values = base64 \"AACAPx==\"", "f32[1]", "bits that are in no byte", 206, 42),
    ("values = base64 \"AACAP4=\"", "f32[1]", "groups of four letters, found 7", 206, 44),
    ("values = base64 \"AACAPw..\"", "f32[1]", "found '.'", 206, 43),
    ("values = base64 \"AACA Pw==\"", "f32[1]", "groups of four", 206, 46),
    ("values = base64 \"AAC\nAPw==\"", "f32[1]", "the string that begins here has no end", 202, 36),
    ("values = base64 \"AACAPw==", "f32[1]", "the string that begins here has no end", 202, 36),
    ("values = base64", "f32[1]", "must be a list of numbers, found base64", 302, 8),
    ("values = \"AACAPw==\"", "f32[1]", "expected the value of an attribute, found '\"AACAPw==\"'", 202, 29),
    ("values = -base64 \"AACAPw==\"", "f32[1]", "expected the value of an attribute", 202, 30),
    ("values = base64 \"\"", "f32[1]", "base64 of the 4 bytes of f32[1], found 0 bytes", 302, 8),
    ("values = base64 \"AACA\"", "f32[1]", "found 3 bytes", 302, 8), ("values = base64 \"AACAPwA=\"", "f32[1]", "found 5 bytes", 302, 8),
    ("values = base64 \"AACAPw==\"", "f64[1]", "base64 of the 8 bytes of f64[1], found 4 bytes", 302, 8),
    ("values = base64 \"AAEC\"", "bool[3]", "values[2] = 2 does not fit bool", 318, 8),
    ("value = base64 \"AACAPw==\"", "f32[1]", "must be a number, found base64 \"AACAPw==\"", 302, 8),
  ]) func isRefused(_ attributes: String, _ type: String, _ message: String, _ number: Int, _ column: Int) throws {
    let error = try #require(throws: MartletError.self) { try Self.parse(attributes, type) }
    #expect(error.number == number && error.description.contains(message), "\(error)")
    #expect(error.location == SourcePosition(file: "c.gir", line: 2, column: column), "\(error)")
    #expect(!error.description.contains("--abbreviate"))
  }

  /// A short text for readers, which says so when it is read.
  @Test func abbreviations() throws {
    let graph = try Self.graph(Constant((0..<300).map(Double.init), TensorType(.f32, [300])))
    let short = graph.text(Graph.PrintOptions(abbreviates: true))
    #expect(short.contains("{values = base64 \"AAAAAAAAgD8AAABAAABAQAAAgEAAAKBA...\"} : f32[300]"), "\(short)")
    let error = try #require(throws: MartletError.self) { try GraphParser.parse(short) }
    #expect(error.description.contains("--abbreviate"), "\(error)")
    #expect(graph.dot(abbreviates: true).utf8.count < 700 && graph.dot.utf8.count > 1600)
    // Few numbers stay whole.
    let few = try Self.graph(Constant((0..<256).map(Double.init), TensorType(.f32, [256])))
    #expect(few.text(Graph.PrintOptions(abbreviates: true)) == few.description)
    let other = try #require(throws: MartletError.self) {
      try GraphParser.parse(graph.description.replacing("constant() {values", with: "iota() {axis"))
    }
    #expect(other.description.utf8.count < 400, "\(other)")
  }

  @Test func lettersAreFoundations() throws {
    var generator = PyTorchGenerator(seed: 3)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8(generator.below(256)) }
      let text = Data(bytes).base64EncodedString()
      #expect(Base64.text(bytes) == text)
      #expect(try Base64.bytes(text) == bytes)
      // A damaged text is read as Foundation reads it, or refused where Foundation is lenient.
      guard count > 0 else { continue }
      var letters = Array(text.utf8)
      letters[generator.below(letters.count)] = UInt8(0x20 + generator.below(0x5f))
      let damaged = String(decoding: letters, as: UTF8.self)
      if let read = try? Base64.bytes(damaged) { #expect(Data(read).base64EncodedString() == damaged, "\(damaged)") }
    }
  }
}
