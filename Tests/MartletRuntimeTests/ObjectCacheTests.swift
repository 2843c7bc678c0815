import Foundation
import MartletCore
import MartletRuntime
import TestSupport
import Testing

/// Any doubt means that a kernel is compiled again.
@Suite struct ObjectCacheTests {
  private func folder() throws -> (Repository.TemporaryFolder, String) {
    let folder = try Repository.TemporaryFolder()
    return (folder, "\(folder.path)/objects")
  }

  @Test func keepsObjects() throws {
    let (temporary, path) = try folder()
    defer { withExtendedLifetime(temporary) {} }
    let cache = try #require(ObjectCache(folder: path))
    let (key, other) = (cache.key("a kernel"), cache.key("another"))
    #expect(key != other)
    #expect(cache.object(key) == nil)
    cache.keep([1, 2, 3], key)
    #expect(cache.object(key) == [1, 2, 3])
    // Another process finds it; another version of the program does not ask for it.
    let again = try #require(ObjectCache(folder: path))
    #expect(again.object(again.key("a kernel")) == [1, 2, 3])
    let newer = try #require(ObjectCache(folder: path, version: "newer"))
    #expect(newer.object(newer.key("a kernel")) == nil)
  }

  @Test func refusesDamage() throws {
    let (temporary, path) = try folder()
    defer { withExtendedLifetime(temporary) {} }
    let cache = try #require(ObjectCache(folder: path))
    let (key, other) = (cache.key("a kernel"), cache.key("another"))
    cache.keep(Array(0..<100), key)
    let file = "\(path)/\(key).o"
    let sound = try FileBytes.read(file)
    for position in [0, 63, 64, sound.count - 1] {
      var damaged = sound
      damaged[position] ^= 1
      try FileBytes.write(damaged, to: file)
      #expect(cache.object(key) == nil)
    }
    for length in [0, 10, 64, sound.count - 1] {
      try FileBytes.write(Array(sound.prefix(length)), to: file)
      #expect(cache.object(key) == nil)
    }
    // A sound file under another name.
    try FileBytes.write(sound, to: "\(path)/\(other).o")
    #expect(cache.object(other) == nil)
  }

  @Test func refusesOpenFolders() throws {
    let (temporary, path) = try folder()
    defer { withExtendedLifetime(temporary) {} }
    #expect(ObjectCache(folder: path) != nil)
    #expect(chmod(path, 0o755) == 0)
    #expect(ObjectCache(folder: path) == nil)
    #expect(chmod(path, 0o700) == 0)
    // A link of ours leads to the folder, which is checked as if it were named itself.
    #expect(symlink(path, "\(path)-link") == 0)
    let linked = try #require(ObjectCache(folder: "\(path)-link"))
    linked.keep([1, 2], linked.key("a kernel"))
    #expect(ObjectCache(folder: path)?.object(linked.key("a kernel")) == [1, 2])
    #expect(chmod(path, 0o750) == 0)
    #expect(ObjectCache(folder: "\(path)-link") == nil)
    #expect(chmod(path, 0o700) == 0)
    #expect(symlink("\(path)-none", "\(path)-dangling") == 0)
    #expect(ObjectCache(folder: "\(path)-dangling") == nil)
    // Somebody else's link to a folder of ours.
    if getuid() == 0 {
      #expect(lchown("\(path)-link", 1, 1) == 0)
      #expect(ObjectCache(folder: "\(path)-link") == nil)
    }
    // Nothing says where the folder is.
    #expect(ObjectCache(folder: nil) == nil)
    // A file in the way.
    try FileBytes.write([1], to: "\(path)-file")
    #expect(ObjectCache(folder: "\(path)-file") == nil)
    #expect(ObjectCache(folder: "\(path)-file/objects") == nil)
  }
}
