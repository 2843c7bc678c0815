import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// Pipes, devices, folders and dangling links in place of files: nothing waits for them, and nothing takes them for data.
@Suite struct FilesThatAreNone {
  private let temporary: Repository.TemporaryFolder
  private let folder: String
  private let objects: [(kind: String, path: String)]

  init() throws {
    temporary = try Repository.TemporaryFolder()
    folder = temporary.path
    try GeneratedDigits.write(to: folder, training: 64, test: 64)
    objects = [
      ("pipe", "\(folder)/pipe"), ("device", "/dev/zero"), ("folder", "\(folder)/place"), ("No such file", "\(folder)/dangling"),
      ("pipe", "\(folder)/link-to-pipe"),
    ]
    #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
    try FileBytes.makeFolder("\(folder)/place")
    #expect(symlink("\(folder)/nowhere", "\(folder)/dangling") == 0 && symlink("\(folder)/pipe", "\(folder)/link-to-pipe") == 0)
  }

  /// What waits for ever is ended, and found by its code 137.
  private func limited(_ arguments: [String], environment: [String: String] = [:], input: String = "") throws -> ProgramResult {
    try runProgram("/usr/bin/timeout", ["-s", "KILL", "20", martletExecutable] + arguments, environment: environment, input: input)
  }

  @Test func inputsAreRefused() throws {
    let graph = "\(folder)/exp.gir"
    try FileBytes.write(Array("graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  %0 = exp(%x) : f32[2]\n  return %0\n}\n".utf8), to: graph)
    for (kind, path) in objects {
      let commands = [
        ["opt", path], ["dump", path + ".gir"], ["run", graph, "--output-dir", folder, "--input", "x=\(path)"],
        ["train", "--data", folder, "--checkpoint", path, "--resume"], ["eval", "--data", folder, "--checkpoint", path],
        ["predict", "--checkpoint", path, "--images", path],
      ]
      if !FileBytes.isPresent(path + ".gir") { #expect(symlink(path, "\(folder)/\(UUID().uuidString)") == 0) }
      for command in commands where command[1] != path + ".gir" {
        let result = try limited(command)
        #expect(result.code == 3 && result.errors.contains("error M10"), "\(command): \(result)")
        #expect(
          result.errors.contains(kind) || result.errors.contains("is no file") || result.errors.contains("is not a file"),
          "\(command): \(result.errors)")
      }
    }
  }

  @Test func dataFilesAreRefused() throws {
    for stem in ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
      for (_, path) in objects {
        let data = "\(folder)/\(UUID().uuidString)"
        try FileBytes.makeFolder(data)
        for name in DataSet.stems { #expect(symlink(name == stem ? path : "\(folder)/\(name)", "\(data)/\(name)") == 0) }
        let result = try limited(["train", "--data", data, "--max-steps", "1"])
        #expect(result.code == 3 && result.errors.contains("error M10"), "\(result)")
      }
    }
  }

  /// Results do not wait for a reader either.
  @Test func outputsAreRefused() throws {
    let graph = "\(folder)/id.gir"
    try FileBytes.write(Array("graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  return %x\n}\n".utf8), to: graph)
    try Npy.write(HostTensor([2], [Float(1), 2]), to: "\(folder)/x.npy")
    #expect(mkfifo("\(folder)/y.npy", 0o600) == 0)
    let result = try limited(["run", graph, "--output-dir", folder, "--input", "x=\(folder)/x.npy"])
    #expect(result.code == 3 && result.errors.contains("y.npy"), "\(result)")
  }

  /// What the program was given open may stream.
  @Test func standardInputMayBeAPipe() throws {
    let text = "graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  return %x\n}\n"
    for name in ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
      let result = try limited(["opt", name], input: text)
      #expect(result.code == 0 && result.output.contains("return %x"), "\(name): \(result)")
    }
    let file = "\(folder)/text.gir"
    try FileBytes.write(Array(text.utf8), to: file)
    let script = "'\(martletExecutable)' opt <(cat '\(file)') && '\(martletExecutable)' opt - <'\(file)'"
    let result = try runProgram("/usr/bin/timeout", ["-s", "KILL", "20", "/bin/bash", "-c", script])
    #expect(result.code == 0 && result.output.components(separatedBy: "return %x").count == 3, "\(result)")
    let place = try runProgram("/bin/sh", ["-c", "exec '\(martletExecutable)' opt - <'\(folder)'"])
    #expect(place.code == 3 && place.errors.contains("is a folder"), "\(place)")
  }

  /// Whatever lies in the cache, kernels are compiled and the run goes on; so it is with whole files that hold no object.
  @Test func cachesAreDistrusted() throws {
    let cache = "\(folder)/cache"
    func run() throws -> ProgramResult {
      try limited(
        ["train", "mlp", "--data", folder, "--epochs", "1", "--json", "--device", "cpu"], environment: ["XDG_CACHE_HOME": cache])
    }
    func hash(_ result: ProgramResult) throws -> Substring {
      #expect(result.code == 0 && result.errors.isEmpty, "\(result)")
      return try #require(result.output.firstMatch(of: /"weights_sha256": "([0-9a-f]+)"/)).output.1
    }
    let expected = try hash(run())
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(cache)/martlet/objects").sorted()
    #expect(names.count > 2)
    func replace(_ body: (_ path: String, _ key: String, _ object: [UInt8]) throws -> Void) throws {
      for name in names {
        let path = "\(cache)/martlet/objects/\(name)"
        let object = Array(try FileBytes.read(path).dropFirst(64))
        try FileManager.default.removeItem(atPath: path)
        try body(path, String(name.dropLast(2)), object)
      }
    }
    func sound(_ object: [UInt8], _ key: String) -> [UInt8] { Array(SHA256.hexDigest(Array(key.utf8) + object).utf8) + object }
    // A file that is whole and was never an object; the first bytes of one; another kernel's.
    try replace { path, key, _ in try FileBytes.write(sound(Array("garbage".utf8), key), to: path) }
    #expect(try hash(run()) == expected)
    try replace { path, key, object in
      #expect(object.count > 100, "the garbage was not replaced")
      try FileBytes.write(sound(Array(object.prefix(100)), key), to: path)
    }
    #expect(try hash(run()) == expected)
    var last: [UInt8] = []
    try replace { path, key, object in
      try FileBytes.write(sound(last.isEmpty ? object : last, key), to: path)
      last = object
    }
    #expect(try hash(run()) == expected)
    for kind in ["pipe", "link", "folder"] {
      try replace { path, _, _ in
        switch kind {
        case "pipe": #expect(mkfifo(path, 0o600) == 0)
        case "link": #expect(symlink("/none", path) == 0)
        case _: try FileBytes.makeFolder(path)
        }
      }
      #expect(try hash(run()) == expected, "\(kind)")
      // A folder stays; what else lay there was replaced.
      if kind == "folder" { break }
    }
  }

  /// The key is made of what the program is, not of when and how it was copied.
  @Test func copiesOfTheProgramShareTheCache() throws {
    let cache = "\(folder)/cache"
    func run(_ program: String) throws -> Set<String> {
      let result = try runProgram(
        program, ["train", "mlp", "--data", folder, "--max-steps", "1", "--test-every", "0", "--device", "cpu"],
        environment: ["XDG_CACHE_HOME": cache])
      #expect(result.code == 0, "\(result.errors)")
      return Set(try FileManager.default.contentsOfDirectory(atPath: "\(cache)/martlet/objects"))
    }
    let copy = "\(folder)/copy"
    // By another process: a file that this one writes is busy for as long as a program that another test starts meanwhile has not begun.
    #expect(try runProgram("/bin/cp", [martletExecutable, copy]).code == 0)
    let first = try run(martletExecutable)
    #expect(try run(copy) == first)
  }
}
