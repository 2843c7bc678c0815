import MartletCore
import MartletInspection
import MartletTraining

/// What a data set holds: samples of each part, of each class, and between which values their inputs are.
struct DataSummary {
  /// A part of a set.
  struct Part {
    let name: String
    let samples: Int
    /// Samples of each class; nil where a sample has no class of its own.
    let histogram: [Int]?
  }

  let set: DataSet
  let parts: [Part]

  /// Reads the labels.
  init(_ set: DataSet) throws {
    self.set = set
    parts = try DataSummary.sources(set).map { name, source in
      var histogram: [Int]?
      if set.hasOneClass, let classes = set.classes {
        var counts = [Int](repeating: 0, count: classes.count)
        for label in try DataSet.labels(source, Array(0..<source.count)) where counts.indices.contains(Int(label)) {
          counts[Int(label)] += 1
        }
        histogram = counts
      }
      return Part(name: name, samples: source.count, histogram: histogram)
    }
  }

  private static func sources(_ set: DataSet) -> [(name: String, source: any DataSource)] {
    [("training", set.train)] + (set.validation.map { [("validation", $0)] } ?? []) + [("test", set.test)]
  }

  // MARK: Text

  /// Longer lists of classes are not printed.
  private static let mostClasses = 25

  /// A line a part.
  var text: String {
    let input = set.samples.input
    return parts.map { part in
      let plural = part.samples == 1 ? "" : "s"
      let what = set.isOfPictures ? "image\(plural) of \(input.shape[1]) x \(input.shape[2])" : "sample\(plural) of \(input)"
      return "\(part.name): \(part.samples) \(what)\(part.histogram.map(classes) ?? "")"
    }.joined(separator: "\n")
  }

  private func classes(_ histogram: [Int]) -> String {
    let names = set.classes ?? []
    guard histogram.count > DataSummary.mostClasses else {
      return "; " + zip(names, histogram).map { "\($0): \($1)" }.joined(separator: ", ")
    }
    guard let least = histogram.min(), let largest = histogram.max(), let rarest = histogram.firstIndex(of: least),
      let commonest = histogram.firstIndex(of: largest)
    else { return "" }
    let spread = least == largest ? "\(least) of each" : "from \(least) (\(names[rarest])) to \(largest) (\(names[commonest])) of each"
    return "; \(histogram.count) classes, \(spread)"
  }

  // MARK: JSON

  /// One object: names, types, classes, parts and the digest that checkpoints keep. `title` says where the data were found.
  func json(title: String) throws -> String {
    func type(_ type: TensorType, _ columns: [String]) -> String {
      let names = columns.isEmpty ? "" : ", \"columns\": \(DataSummary.list(columns.map(JSONWriter.quoted)))"
      return
        "{\"type\": \(JSONWriter.quoted("\(type.dtype)")), \"shape\": \(DataSummary.list(type.shape.extents.map(String.init)))\(names)}"
    }
    var members = [
      ("event", JSONWriter.quoted("data")), ("name", JSONWriter.quoted(set.name)), ("path", JSONWriter.quoted(set.path)),
      ("found", JSONWriter.quoted(title)), ("kind", JSONWriter.quoted(set.kind)), ("input", type(set.samples.input, set.columns.input)),
      ("target", type(set.samples.target, set.columns.target)), ("outputs", "\(set.samples.outputs)"),
      ("classes", set.classes.map { DataSummary.list($0.map(JSONWriter.quoted)) } ?? "null"),
    ]
    for (part, source) in zip(parts, DataSummary.sources(set)) {
      let range = try ValueRange(source.source)
      var text = "{\"samples\": \(part.samples)"
      if let histogram = part.histogram { text += ", \"histogram\": \(DataSummary.list(histogram.map(String.init)))" }
      func number(_ value: Double?) -> String { value.map { NumberText.text($0, as: set.samples.input.dtype) } ?? "null" }
      text += ", \"least\": \(number(range.least)), \"largest\": \(number(range.largest))"
      members.append((part.name, text + ", \"not_finite\": \(range.notFinite)}"))
    }
    members.append(("sha256", JSONWriter.quoted(try DataIdentity(set).digest)))
    return "{\(members.map { "\(JSONWriter.quoted($0.0)): \($0.1)" }.joined(separator: ", "))}"
  }

  static func list(_ elements: [String]) -> String { "[\(elements.joined(separator: ", "))]" }
}
