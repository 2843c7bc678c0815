/// Which of several named arrays are the inputs and the labels of a data set, by names that data sets use: `x_train` and `y_train`, `train_images`
/// and `train_labels`, `data` and `target`.
struct ArrayNames {
  enum Part: Hashable { case all, train, validation, test }

  /// The names of a part's two arrays.
  struct Pair: Hashable {
    var input: String
    var label: String
  }

  static let inputWords: Set<String> = ["x", "input", "inputs", "image", "images", "data", "features"]
  static let labelWords: Set<String> = ["y", "label", "labels", "target", "targets", "class", "classes"]
  private static let partWords: [String: Part] = [
    "train": .train, "training": .train, "test": .test, "testing": .test, "val": .validation, "valid": .validation,
    "validation": .validation,
  ]

  /// The pairs that were found.
  private(set) var pairs: [Part: Pair] = [:]

  /// Sorts out the names; those that are neither are passed over. Where one part has two inputs or labels the names say nothing, and it has no pair.
  init(_ names: [String]) {
    var inputs: [Part: [String]] = [:]
    var labels: [Part: [String]] = [:]
    for name in names {
      guard let (part, isInput) = ArrayNames.meaning(name) else { continue }
      if isInput { inputs[part, default: []].append(name) } else { labels[part, default: []].append(name) }
    }
    for (part, names) in inputs {
      guard let found = labels[part], names.count == 1, found.count == 1 else { continue }
      pairs[part] = Pair(input: names[0], label: found[0])
    }
  }

  /// Whether there is enough to train with.
  var areComplete: Bool { pairs[.train] != nil || pairs[.all] != nil }

  /// The part and the role that a name stands for.
  static func meaning(_ name: String) -> (part: Part, isInput: Bool)? {
    let words = name.lowercased().split { $0 == "_" || $0 == "-" || $0 == "." || $0 == " " }.map(String.init)
    let parts = words.compactMap { partWords[$0] }
    let rest = words.filter { partWords[$0] == nil }
    guard rest.count == 1, parts.count <= 1 else { return nil }
    if inputWords.contains(rest[0]) { return (parts.first ?? .all, true) }
    return labelWords.contains(rest[0]) ? (parts.first ?? .all, false) : nil
  }

  /// For messages.
  static let expectation = "x and y, images and labels, data and target, or x_train, y_train, x_test and y_test"
}
