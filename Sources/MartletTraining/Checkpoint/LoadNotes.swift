/// What became of a file's tensors when they were read into the variables of a model.
public struct LoadNotes: Hashable, Sendable {
  /// The file.
  package let path: String
  /// What stood before the names of all variables and was left out, such as `module.`; empty where nothing did.
  package internal(set) var prefix = ""
  /// How many tensors were converted to the variable's element type, by their type in the file: `F16`, `BF16`, `F64` and `I64`.
  package internal(set) var conversions: [String: Int] = [:]
  /// Tensors of the file that the model has no variable for, in the file's order. The state of optimizers, and what PyTorch counts in its
  /// batch normalisations, is not among them.
  package internal(set) var unused: [String] = []
  /// Of those that are unused, the element types that Martlet does not read.
  var unreadable: [String: String] = [:]

  init(path: String) { self.path = path }

  /// Whether the file had the model's names and types and nothing else.
  package var isEmpty: Bool { sentences.isEmpty }

  /// The notes for a user, a sentence each, without a full stop.
  public var sentences: [String] {
    var sentences: [String] = []
    if !prefix.isEmpty { sentences.append("\(path): the prefix '\(prefix)' of its names was left out") }
    for (code, count) in conversions.sorted(by: { $0.key < $1.key }) {
      let target = code == ForeignTensor.counterCode ? "i32" : "f32"
      let tensors = count == 1 ? "1 tensor of type \(code) was" : "\(count) tensors of type \(code) were"
      sentences.append("\(path): \(tensors) converted to \(target)")
    }
    if !unused.isEmpty {
      let names = LoadNotes.list(unused) { unreadable[$0].map { " (\($0))" } ?? "" }
      sentences.append(
        "\(path): the model has no variable for \(unused.count == 1 ? "1 tensor" : "\(unused.count) tensors") of the file: \(names)")
    }
    return sentences
  }

  /// The first few names and how many there are beside them: `'a', 'b' and 3 others`.
  static func list(_ names: [String], most: Int = 5, _ addition: (String) -> String = { _ in "" }) -> String {
    // One more is named rather than counted.
    let shown = names.count <= most + 1 ? names.count : most
    let text = names.prefix(shown).map { "'\($0)'\(addition($0))" }.joined(separator: ", ")
    return names.count > shown ? "\(text) and \(names.count - shown) others" : text
  }
}
