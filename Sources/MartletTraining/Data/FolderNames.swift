import Glibc
import MartletCore

/// What a folder and the beginning of a file hold, for finding out what they are. Nothing here throws: what cannot be read is nothing.
package enum FolderNames {
  /// More files than any format needs.
  private static let mostNames = 1 << 16

  /// The names in a folder, sorted, without hidden ones. Names that are no UTF-8 are left out: no format has such.
  static func list(_ folder: String) -> [String] {
    guard let entries = opendir(folder) else { return [] }
    defer { closedir(entries) }
    var names: [String] = []
    while names.count < mostNames, let entry = readdir(entries) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self) }
      if let name, !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// At most the first `count` bytes of a regular file.
  static func beginning(of path: String, _ count: Int) -> [UInt8] {
    // Opening a pipe without a writer would block.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    let read = Glibc.read(descriptor, &bytes, count)
    return Array(bytes.prefix(max(read, 0)))
  }

  /// Whether the path is a regular file without a byte.
  package static func isEmptyFile(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG && information.st_size == 0
  }

  /// Whether the path is a regular file with one of the endings, in capitals or not.
  static func isFile(_ path: String, endings: [String]) -> Bool {
    let name = path.lowercased()
    return endings.contains(where: name.hasSuffix) && FileBytes.exists(path) && !FileBytes.isFolder(path)
  }
}
