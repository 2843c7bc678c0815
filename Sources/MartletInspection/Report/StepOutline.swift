import MartletGraph

/// The nodes of a training step by layer and by part of the step: what the report folds into boxes.
struct StepOutline {
  /// The parts of a training step, in the order of the report's columns.
  enum Part: Int, Hashable { case forward, backward, update }

  /// For each node of the step.
  private let parts: [Part]
  /// For each node the path of its layer; for a node that no layer made, of what is around it.
  private let layers: [String]

  /// `tracedCount` nodes are the layers' own; those up to `gradientCount` were added with the gradients, the others update the variables.
  init(_ step: Graph, tracedCount: Int, gradientCount: Int) {
    let parts = step.nodes.enumerated().map { index, node -> Part in
      if index >= gradientCount || node.mnemonic.hasSuffix("_update") { return .update }
      return index < tracedCount ? .forward : .backward
    }
    self.parts = parts
    let known = step.nodes.map(\.origin?.layer)
    var following = [String?](repeating: nil, count: known.count)
    var next: (layer: String, part: Part)?
    for index in known.indices.reversed() {
      if let layer = known[index] { next = (layer, parts[index]) }
      following[index] = next.flatMap { $0.part == parts[index] ? $0.layer : nil }
    }
    var previous: (layer: String, part: Part)?
    var layers = known.indices.map { index -> String in
      if let layer = known[index] {
        previous = (layer, parts[index])
        return layer
      }
      let before = previous.flatMap { $0.part == parts[index] ? $0.layer : nil }
      guard let before else { return following[index].map(StepOutline.first) ?? "" }
      return StepOutline.owner(before, after: following[index])
    }
    // The update of a variable of the model itself, whose name has no layer, belongs to the layer that reads the variable first.
    let users = step.users
    for (index, parameter) in step.parameters.enumerated() where parameter.role == .parameter && !parameter.name.contains(".") {
      guard let reader = users[step.parameterValue(index).id].min() else { continue }
      for node in known.indices where parts[node] == .update && known[node] == parameter.name { layers[node] = layers[reader] }
    }
    self.layers = layers
  }

  /// The path of what a node belongs to that stands between the layers of two paths: what both have in common. An element of a list of blocks is not
  /// left before the next one begins: the addition at its end is still its own.
  private static func owner(_ before: String, after: String?) -> String {
    let parts = before.split(separator: ".")
    var count = max(after.map { commonPath([before, $0]).split(separator: ".").count } ?? 0, 1)
    if count < parts.count, Int(parts[count]) != nil { count += 1 }
    return parts.prefix(count).joined(separator: ".")
  }

  private static func first(_ path: String) -> String { path.split(separator: ".").first.map(String.init) ?? path }

  /// The components with which all paths begin.
  static func commonPath(_ paths: [String]) -> String {
    guard var common = paths.first?.split(separator: ".") else { return "" }
    for path in paths.dropFirst() {
      let parts = path.split(separator: ".")
      common = Array(zip(common, parts).prefix { $0 == $1 }.map(\.0))
    }
    return common.joined(separator: ".")
  }

  /// The layer of a node that was made of these nodes of the step: that of the last one, whose result it computes.
  func layer(_ sources: [Int]) -> String { sources.last.map { layers[$0] } ?? "" }

  /// The part of the step to which most of these nodes belong, the earlier one of two equals.
  func part(_ sources: [Int]) -> Part {
    var counts = [0, 0, 0]
    for source in sources { counts[parts[source].rawValue] += 1 }
    let most = counts.max() ?? 0
    return Part(rawValue: counts.firstIndex(of: most) ?? 0) ?? .forward
  }
}
