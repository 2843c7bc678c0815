import MartletCore
import Synchronization

/// Says once where caches are, where no variable of the environment names the folder.
enum CacheNote {
  private static let isSaid = Mutex(false)

  static func say() {
    guard let note = CacheFolder.standard.note else { return }
    let isFirst = isSaid.withLock { said in
      defer { said = true }
      return !said
    }
    if isFirst { Output.error("note: \(note)") }
  }
}
