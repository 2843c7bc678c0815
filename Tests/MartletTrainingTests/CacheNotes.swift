import Martlet
import TestSupport
import Testing

@testable import MartletTraining

/// Without HOME the program says where its caches are, once, and does not use the current folder.
@Suite struct CacheNotes {
  private static let nameless = ["HOME": "", "XDG_CACHE_HOME": ""]

  private func notes(_ result: ProgramResult) -> [Substring] {
    result.errors.split(separator: "\n").filter { $0.hasPrefix("note: HOME and XDG_CACHE_HOME are not set") }
  }

  @Test func withoutHomeItIsSaidOnce() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path, training: 32, test: 16)
    let environment = CacheNotes.nameless.merging(["MARTLET_DATA": folder.path]) { $1 }
    // In a folder of its own, so that a cache there would be seen.
    func run(_ arguments: String, _ environment: [String: String]) throws -> ProgramResult {
      let result = try runProgram(
        "/bin/sh", ["-c", "cd '\(folder.path)' && exec '\(martletExecutable)' \(arguments)"], environment: environment)
      #expect(result.code == 0, "\(result.errors)")
      return result
    }
    #expect(try notes(run("train mlp --batch 16 --max-steps 1 --test-every 0 --device cpu", environment)).count == 1)
    #expect(try notes(run("data", environment)).count == 1)
    #expect(!FileBytes.isPresent("\(folder.path)/.cache"))
    // Where no cache is used, nothing is said.
    let data = "--data '\(folder.path)'"
    #expect(try notes(run("train mlp --batch 16 --max-steps 1 --test-every 0 --device cpu --no-cache \(data)", environment)).isEmpty)
    #expect(try notes(run("data \(data)", environment)).isEmpty)
    let named = ["HOME": folder.path, "XDG_CACHE_HOME": "", "MARTLET_DATA": folder.path]
    #expect(try notes(run("train mlp --batch 16 --max-steps 1 --test-every 0 --device cpu", named)).isEmpty)
    #expect(FileBytes.isFolder("\(folder.path)/.cache/martlet/objects"))
  }
}
