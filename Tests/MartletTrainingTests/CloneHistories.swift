import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine

/// The commit of `--version`: git itself makes the clones and their logs.
@Suite struct CloneHistories {
  /// A clone with an executable below `.build`, changed by git at given seconds.
  private final class Clone {
    let folder: Repository.TemporaryFolder
    var path: String { "\(folder.path)/clone" }
    var executable: String { "\(path)/.build/x86_64/release/martlet" }

    init() throws {
      folder = try Repository.TemporaryFolder()
      try git("init", "--quiet", path)
      try FileManager.default.createDirectory(atPath: "\(path)/.build/x86_64/release", withIntermediateDirectories: true)
      try FileBytes.write([], to: executable)
    }

    @discardableResult func git(_ arguments: String..., at second: Int = 0) throws -> String {
      let date = "\(second) +0000"
      let result = try runProgram(
        "/usr/bin/env", ["git", "-c", "user.name=A (1) B", "-c", "user.email=a@b.example", "-c", "advice.detachedHead=false"] + arguments,
        environment: ["GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date])
      #expect(result.code == 0, "git \(arguments): \(result.errors)")
      return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// An empty commit and its name.
    func commit(_ message: String, at second: Int) throws -> String {
      try git("-C", path, "commit", "--quiet", "--allow-empty", "-m", message, at: second)
      return try git("-C", path, "rev-parse", "HEAD")
    }

    func build(at second: Int) throws -> String? {
      try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: Double(second))], ofItemAtPath: executable)
      return CloneHistory.commit(ofExecutable: executable)
    }
  }

  @Test func whatWasCheckedOutAtTheBuild() throws {
    let clone = try Clone()
    #expect(try clone.build(at: 2_000_000_000) == nil)
    let first = try clone.commit("first\twith a tab", at: 1_000_000_100)
    let second = try clone.commit("second 1000000000 +0000", at: 1_000_000_200)
    try clone.git("-C", clone.path, "checkout", "--quiet", first, at: 1_000_000_300)
    #expect(try clone.build(at: 1_000_000_099) == nil)
    #expect(try clone.build(at: 1_000_000_100) == String(first.prefix(9)))
    #expect(try clone.build(at: 1_000_000_199) == String(first.prefix(9)))
    #expect(try clone.build(at: 1_000_000_200) == String(second.prefix(9)))
    #expect(try clone.build(at: 1_000_000_299) == String(second.prefix(9)))
    #expect(try clone.build(at: 1_000_000_300) == String(first.prefix(9)))
    #expect(CloneHistory.commit(ofExecutable: "\(clone.path)/martlet") == nil)
    #expect(CloneHistory.commit(ofExecutable: "\(clone.path)/.build/missing") == nil)
  }

  /// The `.git` of a worktree is a file; a worktree has a log of its own.
  @Test func aWorktreeHasItsOwn() throws {
    let clone = try Clone()
    let first = try clone.commit("first", at: 1_000_000_100)
    let tree = "\(clone.folder.path)/tree"
    try clone.git("-C", clone.path, "worktree", "add", "--quiet", "--detach", tree, at: 1_000_000_150)
    _ = try clone.commit("second", at: 1_000_000_200)
    let executable = "\(tree)/.build/martlet"
    try FileManager.default.createDirectory(atPath: "\(tree)/.build", withIntermediateDirectories: true)
    try FileBytes.write([], to: executable)
    #expect(CloneHistory.commit(ofExecutable: executable) == String(first.prefix(9)))
    let named = try FileBytes.readText("\(tree)/.git")
    let prefix = "gitdir: \(clone.path)/.git/"
    try #require(named.hasPrefix(prefix) || named.contains(".git/worktrees"))
    // Git also writes paths from the worktree on, as it is told.
    let name = try #require(named.split(separator: "/").last).trimmingCharacters(in: .whitespacesAndNewlines)
    try FileBytes.write(Array("gitdir: ../clone/.git/worktrees/\(name)\n".utf8), to: "\(tree)/.git")
    #expect(CloneHistory.commit(ofExecutable: executable) == String(first.prefix(9)))
    for text in ["", "gitdir: ", "gitdir: /nowhere\n", "somewhere"] {
      try FileBytes.write(Array(text.utf8), to: "\(tree)/.git")
      #expect(CloneHistory.commit(ofExecutable: executable) == nil)
    }
  }

  @Test func linesThatAreNoEntriesAreLeftOut() {
    let name = String(repeating: "ab12", count: 10)
    func commit(_ log: String) -> String? { CloneHistory.commit(at: 100, in: Array(log.utf8)) }
    #expect(commit("") == nil)
    #expect(commit("\n\t\n \n") == nil)
    #expect(commit("\(name) \(name) N <m> 100 +0000\tcommit: x\n") == "ab12ab12a")
    #expect(commit("\(name) \(name) N <m> 101 +0000\tcommit: x\n") == nil)
    #expect(commit("\(name) \(name) N <m> soon +0000\n\(name) xyz N <m> 100 +0000\n\(name) short N <m> 99 +0000\n") == nil)
    #expect(commit("\(name) \(name) N <m> 99999999999999999999 +0000\n") == nil)
    #expect(CloneHistory.commit(at: 100, in: [0xff, 0xfe, 0x0a, 0x20]) == nil)
  }

  /// What the executable beside the tests says: the number, and a commit where git keeps a log of this clone.
  @Test func theProgramSaysIt() throws {
    let result = try runProgram(martletExecutable, ["--version"])
    #expect(result.code == 0 && result.output.hasPrefix(MartletVersion.text))
    let commit = CloneHistory.commit(ofExecutable: URL(fileURLWithPath: martletExecutable).resolvingSymlinksInPath().path)
    #expect(result.output == MartletVersion.text + (commit.map { " (development build on \($0))" } ?? "") + "\n")
    let doctor = try runProgram(martletExecutable, ["doctor"])
    #expect(doctor.output.hasPrefix("Martlet     \(result.output)"))
  }
}
