import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// The metadata of a checkpoint are input like any other: each entry has a range, and what lies outside is refused by name.
@Suite struct CheckpointMetadata {
  private static let good = [
    ("format", "martlet-checkpoint-1"), ("model", "mnist-cnn"), ("optimizer", "adam"), ("batch", "64"), ("seed", "0"), ("shuffle", "false"),
    ("epoch", "1"), ("step", "0"), ("lr", "0.01"), ("schedule", "constant"), ("clip-norm", "none"), ("fuse", "true"), ("device", "cpu"),
    ("instruction-set", "avx2"), ("data", "MNIST"), ("data-sha256", String(repeating: "0a", count: 32)),
  ]

  private func read(_ name: String, _ value: String) throws -> Checkpoint {
    let folder = try Repository.TemporaryFolder()
    let path = "\(folder.path)/run.safetensors"
    let metadata = CheckpointMetadata.good.map { $0.0 == name ? ($0.0, value) : $0 }
    try FileBytes.write(Safetensors(metadata: metadata, tensors: []).encoded(), to: path)
    return try Checkpoint.read(path)
  }

  @Test(arguments: [
    ("epoch", "0", "from 1 to 2147483647"), ("epoch", "-1", "from 1"), ("epoch", "9223372036854775807", "to 2147483647"),
    ("epoch", "99999999999999999999", "integer"), ("epoch", "1.5", "integer"), ("epoch", "", "integer"), ("epoch", "one", "integer"),
    ("step", "-1", "from 0 to 2147483647"), ("step", "9223372036854775807", "from 0"), ("step", "nan", "integer"),
    ("batch", "0", "from 1"), ("batch", "-64", "from 1"), ("batch", "9223372036854775807", "from 1"),
    ("seed", "-1", "from 0 to 18446744073709551615"), ("seed", "18446744073709551616", "from 0"), ("shuffle", "yes", "true or false"),
    ("shuffle", "1", "true or false"), ("lr", "fast", "a number"), ("lr", "nan", "a number"), ("lr", "", "a number"),
    ("schedule", "linear", "constant, step"), ("schedule", "cosine over -1 epochs", "cosine over N epochs"),
    ("schedule", "step (3 epochs, factor nan)", "step (N epochs"), ("schedule", "constant, warm-up -1", "warm-up"),
    ("clip-norm", "0", "a positive number"), ("clip-norm", "inf", "a positive number"), ("clip-norm", "-2", "a positive number"),
    ("fuse", "maybe", "true or false"), ("data-sha256", "0a", "64 hexadecimal digits"),
  ]) func misfitsAreRefused(_ name: String, _ value: String, _ allowed: String) throws {
    let error = try #require(throws: MartletError.self) { try read(name, value) }
    #expect(error.number == CheckpointErrorCode.entryValue.rawValue && error.kind == .invalidInput, "\(error)")
    #expect(error.message.contains("'\(name)' is '\(value)'") && error.message.contains(allowed), "\(error)")
  }

  /// What runs write, now and before.
  @Test(arguments: [
    ("epoch", "2147483647"), ("step", "937"), ("seed", "18446744073709551615"), ("lr", "1e-05"), ("lr", "inf"), ("schedule", "cosine"),
    ("schedule", "cosine over 10 epochs"), ("schedule", "step (3 epochs, factor 0.1)"),
    ("schedule", "step (1 epochs, factor 1e-05), warm-up 7"),
    ("clip-norm", "2.0"), ("shuffle", "true"), ("fuse", "false"),
  ]) func whatIsWrittenIsRead(_ name: String, _ value: String) throws { _ = try read(name, value) }

  @Test func everySummaryIsOne() {
    for shape in [.constant, .cosine, .step(epochs: 3, factor: 0.1), .step(epochs: 1, factor: 1e-12)] as [LearningRateSchedule.Shape] {
      for warmUp in [0, 5] {
        #expect(LearningRateSchedule.isSummary(LearningRateSchedule(shape, warmUpSteps: warmUp).summary(epochs: 10)))
      }
    }
  }

  /// Progress that the data do not have, given by a file or by a program.
  @Test func progressIsChecked() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path, training: 64, test: 16)
    let set = try DataSet.load(folder: folder.path)
    let session = try TrainingSession(MNISTCNN(), name: "mnist-cnn", device: InterpreterDevice())
    let settings = Checkpoint.Settings(model: "mnist-cnn", optimizer: "adam", batch: 32, seed: 0, shuffles: false)
    for (epoch, step) in [(0, 0), (-1, 0), (.max, 0), (1, -1), (1, 3), (1, .max), (.min, .min)] {
      var options = Trainer.Options()
      options.batch = 32
      let trainer = Trainer(session, set, options, settings: settings, isInterrupted: { false }) { _ in }
      let error = try #require(throws: MartletError.self) { try trainer.run(from: Checkpoint.Progress(epoch: epoch, step: step)) }
      #expect(error.number == CheckpointErrorCode.entryValue.rawValue && error.message.contains("to 2"), "\(error)")
    }
    for batch in [0, -1, .min] {
      var options = Trainer.Options()
      options.batch = batch
      #expect(throws: MartletError.self) {
        try Trainer(session, set, options, settings: settings, isInterrupted: { false }) { _ in }.run()
      }
    }
  }

  /// The count of steps that Adam divides by.
  @Test(arguments: [-1, -5, Int32.max]) func countsOfStepsAreChecked(_ count: Int32) throws {
    let session = try TrainingSession(MNISTCNN(), name: "mnist-cnn", device: InterpreterDevice())
    let tensors = try session.tensors().map { $0.name == "step" ? ("step", HostTensor([], [count])) : ($0.name, $0.tensor) }
    let error = try #require(throws: MartletError.self) { try session.load(tensors, needsState: true, path: "run.safetensors") }
    #expect(error.number == CheckpointErrorCode.entryValue.rawValue && error.message.contains("'step' is \(count)"), "\(error)")
  }
}
