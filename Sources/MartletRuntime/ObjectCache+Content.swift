import Glibc
import MartletCore

extension ObjectCache {
  /// How many kernels are kept, and their bytes. Throws M002 where the folder cannot be read.
  package func content() throws -> (count: Int, bytes: Int) {
    try files().reduce((count: 0, bytes: 0)) { total, file in
      var status = stat()
      guard lstat(file, &status) == 0 else { return total }
      return (total.count + 1, total.bytes + Int(status.st_size))
    }
  }

  /// Removes the kernels; other files of the folder stay. A process that runs compiles again what it looks for.
  package func clear() throws {
    for file in try files() where unlink(file) != 0 && errno != ENOENT {
      throw MartletError(FileErrorCode.inaccessible, "cannot remove \(file): \(String(cString: strerror(errno)))")
    }
  }

  /// The paths of kernels: a digest in 64 hexadecimal digits and `.o`, also those that a process left that was killed while it wrote.
  private func files() throws -> [String] {
    guard let entries = opendir(folder) else {
      throw MartletError(FileErrorCode.inaccessible, "cannot read the folder \(folder): \(String(cString: strerror(errno)))")
    }
    defer { closedir(entries) }
    var found: [String] = []
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      let isKernel = parts.count >= 2 && parts[0].utf8.count == 64 && parts[0].allSatisfy(\.isHexDigit) && parts[1] == "o"
      if isKernel, parts.count == 2 || parts.last == "tmp" { found.append("\(folder)/\(name)") }
    }
    return found
  }
}
