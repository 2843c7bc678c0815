import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// `--resume` gives the bits of a run that was never interrupted, or it says why not.
@Suite struct ContinuedRuns {
  private let temporary: Repository.TemporaryFolder
  private let folder: String
  private let checkpoint: String

  init() throws {
    temporary = try Repository.TemporaryFolder()
    folder = temporary.path
    checkpoint = "\(folder)/run.safetensors"
    // Five steps of 32 an epoch, the last of them smaller.
    try GeneratedDigits.write(to: folder, training: 150, test: 40)
  }

  private func train(_ more: String..., environment: [String: String] = [:]) throws -> ProgramResult {
    try runProgram(
      martletExecutable, ["train", "mlp", "--data", folder, "--batch", "32", "--json", "--log-every", "0"] + more, environment: environment)
  }

  private func events(_ result: ProgramResult) throws -> [[String: Any]] {
    #expect(result.code == 0, "\(result.errors)")
    return try result.output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  private func hash(_ result: ProgramResult) throws -> String {
    try #require(try events(result).last { $0["event"] as? String == "test" }?["weights_sha256"] as? String)
  }

  /// Stopped after so many steps and continued, a run is the same run: the schedule does not follow --max-steps.
  @Test(arguments: [
    ["--schedule", "cosine"], ["--schedule", "cosine", "--warm-up", "3"], ["--schedule", "step", "--step-epochs", "1"], [],
  ])
  func stoppedRunsGoOn(_ schedule: [String]) throws {
    func run(_ more: String...) throws -> ProgramResult {
      try runProgram(
        martletExecutable,
        ["train", "mlp", "--data", folder, "--batch", "32", "--json", "--log-every", "0", "--epochs", "3"] + schedule + more)
    }
    let whole = try hash(run("--max-steps", "12"))
    _ = try hash(run("--max-steps", "7", "--checkpoint", checkpoint))
    let resumed = try run("--max-steps", "12", "--checkpoint", checkpoint, "--resume")
    #expect(try hash(resumed) == whole && resumed.errors.isEmpty, "\(resumed.errors)")
  }

  /// Another length of the schedule is said.
  @Test func otherEpochsAreSaid() throws {
    _ = try hash(train("--schedule", "cosine", "--epochs", "2", "--max-steps", "7", "--checkpoint", checkpoint))
    let resumed = try train("--schedule", "cosine", "--epochs", "3", "--checkpoint", checkpoint, "--resume")
    #expect(resumed.code == 0)
    #expect(
      resumed.errors.contains("note: --schedule is cosine over 3 epochs from here on, the checkpoint was made with cosine over 2 epochs"),
      "\(resumed.errors)")
  }

  /// Options that change the bits are refused, a machine that does is warned of.
  @Test func otherMachinesAreSaid() throws {
    _ = try hash(train("--epochs", "1", "--checkpoint", checkpoint, "--device", "cpu", environment: ["MARTLET_ISA": "sse2"]))
    let unfused = try train("--epochs", "2", "--checkpoint", checkpoint, "--resume", "--no-fuse", environment: ["MARTLET_ISA": "sse2"])
    #expect(unfused.code == 3 && unfused.errors.contains("error M1102") && unfused.errors.contains("fusion on, this run has off"))
    let other = try train("--epochs", "2", "--checkpoint", checkpoint, "--resume", "--device", "interpreter")
    #expect(other.code == 3 && other.errors.contains("device cpu, this run has interpreter"), "\(other)")
    let batch = try train("--epochs", "2", "--checkpoint", checkpoint, "--resume", "--batch", "16")
    #expect(batch.code == 3 && batch.errors.contains("batch 32, this run has 16"), "\(batch)")
    let same = try train("--epochs", "2", "--checkpoint", checkpoint, "--resume", environment: ["MARTLET_ISA": "sse2"])
    #expect(same.code == 0 && same.errors.isEmpty, "\(same.errors)")
    guard HostProcessor.runnableTargets.contains(where: { $0.instructionSet == .avx2 }) else { return }
    let wider = try train("--epochs", "3", "--checkpoint", checkpoint, "--resume", environment: ["MARTLET_ISA": "avx2"])
    #expect(wider.code == 0 && wider.errors.split(separator: "\n").count == 1, "\(wider.errors)")
    #expect(
      wider.errors.hasPrefix("warning: \(checkpoint) was made with instruction-set sse2, this run has avx2")
        && wider.errors.contains("not be the bits"), "\(wider.errors)")
  }

  /// Any pixel of a small set, a label, the size: other data.
  @Test func otherDataAreSaid() throws {
    _ = try hash(train("--epochs", "1", "--checkpoint", checkpoint))
    let label = try DataSet.copy(of: folder, "train-labels-idx1-ubyte") { $0[8 + 70] = ($0[8 + 70] + 1) % 10 }
    let pixel = try DataSet.copy(of: folder, "t10k-images-idx3-ubyte") { $0[16 + 784 * 33 + 400] ^= 1 }
    for other in [label, pixel] {
      let result = try runProgram(
        martletExecutable,
        ["train", "mlp", "--data", other, "--batch", "32", "--epochs", "1", "--checkpoint", checkpoint, "--resume", "--json"])
      #expect(
        result.code == 0 && result.errors.contains("warning: \(checkpoint) was made with the data set 150 images"), "\(result.errors)")
      let eval = try runProgram(martletExecutable, ["eval", "mlp", "--data", other, "--checkpoint", checkpoint, "--json"])
      #expect(eval.code == 0 && eval.errors.contains("warning: \(checkpoint) was made with the data set"), "\(eval.errors)")
    }
    let same = try runProgram(martletExecutable, ["eval", "mlp", "--data", folder, "--checkpoint", checkpoint])
    #expect(same.code == 0 && same.errors.isEmpty, "\(same.errors)")
  }

  /// A variable that names no data is not passed over in silence.
  @Test func strayVariablesAreSaid() throws {
    let cache = "\(folder)/cache/martlet/data"
    try FileBytes.makeFolder(cache)
    for stem in DataSet.stems { try FileBytes.write(try FileBytes.read("\(folder)/\(stem)"), to: "\(cache)/\(stem)") }
    let empty = "\(folder)/empty"
    try FileBytes.makeFolder(empty)
    for (named, reason) in [("\(folder)/none", "is no folder"), (empty, "holds no data set")] {
      let result = try runProgram(
        martletExecutable, ["data"], environment: ["MARTLET_DATA": named, "XDG_CACHE_HOME": "\(folder)/cache"])
      #expect(result.code == 0 && result.errors == "warning: $MARTLET_DATA names \(named), which \(reason); using the cache\n", "\(result)")
    }
    let asked = try runProgram(martletExecutable, ["data", "--data", folder], environment: ["MARTLET_DATA": "\(folder)/none"])
    #expect(asked.code == 0 && asked.errors.isEmpty, "\(asked.errors)")
  }

  /// The mean of the batches, and that of the samples: 40 images in batches of 32 and 8.
  @Test func testsHaveBothMeans() throws {
    let event = try #require(try events(train("--epochs", "1", "--checkpoint", checkpoint)).last { $0["event"] as? String == "test" })
    let (loss, sampleLoss) = (try #require(event["loss"] as? Double), try #require(event["sample_loss"] as? Double))
    let set = try DataSet.load(folder: folder)
    let model = try ModelRegistry.make("mlp")
    let session = try TrainingSession(model, name: "mlp", device: CompilingDevice(try CPUBackend()))
    try session.load(try Checkpoint.read(checkpoint).tensors, needsState: false, path: checkpoint)
    func mean(_ range: Range<Int>) throws -> Double {
      Double(try session.test(set.test, Array(range)).loss)
    }
    let (first, last) = try (mean(0..<32), mean(32..<40))
    #expect(abs(loss - (first + last) / 2) < 1e-6 && abs(sampleLoss - (first * 32 + last * 8) / 40) < 1e-6)
    #expect(abs(loss - sampleLoss) > 1e-9)
    // eval takes all 40 at once.
    let eval = try events(runProgram(martletExecutable, ["eval", "mlp", "--data", folder, "--checkpoint", checkpoint, "--json"]))
    #expect(
      eval.count == 1 && eval[0]["event"] as? String == "test" && eval[0]["weights_sha256"] as? String == event["weights_sha256"] as? String
    )
    #expect(abs(try #require(eval[0]["sample_loss"] as? Double) - sampleLoss) < 1e-5)
    #expect(eval[0]["loss"] as? Double == eval[0]["sample_loss"] as? Double)
  }

  /// The digest must not delay a run.
  @Test(.enabled(if: Repository.mnist != nil, "MNIST is not here: set MARTLET_DATA")) func digestsAreQuick() throws {
    let set = try DataSet.load(folder: try #require(Repository.mnist))
    let start = ContinuousClock.now
    let identity = try DataIdentity(set)
    let taken = ContinuousClock.now - start
    #expect(identity.digest.count == 64 && taken < .milliseconds(200), "\(taken)")
  }
}
