import MartletCore

extension DataOptions {
  /// Throws M1022 where an option was given that is for another built-in format: it would change nothing.
  func expectUsed(by format: String, _ path: String) throws {
    let tables = (labelColumn == nil && targets.isEmpty && ignoring.isEmpty ? nil : "a column", [CSVFormat.name])
    let arrays = (input == nil && label == nil ? nil : "an array", [NpzFormat.name, NpyFormat.name])
    let images = (imageShape == nil ? nil : "a size of images", [ImageFolderFormat.name])
    let builtIn: Set = [
      CSVFormat.name, NpzFormat.name, NpyFormat.name, ImageFolderFormat.name, IDXFormat.name, CIFAR10Format.name, TextFormat.name,
    ]
    guard builtIn.contains(format) else { return }
    for case (let given?, let users) in [tables, arrays, images] where !users.contains(format) {
      throw MartletError(
        DataErrorCode.impossibleChoice, "\(given) is chosen, but \(path) is read as \(format), which has none to choose",
        advice: "Leave the option out, or name another path.")
    }
    if labelColumn != nil, !targets.isEmpty {
      throw MartletError(
        DataErrorCode.impossibleChoice, "a column of classes and columns of numbers to predict are chosen",
        advice: "Choose --label-column for classes, or --target-column for numbers.")
    }
  }
}
