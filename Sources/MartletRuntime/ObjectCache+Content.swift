import Glibc
import MartletCore

extension ObjectCache {
  /// How many kernels are kept, and their bytes. Throws M101 where the folder cannot be read.
  package func content() throws -> (count: Int, bytes: Int) {
    try files().reduce((count: 0, bytes: 0)) { total, file in
      var status = stat()
      guard lstat(file, &status) == 0 else { return total }
      return (total.count + 1, total.bytes + Int(status.st_size))
    }
  }

  /// Removes the kernels; other files of the folder stay. Throws M101 for one that cannot be removed. A process that runs compiles again what it looks for.
  package func clear() throws {
    for file in try files() where unlink(file) != 0 && errno != ENOENT {
      throw MartletError(FileErrorCode.inaccessible, "cannot remove \(file): \(String(cString: strerror(errno)))")
    }
  }

  /// The paths of kernels: a digest in 64 hexadecimal digits and `.o`, also those that a process left that was killed while it wrote.
  private func files() throws -> [String] {
    try FileBytes.names(in: folder).filter { name in
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      let isKernel = parts.count >= 2 && parts[0].utf8.count == 64 && parts[0].allSatisfy(\.isHexDigit) && parts[1] == "o"
      return isKernel && (parts.count == 2 || parts.last == "tmp")
    }.map { "\(folder)/\($0)" }
  }
}
