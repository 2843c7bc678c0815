import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCore
@testable import MartletTraining

/// `--memory` from the command line: what it takes, what it says, and that it changes no bit of a run.
@Suite struct MemoryOptions {
  private func martlet(_ arguments: String...) throws -> ProgramResult { try runProgram(martletExecutable, arguments) }

  @Test func byteCounts() throws {
    let numbers = [
      ("1", 1), ("800K", 800 << 10), ("512M", 512 << 20), ("2G", 2 << 30), ("1T", 1 << 40), ("8388607T", 8_388_607 << 40),
    ]
    for (text, bytes) in numbers { #expect(try ByteCountText.parse("--memory", text) == bytes) }
    let wrong = [
      "", "K", "0", "0G", "-1", "+1", "1.5G", "1g", "512MB", "512 M", " 1", "1 ", "1KK", "M1", "0x10", "1e9", "\u{663}", "8388608T",
      "9223372036854775808", "99999999999999999999G",
    ]
    for text in wrong {
      let error = try #require(throws: MartletError.self) { try ByteCountText.parse("--memory", text) }
      #expect(error.number == UsageErrorCode.byteCount.rawValue && error.message.hasSuffix("found '\(text)'"))
    }
  }

  private func plan(_ memory: String?, _ more: String...) throws -> ProgramResult {
    try runProgram(
      martletExecutable,
      ["dump", "mobilenet-small", "--stage", "plan", "--isa", "avx2", "--threads", "2", "--accumulate", "1"]
        + (memory.map { ["--memory", $0] } ?? []) + more)
  }

  /// The plan says what was given up, as text and as JSON, and a limit below the floor is refused with it.
  @Test func plans() throws {
    let enough = try plan("1G")
    #expect(enough.code == 0 && enough.output.hasPrefix("memory: ") && enough.output.contains("nothing is given up\n"))
    let unlimited = try plan(nil)
    #expect(!enough.output.contains("computed twice") && unlimited.output.hasPrefix("shared: "))
    let json = try plan("1G", "--format", "json")
    let all = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let before = try #require((all["memory"] as? [String: Any])?["bytes"] as? Int)
    let (some, someJSON) = (try plan("\(before / 10 * 8)"), try plan("\(before / 10 * 8)", "--format", "json"))
    #expect(some.code == 0 && some.output.contains("computed twice (") && some.output.contains("value  layer"), "\(some)")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(someJSON.output.utf8)) as? [String: Any])
    let memory = try #require(object["memory"] as? [String: Any])
    let (bytes, arena) = (try #require(memory["bytes"] as? Int), try #require((object["shared"] as? [String: Any])?["arena_bytes"] as? Int))
    #expect(bytes <= before / 10 * 8 && arena < bytes && memory["bytes_before"] as? Int == before)
    #expect((memory["computed_twice"] as? [[String: Any]])?.isEmpty == false)
    let refused = try plan("1K")
    #expect(refused.code == 2 && refused.errors.hasPrefix("error M704: a step of 64 samples takes "), "\(refused)")
    let floor = try #require(refused.errors.split(separator: " ").compactMap { Int($0) }.dropFirst().first)
    #expect(floor < before)
    #expect(try plan("\(floor)").code == 0 && plan("\(floor - 1)").code == 2)
    #expect(try martlet("dump", "--memory", "12Q").code == 2)
  }

  /// A run in less memory ends with the same weights, and says what it does.
  @Test func runsHaveTheSameBits() throws {
    let folder = try Repository.TemporaryFolder()
    let count = 48
    try FileBytes.makeFolder("\(folder.path)/data")
    let pixels = fill(TensorType(.u8, [count, 3, 32, 32]), .integers(0, 256), seed: 4)
    try Npy.write(pixels, to: "\(folder.path)/data/x.npy")
    try Npy.write(HostTensor([count], elements: (0..<count).map { Int32($0 % 10) }), to: "\(folder.path)/data/y.npy")
    func run(_ more: String...) throws -> (digest: String, output: String) {
      let result = try runProgram(
        martletExecutable,
        [
          "train", "mobilenet-small", "--data", "\(folder.path)/data", "--epochs", "2", "--batch", "16", "--threads", "2", "--json",
          "--lr", "0.001",
        ] + more)
      let events = try result.output.split(separator: "\n").compactMap {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }
      #expect(result.code == 0, "\(result.errors)")
      return (try #require(events.last?["weights_sha256"] as? String), result.output)
    }
    let plain = try run()
    #expect(!plain.output.contains("\"memory\""))
    let whole = try run("--memory", "1G")
    let bytes = try #require(whole.output.split(separator: "\"bytes\": ").dropFirst().first?.prefix { $0.isNumber })
    let less = try run("--accumulate", "1", "--memory", "\(try #require(Int(bytes)) / 100 * 85)")
    #expect(whole.digest == plain.digest && less.digest == plain.digest)
    #expect(whole.output.contains("\"computed_twice\": 0,") && !less.output.contains("\"computed_twice\": 0,"))
    #expect(less.output.contains("{\"event\": \"memory\", \"allowed_bytes\": "))
    // Unless the number of micro-batches is given, it is what brings the step into its memory.
    let parts = try run("--memory", "\(try #require(Int(bytes)) / 100 * 70)")
    let chosen = try #require(parts.output.split(separator: "\"micro_batches\": ").dropFirst().first?.prefix { $0.isNumber })
    #expect(Int(chosen) ?? 0 > 1 && parts.output.contains("\"computed_twice\": 0,"), "\(parts.output)")
    #expect(try run("--accumulate", String(chosen)).digest == parts.digest)
    let refused = try martlet(
      "train", "mobilenet-small", "--data", "\(folder.path)/data", "--epochs", "1", "--memory", "2K", "--threads", "2")
    #expect(refused.code == 2 && refused.errors.contains("error M704"), "\(refused)")
    #expect(try martlet("train", "--memory", "1G", "--device", "interpreter").errors.contains("error M1332"))
  }
}
