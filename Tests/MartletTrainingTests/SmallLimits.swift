import Foundation
import TestSupport
import MartletCommandLine
import Testing

/// Where the address space or the stack is small the program works, or says with code 5 that it gets no memory; no signal ends it, and
/// nothing waits.
@Suite struct SmallLimits {
  private func limited(_ limit: String, _ arguments: [String]) throws -> ProgramResult {
    let words = ([martletExecutable] + arguments).map { "'\($0)'" }.joined(separator: " ")
    return try runProgram("/bin/sh", ["-c", "ulimit \(limit); exec /usr/bin/timeout -s KILL 60 \(words)"])
  }

  private func expectAnswer(_ result: ProgramResult, _ title: String) {
    #expect(
      result.code == 0 || result.code == 5 && result.errors.contains("error M"), "\(title): \(result.code) \(result.errors.suffix(300))")
  }

  /// Kilobytes of the address space, from what LLVM does not fit into to plenty.
  @Test(arguments: [150_000, 260_000, 300_000, 400_000, 600_000, 2_000_000]) func addressSpace(_ kilobytes: Int) throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path, training: 64, test: 16)
    let data = ["--data", folder.path]
    for device in ["cpu", "interpreter"] {
      let arguments = ["train", "mlp", "--max-steps", "1", "--batch", "4", "--device", device, "--no-cache", "--threads", "2"]
      expectAnswer(try limited("-v \(kilobytes)", arguments + data), "\(device) in \(kilobytes)")
    }
    guard let data = Repository.mnist else { return }
    let arguments = ["train", "mlp", "--max-steps", "1", "--test-every", "0", "--device", "interpreter", "--batch", "4", "--data", data]
    expectAnswer(try limited("-v \(kilobytes)", arguments), "MNIST in \(kilobytes)")
  }

  @Test func stack() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path, training: 64, test: 16)
    for device in ["cpu", "interpreter"] {
      let result = try limited(
        "-s 256", ["train", "--data", folder.path, "--max-steps", "1", "--batch", "16", "--device", device, "--no-cache"])
      #expect(result.code == 0, "\(device): \(result.errors)")
    }
    let small = try limited("-s 128", ["train", "--data", folder.path, "--max-steps", "1"])
    #expect(small.code == 5 && small.errors.contains("error M153: the stack may have 131072 bytes"), "\(small.code): \(small.errors)")
  }
}
