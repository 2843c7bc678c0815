import Foundation
import MartletCPU
import MartletCompiler
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletCore
import MartletInspection
import MartletLayers
import MartletRuntime
import TestSupport
import Testing

/// Recordings of training in the Trace Event Format: what `--trace` writes.
@Suite struct Traces {
  private let folder: Repository.TemporaryFolder

  init() throws { folder = try Repository.TemporaryFolder() }

  /// The events of a file, after a check of what the format demands of each.
  private func events(_ path: String) throws -> [[String: Any]] {
    let object = try #require(try JSONSerialization.jsonObject(with: Data(try FileBytes.read(path))) as? [String: Any])
    let events = try #require(object["traceEvents"] as? [[String: Any]])
    for event in events {
      let name = try #require(event["name"] as? String)
      #expect(!name.isEmpty && event["pid"] is Int && event["tid"] is Int, "\(event)")
      switch event["ph"] as? String {
      case "M":
        #expect(["process_name", "thread_name", "thread_sort_index"].contains(name) && event["args"] is [String: Any], "\(event)")
      case "X":
        let (start, length) = (try #require(event["ts"] as? Double), try #require(event["dur"] as? Double))
        #expect(start >= 0 && length >= 0, "\(event)")
        let categories = try #require(event["cat"] as? String).split(separator: ",").map(String.init)
        #expect(!categories.isEmpty && categories.allSatisfy { Profiler.Label.Category(rawValue: $0) != nil }, "\(event)")
      default: Issue.record("\(event)")
      }
    }
    return events
  }

  private func train(_ arguments: String...) throws -> ProgramResult {
    try GeneratedDigits.write(to: folder.path, training: 640, test: 40)
    let all = ["train", "--data", folder.path, "--threads", "2", "--test-every", "0", "--log-every", "0"] + arguments
    return try runProgram(martletExecutable, all)
  }

  /// So many steps are in the file, which is there while training goes on; the weights are those of a run without.
  @Test func stepsAreLimited() throws {
    let path = "\(folder.path)/trace.json"
    let limited = try train("--epochs", "3", "--trace", path, "--trace-steps", "7", "--json", "--test-every", "3")
    let plain = try train("--epochs", "3", "--json", "--test-every", "3")
    func hash(_ output: String) -> Substring? { output.split(separator: "\"").first { $0.count == 64 } }
    #expect(limited.code == 0 && hash(limited.output) != nil && hash(limited.output) == hash(plain.output), "\(limited.errors)")
    let events = try events(path)
    for name in ["step", "data"] {
      let steps = events.filter { $0["name"] as? String == name }.compactMap { ($0["args"] as? [String: Any])?["step"] as? Int }
      #expect(steps == Array(1...7), "\(name): \(steps)")
    }
    // Each sample goes once through each kernel of a region, and each category is there but that of several processes.
    let convolutions = events.filter { $0["name"] as? String == "conv1.0.conv2d_add_max_pool2d_relu" }
    let samples = convolutions.compactMap { ($0["args"] as? [String: Any])?["iterations"] as? Int }.reduce(0, +)
    #expect(samples == 7 * 64)
    let categories = Set(events.compactMap { $0["cat"] as? String }.flatMap { $0.split(separator: ",").map(String.init) })
    #expect(categories == Set(Profiler.Label.Category.allCases.filter { $0 != .exchange }.map(\.rawValue)), "\(categories)")
  }

  /// A run of fewer steps than the limit is recorded to its end; the limit is 100 where none is given.
  @Test func wholeRunsAreRecorded() throws {
    let path = "\(folder.path)/trace.json"
    func steps() throws -> Int { try events(path).count { $0["name"] as? String == "step" } }
    let short = try train("--max-steps", "4", "--trace", path, "--trace-steps", "5")
    #expect(try short.output.contains("The trace is in \(path): 4 steps.") && steps() == 4, "\(short)")
    let exact = try train("--max-steps", "4", "--trace", path, "--trace-steps", "4")
    #expect(try exact.output.contains("The trace is in \(path): 4 steps.") && steps() == 4, "\(exact)")
    let one = try train("--max-steps", "4", "--trace", path, "--trace-steps", "1")
    #expect(try one.output.contains("The trace is in \(path): 1 step.") && steps() == 1, "\(one)")
    let long = try train("--epochs", "11", "--trace", path)
    #expect(try long.output.contains("The trace is in \(path): 100 steps.") && steps() == 100, "\(long)")
  }

  @Test func wrongLimitsAreRefused() throws {
    for (arguments, number) in [(["--trace-steps", "20"], "M1343"), (["--trace-steps", "0", "--trace", "t.json"], "M1311")] {
      let result = try runProgram(martletExecutable, ["train"] + arguments)
      #expect(result.code == 2 && result.errors.contains(number) && result.errors.contains("--trace-steps"), "\(result)")
    }
    #expect(!FileBytes.exists("t.json"))
  }

  /// The arguments of a kernel: its layer with the line that made it, nodes with types, and operations and bytes of what ran.
  @Test func kernelsHaveArguments() throws {
    let path = "\(folder.path)/trace.json"
    _ = try train("--max-steps", "2", "--trace", path)
    let events = try events(path)
    let product = try #require(events.first { $0["name"] as? String == "out.matmul_add" })
    #expect(product["cat"] as? String == "forward")
    let arguments = try #require(product["args"] as? [String: Any])
    #expect(
      arguments["layer"] as? String == "out" && (arguments["line"] as? [String])?.allSatisfy { $0.contains("MNISTCNN.swift:") } == true,
      "\(arguments)")
    #expect((arguments["nodes"] as? [String])?.contains("out.matmul: f32[64, 10]") == true, "\(arguments)")
    #expect((arguments["made_by"] as? String)?.hasPrefix("product by dot products") == true, "\(arguments)")
    let iterations = try #require(arguments["iterations"] as? Int)
    // 1,568 multiply-adds and the bias for each of 10 outputs.
    #expect(arguments["of_iterations"] as? Int == 64 && arguments["flop"] as? Int == iterations * 10 * (2 * 1568 + 1), "\(arguments)")
    #expect(arguments["bytes"] as? Int ?? 0 > iterations * 1568 * 4 && arguments["gflops"] is Double, "\(arguments)")
    // A kernel that shares its operations with others has no operations of its own.
    let transform = try #require(events.first { $0["name"] as? String == "conv3.0.conv2d_add_relu.product" })
    let shared = try #require(transform["args"] as? [String: Any])
    #expect(shared["flop"] == nil && (shared["operations_shared_with"] as? [String])?.count == 2, "\(shared)")
    let loss = try #require(events.first { ($0["name"] as? String)?.hasPrefix("loss.cross_entropy") == true })
    #expect(loss["cat"] as? String == "forward,backward")
  }

  /// Which part of a step each operation belongs to, also with running statistics and clipped gradients.
  @Test func operationsHaveStages() throws {
    var compilation = try Compilation(ResNet8(), name: "resnet8", batch: 4)
    compilation.gradientNorm = 1
    let program = try compilation.program(Target(.avx2))
    for operation in program.operations {
      let name = operation.name
      let isUpdate = name.contains("adam")
      if isUpdate { #expect(operation.stage == .update, "\(name)") }
      if name.contains("_grad") || name.hasPrefix("clip.") { #expect(operation.stage == .backward, "\(name)") }
      if name.hasSuffix(".conv2d") || name.hasSuffix(".cross_entropy") { #expect(operation.stage == .forward, "\(name)") }
    }
    let counts = Dictionary(grouping: program.operations, by: \.stage).mapValues(\.count)
    #expect((counts[.forward] ?? 0) > 20 && (counts[.backward] ?? 0) > 20 && (counts[.update] ?? 0) > 20 && counts[nil] == nil, "\(counts)")
    let evaluation = try Compilation(ResNet8(), name: "resnet8", batch: 4, purpose: .evaluation).program(Target(.avx2))
    #expect(evaluation.operations.allSatisfy { $0.stage == .forward })
  }

  /// What does not fit in a record is left out or cut off, and a profiler that is stopped records nothing.
  @Test func recordsAreSmall() {
    let profiler = Profiler(workers: 1, capacity: 8)
    let label = profiler.number(of: "x", .data)
    #expect(profiler.number(of: "x", .data) == label && profiler.number(of: "x", .step) != label)
    for part in [0, 1, 1 << 24 - 2, 1 << 24 - 1, 1 << 40] { profiler.record(label, worker: 0, since: profiler.begin(), part: part) }
    // A stretch that began before the profiler was made, or lasted an hour, is as long as can be said.
    profiler.record(label, worker: 0, since: 0)
    profiler.isRecording = false
    profiler.record(label, worker: 0, since: profiler.begin())
    let events = profiler.events()
    #expect(events.map(\.part) == [nil, 1, 1 << 24 - 2, nil, nil, nil] && events.allSatisfy { $0.name == "x" && $0.end >= $0.start })
    profiler.isRecording = true
    for _ in 0..<5 { profiler.record(label, worker: 0, since: profiler.begin()) }
    #expect(profiler.events().count == 8 && !profiler.isComplete)
  }
}
