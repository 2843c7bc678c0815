import Glibc
import MartletCore

/// A file to whose end bytes are added. Each call is one write of the system, so that a program that is killed leaves whole calls behind.
final class AppendedFile {
  private let descriptor: Int32
  private let path: String

  /// Opens the file, or makes it. Throws M101 where that fails, and M102 where the path is no file.
  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else { throw AppendedFile.failure("cannot open", path) }
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw MartletError(FileErrorCode.notAFile, "\(path) is no file that can be added to")
    }
  }

  deinit { close(descriptor) }

  func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw AppendedFile.failure("cannot write", path) }
        written += count
      }
    }
  }

  /// Returns when the bytes are on the disk, where a machine that loses power keeps them.
  func synchronize() throws { guard fsync(descriptor) == 0 else { throw AppendedFile.failure("cannot flush", path) } }

  private static func failure(_ action: String, _ path: String) -> MartletError {
    MartletError(FileErrorCode.inaccessible, "\(action) \(path): \(String(cString: strerror(errno)))")
  }
}
