import Synchronization

/// The version of Martlet, and what this executable was built from.
package enum MartletVersion {
  /// A semantic version.
  package static let text = "0.1.0"

  private static let origin = Mutex<String?>(nil)

  /// As `--version` prints it: `0.1.0 (41e13bcaf)` of a release, `0.1.0 (development build on 41e13bcaf)` of `swift build` in a clone, the
  /// number alone of other programs and of sources without git.
  static var description: String { origin.withLock { $0 }.map { "\(text) (\($0))" } ?? text }

  /// Tells which commit `Tools/release` built. Without one, that of the clone which this executable was built in.
  package static func setCommit(_ commit: String) {
    let found = commit.isEmpty ? CloneHistory.commitOfThisExecutable.map { "development build on \($0)" } : commit
    origin.withLock { $0 = found }
  }
}
