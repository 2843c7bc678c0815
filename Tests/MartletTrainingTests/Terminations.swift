import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// SIGTERM ends the program within a second, whatever it does; a run that can save its state in that time does so.
@Suite(.serialized) struct Terminations {
  private struct Ending {
    /// As a shell sees it: 143 by the signal too.
    var code: Int32
    var seconds: Double
    var errors: String
  }

  /// Starts the program, sends signals when the moment has come, and waits for its end.
  private func end(
    _ arguments: [String], signals: [Int32] = [SIGTERM], ignoring: Bool = false, trap: String = "TERM", environment: [String: String] = [:],
    started: (pid_t) -> Void = { _ in }, when moment: (_ output: FileHandle, _ input: FileHandle) throws -> Void
  ) throws -> Ending {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: ignoring ? "/bin/sh" : martletExecutable)
    process.arguments = ignoring ? ["-c", "trap '' \(trap); exec \"$@\"", "sh", martletExecutable] + arguments : arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let (output, errors, input) = (Pipe(), Pipe(), Pipe())
    (process.standardOutput, process.standardError, process.standardInput) = (output, errors, input)
    try process.run()
    started(process.processIdentifier)
    try moment(output.fileHandleForReading, input.fileHandleForWriting)
    let start = ContinuousClock.now
    for signal in signals {
      kill(process.processIdentifier, signal)
      // Signals that come at once may be handled in any order.
      wait(0.05)
    }
    // What does not end is killed, and found by its code.
    let watch = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + 10, execute: watch)
    defer { watch.cancel() }
    _ = output.fileHandleForReading.readDataToEndOfFile()
    let message = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let status = process.terminationStatus
    return Ending(
      code: process.terminationReason == .uncaughtSignal ? 128 + status : status, seconds: (ContinuousClock.now - start).seconds,
      errors: String(decoding: message, as: UTF8.self))
  }

  private func expectEnd(_ ending: Ending, _ title: String) {
    // A second, and what a busy machine adds.
    #expect(ending.code == 143 && ending.seconds < 1.8, "\(title): \(ending)")
  }

  /// Reads what the program prints until it has printed a text, or ends.
  private func read(_ output: FileHandle, until part: String) {
    var text = Data()
    while !String(decoding: text, as: UTF8.self).contains(part) {
      let chunk = output.availableData
      if chunk.isEmpty { return }
      text += chunk
    }
  }

  private func wait(_ seconds: Double) { Thread.sleep(forTimeInterval: seconds) }

  @Test(arguments: [false, true]) func whileItReads(_ ignoring: Bool) throws {
    expectEnd(
      try end(["opt", "-"], ignoring: ignoring) { _, input in
        input.write(Data("graph @f(".utf8))
        wait(0.5)
      }, "reading")
  }

  /// Convolutions, each with another number of channels: compiling them takes many seconds.
  @Test func whileItCompiles() throws {
    let folder = try Repository.TemporaryFolder()
    let builder = GraphBuilder(name: "long")
    var value = try builder.parameter("x", .input, TensorType(.f32, [2, 4, 12, 12]))
    for channels in 4..<200 {
      let one = try builder.add(Constant(0.1, TensorType(.f32, [])))
      let weights = try builder.broadcast(one, [channels + 1, channels, 3, 3], axes: [])
      value = try builder.add(Convolution2D(ConvolutionGeometry(padding: [1, 1, 1, 1])), value, weights)
    }
    builder.result("y", value)
    try FileBytes.write(Array(try builder.finish().description.utf8), to: "\(folder.path)/long.gir")
    try Npy.write(HostTensor(repeating: 0, TensorType(.f32, [2, 4, 12, 12])), to: "\(folder.path)/x.npy")
    for delay in [0.3, 1.5] {
      expectEnd(
        try end(
          ["run", "\(folder.path)/long.gir", "--no-cache", "--no-fuse", "--output-dir", folder.path, "--input", "x=\(folder.path)/x.npy"]
        ) { _, _ in wait(delay) }, "compiling for \(delay) s")
    }
  }

  /// Before the first step, too.
  @Test func whileATrainingRunCompiles() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path)
    for delay in [0.05, 0.4] {
      let ending = try end(["train", "vgg-small", "--data", folder.path, "--no-cache"]) { _, _ in wait(delay) }
      // The data have another shape: the run may be over already.
      if ending.code != 3 { expectEnd(ending, "starting") }
    }
    expectEnd(
      try end(["train", "--data", folder.path, "--no-cache", "--epochs", "100000"], environment: ["XDG_CACHE_HOME": folder.path]) { _, _ in
        wait(0.2)
      }, "starting")
  }

  /// Ctrl-C: nothing has been computed that could be saved.
  @Test func interruptedWhileATrainingRunCompiles() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path)
    let ending = try end(
      ["train", "--data", folder.path, "--no-cache", "--epochs", "100000"], signals: [SIGINT], environment: ["XDG_CACHE_HOME": folder.path]
    ) { output, _ in
      // The last line before it compiles begins so.
      read(output, until: "Data: ")
      wait(0.1)
    }
    #expect(ending.code == 130 && ending.seconds < 0.8 && ending.errors.contains("M1203"), "\(ending)")
  }

  private func train(_ folder: String, _ more: [String], signals: [Int32]) throws -> Ending {
    try end(["train", "--data", folder, "--epochs", "100000", "--log-every", "1", "--test-every", "0"] + more, signals: signals) {
      output, _ in
      read(output, until: "[number:3]")
    }
  }

  @Test func whileItTrains() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path)
    let checkpoint = "\(folder.path)/run.safetensors"
    let plain = try train(folder.path, [], signals: [SIGTERM])
    expectEnd(plain, "training")
    #expect(plain.errors.contains("error M1206"), "\(plain.errors)")
    let saving = try train(folder.path, ["--checkpoint", checkpoint], signals: [SIGTERM])
    expectEnd(saving, "training with a checkpoint")
    #expect(saving.errors.contains("error M1206: terminated") && saving.errors.contains("saved in"), "\(saving.errors)")
    let progress = try Checkpoint.read(checkpoint).progress
    #expect(progress.epoch > 1 || progress.step >= 3)
  }

  /// The terminal is closed: the shell and the system may both say so.
  @Test func whileItTrainsWithoutTerminal() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path)
    let checkpoint = "\(folder.path)/run.safetensors"
    // Tests that run under nohup hand down that SIGHUP is ignored.
    let handler = signal(SIGHUP, SIG_DFL)
    defer { signal(SIGHUP, handler) }
    let ending = try train(folder.path, ["--checkpoint", checkpoint], signals: [SIGHUP, SIGHUP])
    expectEnd(ending, "without a terminal")
    #expect(ending.errors.contains("error M1206: terminated") && ending.errors.contains("saved in"), "\(ending.errors)")
    let progress = try Checkpoint.read(checkpoint).progress
    #expect(progress.epoch > 1 || progress.step >= 3)
  }

  /// Under nohup only SIGTERM ends the run.
  @Test func underNohupItGoesOn() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path)
    let arguments = ["train", "--data", folder.path, "--epochs", "100000", "--log-every", "1", "--test-every", "0"]
    var process: pid_t = 0
    let ending = try end(arguments, ignoring: true, trap: "HUP", started: { process = $0 }) { output, _ in
      read(output, until: "[number:3]")
      kill(process, SIGHUP)
      // More than the pipe can hold of what was printed before the signal.
      var count = 0
      while count < 70_000 {
        let chunk = output.availableData
        guard !chunk.isEmpty else { break }
        count += chunk.count
      }
      #expect(count >= 70_000, "the run does not go on")
    }
    expectEnd(ending, "under nohup")
  }

  /// A step that takes longer than a second is not waited for.
  @Test func whileAStepTakesLong() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path, training: 640, test: 64)
    let checkpoint = "\(folder.path)/run.safetensors"
    let ending = try end(
      ["train", "--data", folder.path, "--device", "interpreter", "--batch", "640", "--epochs", "3", "--checkpoint", checkpoint]
    ) { output, _ in
      read(output, until: "Compiled in")
      wait(0.3)
    }
    expectEnd(ending, "a long step")
    #expect(ending.errors.contains("error M1206: terminated") && !FileBytes.exists(checkpoint), "\(ending.errors)")
  }

  /// The second signal does not wait for anything.
  @Test func secondSignalEndsAtOnce() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path, training: 640, test: 64)
    let ending = try end(
      ["train", "--data", folder.path, "--device", "interpreter", "--batch", "640", "--epochs", "3"], signals: [SIGTERM]
    ) { output, _ in wait(1) }
    expectEnd(ending, "one signal")
    let twice = try end(
      ["train", "--data", folder.path, "--device", "interpreter", "--batch", "640", "--epochs", "3"], signals: [SIGINT, SIGTERM]
    ) { output, _ in wait(1) }
    #expect(twice.code == 143 && twice.seconds < 0.5, "\(twice)")
  }
}
