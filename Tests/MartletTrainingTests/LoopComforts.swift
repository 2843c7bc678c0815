import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletTraining

/// Validation, early stopping, averages, augmentation, schedules and logs in whole runs: a run that was stopped and resumed is the run that
/// was not, bit for bit.
@Suite struct LoopComforts {
  private let temporary: Repository.TemporaryFolder
  private var folder: String { temporary.path }

  init() throws {
    temporary = try Repository.TemporaryFolder()
    // Without validation five steps of 32 an epoch, with it 135 samples: five as well, the last of them smaller.
    try GeneratedDigits.write(to: folder, training: 150, test: 40)
  }

  private func train(_ more: [String]) throws -> ProgramResult {
    try runProgram(
      martletExecutable,
      ["train", "mnist-cnn", "--data", folder, "--batch", "32", "--json", "--log-every", "1", "--shuffle", "--epochs", "3"] + more)
  }

  private func events(_ result: ProgramResult) throws -> [[String: Any]] {
    #expect(result.code == 0, "\(result.errors)")
    return try result.output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  private func tensors(_ path: String) throws -> [String: HostTensor] {
    Dictionary(try Checkpoint.read(path).tensors.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
  }

  static let comforts: [[String]] = [
    ["--validation", "0.1", "--metrics", "accuracy,top-2,f1,perplexity", "--monitor", "f1", "--early-stopping", "2"],
    ["--ema", "0.9"], ["--augment", "shift=2,rotate=10,flip,crop=1,erase=0.1"], ["--clip-value", "0.01"], ["--clip-norm", "0.5"],
    ["--schedule", "one-cycle"], ["--schedule", "restarts", "--restart-epochs", "1", "--restart-growth", "2"], ["--schedule", "linear"],
    ["--schedule", "exponential", "--decay-factor", "0.8", "--warm-up", "3"], ["--freeze", "conv1", "--freeze", "out.bias"],
    ["--class-weights", "1,2,1,1,0.5,1,1,1,3,1", "--label-smoothing", "0.1"],
    // Each validation reduces the rate: none is 0.9 better than the best one.
    [
      "--schedule", "plateau", "--plateau-patience", "0", "--plateau-threshold", "0.9", "--plateau-factor", "0.25", "--minimum-rate",
      "0.0001",
      "--validation", "0.1", "--warm-up", "2",
    ],
    // All at once.
    [
      "--validation", "0.1", "--early-stopping", "3", "--ema", "0.9", "--augment", "shift=1,flip", "--clip-value", "0.05", "--schedule",
      "cosine", "--freeze", "conv2", "--label-smoothing", "0.2",
    ],
  ]

  @Test(arguments: comforts) func resumedRunsAreTheSame(_ comfort: [String]) throws {
    func files(_ name: String) -> [String] {
      let best = comfort.contains("--validation") ? ["--save-best", "\(folder)/\(name)-best.safetensors"] : []
      return ["--checkpoint", "\(folder)/\(name).safetensors", "--csv", "\(folder)/\(name).csv"] + best
    }
    let whole = try events(train(comfort + files("whole") + ["--test-every", "9"]))
    // In the middle of the second epoch.
    let first = try events(train(comfort + files("parts") + ["--max-steps", "7", "--test-every", "0"]))
    let rest = try events(train(comfort + files("parts") + ["--resume", "--test-every", "9"]))
    let (a, b) = (try tensors("\(folder)/whole.safetensors"), try tensors("\(folder)/parts.safetensors"))
    #expect(a == b && !a.isEmpty)
    func losses(_ events: [[String: Any]]) -> [Double] {
      events.filter { $0["event"] as? String == "loss" }.compactMap { $0["loss"] as? Double }
    }
    #expect(losses(first) + losses(rest) == losses(whole) && losses(whole).count == 15)
    func last(_ events: [[String: Any]]) -> String { "\(events.last?["loss"] ?? "") \(events.last?["accuracy"] ?? "")" }
    #expect(last(rest) == last(whole))
    if comfort.contains("--validation") {
      #expect(try tensors("\(folder)/whole-best.safetensors") == tensors("\(folder)/parts-best.safetensors"))
    }
    // The tables agree but for the seconds.
    func rows(_ name: String) throws -> [[Substring]] {
      try FileBytes.readText("\(folder)/\(name).csv").split(separator: "\n").map { line in
        var cells = line.split(separator: ",", omittingEmptySubsequences: false)
        cells.remove(at: 3)
        return cells
      }
    }
    let (mine, theirs) = (try rows("whole"), try rows("parts"))
    #expect(mine.count == 5 && theirs.count == 5)
    // The mean loss of an epoch that was interrupted is that of its second part.
    for (row, other) in zip(mine, theirs) where row[0] != "2" { #expect(row == other) }
  }

  /// Each comfort changes what it should, so that none of them is without effect.
  @Test func eachHasAnEffect() throws {
    let plain = try tensors(path(train(["--checkpoint", "\(folder)/plain.safetensors"]), "plain"))
    for comfort in LoopComforts.comforts.dropFirst().dropLast() {
      let own = try tensors(path(train(comfort + ["--checkpoint", "\(folder)/own.safetensors"]), "own"))
      if comfort[0] == "--ema" {
        // The weights are the same, and the averages are beside them.
        for (name, tensor) in plain { #expect(own[name] == tensor) }
        let average = try #require(own["out.weight.average"])
        #expect(average != own["out.weight"] && average.shape == own["out.weight"]?.shape)
      } else if comfort[0] == "--freeze" {
        let initial = ModelStructure(MNISTCNN()).initialVariables(seed: 0)
        for (name, tensor) in initial { #expect((own[name] == tensor) == (name.hasPrefix("conv1") || name == "out.bias"), "\(name)") }
      } else {
        #expect(own["out.weight"] != plain["out.weight"], "\(comfort)")
      }
    }
  }

  private func path(_ result: ProgramResult, _ name: String) throws -> String {
    #expect(result.code == 0, "\(result.errors)")
    return "\(folder)/\(name).safetensors"
  }

  /// Tests read the averages; `eval` too.
  @Test func testsReadTheAverages() throws {
    let run = try events(train(["--lr", "0.001", "--ema", "0.9", "--checkpoint", "\(folder)/ema.safetensors"]))
    let eval = try events(
      runProgram(martletExecutable, ["eval", "mnist-cnn", "--data", folder, "--checkpoint", "\(folder)/ema.safetensors", "--json"]))
    #expect(abs(try #require(run.last?["sample_loss"] as? Double) - (try #require(eval.last?["sample_loss"] as? Double))) < 1e-6)
    let plain = try events(train(["--lr", "0.001"]))
    #expect(abs(try #require(run.last?["sample_loss"] as? Double) - (try #require(plain.last?["sample_loss"] as? Double))) > 1e-4)
  }

  /// A run that is interrupted behind the last step of an epoch validates it when it goes on.
  @Test func validationsAreMadeUpFor() throws {
    let set = try DataSet.load(folder: folder).withValidation(0.1, seed: 0)
    func run(interruptsAt step: Int?, from progress: Checkpoint.Progress = Checkpoint.Progress(epoch: 1, step: 0)) throws -> [Double] {
      let session = try TrainingSession(MNISTCNN(), name: "mnist-cnn", device: CompilingDevice(try CPUBackend()))
      let path = "\(folder)/validated.safetensors"
      if progress.step > 0 { try session.load(Checkpoint.read(path).tensors, needsState: true, path: path) }
      var options = Trainer.Options()
      (options.epochs, options.batch, options.checkpointPath, options.testEvery) = (2, 32, path, 0)
      let settings = Checkpoint.Settings(model: "mnist-cnn", optimizer: "adam", batch: 32, seed: 0, shuffles: false)
      var (losses, steps): ([Double], Int) = ([], 0)
      let trainer = Trainer(session, set, options, settings: settings, isInterrupted: { steps == step }) { event in
        if case .loss = event { steps += 1 }
        if case .validation(_, _, let values, _) = event { losses.append(values[0].value) }
      }
      do { try trainer.run(from: progress) } catch let error as MartletError where error.number == 1203 {}
      return losses
    }
    let whole = try run(interruptsAt: nil)
    // 135 samples: five steps an epoch.
    let first = try run(interruptsAt: 5)
    let saved = try Checkpoint.read("\(folder)/validated.safetensors").progress
    #expect(first.isEmpty && saved.epoch == 1 && saved.step == 5)
    #expect(try run(interruptsAt: nil, from: saved) == whole && whole.count == 2)
  }

  /// A rate of 0 never brings a better value: the run ends after the patience, and again at once when it is resumed.
  @Test func runsStopEarly() throws {
    let options = ["--validation", "0.2", "--lr", "0", "--early-stopping", "2", "--checkpoint", "\(folder)/early.safetensors"]
    let run = try events(train(options + ["--epochs", "9"]))
    #expect(run.filter { $0["event"] as? String == "validation" }.count == 3)
    let stop = try #require(run.first { $0["event"] as? String == "stopped" })
    #expect(stop["epoch"] as? Int == 3 && stop["best_epoch"] as? Int == 1 && stop["monitor"] as? String == "loss")
    let resumed = try events(train(options + ["--epochs", "9", "--resume"]))
    #expect(!resumed.contains { $0["event"] as? String == "loss" })
  }

  @Test func optionsAreChecked() throws {
    for (options, message) in [
      (["--validation", "1"], "--validation"), (["--validation", "0.001"], "leaves nothing"),
      (["--monitor", "f1", "--validation", "0.1"], "f1"),
      (["--metrics", "beauty"], "unknown metric"), (["--ema", "1"], "--ema"), (["--augment", "spin=3"], "spin"),
      (["--class-weights", "1,2"], "10 numbers"), (["--label-smoothing", "2"], "--label-smoothing"), (["--freeze", "conv9"], "conv9"),
      (["--freeze", "conv1", "--freeze", "conv2", "--freeze", "conv3", "--freeze", "out"], "are frozen"),
      (["--clip-value", "0"], "--clip-value"), (["--schedule", "one-cycle", "--peak", "1"], "--peak"),
      (["--schedule", "restarts", "--restart-growth", "0"], "--restart-growth"), (["--early-stopping", "0"], "--early-stopping"),
      (["--schedule", "plateau"], "needs a validation"), (["--schedule", "plateau", "--plateau-factor", "1"], "--plateau-factor"),
      (["--plateau-patience=-1"], "--plateau-patience"), (["--plateau-cooldown=-1"], "--plateau-cooldown"),
      (["--plateau-threshold", "1"], "--plateau-threshold"), (["--minimum-rate=-0.1"], "--minimum-rate"),
      (["--monitor", "accuracy"], "--monitor needs"), (["--image-size", "2x"], "--image-size"), (["--format", "excel"], "excel"),
    ] {
      let result = try train(options)
      #expect(result.code != 0 && result.errors.contains(message) && result.errors.hasPrefix("error M"), "\(options): \(result.errors)")
    }
    // What decides the bits must be the same when a run goes on.
    #expect(try train(["--ema", "0.9", "--checkpoint", "\(folder)/a.safetensors", "--max-steps", "2"]).code == 0)
    let other = try train(["--ema", "0.8", "--checkpoint", "\(folder)/a.safetensors", "--resume"])
    #expect(other.code == 3 && other.errors.contains("--ema 0.9"), "\(other.errors)")
  }

  @Test func suggestsARate() throws {
    let result = try runProgram(
      martletExecutable,
      ["train", "mlp", "--data", folder, "--batch", "32", "--find-learning-rate", "--plot", "\(folder)/rates.svg"])
    #expect(result.code == 0 && result.output.contains("Suggested learning rate"), "\(result)")
    #expect(try FileBytes.readText("\(folder)/rates.svg").hasSuffix("</svg>\n"))
  }
}
