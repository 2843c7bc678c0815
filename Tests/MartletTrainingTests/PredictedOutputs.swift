import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletInspection
@testable import MartletTraining

/// What `predict` and `eval` print and write: ranks, objects for programs, outputs as a file, several inputs, and inputs that hold nothing.
@Suite struct PredictedOutputs {
  private let temporary: Repository.TemporaryFolder
  private var folder: String { temporary.path }

  init() throws { temporary = try Repository.TemporaryFolder() }

  private func martlet(_ arguments: [String]) throws -> ProgramResult { try runProgram(martletExecutable, arguments) }

  private func objects(_ result: ProgramResult) throws -> [[String: Any]] {
    try result.output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }
  }

  /// A folder a class of pictures of 4 x 4, and a model that was trained with them.
  private func trainedWithPhotos() throws -> (photos: String, checkpoint: String) {
    var generator = PyTorchGenerator(seed: 3)
    for (number, name) in ["blue sky", "leaf", "rose"].enumerated() {
      try FileBytes.makeFolder("\(folder)/photos/\(name)")
      for image in 0..<6 {
        let pixels = (0..<48).map { UInt8(($0 % 3 == 2 - number ? 160 : 20) + generator.below(80)) }
        try FileBytes.write(try PNG.encode(pixels, width: 4, height: 4, channels: 3), to: "\(folder)/photos/\(name)/\(image).png")
      }
    }
    let (photos, checkpoint) = ("\(folder)/photos", "\(folder)/photos.safetensors")
    let train = try martlet([
      "train", "mlp", "--data", photos, "--epochs", "8", "--batch", "8", "--lr", "0.003", "--log-every", "0", "--checkpoint", checkpoint,
    ])
    #expect(train.code == 0, "\(train)")
    return (photos, checkpoint)
  }

  @Test func pictures() throws {
    let (photos, checkpoint) = try trainedWithPhotos()
    let predict = ["predict", "--checkpoint", checkpoint]
    // One, several, a folder, and an array between them, in this order.
    let rose = "\(photos)/rose/2.png"
    let pixels = try ImageDecoder.read(rose).tensor
    try Npy.write(try pixels.reshaped([1, 3, 4, 4]), to: "\(folder)/one.npy")
    let inputs = [rose, "\(photos)/leaf", "\(folder)/one.npy", "\(photos)/blue sky/0.png"]
    let output = "\(folder)/logits.npy"
    let result = try martlet(predict + ["--images"] + inputs + ["--top-k", "2", "--output", output])
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(result.code == 0 && lines.count == 9, "\(result)")
    #expect(lines[0].hasPrefix("\(rose): rose (") && lines[7].hasPrefix("\(folder)/one.npy 0: rose (") && lines[8].contains(": blue sky ("))
    #expect(lines[1..<7].enumerated().allSatisfy { $0.element.hasPrefix("\(photos)/leaf/\($0.offset).png: leaf (") }, "\(lines)")
    #expect(result.errors.contains("note: the outputs are in \(output), f32[9, 3]"))
    // The same picture gives the same logits, and probabilities are softmax of them.
    let logits = try Npy.read(output)
    #expect(logits.type == TensorType(.f32, [9, 3]))
    for place in 0..<3 { #expect(abs(logits.numbers[place] - logits.numbers[21 + place]) < 1e-4) }
    let events = try objects(martlet(predict + ["--images"] + inputs + ["--top-k", "3", "--json"]))
    #expect(events.count == 9)
    for (row, event) in events.enumerated() {
      let scores = Array(logits.numbers[3 * row..<3 * row + 3])
      let sum = scores.map { exp($0) }.reduce(0, +)
      let top = try #require(event["top"] as? [[String: Any]])
      #expect(top.count == 3 && top.compactMap { $0["class"] as? Int } == [0, 1, 2].sorted { scores[$0] > scores[$1] })
      for entry in top {
        let number = try #require(entry["class"] as? Int)
        #expect(entry["name"] as? String == ["blue sky", "leaf", "rose"][number])
        #expect(abs((entry["probability"] as? Double ?? 0) - exp(scores[number]) / sum) < 1e-9)
      }
      #expect(event["event"] as? String == "prediction" && event["class"] as? Int == top[0]["class"] as? Int)
      #expect("\(event["input"] ?? "")" == lines[row].components(separatedBy: ": ")[0])
    }
    // Without --top-k one class, no list; a model may be named behind the inputs; more classes than there are: all.
    let one = try objects(martlet(predict + ["--images", rose, "mlp", "--json"]))
    #expect(one.count == 1 && one[0]["top"] == nil && one[0]["name"] as? String == "rose")
    let all = try martlet(predict + ["--images", rose, "--top", "99"])
    #expect(all.output.components(separatedBy: " %)").count == 4, "\(all)")
  }

  @Test func nothingToPredict() throws {
    let (photos, checkpoint) = try trainedWithPhotos()
    let predict = ["predict", "--checkpoint", checkpoint, "--images"]
    try FileBytes.makeFolder("\(folder)/empty")
    try FileBytes.write([], to: "\(folder)/empty.npy")
    try FileBytes.write([], to: "\(folder)/empty.png")
    try Npy.write(HostTensor([0, 3, 4, 4], [UInt8]()), to: "\(folder)/zero.npy")
    for (path, number, words) in [
      ("empty", 1040, ["is an empty folder", "Name a folder of photos"]), ("empty.npy", 1040, ["is an empty file"]),
      ("empty.png", 1040, ["is an empty file"]), ("zero.npy", 1040, ["u8[0, 3, 4, 4]", "[1, 3, 4, 4]"]),
      ("photos", 1008, ["3 other things, such as blue sky"]), ("none.png", 101, ["there is no file or folder"]),
    ] {
      let result = try martlet(predict + ["\(folder)/\(path)"])
      #expect(result.code == 3 && result.errors.contains("error M\(number):") && result.output.isEmpty, "\(result)")
      for word in words + ["\(folder)/\(path)"] { #expect(result.errors.contains(word), "\(result)") }
    }
    // Options that fit nothing.
    for (options, code, number) in [
      (["--top-k", "0"], 2, 1311), (["--output", "x.txt"], 2, 1313), (["--output", "\(folder)/none/x.npy"], 3, 101),
    ] as [([String], Int32, Int)] {
      let result = try martlet(predict + ["\(photos)/rose"] + options)
      #expect(result.code == code && result.errors.contains("error M\(number):"), "\(result)")
    }
  }

  @Test func numbersToPredict() throws {
    let table = "\(folder)/t.csv"
    try FileBytes.write(Array(("a,b,c\n" + (0..<40).map { "\($0),\(40 - $0),\(Double($0) / 8)\n" }.joined()).utf8), to: table)
    let checkpoint = "\(folder)/t.safetensors"
    let train = try martlet([
      "train", "mlp", "--data", table, "--target-column", "c", "--target-column", "b", "--epochs", "1", "--lr", "0.0001", "--log-every",
      "0",
      "--checkpoint", checkpoint,
    ])
    #expect(train.code == 0, "\(train)")
    try Npy.write(HostTensor([2, 1], [Float(3), 4]), to: "\(folder)/x.npy")
    let predict = ["predict", "--checkpoint", checkpoint, "--images", "\(folder)/x.npy"]
    let events = try objects(martlet(predict + ["--json", "--output", "\(folder)/y.npy"]))
    let outputs = try Npy.read("\(folder)/y.npy")
    #expect(outputs.type == TensorType(.f32, [2, 2]) && events.count == 2)
    for (row, event) in events.enumerated() {
      #expect((event["outputs"] as? [Double])?.map { Float($0) } == outputs.numbers[2 * row..<2 * row + 2].map { Float($0) })
      #expect(event["input"] as? String == "image \(row)" && event["class"] == nil)
    }
    // Doubles become floats, as in training.
    try Npy.write(HostTensor([2, 1], [3.0, 4]), to: "\(folder)/doubles.npy")
    let doubles = try martlet(["predict", "--checkpoint", checkpoint, "--images", "\(folder)/doubles.npy"])
    let floats = try martlet(predict)
    #expect(doubles.code == 0 && doubles.output == floats.output, "\(doubles)")
    let ranked = try martlet(predict + ["--top-k", "2"])
    #expect(ranked.code == 2 && ranked.errors.contains("error M1332: --top-k is for classes"), "\(ranked)")
    let eval = ["eval", "--checkpoint", checkpoint, "--data", table, "--target-column", "c", "--target-column", "b"]
    let tested = try martlet(eval + ["--json", "--output", "\(folder)/z.npy"])
    let event = try #require(try objects(tested).first)
    #expect(event["classes"] == nil && event["loss"] is Double && tested.output.split(separator: "\n").count == 1)
    #expect(try Npy.read("\(folder)/z.npy").type == TensorType(.f32, [4, 2]))
    for option in [["--top-k", "2"], ["--png", "\(folder)/p.png"]] {
      let refused = try martlet(eval + option)
      #expect(refused.code == 2 && refused.errors.contains("error M1332: \(option[0])"), "\(refused)")
    }
    // Many numbers are cut in a line, not in an object.
    let type = SampleType(input: TensorType(.f32, [1]), target: TensorType(.f32, [20]), outputs: 20)
    let text = PredictionText(samples: type, classes: nil, top: 1)
    let line = text.line("x", [Double](repeating: 0.5, count: 20))
    #expect(line.hasSuffix("0.5, … 4 more numbers (--output FILE.npy writes them)") && line.components(separatedBy: "0.5").count == 17)
    #expect(text.json("x", [Double](repeating: .nan, count: 20)).components(separatedBy: "null").count == 21)
  }

  @Test func evaluation() throws {
    try GeneratedDigits.write(to: folder, training: 320, test: 96)
    let checkpoint = "\(folder)/digits.safetensors"
    let train = try martlet(
      ["train", "mlp", "--data", folder, "--epochs", "1", "--log-every", "0", "--lr", "0.0003", "--checkpoint", checkpoint])
    #expect(train.code == 0, "\(train)")
    let eval = ["eval", "--data", folder, "--checkpoint", checkpoint]
    let result = try martlet(eval + ["--json", "--top-k", "3", "--output", "\(folder)/logits.npy"])
    let events = try objects(result)
    let event = try #require(events.first)
    let set = try DataSet.load(folder: folder)
    let labels = try DataSet.labels(set.test, Array(0..<96))
    let logits = try Npy.read("\(folder)/logits.npy")
    #expect(events.count == 1 && logits.type == TensorType(.f32, [96, 10]))
    // The object agrees with the outputs that were written.
    var matrix = ConfusionMatrix(classes: 10, mostMistakes: 6)
    matrix.add(0..<96, labels.map { Int($0) }, logits)
    #expect(event["confusion"] as? [[Int]] == matrix.counts)
    let right = (0..<10).reduce(0) { $0 + matrix.counts[$1][$1] }
    #expect(event["accuracy"] as? Double == Double(right) / 96)
    let classes = try #require(event["classes"] as? [[String: Any]])
    #expect(classes.map { $0["name"] as? String } == (0..<10).map { "\($0)" })
    for (entry, score) in zip(classes, matrix.scores.classes) where score.isPresent {
      #expect(entry["f1"] as? Double == score.f1 && entry["precision"] as? Double == score.precision)
      #expect(
        entry["recall"] as? Double == score.recall && entry["samples"] as? Int == score.labelled
          && entry["predicted"] as? Int == score.found)
    }
    #expect((event["macro"] as? [String: Any])?["f1"] as? Double == matrix.scores.macro?.f1)
    var topK = TopK(3)
    try topK.add(outputs: logits, labels: labels)
    #expect(
      (event["top_k"] as? [String: Any])?["accuracy"] as? Double == topK.value && (event["top_k"] as? [String: Any])?["k"] as? Int == 3)
    #expect((event["worst"] as? [[String: Any]])?.compactMap { $0["sample"] as? Int } == matrix.worst.map(\.image))
    #expect((event["most_confused"] as? [[String: Any]])?.compactMap { $0["count"] as? Int } == matrix.confusions(most: 10).map(\.count))
    // For people.
    let text = try martlet(eval + ["--top-k", "3", "--worst", "0", "--png", "\(folder)/worst.png"])
    #expect(text.output.contains("\n Top-3 accuracy: \(NumberText.fixed(topK.value * 100, decimals: 2))%\n"), "\(text)")
    #expect(text.output.contains(ClassReport(matrix, (0..<10).map { "\($0)" }).text(columns: 80)))
    #expect(text.errors.contains("worst.png was not written: --worst is 0") && !FileBytes.exists("\(folder)/worst.png"))
  }
}
