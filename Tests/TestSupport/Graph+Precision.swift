import MartletGraph

extension Graph {
  /// This graph with f64 in place of every f32; integers and bytes stay.
  public func inDouble() throws -> Graph { try GraphParser.parse(description.replacing("f32", with: "f64"), file: name) }

  /// This graph with silu in place of every relu: a function without a kink, whose derivative depends continuously on rounding.
  public func withoutRelu() throws -> Graph { try GraphParser.parse(description.replacing(" relu(", with: " silu("), file: name) }
}
