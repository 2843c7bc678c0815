import Glibc

/// Whole files in and out, without Foundation. Errors name the path and the reason that the system gave.
package enum FileBytes {
  /// Reads a file of at most `limit` bytes. A pipe, a device or a folder is refused at once: it is opened without blocking, and only then
  /// asked what it is. What the process was given open (`-` as standard input, `/dev/stdin`, `/dev/fd/N`) may be a pipe or a terminal.
  package static func read(_ path: String, limit: Int = 4 << 30) throws -> [UInt8] {
    let isOpen = isInherited(path)
    let descriptor = path == "-" ? fcntl(0, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC | (isOpen ? 0 : O_NONBLOCK))
    guard descriptor >= 0 else { throw failure("cannot open", path) }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { throw failure("cannot read", path) }
    try expectFile(information, path, mayStream: isOpen)
    guard Int(information.st_size) <= limit else {
      throw MartletError(FileErrorCode.tooLarge, "\(path) has \(information.st_size) bytes, at most \(limit) were expected")
    }
    try MachineMemory.expect(Int(information.st_size), for: "the file \(path)")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(information.st_size))
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("cannot read", path) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= limit else {
        throw MartletError(FileErrorCode.tooLarge, "\(path) has more than the \(limit) bytes that were expected")
      }
    }
  }

  /// Whether a path stands for a descriptor that the process was started with, as the shell's `<(command)` does.
  private static func isInherited(_ path: String) -> Bool {
    path == "-" || path == "/dev/stdin" || ["/dev/fd/", "/proc/self/fd/"].contains(where: path.hasPrefix)
  }

  /// Throws `M102` unless the path is a regular file, or something that streams where that is allowed.
  private static func expectFile(_ information: stat, _ path: String, mayStream: Bool = false) throws {
    let kind: String
    switch information.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFIFO, S_IFSOCK, S_IFCHR:
      if mayStream { return }
      kind = information.st_mode & S_IFMT == S_IFCHR ? "device" : "pipe"
    case S_IFDIR: kind = "folder"
    case _: kind = "device"
    }
    throw MartletError(FileErrorCode.notAFile, "\(path) is a \(kind), a file was expected")
  }

  package static func readText(_ path: String) throws -> String {
    let bytes = try read(path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw MartletError(FileErrorCode.notText, "\(path) is not UTF-8 text")
    }
    return text
  }

  /// Replaces the file in one step: a reader sees the old bytes or the new ones, also after a crash. Writes beside the file, flushes
  /// to the disk, renames, flushes the folder. The new file has the old one's mode. Where the path is a link, what it leads to is
  /// replaced, or else, with `followsLinks` false, the link itself.
  package static func writeAtomically(_ bytes: [UInt8], to path: String, isDurable: Bool = true, followsLinks: Bool = true) throws {
    let path = followsLinks ? try destination(of: path) : path
    let temporary = temporaryName(path, getpid())
    var old = stat()
    let mode = lstat(path, &old) == 0 && old.st_mode & S_IFMT == S_IFREG ? old.st_mode & 0o777 : nil
    do {
      // Nobody who could not read the old file may read the new one, not even before its mode is set.
      unlink(temporary)
      let descriptor = try create(temporary, mode: mode ?? 0o644)
      defer { close(descriptor) }
      if let mode, fchmod(descriptor, mode) != 0 { throw failure("cannot set the mode of", temporary) }
      try writeAll(bytes, descriptor, temporary)
      guard !isDurable || fsync(descriptor) == 0 else { throw failure("cannot flush", temporary) }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let problem = failure("cannot rename \(temporary) to", path)
      unlink(temporary)
      throw problem
    }
    guard isDurable else { return }
    let folderDescriptor = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folderDescriptor >= 0 {
      fsync(folderDescriptor)
      close(folderDescriptor)
    }
  }

  /// Links that are followed, as the system does.
  private static let mostLinks = 40

  /// Where a path leads: itself, or what its links name, which need not be there.
  private static func destination(of path: String) throws -> String {
    var path = path
    for _ in 0..<mostLinks {
      guard let target = linkTarget(path) else { return path }
      path = target.hasPrefix("/") ? target : "\(folder(of: path))/\(target)"
    }
    errno = ELOOP
    throw failure("cannot follow", path)
  }

  /// What a link names; nil for everything else.
  private static func linkTarget(_ path: String) -> String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let length = readlink(path, &target, target.count)
    guard length > 0, length < target.count else { return nil }
    return String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func temporaryName(_ path: String, _ process: pid_t) -> String { "\(path).\(process).tmp" }

  /// The names of what a folder holds, in no order, without `.` and `..`. Throws M101 where it cannot be read.
  package static func names(in folder: String) throws -> [String] {
    guard let entries = opendir(folder) else { throw failure("cannot read the folder", folder) }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
      names.append(withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names.filter { $0 != "." && $0 != ".." }
  }

  /// Removes what processes that were killed in `writeAtomically` left beside the file. What cannot be removed stays.
  package static func removeAbandoned(besides path: String) {
    guard let path = try? destination(of: path) else { return }
    let folder = folder(of: path)
    for name in (try? names(in: folder)) ?? [] {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count > 2, let process = pid_t(parts[parts.count - 2]), process > 0 else { continue }
      guard name == temporaryName(path.split(separator: "/").last.map(String.init) ?? path, process) else { continue }
      // The process is there no more: its number names none.
      if kill(process, 0) != 0, errno == ESRCH { unlink("\(folder)/\(name)") }
    }
  }

  /// Throws unless a file can be made beside `path`: checked before long work whose result goes there.
  package static func expectWritable(_ path: String) throws {
    var information = stat()
    guard stat(path, &information) != 0 || information.st_mode & S_IFMT == S_IFREG else {
      throw MartletError(FileErrorCode.notAFile, "\(path) exists and is not a file")
    }
    // A link is kept, and the file that it names replaced.
    let destination = try destination(of: path)
    let folder = self.folder(of: destination)
    guard access(folder, W_OK | X_OK) == 0 else { throw failure("cannot write to the folder of \(destination),", folder) }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  package static func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = try create(path)
    defer { close(descriptor) }
    try writeAll(bytes, descriptor, path)
  }

  /// Opens a file for writing, empty. A pipe without a reader is refused instead of waited for.
  private static func create(_ path: String, mode: mode_t = 0o644) throws -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, mode)
    guard descriptor >= 0 else { throw failure("cannot create", path) }
    var information = stat()
    do {
      guard fstat(descriptor, &information) == 0 else { throw failure("cannot write", path) }
      try expectFile(information, path)
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private static func writeAll(_ bytes: [UInt8], _ descriptor: Int32, _ path: String) throws {
    try bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw failure("cannot write", path) }
        written += count
      }
    }
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether something has this name, also a link that leads nowhere.
  package static func isPresent(_ path: String) -> Bool {
    var information = stat()
    return lstat(path, &information) == 0
  }

  package static func isFolder(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes the folder and those above it; a folder that is there already is fine.
  package static func makeFolder(_ path: String, mode: mode_t = 0o755) throws {
    var partial = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      partial += (partial.isEmpty || partial.hasSuffix("/") ? "" : "/") + part
      guard mkdir(partial, mode) == 0 || errno == EEXIST else { throw failure("cannot make the folder", partial) }
    }
  }

  package static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  private static func failure(_ action: String, _ path: String) -> MartletError {
    let advice: String? =
      switch errno {
      case ENOENT, ENOTDIR: "Correct the path."
      case EACCES, EPERM, EROFS: "Name another path, or change the permissions."
      case ENOSPC, EDQUOT: "Make room on the disk, or name another path."
      default: nil
      }
    return MartletError(FileErrorCode.inaccessible, "\(action) \(path): \(String(cString: strerror(errno)))", advice: advice)
  }
}
