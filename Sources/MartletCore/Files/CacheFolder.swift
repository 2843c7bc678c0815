import Glibc

/// The folder under which caches are kept: `$XDG_CACHE_HOME`, `~/.cache`, or the same below the home folder of the user database where `$HOME`
/// is not set.
///
/// Source: https://specifications.freedesktop.org/basedir-spec/latest/.
package struct CacheFolder: Sendable {
  /// Nil where nothing says which folder is the user's.
  package let path: String?
  /// What a user should know: that no variable of the environment named the folder. Nil where one did.
  package let note: String?

  /// The folder of this process.
  package static var standard: CacheFolder {
    CacheFolder(
      cacheHome: FileBytes.environment("XDG_CACHE_HOME"), home: FileBytes.environment("HOME"), databaseHome: CacheFolder.databaseHome())
  }

  /// From the values of the environment, nil where a variable is not set, and the home folder that the user database has.
  init(cacheHome: String?, home: String?, databaseHome: @autoclosure () -> String?) {
    if let cacheHome {
      (path, note) = (cacheHome, nil)
    } else if let home {
      (path, note) = ("\(home)/.cache", nil)
    } else if let home = databaseHome() {
      path = "\(home)/.cache"
      note = "HOME and XDG_CACHE_HOME are not set: caches are in \(home)/.cache, the user database's home folder"
    } else {
      path = nil
      note = "HOME and XDG_CACHE_HOME are not set and the user database has no home folder: nothing is cached"
    }
  }

  /// Bytes for an entry of the user database.
  private static let entrySize = 1 << 14

  /// The home folder of the user database; nil where it has none, or no absolute path.
  private static func databaseHome() -> String? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var text = [CChar](repeating: 0, count: entrySize)
    return text.withUnsafeMutableBufferPointer { buffer in
      guard let memory = buffer.baseAddress, getpwuid_r(getuid(), &entry, memory, buffer.count, &found) == 0, found != nil,
        let folder = entry.pw_dir
      else { return nil }
      let home = String(cString: folder)
      return home.hasPrefix("/") ? home : nil
    }
  }
}
