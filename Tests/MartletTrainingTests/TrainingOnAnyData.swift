import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletInspection
@testable import MartletTraining

/// `train --data PATH` on folders of photos, tables and arrays; `eval` and `predict` with the checkpoints; bad ones say what is wrong.
@Suite struct TrainingOnAnyData {
  private let temporary: Repository.TemporaryFolder
  private var folder: String { temporary.path }

  init() throws { temporary = try Repository.TemporaryFolder() }

  private func martlet(_ arguments: String...) throws -> ProgramResult { try runProgram(martletExecutable, arguments) }

  private func train(_ model: String, _ path: String, _ more: String...) throws -> ProgramResult {
    try runProgram(
      martletExecutable,
      ["train", model, "--data", path, "--epochs", "20", "--batch", "8", "--lr", "0.003", "--json", "--log-every", "0"] + more)
  }

  /// The accuracy of the last test.
  private func accuracy(_ result: ProgramResult) throws -> Double? {
    #expect(result.code == 0, "\(result.errors)")
    let line = try #require(result.output.split(separator: "\n").last { $0.contains("\"event\": \"test\"") })
    return (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["accuracy"] as? Double
  }

  /// Images of three classes that a mean colour tells apart, 9 x 11 and one wider.
  private func writePhotos(_ names: [String] = ["blue", "green", "red"], each: Int = 12) throws -> String {
    var generator = PyTorchGenerator(seed: 1)
    for (number, name) in names.enumerated() {
      try FileBytes.makeFolder("\(folder)/photos/\(name)")
      for image in 0..<each {
        let (height, width) = (9, image == 0 ? 12 : 11)
        let pixels = (0..<height * width * 3).map { position in
          UInt8((position % 3 == 2 - number % 3 ? 160 : 20) + generator.below(80))
        }
        try FileBytes.write(
          try PNG.encode(pixels, width: width, height: height, channels: 3), to: "\(folder)/photos/\(name)/\(image).png")
      }
    }
    return "\(folder)/photos"
  }

  @Test func photos() throws {
    let (photos, checkpoint) = (try writePhotos(), "\(folder)/photos.safetensors")
    // The sizes differ: without a size they become those of the model, and it is said.
    let data = try martlet("data", "--data", photos)
    #expect(data.code == 0 && data.output.contains("their sizes differ") && data.output.contains("3 classes"), "\(data)")
    for model in ["mobilenet-small", "resnet8"] {
      let result = try train(model, photos, "--image-size", "8", "--checkpoint", checkpoint)
      #expect((try accuracy(result) ?? 0) > 0.9)
    }
    let eval = try martlet("eval", "resnet8", "--data", photos, "--image-size", "8", "--checkpoint", checkpoint)
    #expect(eval.code == 0 && eval.output.contains("green") && !eval.errors.contains("was made with"), "\(eval)")
    // Names of classes, and what was done to the photo.
    let predict = try martlet("predict", "resnet8", "--checkpoint", checkpoint, "--images", "\(photos)/red/3.png")
    #expect(predict.code == 0 && predict.output.contains("red/3.png: red (") && predict.errors.contains("resized from"), "\(predict)")
    let several = try martlet("predict", "resnet8", "--checkpoint", checkpoint, "--images", "\(photos)/green")
    #expect(several.output.components(separatedBy: ": green (").count > 10, "\(several)")
    // Without a model's name it is the checkpoint's. A broken photo is named, the others are predicted.
    try FileBytes.write(Array(try FileBytes.read("\(photos)/green/5.png").dropLast(40)), to: "\(photos)/green/5.png")
    let most = try martlet("predict", "--checkpoint", checkpoint, "--images", "\(photos)/green")
    #expect(most.code == 3 && most.errors.contains("error M1083") && most.errors.contains("green/5.png"), "\(most)")
    #expect(most.output.split(separator: "\n").count == 11)
    for (path, message) in [
      (photos, "not searched"), ("\(folder)/none.csv", "is a table"), ("\(folder)/photo.webp", "neither a PNG nor a JPEG"),
    ] {
      if path != photos { try FileBytes.write(Array("RIFFxxxxWEBP".utf8.dropFirst(path.hasSuffix("csv") ? 0 : 1)), to: path) }
      let refused = try martlet("predict", "--checkpoint", checkpoint, "--images", path)
      #expect(refused.code == 3 && refused.errors.contains(message), "\(refused)")
    }
    // Options of other formats would change nothing: they are refused.
    for options in [
      ["--label-column", "a"], ["--target-column", "a"], ["--ignore-column", "a"], ["--input-array", "x"], ["--label-array", "y"],
    ] {
      let result = try runProgram(martletExecutable, ["data", "--data", photos] + options)
      #expect(result.code == 2 && result.errors.contains("M1022"), "\(options): \(result)")
    }
    let sized = try martlet("data", "--data", DataFixture.path("numbers.csv"), "--image-size", "8")
    #expect(sized.code == 2 && sized.errors.contains("M1022"))
    try FileManager.default.removeItem(atPath: "\(photos)/green/5.png")
    let metric = try train("resnet8", photos, "--image-size", "8", "--metrics", "recall-3")
    #expect(metric.code == 2 && metric.errors.contains("2: red"), "\(metric)")
  }

  @Test func tables() throws {
    var text = "width,height,kind\n"
    var generator = PyTorchGenerator(seed: 2)
    for number in 0..<80 {
      let (a, b) = (Double(generator.below(1000)) / 500 - 1, Double(generator.below(1000)) / 500 - 1)
      text += "\(a + (number % 2 == 0 ? 2 : -2)),\(b),\"\(number % 2 == 0 ? "wide, flat" : "narrow")\"\n"
    }
    let table = "\(folder)/kinds.csv"
    try FileBytes.write(Array(text.utf8), to: table)
    let result = try train("mlp", table, "--checkpoint", "\(folder)/table.safetensors")
    #expect(try accuracy(result) == 1)
    let eval = try martlet("eval", "mlp", "--data", table, "--checkpoint", "\(folder)/table.safetensors")
    #expect(eval.output.contains("wide, flat") && eval.output.contains("100.00%"), "\(eval)")
    // Numbers to predict: the loss is a mean of squares, there is no accuracy.
    let regression = try train("mlp", table, "--target-column", "width", "--ignore-column", "kind")
    #expect(try accuracy(regression) == nil)
    // Integers are neither bytes nor f32.
    let integers = try Repository.TemporaryFolder()
    try FileBytes.write(Npy.encode(HostTensor([4, 2], elements: [Int32](repeating: 1, count: 8))), to: "\(integers.path)/x.npy")
    try FileBytes.write(Npy.encode(HostTensor([4], elements: [0, 1, 0, 1] as [Int32])), to: "\(integers.path)/y.npy")
    let whole = try train("mlp", integers.path)
    #expect(whole.code == 3 && whole.errors.contains("are i32") && whole.errors.contains("float32"), "\(whole)")
    // A model of images says what it takes, and which models take anything.
    let refused = try train("mnist-cnn", table)
    #expect(refused.code == 3 && refused.errors.contains("takes inputs of shape [1, 28, 28]") && refused.errors.contains("mlp"))
    let metric = try train("mlp", table, "--target-column", "width", "--ignore-column", "kind", "--metrics", "accuracy")
    #expect(metric.code == 2 && metric.errors.contains("is for classes"))
  }

  @Test func arrays() throws {
    let result = try train("mlp", Repository.path("Tests/Fixtures/data/sets.npz"))
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
  }

  /// More than ten classes, and exactly two; dozens of columns.
  @Test(arguments: [2, 37]) func anyNumberOfClasses(_ classes: Int) throws {
    var text = "x,label\n"
    for number in 0..<classes * 6 { text += "\(Double(number % classes)),c\(number % classes)\n" }
    let table = "\(folder)/classes.csv"
    try FileBytes.write(Array(text.utf8), to: table)
    let data = try DataSet.load(folder: table)
    #expect(data.classes?.count == classes && data.samples.outputs == classes)
    let result = try train("mlp", table, "--checkpoint", "\(folder)/classes.safetensors", "--max-steps", "3")
    #expect(result.code == 0, "\(result.errors)")
    let saved = try Checkpoint.read("\(folder)/classes.safetensors")
    #expect(saved.settings.classes?.count == classes && saved.settings.samples == data.samples)
    try FileBytes.write(Npy.encode(HostTensor([3, 1], elements: [0, 1, 1] as [Float])), to: "\(folder)/x.npy")
    let predict = try martlet("predict", "mlp", "--checkpoint", "\(folder)/classes.safetensors", "--images", "\(folder)/x.npy")
    #expect(predict.code == 0 && predict.output.split(separator: "\n").allSatisfy { $0.contains(": c") }, "\(predict)")
  }

  /// What is wrong, with the file and the line; a checkpoint that is there stays as it is.
  @Test func badDataAreRefused() throws {
    let checkpoint = "\(folder)/kept.safetensors"
    try FileBytes.write([1, 2, 3], to: checkpoint)
    func refuses(_ path: String, _ parts: String..., code: Int32 = 3) throws {
      let result = try train("mlp", path, "--checkpoint", checkpoint)
      #expect(result.code == code && parts.allSatisfy(result.errors.contains), "\(path): \(result.code) \(result.errors)")
      #expect(try FileBytes.read(checkpoint) == [1, 2, 3])
    }
    func table(_ text: String) throws -> String {
      try FileBytes.write(Array(text.utf8), to: "\(folder)/bad.csv")
      return "\(folder)/bad.csv"
    }
    try refuses(try table("a,b,label\n1,2,x\n1,2\n"), "bad.csv:3")
    try refuses(try table("a,b,label\n1,2,x\n1,,y\n"), "bad.csv:3", "'b'")
    try refuses(try table("a,b,label\n1,2,x\n1,2,\n"), "bad.csv:3", "'label'")
    try refuses(try table("a,b,label\n1,two,x\n1,2,y\n"), "bad.csv:2", "'b'", "two")
    try refuses(try table("a,b,label\n1,2,x\n3,4,x\n"), "bad.csv", "x")
    try refuses(try table("a,b,label\n"), "bad.csv")
    try refuses(try table(""), "bad.csv")
    let photos = try writePhotos()
    try FileBytes.write(Array(try FileBytes.read("\(photos)/red/5.png").dropLast(40)), to: "\(photos)/red/5.png")
    try refuses(photos, "red/5.png")
    try FileBytes.write([1, 2, 3], to: "\(photos)/blue/0.jpg")
    try refuses(photos, "2 of 37 images cannot be read", "blue/0.jpg")
    try FileManager.default.removeItem(atPath: "\(photos)/blue")
    try FileManager.default.removeItem(atPath: "\(photos)/green")
    try refuses(photos, "photos")
    try FileManager.default.removeItem(atPath: "\(photos)/red")
    try refuses(photos, "empty folder")
    try refuses("\(folder)/nowhere", "nowhere")
    // An own model whose outputs do not fit is refused before it trains.
    let session = try TrainingSession(MNISTCNN(), name: "mnist-cnn", device: InterpreterDevice())
    let digits = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: digits.path, training: 20, test: 10)
    var eleven = try DataSet.load(folder: digits.path)
    eleven.samples.outputs = 11
    let error = try #require(throws: MartletError.self) { try session.expectOutputs(eleven) }
    #expect(error.number == 1211 && error.message.contains("gives 10 numbers") && error.message.contains("11 classes"))
  }
}

/// `Tensor.show` prints on the interpreter and nowhere else.
@Suite struct ShownTensors {
  @Test func textOfATensor() throws {
    func text(_ numbers: [Float]) throws -> String {
      ShownTensor(label: "x", tensor: try HostTensor([numbers.count], elements: numbers)).text
    }
    #expect(try text([1, 2, 3]) == "x: f32[3], least 1.0, largest 3.0, mean 2.0: 1.0, 2.0, 3.0")
    #expect(try text([Float](repeating: 0.5, count: 9)).hasSuffix(": 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, …"))
    #expect(try text([Float](repeating: 0.5, count: 8)).hasSuffix(": 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5"))
    #expect(try text([]) == "x: f32[0]")
    #expect(try text([.nan, .infinity]).contains("2 not finite"))
  }

  @Test func onlyTheInterpreterShows() throws {
    for (device, count) in [(Device.interpreter, 2), (try Device.cpu(threads: 1), 0)] {
      let function = try Function(Variables(on: device), inputs: .f32(2)) { x in try (x * 2).show("twice").show() + 1 }
      let graph = try function.graph(samples: 2)
      #expect(graph.results.count { $0.name.hasPrefix("show.") } == count)
      #expect(try function.values([1, 2] as [Float]).tensors.map(\.name) == ["result"])
      #expect(try function([1, 2] as [Float]) == [3, 5] as [Float])
    }
  }
}
