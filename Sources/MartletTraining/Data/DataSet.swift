import MartletCore
import MartletLayers

/// Samples of two elements, an input and its target: what the command line trains and tests a model with.
package struct DataSet: Sendable {
  /// For titles and checkpoints: `MNIST`, or the last part of the path.
  package let name: String
  /// The file or folder that it was read from.
  package let path: String
  /// What the path is and what was done with it, in a sentence.
  package let kind: String
  package let train: any DataSource
  package let test: any DataSource
  /// Samples to choose settings with, where the files have such a part.
  package let validation: (any DataSource)?
  /// The types of the samples, and how many numbers a model gives for each.
  package internal(set) var samples: SampleType
  /// The names of the classes, or of the tokens of a text, in the order of their numbers; nil where targets are numbers to predict.
  package let classes: [String]?
  /// Of tables: the names of the columns that are the input, in the order of its numbers, and of those that are the target; else empty.
  package let columns: (input: [String], target: [String])

  /// How many classes the sets with names have.
  package static let classCount = 10

  static let stems = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]

  /// Reads a path of any format that `DataFiles` knows. Throws `.invalidInput` that names the file, and M1035 where the samples are not an input
  /// and a target.
  package static func load(folder path: String, _ options: DataOptions = DataOptions()) throws -> DataSet {
    try DataSet(DataFiles.read(path, options), path: path)
  }

  /// Data that were read from a path.
  package init(_ data: LoadedData, path: String) throws {
    let elements = data.train.elements
    let classes = elements.count == 2 ? data.classes ?? elements[1].classes : nil
    guard elements.count == 2, classes != nil || elements[1].dtype.isFloatingPoint else {
      throw MartletError(
        DataErrorCode.noTargets, "\(data.kind): the samples of \(path) are not an input and a class or numbers to predict",
        advice: "Train with such data in a loop of your own: docs/library.md.")
    }
    for (part, source) in [("train", data.train), ("test", data.test)] + (data.validation.map { [("validate", $0)] } ?? []) {
      guard source.count > 0 else {
        throw MartletError(
          DataErrorCode.tooFewSamples, "\(data.kind): \(path) has no sample to \(part) with",
          advice: "Use data of which each part has samples.")
      }
    }
    name = data.name ?? String(path.split(separator: "/").last ?? "data")
    (self.path, kind) = (path, data.kind)
    (train, test, validation) = (data.train, data.test, data.validation)
    (self.classes, columns) = (classes, data.columns)
    samples = SampleType(
      input: TensorType(elements[0].dtype, elements[0].shape), target: TensorType(elements[1].dtype, elements[1].shape),
      outputs: classes?.count ?? elements[1].shape.elementCount)
  }

  /// The same data with other parts.
  init(_ set: DataSet, train: any DataSource, validation: (any DataSource)?) {
    (name, path, kind, test, samples, classes) = (set.name, set.path, set.kind, set.test, set.samples, set.classes)
    columns = set.columns
    (self.train, self.validation) = (train, validation)
  }

  /// The same samples with their own inputs as targets; unchanged where inputs are neither bytes nor f32, which `expect` then refuses.
  package func predictingInputs() -> DataSet {
    guard let train = OwnInputData(train), let test = OwnInputData(test) else { return self }
    return DataSet(self, train: train, test: test, validation: validation.flatMap { OwnInputData($0) })
  }

  private init(_ set: DataSet, train: OwnInputData, test: OwnInputData, validation: OwnInputData?) {
    (name, path, kind) = (set.name, set.path, "\(set.kind); the target of each sample is the sample itself")
    (self.train, self.test, self.validation, classes) = (train, test, validation, nil)
    columns = (set.columns.input, set.columns.input)
    let target = TensorType(.f32, train.parts[1].shape)
    samples = SampleType(input: set.samples.input, target: target, outputs: target.shape.elementCount)
  }

  /// The same without a part for validation: its samples are not used.
  package var withoutValidation: DataSet { DataSet(self, train: train, validation: nil) }

  /// With a part for validation: that of the files, else a fraction of the training samples, which `seed` chooses.
  package func withValidation(_ fraction: Double, seed: UInt64) throws -> DataSet {
    guard validation == nil else { return self }
    let (rest, chosen) = try train.split(1 - fraction, seed: seed)
    guard rest.count > 0, chosen.count > 0 else {
      throw MartletError(
        DataErrorCode.tooFewSamples, "\(fraction) of \(train.count) samples leaves nothing to train or to validate with",
        advice: "Give a fraction between 0 and 1 that leaves a sample on both sides: --validation 0.1.")
    }
    return DataSet(self, train: rest, validation: chosen)
  }

  /// Whether inputs are images of bytes, grey or in colours.
  package var isOfPictures: Bool {
    let shape = samples.input.shape
    return samples.input.dtype == .u8 && shape.rank == 3 && (shape[0] == 1 || shape[0] == 3)
  }

  /// Images whose borders tell what their background is.
  private static let (sampledImages, sampledBytes) = (256, 16 << 20)

  /// Whether grey images are darker than half at their borders, as MNIST's digits are; nil for other data.
  package func hasDarkBackground() throws -> Bool? {
    guard isOfPictures, samples.input.shape[0] == 1, train.count > 0, samples.input.elementCount > 0 else { return nil }
    let most = max(DataSet.sampledBytes / samples.input.byteCount, 1)
    let chosen = Array(0..<min(train.count, DataSet.sampledImages, most))
    let (rows, columns) = (samples.input.shape[1], samples.input.shape[2])
    var pixels = [UInt8](repeating: 0, count: chosen.count * rows * columns)
    try pixels.withUnsafeMutableBytes { try train.write(0, of: chosen, to: $0) }
    var (sum, count) = (0, 0)
    for image in chosen.indices {
      for row in 0..<rows {
        for column in 0..<columns where row == 0 || row == rows - 1 || column == 0 || column == columns - 1 {
          sum += Int(pixels[(image * rows + row) * columns + column])
          count += 1
        }
      }
    }
    return sum < 128 * count
  }

  /// The number of the class of each of some samples, or of each place of them one after the other; empty where targets are numbers to predict.
  package static func labels(_ source: any DataSource, _ samples: [Int]) throws -> [Int32] {
    guard source.elements.count > 1, source.elements[1].dtype == .i32 else { return [] }
    var labels = [Int32](repeating: 0, count: samples.count * source.elements[1].shape.elementCount)
    try labels.withUnsafeMutableBytes { try source.write(1, of: samples, to: $0) }
    return labels
  }

  /// Whether a folder has all files of a set that can be found without being named: MNIST's four or CIFAR-10's six.
  package static func isComplete(_ folder: String) -> Bool {
    stems.allSatisfy { MNISTFiles.path(folder, $0) != nil } || CIFAR10.isComplete(folder)
  }

  /// Whether each sample has one class, and not one for each of several places.
  package var hasOneClass: Bool { classes != nil && samples.target.shape.rank == 0 }

  /// Throws unless the model takes these samples.
  package func expect(_ model: any Model, _ modelName: String) throws {
    let givesTokens = model.samples.target.shape.rank > 0 && !model.samples.isRegression
    guard samples.isRegression || samples.target.shape.rank == 0 || givesTokens else {
      throw MartletError(
        DataErrorCode.noTargets,
        "\(kind): the samples of \(path) have a token for each of theirs, and \(modelName) gives no class for each token",
        advice: "Train a language model with it: gpt-small.")
    }
    guard model.inputShape == samples.input.shape else {
      throw MartletError(
        DataErrorCode.imageShape,
        "the model \(modelName) takes inputs of shape \(model.inputShape), but \(name) in \(path) has \(samples.input.shape)",
        advice: "Use another model, such as mlp, which takes any shape, or name other data with --data.")
    }
    guard model.inputEncoding == .indices || samples.input.dtype == .u8 || samples.input.dtype == .f32 else {
      throw MartletError(
        DataErrorCode.imageShape,
        "the model \(modelName) takes bytes or f32, but the inputs of \(name) in \(path) are \(samples.input.dtype)",
        advice: "Save them as uint8, which the graph divides by 255, or as float32, which it takes as they are.")
    }
    guard model.inputEncoding == .intensities || !samples.input.dtype.isFloatingPoint else {
      throw MartletError(
        DataErrorCode.imageShape,
        "the model \(modelName) takes numbers of entries, but \(name) in \(path) has \(samples.input.dtype)",
        advice: "Use another model, or name other data with --data.")
    }
    let (own, target) = (model.samples.target, samples.target)
    guard own.shape.rank == 0 || own.dtype == target.dtype && own.shape.elementCount == target.shape.elementCount else {
      throw MartletError(
        DataErrorCode.imageShape, "the model \(modelName) is trained with targets \(own), but \(name) in \(path) has \(target)",
        advice: "Name other data with --data: an .npz with x and y, of which y has these targets.")
    }
  }
}
