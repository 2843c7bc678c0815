import MartletCore

/// Data that were read from a path: the part to train with, the part to test with, and a sentence about them.
public struct LoadedData: Sendable {
  /// What the path is and what was done with it: "CSV: 150 rows, 4 features, 3 classes in column 'species'; no test part: …".
  public var kind: String
  /// The name of a set that is known, such as `MNIST`; nil for others.
  public var name: String?
  /// The samples to train with.
  public var train: any DataSource
  /// The samples to test with: those of the files, or a tenth that is taken from the others.
  public var test: any DataSource
  /// The samples to choose settings with, where the files have such a part.
  public var validation: (any DataSource)?
  /// Of tables: the names of the columns that are the input, in the order of its numbers, and of those that are the target; else empty.
  package var columns: (input: [String], target: [String]) = ([], [])

  /// Of data without a part to test with so many samples are taken for it.
  package static let testFraction = 0.1
  /// What draws them: always the same ones.
  package static let splitSeed: UInt64 = 0

  /// Data of several parts. Throws M1005 unless all have the same elements.
  package init(kind: String, train: any DataSource, test: any DataSource, validation: (any DataSource)? = nil) throws {
    for other in [test] + (validation.map { [$0] } ?? []) where other.elements != train.elements {
      func list(_ source: any DataSource) -> String {
        source.elements.map { element in
          "'\(element.name)' \(TensorType(element.dtype, element.shape))" + (element.classes.map { " of \($0.count) classes" } ?? "")
        }.joined(separator: ", ")
      }
      throw MartletError(DataErrorCode.setsDiffer, "training samples have \(list(train)), those of another part \(list(other))")
    }
    self.kind = kind
    self.train = train
    self.test = test
    self.validation = validation
  }

  /// Data without a part to test with: a tenth of the samples becomes it, and `kind` says so. They are drawn, always the same ones, or are
  /// the last ones where the order matters (`isOrdered`). Throws M1032 for fewer than two samples.
  package init(kind: String, all: any DataSource, validation: (any DataSource)? = nil, isOrdered: Bool = false) throws {
    let (total, fraction) = (all.count, LoadedData.testFraction)
    guard total >= 2 else {
      throw MartletError(
        DataErrorCode.tooFewSamples,
        "\(kind): \(total) \(total == 1 ? "sample" : "samples") cannot be split into a part to train and a part to test with",
        advice: "Use at least two samples, or files that have a test part.")
    }
    let testCount = min(max(Int((Double(total) * fraction).rounded()), 1), total - 1)
    let order = isOrdered ? Array(0..<total) : try SampleOrder.shuffled(total, seed: LoadedData.splitSeed)
    let how =
      isOrdered ? "the last \(testCount) of \(total) samples" : "\(testCount) of \(total) samples, drawn with seed \(LoadedData.splitSeed),"
    try self.init(
      kind: "\(kind); no test part: \(how) are for testing", train: DataSubset(all, Array(order[..<(total - testCount)])),
      test: DataSubset(all, Array(order[(total - testCount)...])), validation: validation)
  }

  /// The names of the classes, where an element is the number of one; nil for regression and texts.
  public var classes: [String]? { train.elements.first { $0.classes != nil && $0.shape.rank == 0 }?.classes }
}
