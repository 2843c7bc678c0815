import Glibc
import MartletCore

/// Finds the commit that a clone was at when `swift build` linked an executable in it. No build step records that: SwiftPM neither evaluates
/// Package.swift nor plans again when only the commit is another. Git's log of the clone says what was checked out when.
enum CloneHistory {
  /// Digits of a commit that are shown; `Tools/release` has as many.
  static let digits = 9

  static var commitOfThisExecutable: String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0, count < buffer.count else { return nil }
    return commit(ofExecutable: String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  /// Of an executable below the folder `.build` of a clone or of one of its worktrees; nil elsewhere, and where git keeps no log.
  static func commit(ofExecutable path: String) -> String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard let build = parts.lastIndex(of: ".build") else { return nil }
    let clone = parts[..<build].joined(separator: "/")
    var status = stat()
    guard stat(path, &status) == 0, let log = try? FileBytes.read("\(gitFolder(of: clone))/logs/HEAD", limit: 1 << 26) else { return nil }
    return commit(at: Int(status.st_mtim.tv_sec), in: log)
  }

  /// `.git` of a clone; in a worktree that is a file, which names the folder.
  private static func gitFolder(of clone: String) -> String {
    let own = "\(clone)/.git"
    guard !FileBytes.isFolder(own), let text = try? FileBytes.readText(own), text.hasPrefix("gitdir: ") else { return own }
    let named = text.dropFirst("gitdir: ".count).prefix { $0 != "\n" }
    return named.hasPrefix("/") ? String(named) : "\(clone)/\(named)"
  }

  /// What the last entry until `second` checked out. An entry is `OLD NEW NAME <MAIL> SECONDS ZONE`, a tab and what was done.
  static func commit(at second: Int, in log: [UInt8]) -> String? {
    var found: Substring?
    for line in String(decoding: log, as: UTF8.self).split(separator: "\n") {
      let fields = line.prefix { $0 != "\t" }.split(separator: " ")
      guard fields.count >= 4, let time = Int(fields[fields.count - 2]), time <= second else { continue }
      let name = fields[1]
      guard name.utf8.count >= 40, name.allSatisfy(\.isHexDigit) else { continue }
      found = name.prefix(digits)
    }
    return found.map(String.init)
  }
}
