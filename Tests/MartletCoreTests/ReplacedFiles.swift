import Glibc
import TestSupport
import Testing

@testable import MartletCore

/// What a file had, its replacement has: mode, and the links that lead to it.
@Suite struct ReplacedFiles {
  private func mode(_ path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode : nil
  }

  @Test(arguments: [0o600, 0o640, 0o644, 0o664, 0o666, 0o400] as [mode_t]) func modesAreKept(_ wanted: mode_t) throws {
    let folder = try Repository.TemporaryFolder()
    let path = "\(folder.path)/run"
    try FileBytes.writeAtomically([1], to: path)
    let plain = try #require(mode(path))
    #expect(chmod(path, wanted) == 0)
    try FileBytes.writeAtomically([2], to: path)
    #expect(mode(path) == S_IFREG | wanted)
    #expect(chmod(path, 0o600) == 0)
    #expect(try FileBytes.read(path) == [2])
    // A file that was not there has the mode that the process gives.
    try FileBytes.writeAtomically([3], to: "\(folder.path)/other")
    #expect(mode("\(folder.path)/other") == plain)
  }

  @Test func linksAreFollowed() throws {
    let folder = try Repository.TemporaryFolder()
    let (real, link) = ("\(folder.path)/real", "\(folder.path)/link")
    try FileBytes.makeFolder(real)
    try FileBytes.write([1], to: "\(real)/run")
    #expect(chmod("\(real)/run", 0o640) == 0)
    // A link to a relative link to a file.
    #expect(symlink("real/run", link) == 0 && symlink(link, "\(folder.path)/second") == 0)
    try FileBytes.expectWritable("\(folder.path)/second")
    try FileBytes.writeAtomically([2], to: "\(folder.path)/second")
    #expect(try FileBytes.read("\(real)/run") == [2])
    #expect(mode("\(real)/run") == S_IFREG | 0o640)
    for path in [link, "\(folder.path)/second"] { #expect(try #require(mode(path)) & S_IFMT == S_IFLNK) }
    // A link to a file that is not there yet, and one through a folder that is a link.
    #expect(symlink("\(real)/new", "\(folder.path)/dangling") == 0 && symlink("real", "\(folder.path)/elsewhere") == 0)
    try FileBytes.writeAtomically([3], to: "\(folder.path)/dangling")
    try FileBytes.writeAtomically([4], to: "\(folder.path)/elsewhere/run")
    #expect(try FileBytes.read("\(real)/new") == [3] && FileBytes.read("\(real)/run") == [4])
    // Nothing is left beside link or file.
    let names = ["second", "link", "dangling"].map { "\(folder.path)/\($0).\(getpid()).tmp" } + ["\(real)/run.\(getpid()).tmp"]
    for name in names { #expect(!FileBytes.isPresent(name)) }
  }

  /// What a killed process left is beside the file that a link names.
  @Test func abandonedFilesBehindLinksAreRemoved() throws {
    let folder = try Repository.TemporaryFolder()
    try FileBytes.makeFolder("\(folder.path)/real")
    #expect(symlink("real/run", "\(folder.path)/link") == 0)
    // No process has this number.
    let abandoned = "\(folder.path)/real/run.2147483646.tmp"
    try FileBytes.write([1], to: abandoned)
    FileBytes.removeAbandoned(besides: "\(folder.path)/link")
    #expect(!FileBytes.isPresent(abandoned))
  }

  @Test func linksThatLeadNowhereAreRefused() throws {
    let folder = try Repository.TemporaryFolder()
    #expect(symlink("b", "\(folder.path)/a") == 0 && symlink("a", "\(folder.path)/b") == 0)
    #expect(symlink("none/run", "\(folder.path)/c") == 0)
    for name in ["a", "c"] {
      #expect(throws: MartletError.self) { try FileBytes.writeAtomically([1], to: "\(folder.path)/\(name)") }
      #expect(throws: MartletError.self) { try FileBytes.expectWritable("\(folder.path)/\(name)") }
    }
    // Where a link is not followed it is replaced.
    try FileBytes.writeAtomically([1], to: "\(folder.path)/a", followsLinks: false)
    #expect(try FileBytes.read("\(folder.path)/a") == [1] && mode("\(folder.path)/b").map { $0 & S_IFMT } == S_IFLNK)
  }
}

@Suite struct CacheFolders {
  @Test func theEnvironmentComesFirst() {
    let named = CacheFolder(cacheHome: "/c", home: "/h", databaseHome: "/d")
    #expect(named.path == "/c" && named.note == nil)
    let home = CacheFolder(cacheHome: nil, home: "/h", databaseHome: "/d")
    #expect(home.path == "/h/.cache" && home.note == nil)
  }

  /// Never the current folder, and never in silence.
  @Test func withoutEnvironmentItIsSaid() throws {
    let database = CacheFolder(cacheHome: nil, home: nil, databaseHome: "/d")
    #expect(database.path == "/d/.cache" && database.note?.contains("caches are in /d/.cache") == true)
    let nothing = CacheFolder(cacheHome: nil, home: nil, databaseHome: nil)
    #expect(nothing.path == nil && nothing.note?.contains("nothing is cached") == true)
    // The user of this process.
    if let path = CacheFolder.standard.path { #expect(path.hasPrefix("/") || FileBytes.environment("XDG_CACHE_HOME") != nil) }
  }
}
