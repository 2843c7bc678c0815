import MartletCore

extension Graph {
  /// The graph with f64 in place of every f32: what its numbers would be without most of the rounding. Parameters and nodes keep their order and
  /// nodes their origins.
  package func inDoublePrecision() throws -> Graph { try replacing(.f32, by: .f64) }

  /// The graph with another floating-point type in place of each `old`; its constants are rounded to the new one.
  package func replacing(_ old: DType, by new: DType) throws -> Graph {
    // A type is written `f32[…]`; a name holds no bracket.
    let text = try description.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      try Graph.converted(line, old, new).replacing("\(old)[", with: "\(new)[")
    }
    let double = try GraphParser.parse(text.joined(separator: "\n"), file: "@\(name) in \(new)")
    guard double.nodes.count == nodes.count else { return double }
    return Graph(
      name: double.name, parameters: double.parameters,
      nodes: zip(double.nodes, nodes).map { own, source in
        var copy = own
        copy.origin = source.origin
        return copy
      }, results: double.results)
  }

  /// A line of a graph's text; where it defines a constant of many numbers, with the bytes that these numbers have in the other type.
  private static func converted(_ line: Substring, _ old: DType, _ new: DType) throws -> String {
    let (before, after) = ("{values = base64 \"", "\"} : \(old)[")
    guard let start = line.firstRange(of: before), let end = line.firstRange(of: after), start.upperBound <= end.lowerBound,
      let bytes = try? Base64.bytes(String(line[start.upperBound..<end.lowerBound]))
    else { return String(line) }
    let converted = try Constant.converted(bytes, from: old, to: new)
    return line[..<start.upperBound] + Base64.text(converted) + line[end.lowerBound...]
  }
}
