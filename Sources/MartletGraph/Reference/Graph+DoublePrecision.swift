import MartletCore

extension Graph {
  /// The graph with f64 in place of every f32: what its numbers would be without most of the rounding. Parameters keep their order.
  package func inDoublePrecision() throws -> Graph {
    // A type is written `f32[…]`; a name holds no bracket.
    try GraphParser.parse(description.replacing("f32[", with: "f64["), file: "@\(name) in f64")
  }
}
