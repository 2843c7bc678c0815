import MartletCore
import MartletLayers

/// The types of samples in the metadata of a checkpoint.
extension SampleType {
  private static let (inputEntry, targetEntry, outputsEntry, classesEntry) = ("input", "target", "outputs", "classes")
  /// More outputs than any model has: a damaged entry.
  private static let mostOutputs = 1 << 24

  /// `input = u8[3, 32, 32]`, `target = i32[]`, `outputs = 10`, and the names of the classes as a list in JSON.
  func entries(_ classes: [String]?) -> [(String, String)] {
    var entries = [
      (SampleType.inputEntry, input.description), (SampleType.targetEntry, target.description), (SampleType.outputsEntry, String(outputs)),
    ]
    if let classes { entries.append((SampleType.classesEntry, "[" + classes.map(JSONWriter.quoted).joined(separator: ",") + "]")) }
    return entries
  }

  /// What `entries` wrote; nil in files without. Throws M1107 where no run writes such entries.
  package static func read(_ entries: CheckpointEntries) throws -> (samples: SampleType, classes: [String]?)? {
    func type(_ name: String) throws -> TensorType? {
      try entries.optional(name, "a type such as u8[3, 32, 32]") { parsed($0) != nil }.flatMap(parsed)
    }
    guard let input = try type(inputEntry), let target = try type(targetEntry) else { return nil }
    let outputs: Int = try entries.integer(outputsEntry, 1...mostOutputs)
    let text = try entries.optional(classesEntry, "a list of \(outputs) names") { names($0)?.count == outputs }
    return (SampleType(input: input, target: target, outputs: outputs), text.flatMap(names))
  }

  /// `f32[2, 3]`.
  private static func parsed(_ text: String) -> TensorType? {
    guard let bracket = text.firstIndex(of: "["), text.hasSuffix("]"), let dtype = DType(rawValue: String(text[..<bracket])) else {
      return nil
    }
    let list = text[text.index(after: bracket)...].dropLast()
    let parts = list.isEmpty ? [] : list.split(separator: ",", omittingEmptySubsequences: false)
    let extents = parts.compactMap { Int($0.filter { $0 != " " }) }
    guard extents.count == parts.count, Shape.checkedElementCount(extents) != nil else { return nil }
    return TensorType(dtype, Shape(extents))
  }

  private static func names(_ text: String) -> [String]? {
    guard case .list(let items)? = try? JSONReader.parse(Array(text.utf8), file: classesEntry) else { return nil }
    let names = items.compactMap { item in if case .string(let name) = item { name } else { nil } }
    return names.count == items.count ? names : nil
  }
}
