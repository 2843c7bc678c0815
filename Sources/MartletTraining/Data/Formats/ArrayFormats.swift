import MartletCore

/// An `.npz` file, told by its contents: a ZIP archive.
enum NpzFormat: DataFormat {
  static let name = "npz"
  static let expectation = "an .npz file with the arrays \(ArrayNames.expectation)"

  static func recognises(_ path: String) -> Bool { ZipArchive.isArchive(FolderNames.beginning(of: path, 4)) }

  static func read(_ path: String, _ options: DataOptions) throws -> LoadedData {
    let archive = try NumPyArchive(path)
    return try NamedArrays(title: "npz", place: path, names: archive.names, read: archive.tensor).loaded(options)
  }
}

/// Two or more `.npy` files of one folder; a path to one of them stands for its folder.
enum NpyFormat: DataFormat {
  static let name = "npy"
  static let expectation = "a folder with .npy files named \(ArrayNames.expectation), or one of these files"

  static func recognises(_ path: String) -> Bool {
    if FileBytes.isFolder(path) { return ArrayNames(names(path)).areComplete }
    return FolderNames.beginning(of: path, 6) == [0x93] + Array("NUMPY".utf8)
  }

  static func read(_ path: String, _ options: DataOptions) throws -> LoadedData {
    let folder = FileBytes.isFolder(path) ? path : (path.lastIndex(of: "/").map { String(path[...$0]) } ?? ".")
    let arrays = NamedArrays(title: "npy", place: folder, names: names(folder)) { name in
      let file = "\(folder)/\(name).npy"
      guard FileBytes.exists(file) else {
        throw MartletError(
          DataErrorCode.unknownArrays, "\(folder) has no array '\(name)'", advice: "Name one of the .npy files, without its ending.")
      }
      return try Npy.read(file)
    }
    return try arrays.loaded(options)
  }

  /// The arrays of a folder, without their ending.
  private static func names(_ folder: String) -> [String] {
    FolderNames.list(folder).filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
  }
}
