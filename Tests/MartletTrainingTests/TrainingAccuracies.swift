import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCore
@testable import MartletTraining

/// The accuracy of the samples that a run trains with: in the line of an epoch, in its event, and while it runs.
@Suite struct TrainingAccuracies {
  /// As the reader of metrics finds the highest score of a row; ties go to the first, a NaN counts as the highest.
  @Test func correctRowsAreCounted() {
    var generator = PyTorchGenerator(seed: 3)
    for classes in [1, 2, 7, 10] {
      let rows = 50
      let scores = (0..<rows * classes).map { _ -> Float in
        let draw = generator.below(9)
        return draw == 0 ? .nan : draw == 1 ? .infinity : draw == 2 ? -.infinity : Float(draw)
      }
      let labels = (0..<rows).map { _ in Int32(generator.below(classes)) }
      let expected = (0..<rows).count { row in
        ScoredBatch.highest(scores[row * classes..<(row + 1) * classes].map(Double.init)[...]) == Int(labels[row])
      }
      let found = scores.withUnsafeBufferPointer { scores in
        labels.withUnsafeBufferPointer { ScoredBatch.correct(scores, $0, rows: rows, classes: classes) }
      }
      #expect(found == expected && (classes == 1 || found < rows), "\(classes): \(found), \(expected)")
    }
    let none = [Float](repeating: 0, count: 3)
    let labels: [Int32] = [0, 0]
    none.withUnsafeBufferPointer { scores in
      labels.withUnsafeBufferPointer {
        // Less memory than is claimed.
        #expect(ScoredBatch.correct(scores, $0, rows: 2, classes: 2) == 0 && ScoredBatch.correct(scores, $0, rows: 3, classes: 1) == 0)
        #expect(ScoredBatch.correct(scores, $0, rows: 2, classes: 0) == 0 && ScoredBatch.correct(scores, $0, rows: 2, classes: 1) == 2)
      }
    }
  }

  /// With a rate of nothing the weights stay: the training accuracy of an epoch is the test accuracy of the same images.
  @Test func isTheTestAccuracyOfTheSameWeights() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path, training: 300, test: 40)
    let checkpoint = "\(folder.path)/c.safetensors"
    let first = try runProgram(
      martletExecutable,
      ["train", "--data", folder.path, "--epochs", "1", "--checkpoint", checkpoint, "--json", "--batch", "50", "--lr", "0.001"])
    #expect(first.code == 0, "\(first)")
    let second = try runProgram(
      martletExecutable,
      ["train", "--data", folder.path, "--epochs", "2", "--checkpoint", checkpoint, "--resume", "--lr", "1e-30", "--json", "--batch", "50"])
    let epochs = try events(second.output).filter { $0["event"] as? String == "epoch" }
    let epoch = try #require(epochs.first)
    let accuracy = try #require(epoch["accuracy"] as? Double)
    #expect(epochs.count == 1 && epoch["loss"] is Double && accuracy > 0.1 && accuracy < 1, "\(epoch)")
    // The training images as test images.
    for part in ["images-idx3-ubyte", "labels-idx1-ubyte"] {
      try FileBytes.write(try FileBytes.read("\(folder.path)/train-\(part)"), to: "\(folder.path)/t10k-\(part)")
    }
    let tested = try runProgram(martletExecutable, ["eval", "--data", folder.path, "--checkpoint", checkpoint, "--json"])
    let test = try #require(try events(tested.output).last)
    #expect(test["accuracy"] as? Double == accuracy, "\(tested) \(epoch)")
  }

  /// Behind the loss, once a step's is known; each epoch begins anew.
  @Test func theLineOfProgressHasIt() {
    let run = TextReporter.Run(epochs: 2, batch: 4, noun: "images", isQuiet: false)
    var pace = TrainingPace()
    pace.begin()
    pace.beginEpoch(after: 0)
    pace.add(0.5, 0.01)
    #expect(pace.accuracy == nil && !pace.details(1, 1, of: 9, run).contains { $0.contains("accuracy") })
    pace.add(correct: 4, of: 4)
    pace.add(correct: 2, of: 4)
    pace.testAccuracy = 0.5
    let details = pace.details(1, 2, of: 9, run)
    #expect(details[0] == "loss 0.5000" && details[1] == "accuracy 75.00 %" && details.contains("test 50.00 %"), "\(details)")
    pace.beginEpoch(after: 0)
    #expect(pace.accuracy == nil)
  }

  /// Of numbers to predict there is no accuracy, and of texts none is counted.
  @Test func isThereForClassesAlone() throws {
    let folder = try Repository.TemporaryFolder()
    let rows = (0..<60).map { "\($0 % 7),\($0 % 11),\(Double($0 % 13) / 2 + 0.25)\n" }
    try FileBytes.write(Array(("a,b,y\n" + rows.joined()).utf8), to: "\(folder.path)/t.csv")
    let numbers = try runProgram(
      martletExecutable,
      ["train", "mlp", "--data", "\(folder.path)/t.csv", "--target-column", "y", "--epochs", "1", "--batch", "2"])
    #expect(numbers.code == 0 && numbers.output.contains("mean loss") && !numbers.output.contains("accuracy"), "\(numbers)")
    try GeneratedDigits.write(to: folder.path, training: 300, test: 40)
    let classes = try runProgram(martletExecutable, ["train", "--data", folder.path, "--epochs", "1"])
    #expect(classes.code == 0 && classes.output.firstMatch(of: /mean loss [0-9.]+, accuracy [0-9]+\.[0-9]{2} %/) != nil, "\(classes)")
  }

  private func events(_ output: String) throws -> [[String: Any]] {
    try output.split(separator: "\n").map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
  }
}
