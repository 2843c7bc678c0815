import Glibc
import MartletCore

/// Compiled kernels in a folder, for the next process. A file is used only if everything about it is right: the folder is ours and closed to
/// others, the checksum holds. Any doubt means that the kernel is compiled again; nothing here ever fails a run.
public struct ObjectCache: Sendable {
  /// `${XDG_CACHE_HOME:-~/.cache}/martlet/objects`.
  public static var standardFolder: String {
    let base = FileBytes.environment("XDG_CACHE_HOME") ?? (FileBytes.environment("HOME") ?? ".") + "/.cache"
    return "\(base)/martlet/objects"
  }

  private let folder: String
  /// What every key holds beside the kernel: the version of this program.
  private let version: String

  /// Nil when the folder cannot be made, or belongs to somebody else or is open to others.
  public init?(folder: String = ObjectCache.standardFolder, version: String = ObjectCache.programVersion) {
    self.folder = folder
    self.version = version
    if !FileBytes.exists(folder) {
      guard (try? FileBytes.makeFolder(folder, mode: 0o700)) != nil else { return nil }
    }
    var status = stat()
    guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid(), status.st_mode & 0o077 == 0 else {
      return nil
    }
  }

  /// Size and time of the running executable: another build makes other code.
  public static let programVersion: String = {
    var status = stat()
    guard stat("/proc/self/exe", &status) == 0 else { return "unknown" }
    return "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }()

  /// The name under which a kernel's object is kept. `description` holds all that its code depends on.
  public func key(_ description: String) -> String { SHA256.hexDigest(Array((version + "\n" + description).utf8)) }

  private func path(_ key: String) -> String { "\(folder)/\(key).o" }

  /// The object of a key, if a sound one is there.
  public func object(_ key: String) -> [UInt8]? {
    guard FileBytes.exists(path(key)), let bytes = try? FileBytes.read(path(key)), bytes.count > ObjectCache.checksumLength else {
      return nil
    }
    let object = Array(bytes.dropFirst(ObjectCache.checksumLength))
    let checksum = String(decoding: bytes.prefix(ObjectCache.checksumLength), as: UTF8.self)
    return checksum == ObjectCache.checksum(object, key) ? object : nil
  }

  /// Keeps an object. A full disk or a read-only folder is no error: the next process compiles again.
  public func keep(_ object: [UInt8], _ key: String) {
    let bytes = Array(ObjectCache.checksum(object, key).utf8) + object
    try? FileBytes.writeAtomically(bytes, to: path(key), isDurable: false)
  }

  private static let checksumLength = 64

  /// Over the key as well: a file under another name is not used.
  private static func checksum(_ object: [UInt8], _ key: String) -> String { SHA256.hexDigest(Array(key.utf8) + object) }
}
