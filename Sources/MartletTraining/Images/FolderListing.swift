import Glibc
import MartletCore

/// What a folder holds, without hidden entries, sorted by the bytes of the names. Links are followed.
struct FolderListing {
  struct Entry {
    /// With U+FFFD in place of what is no UTF-8.
    let name: String
    /// Whether the name is UTF-8 text; only then can the entry be opened by it.
    let isText: Bool
    let isFolder: Bool

    var isImage: Bool { !isFolder && [".png", ".jpg", ".jpeg"].contains { Entry.hasSuffix(name, $0) } }

    private static func hasSuffix(_ name: String, _ suffix: String) -> Bool {
      name.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) { $0 == $1 || $0 | 0x20 == $1 && (0x41...0x5a).contains($0) }
    }
  }

  let folder: String
  let entries: [Entry]

  /// Throws `M101` where the folder cannot be read.
  init(_ folder: String) throws {
    self.folder = folder
    guard let stream = opendir(folder) else { throw FolderListing.failure(folder) }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    errno = 0
    while let entry = readdir(stream) {
      names.append(withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) })
      errno = 0
    }
    guard errno == 0 else { throw FolderListing.failure(folder) }
    entries = names.filter { $0.first != UInt8(ascii: ".") }.sorted { $0.lexicographicallyPrecedes($1) }.map { name in
      let text = String(validating: name, as: UTF8.self)
      return Entry(
        name: text ?? String(decoding: name, as: UTF8.self), isText: text != nil, isFolder: FolderListing.isFolder(folder, name))
    }
  }

  private static func isFolder(_ folder: String, _ name: [UInt8]) -> Bool {
    var information = stat()
    let path = (Array(folder.utf8) + [UInt8(ascii: "/")] + name + [0]).map { CChar(bitPattern: $0) }
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  private static func failure(_ folder: String) -> MartletError {
    MartletError(FileErrorCode.inaccessible, "cannot read the folder \(folder): \(String(cString: strerror(errno)))")
  }

  /// The subfolders' names. Throws `M1092` where one is no text.
  func folders() throws -> [String] { try texts { $0.isFolder } }

  /// The names of the PNG and JPEG files. Throws `M1092` where one is no text.
  func images() throws -> [String] { try texts { $0.isImage } }

  private func texts(_ isWanted: (Entry) -> Bool) throws -> [String] {
    try entries.filter(isWanted).map { entry in
      guard entry.isText else {
        throw MartletError(ImageErrorCode.nameNotText, "\(folder)/\(entry.name): the name is not UTF-8 text")
      }
      return entry.name
    }
  }
}
