import Foundation
import Martlet
import TestSupport
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
    (
      "out.matmul_add.ll",
      {
        let kernel = try #require(try compilation().program(target).kernels.first { $0.name == "out.matmul_add" })
        return try KernelCompiler(target).source(kernel).text
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

  /// Every graph stage reads back to the same text, and runs to the same results.
  @Test func graphStagesAreAcceptedAsInput() throws {
    let compilation = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 4)
    let parameters = ModelStructure(MNISTCNN()).initialVariables(seed: 1)
    var losses: [Double] = []
    for stage in [Stage.traced, .differentiated, .optimized] {
      let graph = try #require(try compilation.graph(stage))
      let text = graph.description
      let parsed = try GraphParser.parse(text)
      #expect(parsed == graph)
      #expect(parsed.description == text)
      let arguments = parsed.parameters.map { parameter -> HostTensor in
        switch parameter.name {
        case "images": fill(parameter.type, .integers(0, 256), seed: 3)
        case "labels": fill(parameter.type, .integers(0, 10), seed: 4)
        case "learning_rate": HostTensor(repeating: 0.01, parameter.type)
        default: parameters.first { $0.name == parameter.name }?.tensor ?? HostTensor(repeating: 0, parameter.type)
        }
      }
      losses.append(try CompilingDevice(try CPUBackend()).run(parsed, arguments)[0].numbers[0])
    }
    #expect(losses.allSatisfy { abs($0 - losses[0]) < 1e-6 })
  }
}
