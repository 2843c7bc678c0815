import CHost
import Glibc
import MartletCore

/// Compiled kernels in a folder, for the next process. A file is used only if everything about it is right: the folder is ours and closed to
/// others, the checksum holds. Any doubt means that the kernel is compiled again; nothing here ever fails a run.
package struct ObjectCache: Sendable {
  /// `${XDG_CACHE_HOME:-~/.cache}/martlet/objects`; nil where nothing says which folder is the user's.
  package static var standardFolder: String? { CacheFolder.standard.path.map { "\($0)/martlet/objects" } }

  let folder: String
  /// What every key holds beside the kernel: the version of this program.
  private let version: String

  /// Nil when there is no folder or it cannot be made, or belongs to somebody else or is open to others, and where the program cannot be told
  /// from others. A link of the user's own leads to the folder that it names now.
  package init?(folder: String? = ObjectCache.standardFolder, version: String? = ObjectCache.programVersion) {
    guard let folder, let version else { return nil }
    self.version = version
    if !FileBytes.exists(folder) {
      guard (try? FileBytes.makeFolder(folder, mode: 0o700)) != nil else { return nil }
    }
    var status = stat()
    guard lstat(folder, &status) == 0, status.st_uid == getuid(), let resolved = ObjectCache.resolved(folder) else { return nil }
    guard lstat(resolved, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid(), status.st_mode & 0o077 == 0 else {
      return nil
    }
    self.folder = resolved
  }

  /// The path without links; nil where it leads nowhere.
  private static func resolved(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  /// A digest of the running executable: another build makes other code. The linker wrote one, the build id; where it did not, the file is
  /// hashed (30 MB in about 0.1 s). Nil where neither can be read: then nothing is kept.
  package static let programVersion: String? = buildIdentity() ?? fileDigest()

  static func buildIdentity() -> String? {
    var bytes = [UInt8](repeating: 0, count: 64)
    let length = host_build_id(&bytes, bytes.count)
    // A shorter one was chosen by hand and is not a digest.
    guard length >= 16 else { return nil }
    return "build " + bytes.prefix(length).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  static func fileDigest() -> String? { (try? FileBytes.read("/proc/self/exe")).map { "file " + SHA256.hexDigest($0) } }

  /// The name under which a kernel's object is kept. `description` holds all that its code depends on.
  package func key(_ description: String) -> String { SHA256.hexDigest(Array((version + "\n" + description).utf8)) }

  private func path(_ key: String) -> String { "\(folder)/\(key).o" }

  /// The object of a key, if a sound one is there. What is no file, such as a pipe, is not waited for.
  package func object(_ key: String) -> [UInt8]? {
    guard FileBytes.exists(path(key)), let bytes = try? FileBytes.read(path(key)), bytes.count > ObjectCache.checksumLength else {
      return nil
    }
    let object = Array(bytes.dropFirst(ObjectCache.checksumLength))
    let checksum = String(decoding: bytes.prefix(ObjectCache.checksumLength), as: UTF8.self)
    return checksum == ObjectCache.checksum(object, key) ? object : nil
  }

  /// Keeps an object. A full disk or a read-only folder is no error: the next process compiles again.
  package func keep(_ object: [UInt8], _ key: String) {
    let bytes = Array(ObjectCache.checksum(object, key).utf8) + object
    try? FileBytes.writeAtomically(bytes, to: path(key), isDurable: false, followsLinks: false)
  }

  private static let checksumLength = 64

  /// Over the key as well: a file under another name is not used.
  private static func checksum(_ object: [UInt8], _ key: String) -> String { SHA256.hexDigest(Array(key.utf8) + object) }
}
