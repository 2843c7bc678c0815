import Foundation
import TestSupport
import MartletCommandLine
import Testing

/// The reference model's IR after every stage, as IR/mnist-cnn keeps it: what a newcomer reads is what the compiler does.
///
/// `MARTLET_RECORD=1 swift test … --filter GoldenIR` writes the files anew, and fails: look at the difference, then run again without it.
@Suite struct GoldenIR {
  static let folder = "IR/mnist-cnn"
  static let target = Target(.avx2)

  static func compilation() throws -> Compilation { try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 64) }

  static let files: [(name: String, text: @Sendable () throws -> String)] = [
    ("traced.gir", { try compilation().dump(.traced, target) }),
    ("differentiated.gir", { try compilation().dump(.differentiated, target) }),
    ("optimized.gir", { try compilation().dump(.optimized, target) }), ("schedule.txt", { try compilation().dump(.schedule, target) }),
    ("kernels.kir", { try compilation().dump(.kernels, target) }), ("plan.txt", { try compilation().dump(.plan, target) }),
    ("cuda.cu", { try compilation().dump(.cuda, target) }),
    (
      "out.matmul_add.ll",
      {
        let lowered = try #require(try compilation().program(target).kernels.first { $0.kernel.name == "out.matmul_add" })
        return try KernelCompiler(target).source(lowered.kernel).text
      }
    ),
  ]

  @Test(arguments: files.map(\.name)) func isWhatTheCompilerMakes(_ name: String) throws {
    let text = try #require(GoldenIR.files.first { $0.name == name }).text()
    let path = Repository.path("\(GoldenIR.folder)/\(name)")
    if ProcessInfo.processInfo.environment["MARTLET_RECORD"] == "1" {
      try FileBytes.write(Array(text.utf8), to: path)
      Issue.record("\(name) was recorded anew: read `git diff IR`, then run the tests without MARTLET_RECORD")
      return
    }
    let kept = try FileBytes.readText(path)
    #expect(kept == text, "\(name) differs from what the compiler makes; see the top of GoldenIR.swift")
  }

  /// Dumps of two runs are the same bytes.
  @Test func dumpsRepeat() throws {
    for file in GoldenIR.files { #expect(try file.text() == file.text()) }
  }
}
