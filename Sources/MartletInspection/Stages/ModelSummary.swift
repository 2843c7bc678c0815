import MartletCore
import MartletGraph
import MartletLayers

/// The layers of a model as a table: the shape of what each gives, and how many parameters it has.
package struct ModelSummary {
  /// A number of samples that no model has as an extent: it stands for N.
  private static let samples = 997

  package let text: String

  /// Throws what tracing the model throws.
  package init(_ model: any Model) throws {
    let structure = ModelStructure(model)
    let graph = try Tracer.trace(model, name: "summary", batch: ModelSummary.samples, purpose: .inference)
    // The last node of a layer that others read, or that is a result, is what the layer gives.
    var outputs: [String: Shape] = [:]
    let users = graph.users
    let results = Set(graph.results.map(\.value))
    for node in graph.nodes {
      guard let layer = node.origin?.layer else { continue }
      for (value, type) in zip(node.results, node.resultTypes)
      where results.contains(value) || users[value.id].contains(where: { graph.nodes[$0].origin?.layer != layer }) {
        outputs[layer] = type.shape
      }
    }
    var counts: [LayerIdentity: Int] = [:]
    for parameter in structure.parameters { counts[parameter.identity, default: 0] += parameter.specification.shape.elementCount }
    var rows = [["layer", "", "output", "parameters"]]
    for entry in structure.entries {
      let count = counts.removeValue(forKey: entry.layer.identity)
      rows.append([
        entry.path, entry.layer.summary, outputs[entry.path].map(ModelSummary.text) ?? "", count.map(NumberText.grouped) ?? "",
      ])
    }
    rows.append(["total", "", "", NumberText.grouped(structure.parameterCount)])
    text = TextTable.text(rows, rightAligned: [3])
  }

  /// `[N, 8, 28, 28]`; an axis that counts several places of each sample is `64 N`.
  private static func text(_ shape: Shape) -> String {
    let extents = shape.extents.map { extent in
      guard extent > 0, extent % samples == 0 else { return "\(extent)" }
      return extent == samples ? "N" : "\(extent / samples) N"
    }
    return "[\(extents.joined(separator: ", "))]"
  }
}
