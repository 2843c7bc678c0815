import Synchronization

/// What users type to run this executable: usages, examples and advice name it, `martlet` or the program of somebody's own models.
enum ProgramName {
  private static let standard = "martlet"
  private static let name = Mutex(standard)

  static var current: String { name.withLock { $0 } }

  /// The last part of the path that the process was started with; other characters than those of a usual name leave it as it is.
  static func set(path: String) {
    guard let last = path.split(separator: "/").last, last.utf8.count <= 64,
      last.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x27 && $0 != 0x5c })
    else { return }
    name.withLock { $0 = String(last) }
  }

  /// Advice of the library names `martlet COMMAND`: here it is the executable that has the command.
  static func applied(to text: String) -> String {
    let current = current
    guard current != standard, text.contains(standard) else { return text }
    var words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let commands = Set(MartletCommand.commandNames + ["--help", "--version"])
    for index in words.indices.dropLast() where words[index] == standard || words[index].hasSuffix("\n\(standard)") {
      let next = words[index + 1].prefix { $0 == "-" || $0.isLetter }
      if commands.contains(String(next)) { words[index] = words[index].dropLast(standard.count) + current }
    }
    return words.joined(separator: " ")
  }
}
