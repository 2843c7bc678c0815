import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletLayers
@testable import MartletTraining

/// Models whose samples are no images with classes, from the command line: texts, masks of pixels, targets that are the inputs.
@Suite struct ZooRuns {
  private let temporary: Repository.TemporaryFolder
  private var folder: String { temporary.path }

  init() throws { temporary = try Repository.TemporaryFolder() }

  private func martlet(_ arguments: String...) throws -> ProgramResult { try runProgram(martletExecutable, arguments) }

  /// The numbers of the last test, and the losses of the steps that were printed.
  private func run(_ arguments: String...) throws -> (test: [String: Any], losses: [Double]) {
    let result = try runProgram(martletExecutable, arguments + ["--json"])
    #expect(result.code == 0, "\(result.errors)")
    let events = try result.output.split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
    let test = try #require(events.last { $0["event"] as? String == "test" })
    return (test, events.compactMap { $0["event"] as? String == "loss" ? $0["loss"] as? Double : nil })
  }

  private func writeText(_ count: Int) throws -> String {
    try FileBytes.write(Array(String(repeating: "to be or not to be, that is the question: ", count: count).utf8), to: "\(folder)/play.txt")
    return "\(folder)/play.txt"
  }

  /// Digits without a file of them: bright squares whose place is the class.
  private func writeImages(_ shape: Shape, masks: HostTensor? = nil) throws -> String {
    let count = 40
    let pixels = (0..<count * shape.elementCount).map { position in
      let (sample, pixel) = (position / shape.elementCount, position % shape.elementCount)
      return UInt8(pixel * 7 / shape.elementCount == sample % 7 ? 200 : 10)
    }
    try FileBytes.makeFolder("\(folder)/data")
    try Npy.write(HostTensor(Shape([count] + shape.extents), elements: pixels), to: "\(folder)/data/x.npy")
    try Npy.write(masks ?? HostTensor([count], elements: (0..<count).map { Int32($0 % 7) }), to: "\(folder)/data/y.npy")
    return "\(folder)/data"
  }

  @Test func textTrainsALanguageModel() throws {
    let (text, checkpoint) = (try writeText(120), "\(folder)/gpt.safetensors")
    let (test, losses) = try run(
      "train", "gpt-small", "--data", text, "--epochs", "4", "--batch", "8", "--lr", "0.003", "--log-every", "1", "--checkpoint", checkpoint
    )
    // 256 bytes, drawn at random.
    #expect(try #require(losses.first) > 5 && #require(losses.last) < 1.5, "\(losses)")
    let (loss, perplexity) = (try #require(test["sample_loss"] as? Double), try #require(test["perplexity"] as? Double))
    #expect(abs(perplexity - exp(loss)) <= 1e-6 * perplexity && perplexity < 5)
    #expect(try #require(test["accuracy"] as? Double) > 0.5)
    // The checkpoint says what it was made for.
    let (evaluated, _) = try run("eval", "--data", text, "--checkpoint", checkpoint)
    for name in ["accuracy", "perplexity", "sample_loss"] {
      #expect(abs(try #require(evaluated[name] as? Double) - #require(test[name] as? Double)) <= 1e-5 * perplexity, "\(name)")
    }
    let plain = try martlet("eval", "--data", text, "--checkpoint", checkpoint)
    #expect(plain.code == 0 && plain.output.contains("Perplexity: ") && plain.output.contains("Accuracy: "), "\(plain)")
    // Metrics count tokens; a run that goes on has the bits of one that was not interrupted.
    func continued(_ name: String, _ more: String...) throws -> [String: Any] {
      let arguments = [
        "train", "gpt-small", "--data", text, "--epochs", "2", "--batch", "16", "--validation", "0.2", "--metrics",
        "accuracy,top-5,perplexity",
        "--label-smoothing", "0.1", "--json", "--log-every", "0", "--checkpoint", "\(folder)/\(name).safetensors",
      ]
      let result = try runProgram(martletExecutable, arguments + more)
      #expect(result.code == 0, "\(result.errors)")
      let line = try #require(result.output.split(separator: "\n").last { $0.contains("\"event\": \"test\"") })
      return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    let whole = try continued("whole")
    _ = try continued("parts", "--max-steps", "3")
    let resumed = try continued("parts", "--resume")
    #expect(try #require(resumed["weights_sha256"] as? String) == whole["weights_sha256"] as? String)
  }

  /// What was kept of the tokens before gives the text that whole windows give, also where windows are full; other seeds give others.
  @Test(arguments: ["gpt-small", "char-lstm"]) func languageModelsWrite(_ model: String) throws {
    let (text, checkpoint) = (try writeText(60), "\(folder)/\(model).safetensors")
    _ = try run(
      "train", model, "--data", text, "--epochs", model == "gpt-small" ? "3" : "6", "--batch", "8", "--lr", "0.003", "--log-every", "0",
      "--checkpoint", checkpoint)
    func written(_ arguments: String...) throws -> String {
      let result = try runProgram(
        martletExecutable, ["generate", "--checkpoint", checkpoint, "--prompt", "to be or", "--length", "150"] + arguments)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      return result.output
    }
    for temperature in ["0", "0.7"] {
      let kept = try written("--temperature", temperature)
      #expect(kept.hasPrefix("to be or") && kept.utf8.count > 150, "\(kept)")
      #expect(try written("--temperature", temperature, "--recompute") == kept)
    }
    #expect(try written("--temperature", "2") != written("--temperature", "2", "--seed", "1"))
    let refused = try runProgram(martletExecutable, ["generate", "--checkpoint", checkpoint, "--temperature=-1"])
    #expect(refused.code == 2 && refused.errors.contains("M1312"), "\(refused.errors)")
    let other = try runProgram(martletExecutable, ["generate", "mlp", "--checkpoint", checkpoint])
    #expect(other.code == 2 && other.errors.contains("error M1321"), "\(other.errors)")
  }

  /// A run of a loop that was interrupted goes on with the same bits, on any number of threads.
  @Test func recurrentRunsContinue() throws {
    let text = try writeText(60)
    func hash(_ name: String, _ more: String...) throws -> String {
      let result = try runProgram(
        martletExecutable,
        [
          "train", "char-lstm", "--data", text, "--epochs", "2", "--batch", "8", "--json", "--log-every", "0", "--checkpoint",
          "\(folder)/\(name).safetensors",
        ] + more)
      #expect(result.code == 0, "\(result.errors)")
      let line = try #require(result.output.split(separator: "\n").last { $0.contains("weights_sha256") })
      let test = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      return try #require(test["weights_sha256"] as? String)
    }
    let whole = try hash("whole", "--threads", "2")
    #expect(try hash("one", "--threads", "1") == whole && hash("three", "--threads", "3") == whole)
    _ = try runProgram(
      martletExecutable,
      [
        "train", "char-lstm", "--data", text, "--epochs", "2", "--batch", "8", "--log-every", "0", "--max-steps", "4", "--checkpoint",
        "\(folder)/parts.safetensors",
      ])
    #expect(try hash("parts", "--resume") == whole)
  }

  @Test func textsAreOnlyForLanguageModels() throws {
    let text = try writeText(20)
    let images = try writeImages([1, 28, 28])
    for (arguments, code, message) in [
      (["train", "mlp", "--data", text], 3, "error M1035"), (["train", "autoencoder", "--data", text], 3, "error M1035"),
      (["train", "unet-small", "--data", text], 3, "error M1035"), (["train", "gpt-small", "--data", images], 3, "error M1010"),
      (["train", "unet-small", "--data", images], 3, "error M1010"),
      (["train", "gpt-small", "--data", text, "--augment", "flip"], 2, "images"),
      (["dump", "gpt-small", "--dtype", "f16"], 2, "f32 and f64"),
    ] as [([String], Int32, String)] {
      let result = try runProgram(martletExecutable, arguments)
      #expect(result.code == code && result.errors.contains(message), "\(arguments): \(result.code), \(result.errors)")
    }
    try FileBytes.write(Array("too short".utf8), to: "\(folder)/short.txt")
    let short = try martlet("train", "gpt-small", "--data", "\(folder)/short.txt")
    #expect(short.code == 3 && short.errors.contains("error M1032"), "\(short.errors)")
    let data = try martlet("data", "--data", text)
    #expect(data.code == 0 && data.output.contains("samples of i32[64]"), "\(data)")
  }

  @Test func autoencodersHaveTheirInputsAsTargets() throws {
    let images = try writeImages([1, 28, 28])
    let checkpoint = "\(folder)/code.safetensors"
    let (test, losses) = try run(
      "train", "autoencoder", "--data", images, "--epochs", "40", "--batch", "12", "--lr", "0.001", "--log-every", "1", "--checkpoint",
      checkpoint)
    let last = try #require(losses.last)
    #expect(last < 0.2 * losses[0] && test["accuracy"] == nil && test["perplexity"] == nil, "\(losses)")
    let (evaluated, _) = try run("eval", "--data", images, "--checkpoint", checkpoint)
    #expect(abs(try #require(evaluated["sample_loss"] as? Double) - #require(test["sample_loss"] as? Double)) < 1e-6)
    let refused = try martlet("train", "autoencoder", "--data", images, "--augment", "flip")
    #expect(refused.code == 2 && refused.errors.contains("targets of their pixels"), "\(refused.errors)")
  }

  /// Bytes become intensities, in any order of the samples; floats stay as they are.
  @Test func ownInputs() throws {
    let bytes = HostTensor([3, 1, 2, 2], (0..<12).map { UInt8($0 * 20 + 5) })
    let source = try #require(
      OwnInputData(try TensorData(["image": bytes, "label": HostTensor([3], [Int32](repeating: 0, count: 3))])))
    #expect(source.count == 3 && source.elements[1] == DataElement("target", .f32, [4]))
    let expected: [Float] = [8, 9, 10, 11, 0, 1, 2, 3].map { Float($0 * 20 + 5) / 255 }
    #expect(try source.tensor(1, of: [2, 0]) == HostTensor([2, 4], expected))
    #expect(try source.tensor(0, of: [1]) == HostTensor([1, 1, 2, 2], [85, 105, 125, 145] as [UInt8]))
    let floats = HostTensor([2, 3], [1.5, -2, 3, 4, 5, 6] as [Float])
    let rows = try #require(OwnInputData(try TensorData(["x": floats])))
    #expect(try rows.tensor(1, of: [1, 0]) == HostTensor([2, 3], [4, 5, 6, 1.5, -2, 3] as [Float]))
    #expect(OwnInputData(try TensorData(["x": HostTensor([2], [1, 2] as [Int32])])) == nil)
    expectError(DataErrorCode.sampleOutOfRange) { try source.tensor(1, of: [3]) }
  }

  /// Masks as truth values or as floats, with an axis of channels or without.
  @Test(arguments: [0, 1]) func masksTrainAUNet(_ kind: Int) throws {
    let inside = (0..<40 * 256).map { ($0 % 256) * 7 / 256 == $0 / 256 % 7 }
    let masks =
      kind == 0
      ? HostTensor([40, 16, 16], inside) : HostTensor([40, 1, 16, 16], inside.map { $0 ? Float(1) : 0 })
    let images = try writeImages([1, 16, 16], masks: masks)
    let (test, losses) = try run(
      "train", "unet-small", "--data", images, "--epochs", "8", "--batch", "12", "--lr", "0.01", "--log-every", "1")
    #expect(try #require(losses.last) < 0.3 * losses[0] && test["accuracy"] == nil, "\(losses)")
  }

  /// Graphs, kernels and explanations of all models; of gpt2 the graph alone.
  @Test(arguments: [
    "wide-mlp", "keras-cnn", "resnet-stem", "convnext-small", "unet-small", "autoencoder", "gpt-small", "char-lstm", "gpt2",
  ])
  func inspections(_ name: String) throws {
    let traced = try martlet("dump", name, "--stage", "traced", "--batch", "3")
    let hasResults = traced.output.contains("loss: f32[]") && traced.output.contains("logits: f32[3")
    #expect(traced.code == 0 && hasResults, "\(traced.errors)")
    let double = try martlet("dump", name, "--stage", "traced", "--batch", "3", "--dtype", "f64")
    #expect(double.code == 0 && double.output == traced.output.replacingOccurrences(of: "f32[", with: "f64["), "\(double.errors)")
    guard name != "gpt2" else { return }
    let origins = try martlet("dump", name, "--stage", "traced", "--batch", "3", "--dtype", "f64", "--origins")
    #expect(origins.code == 0 && origins.output.contains(".swift:"), "\(origins.output.prefix(500))")
    let optimized = try martlet("dump", name, "--batch", "3", "--dtype", "f64")
    #expect(optimized.code == 0 && optimized.output.contains("adam_update"), "\(optimized.errors)")
    let explained = try martlet("explain", "kernels", "--model", name, "--batch", "3")
    #expect(explained.code == 0 && !explained.output.isEmpty, "\(explained.errors)")
  }

  @Test(arguments: ["convnext-small", "unet-small", "autoencoder", "gpt-small", "char-lstm"]) func benchmarks(_ name: String) throws {
    let result = try martlet("bench", name, "--batch", "3", "--threads", "2")
    #expect(result.code == 0 && result.output.contains("equal the interpreter's") && result.output.contains("whole step"), "\(result)")
  }
}
