import MartletCore

extension Graph {
  /// The graph with f64 in place of every f32: what its numbers would be without most of the rounding. Parameters and nodes keep their order and
  /// nodes their origins.
  package func inDoublePrecision() throws -> Graph {
    // A type is written `f32[…]`; a name holds no bracket.
    let double = try GraphParser.parse(description.replacing("f32[", with: "f64["), file: "@\(name) in f64")
    guard double.nodes.count == nodes.count else { return double }
    return Graph(
      name: double.name, parameters: double.parameters,
      nodes: zip(double.nodes, nodes).map { own, source in
        var copy = own
        copy.origin = source.origin
        return copy
      }, results: double.results)
  }
}
