import MartletCore
import TestSupport
import Testing

@testable import MartletGraph

/// A number that stands in a graph is the number that the graph computes with, or it is refused; only decimals of floats round.
@Suite struct NumbersOfTypes {
  private func parse(_ value: String, _ type: String) throws -> Graph {
    try GraphParser.parse("graph @c() -> (y: \(type)) {\n  %0 = constant() {\(value)} : \(type)\n  return %0\n}\n", file: "c.gir")
  }

  /// Each with its line and column, and the number as it was written.
  @Test(arguments: [
    ("value = 99999999999", "i32[2]", "value = 99999999999"), ("value = 2147483648", "i32[2]", "from -2147483648 to 2147483647"),
    ("value = -2147483649", "i32[]", "does not fit i32"), ("value = 1.5", "i32[2]", "value = 1.5 does not fit i32"),
    ("value = nan", "i32[2]", "value = nan"), ("value = inf", "i32[2]", "value = inf"), ("value = 256", "u8[2]", "integers from 0 to 255"),
    ("value = -1", "u8[2]", "value = -1"), ("value = 2", "bool[2]", "false and true, or 0 and 1"),
    ("value = 0.5", "bool[]", "does not fit bool"),
    ("value = 1e999", "f32[2]", "'1e999' is too large"), ("value = -1e999", "f64[2]", "'1e999' is too large"),
    ("value = 1e39", "f32[2]", "value = 1e39 does not fit f32"), ("value = -3.5e38", "f32[]", "does not fit f32"),
    ("values = [1, 2, 3.5]", "i32[3]", "values[2] = 3.5 does not fit i32"), ("values = [0, 300]", "u8[2]", "values[1] = 300"),
    ("values = [0, 1e39]", "f32[2]", "values[1] = 1e39"), ("values = [0, 1e400]", "f64[2]", "'1e400' is too large"),
    ("values = [true, 3]", "bool[2]", "values[1] = 3"),
  ]) func misfitsAreRefused(_ value: String, _ type: String, _ message: String) throws {
    let error = try #require(throws: MartletError.self) { try parse(value, type) }
    #expect(error.kind == .invalidInput && error.description.contains(message), "\(error)")
    #expect(error.location?.file == "c.gir" && error.location?.line == 2 && (error.location?.column ?? 0) >= 8, "\(error)")
  }

  @Test(arguments: [
    ("value = 0.1", "f32[2]", 0.10000000149011612), ("value = 3.4028235e38", "f32[]", 3.4028234663852886e38),
    ("value = 1e39", "f64[]", 1e39), ("value = inf", "f32[]", .infinity), ("value = -inf", "f64[]", -.infinity),
    ("value = -2147483648", "i32[]", -2_147_483_648), ("value = 7.0", "i32[]", 7), ("value = 255", "u8[]", 255), ("value = 1", "bool[]", 1),
    ("value = true", "bool[]", 1), ("value = 1e-60", "f32[]", 0), ("value = 16777217", "f32[]", 16_777_216),
  ]) func whatFitsStays(_ value: String, _ type: String, _ number: Double) throws {
    let graph = try parse(value, type)
    #expect(try graph.evaluate([])[0].numbers.allSatisfy { $0 == number })
    #expect(try GraphParser.parse(graph.description) == graph)
  }

  @Test func nanStays() throws {
    for type in ["f32[2]", "f64[2]"] { #expect(try parse("value = nan", type).evaluate([])[0].numbers.allSatisfy(\.isNaN)) }
  }

  /// Other attributes that are numbers of a type.
  @Test(arguments: [
    "%y = pad(%x) {low = [1], high = [1], value = 1e39} : f32[4]", "%y = pad(%k) {low = [1], high = [1], value = 1.5} : i32[4]",
    "%y = pad(%k) {low = [1], high = [1], value = nan} : i32[4]", "%y = pad(%k) {low = [1], high = [1], value = 3000000000} : i32[4]",
    "%y = sgd_update(%x, %x, %rate) {weight_decay = 1e39} : f32[2]",
    "%y, %a, %b = adam_update(%x, %x, %x, %x, %step, %rate) {epsilon = 1e39} : f32[2], f32[2], f32[2]",
    "%y, %a = rmsprop_update(%x, %x, %rate, %x) {alpha = 1e300} : f32[2], f32[2]",
  ]) func attributesAreRefused(_ node: String) throws {
    let text = """
      graph @f(input %x: f32[2], input %k: i32[2], input %rate: f32[], input %step: i32[]) -> () {
        \(node)
        return
      }
      """
    let error = try #require(throws: MartletError.self) { try GraphParser.parse(text) }
    #expect(error.number == GraphErrorCode.numberDoesNotFit.rawValue && error.location?.line == 2, "\(error)")
  }

  /// Constants that a program makes.
  @Test func builtConstantsAreRefused() throws {
    let builder = GraphBuilder(name: "g")
    let k = try builder.parameter("k", .input, TensorType(.i32, [2]))
    let x = try builder.parameter("x", .input, TensorType(.f32, [2]))
    let refused: [() throws -> Value] = [
      { try builder.constant(1.5, like: k) }, { try builder.constant(1e10, like: k) }, { try builder.constant(.nan, like: k) },
      { try builder.constant(1e39, like: x) }, { try builder.add(Constant([1, 2.5], TensorType(.i32, [2]))) },
      { try builder.add(Constant(256, TensorType(.u8, []))) }, { try builder.add(Constant(2, TensorType(.bool, []))) },
    ]
    for make in refused {
      let error = try #require(throws: MartletError.self) { try make() }
      #expect(error.number == GraphErrorCode.numberDoesNotFit.rawValue, "\(error)")
    }
    for number in [0.1, .infinity, .nan] { _ = try builder.constant(number, like: x) }
    // A graph that was put together by hand does not verify.
    let type = TensorType(.u8, [])
    let node = Node(operation: Constant(-1, type), operands: [], results: [Value(id: 0)], resultTypes: [type], origin: nil)
    #expect(throws: MartletError.self) { try Graph(name: "g", parameters: [], nodes: [node], results: []).verify() }
  }
}
