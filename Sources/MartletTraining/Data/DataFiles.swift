import MartletCore

/// Reads data of any format that is known.
public enum DataFiles {
  /// All formats. The first one that recognises a path reads it, so formats that are told by their contents stand before those told by names.
  ///
  /// To add one, write a type that conforms to `DataFormat` and list it here; its `expectation` becomes part of the error for an unknown path.
  package static let formats: [any DataFormat.Type] = [
    IDXFormat.self,
    CIFAR10Format.self,
    NpzFormat.self,
    NpyFormat.self,
    ImageFolderFormat.self,
    CSVFormat.self,
    TextFormat.self,
  ]

  /// The names of the formats. A loop, for `map` over metatypes ends the compiler.
  package static var names: [String] {
    var names: [String] = []
    for format in formats { names.append(format.name) }
    return names
  }

  /// Finds out what a path is and reads it. Data without a part to test with are split; `kind` of the result says what was found and done.
  ///
  /// Throws M101 where nothing has this path, M1040 where it is an empty file or folder, M1031 with a list of what can be read where it is
  /// something else, and what the format's reader throws.
  public static func read(_ path: String, _ options: DataOptions = DataOptions()) throws -> LoadedData {
    guard FileBytes.exists(path) else {
      throw MartletError(FileErrorCode.inaccessible, "there is no file or folder \(path)", advice: "Correct the path.")
    }
    let isEmptyFolder = FileBytes.isFolder(path) && FolderNames.list(path).isEmpty
    guard !isEmptyFolder, !FolderNames.isEmptyFile(path) else {
      throw MartletError(DataErrorCode.emptyInput, "\(path) is an empty \(isEmptyFolder ? "folder" : "file")", advice: expectation)
    }
    if let name = options.format {
      guard let format = formats.first(where: { $0.name.lowercased() == name.lowercased() }) else {
        throw MartletError(
          DataErrorCode.unknownFormat, "there is no format '\(name)'",
          advice: KnownNames.advice("formats", formats.map { $0.name }, insteadOf: name)
            + " A path mostly tells what it is without --format.")
      }
      try options.expectUsed(by: format.name, path)
      return try format.read(path, options)
    }
    if let format = formats.first(where: { $0.recognises(path) }) {
      try options.expectUsed(by: format.name, path)
      return try format.read(path, options)
    }
    throw MartletError(DataErrorCode.unknownFormat, "\(path) \(contents(path))", advice: expectation)
  }

  /// All formats, a line each.
  private static var expectation: String {
    "What can be read:\n" + formats.map { "    \($0.name): \($0.expectation)" }.joined(separator: "\n")
  }

  /// What is there instead, in words.
  private static func contents(_ path: String) -> String {
    guard FileBytes.isFolder(path) else { return "is a file that no format recognises" }
    let names = FolderNames.list(path)
    let shown = names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "")
    return "is a folder of \(shown), which no format recognises"
  }
}
