import Foundation
import Martlet
import Testing

// The mistakes in Swift of docs/mistakes.md: what stands between `// mistake: NAME` and `// end` here is in the page, and the message there is the
// one that is thrown. Lines count from the first one of a mistake, as if it were a program of its own.

/// Messages that a block of docs/mistakes.md promises, with the code that leads to them.
@Suite struct SwiftMistakes {
  private typealias Mistake = (name: String, body: () throws -> Void)

  private var all: [Mistake] {
    [
      ("forgotten flatten", forgottenFlatten), ("channels", channels), ("large kernel", largeKernel), ("reused layer", reusedLayer),
      ("forgotten layer", forgottenLayer), ("layer in a function", layerInAFunction), ("residual", residual),
      ("numbers as classes", numbersAsClasses), ("one-hot labels", oneHotLabels), ("loss of each sample", lossOfEachSample), ("axis", axis),
      ("labels from 1", labelsFromOne), ("names in a checkpoint", namesInACheckpoint), ("misspelt variable", misspeltVariable),
      ("another input", anotherInput), ("nothing to train", nothingToTrain),
    ]
  }

  // MARK: Layers that do not fit

  private func forgottenFlatten() throws {
    // mistake: forgotten flatten
    #sourceLocation(file:"main.swift",line:1)
    let model = Sequential {
      Conv2D(1, 8, kernel: 3, padding: 1)
      ReLU()
      MaxPool2D(2)
      Linear(8 * 14 * 14, 10)
    }
    let predict = try Function(Variables(model, on: .cpu()), inputs: .f32(32, 1, 28, 28)) { try model($0) }
    #sourceLocation()
    // end
    _ = predict
  }

  private func channels() throws {
    // mistake: channels
    #sourceLocation(file:"main.swift",line:1)
    let model = Sequential {
      Conv2D(3, 16, kernel: 3)
      ReLU()
      Conv2D(32, 64, kernel: 3)
    }
    let predict = try Function(Variables(model, on: .cpu()), inputs: .f32(32, 3, 32, 32)) { try model($0) }
    #sourceLocation()
    // end
    _ = predict
  }

  private func largeKernel() throws {
    // mistake: large kernel
    #sourceLocation(file:"main.swift",line:1)
    let model = Sequential {
      Conv2D(1, 8, kernel: 3)
      MaxPool2D(8)
      Conv2D(8, 16, kernel: 5)
    }
    let predict = try Function(Variables(model, on: .cpu()), inputs: .f32(32, 1, 28, 28)) { try model($0) }
    #sourceLocation()
    // end
    _ = predict
  }

  private func reusedLayer() throws {
    // mistake: reused layer
    #sourceLocation(file:"main.swift",line:1)
    let block = Conv2D(3, 16, kernel: 3, padding: 1)
    let model = Sequential {
      block
      ReLU()
      block
    }
    let predict = try Function(Variables(model, on: .cpu()), inputs: .f32(32, 3, 32, 32)) { try model($0) }
    #sourceLocation()
    // end
    _ = predict
  }

  // MARK: Layers that are not there

  private func forgottenLayer() throws {
    // mistake: forgotten layer
    #sourceLocation(file:"main.swift",line:1)
    struct Net: Layer {
      let first = Linear(4, 16)
      let second = Linear(16, 16)
      let out = Linear(16, 3)
      func callAsFunction(_ x: Tensor) throws -> Tensor { try out(first(x).relu()) }
    }
    let net = Net()
    let step = try TrainingStep(Variables(net, on: .cpu()), inputs: .f32(32, 4), .i32(32)) { try net($0).crossEntropy($1) }
    #sourceLocation()
    // end
    _ = step
  }

  private func layerInAFunction() throws {
    // mistake: layer in a function
    #sourceLocation(file:"main.swift",line:1)
    let out = Linear(16, 3)
    let step = try TrainingStep(Variables(out, on: .cpu()), inputs: .f32(32, 4), .i32(32)) {
      let hidden = try Linear(4, 16)($0).relu()
      return try out(hidden).crossEntropy($1)
    }
    #sourceLocation()
    // end
    _ = step
  }

  private func nothingToTrain() throws {
    // mistake: nothing to train
    #sourceLocation(file:"main.swift",line:1)
    let net = Linear(4, 1)
    let step = try TrainingStep(Variables(net, on: .cpu()), inputs: .f32(32, 4), .f32(32, 4)) { x, y in
      try x.meanSquaredError(y)
    }
    #sourceLocation()
    // end
    _ = step
  }

  // MARK: Tensors that do not fit

  private func residual() throws {
    // mistake: residual
    #sourceLocation(file:"main.swift",line:1)
    let block = Residual {
      Conv2D(16, 16, kernel: 3, padding: 1)
      ReLU()
      Conv2D(16, 16, kernel: 3)
    }
    let predict = try Function(Variables(block, on: .cpu()), inputs: .f32(32, 16, 8, 8)) { try block($0) }
    #sourceLocation()
    // end
    _ = predict
  }

  private func axis() throws {
    // mistake: axis
    #sourceLocation(file:"main.swift",line:1)
    let net = Linear(4, 3)
    let predict = try Function(Variables(net, on: .cpu()), inputs: .f32(32, 4)) {
      try net($0).softmax(axis: 2)
    }
    #sourceLocation()
    // end
    _ = predict
  }

  // MARK: Losses and targets

  private func numbersAsClasses() throws {
    // mistake: numbers as classes
    #sourceLocation(file:"main.swift",line:1)
    let net = Linear(4, 1)
    let step = try TrainingStep(Variables(net, on: .cpu()), inputs: .f32(32, 4), .f32(32)) { x, prices in
      try net(x).crossEntropy(prices)
    }
    #sourceLocation()
    // end
    _ = step
  }

  private func oneHotLabels() throws {
    // mistake: one-hot labels
    #sourceLocation(file:"main.swift",line:1)
    let net = Linear(4, 3)
    let step = try TrainingStep(Variables(net, on: .cpu()), inputs: .f32(32, 4), .i32(32, 3)) { x, labels in
      try net(x).crossEntropy(labels)
    }
    #sourceLocation()
    // end
    _ = step
  }

  private func lossOfEachSample() throws {
    // mistake: loss of each sample
    #sourceLocation(file:"main.swift",line:1)
    let net = Linear(4, 3)
    let step = try TrainingStep(Variables(net, on: .cpu()), inputs: .f32(32, 4), .i32(32)) { x, labels in
      try net(x).crossEntropy(labels, reduction: .none)
    }
    #sourceLocation()
    // end
    _ = step
  }

  private func labelsFromOne() throws {
    // mistake: labels from 1
    #sourceLocation(file:"main.swift",line:1)
    let net = Linear(2, 3)
    let step = try TrainingStep(Variables(net, on: .cpu()), inputs: .f32(4, 2), .i32(4)) { x, labels in
      try net(x).crossEntropy(labels)
    }
    try step([5.1, 3.5, 4.9, 3.0, 6.2, 2.9, 5.9, 3.2] as [Float], [1, 1, 2, 3] as [Int32], learningRate: 0.1)
    #sourceLocation()
    // end
  }

  // MARK: Names and numbers

  private func namesInACheckpoint() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/net.safetensors"
    // mistake: names in a checkpoint
    #sourceLocation(file:"main.swift",line:1)
    struct Net: Layer {
      let hidden = Linear(4, 16)
      let out = Linear(16, 3)
      func callAsFunction(_ x: Tensor) throws -> Tensor { try out(hidden(x).relu()) }
    }
    struct Renamed: Layer {
      let hidden = Linear(4, 16)
      let head = Linear(16, 3)
      func callAsFunction(_ x: Tensor) throws -> Tensor { try head(hidden(x).relu()) }
    }
    try Variables(Net(), on: .cpu()).save(path)
    try Variables(Renamed(), on: .cpu()).load(path)
    #sourceLocation()
    // end
  }

  private func misspeltVariable() throws {
    // mistake: misspelt variable
    #sourceLocation(file:"main.swift",line:1)
    let weights = try Variables(Linear(4, 3), on: .cpu())
    let matrix: [Float] = try weights.values("wieght")
    #sourceLocation()
    // end
    _ = matrix
  }

  private func anotherInput() throws {
    // mistake: another input
    #sourceLocation(file:"main.swift",line:1)
    let net = Linear(4, 3)
    let predict = try Function(Variables(net, on: .cpu()), inputs: .f32(1, 4)) { try net($0) }
    let scores: [Float] = try predict([5.1, 3.5, 1.4] as [Float])
    #sourceLocation()
    // end
    _ = scores
  }

  // MARK: The page

  private static let root: String = {
    let parts = #filePath.split(separator: "/")
    return "/" + parts.dropLast(3).joined(separator: "/")
  }()

  /// The code of a mistake, as it stands above.
  private func code(_ name: String) throws -> String {
    let source = try String(contentsOfFile: "\(SwiftMistakes.root)/Tests/LibraryTests/SwiftMistakes.swift", encoding: .utf8)
    let start = try #require(source.range(of: "    // mistake: \(name)\n"), "there is no mistake \(name)").upperBound
    let end = try #require(source[start...].range(of: "    // end\n")).lowerBound
    return source[start..<end].split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.contains("#sourceLocation") }.map { $0.dropFirst($0.hasPrefix("    ") ? 4 : 0) }.joined(separator: "\n")
  }

  /// What the mistake's program prints.
  private func message(_ mistake: Mistake) throws -> String {
    do {
      try mistake.body()
    } catch let error as MartletError {
      return "error \(error.code): \(error)"
        .replacingOccurrences(of: "LibraryTests/", with: "digits/")
        .replacingOccurrences(of: #"/[^ ]*/martlet-test-[0-9A-F-]+/"#, with: "", options: .regularExpression)
    }
    Issue.record("nothing was thrown for \(mistake.name)")
    return ""
  }

  /// Blocks of the page `swift mistake: NAME` and the one behind it are this code and its message. `MARTLET_RECORD=1` writes them anew.
  @Test func pageHasCodeAndMessage() throws {
    let path = "\(SwiftMistakes.root)/docs/mistakes.md"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var parts = text.components(separatedBy: "```swift mistake: ")
    #expect(parts.count == all.count + 1, "the page has \(parts.count - 1) mistakes in Swift, here are \(all.count)")
    let mistakes = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    for index in parts.indices.dropFirst() {
      let name = String(parts[index].prefix { $0 != "\n" })
      let mistake = try #require(mistakes[name], "the page has the mistake '\(name)', which is none of SwiftMistakes.swift")
      let fences = parts[index].components(separatedBy: "```\n")
      try #require(fences.count >= 4, "the mistake '\(name)' needs a block of code and one of text behind it")
      let rest = fences.dropFirst(3).joined(separator: "```\n")
      let between = fences[1]
      let written = try message(mistake)
      #expect(written.contains(":") && written.hasPrefix("error M"))
      parts[index] = "\(name)\n\(try code(name))```\n\(between)```\n\(written)\n```\n\(rest)"
    }
    let wanted = parts.joined(separator: "```swift mistake: ")
    guard text != wanted else { return }
    if ProcessInfo.processInfo.environment["MARTLET_RECORD"] == "1" {
      try wanted.write(toFile: path, atomically: true, encoding: .utf8)
    }
    let (old, new) = (text.split(separator: "\n"), wanted.split(separator: "\n"))
    let difference = new.difference(from: old).prefix(12).map { "\($0)" }.joined(separator: "\n")
    Issue.record("docs/mistakes.md differs; MARTLET_RECORD=1 writes it anew:\n\(difference)")
  }
}
