import MartletCore

/// How a value of each class becomes one number.
public enum ClassAveraging: Hashable, Sendable {
  /// The mean over the classes that are a label or were found, each counting the same [average='macro' of sklearn.metrics].
  case macro
  /// That of one class.
  case `class`(Int)

  /// What goes behind the name of a metric.
  var suffix: String {
    switch self {
    case .macro: ""
    case .class(let number): "-\(number)"
    }
  }

  /// One number of a value for each class, of which those count that are true in `isPresent`; NaN where there is none.
  func average(_ values: [Double], _ isPresent: [Bool]) -> Double {
    switch self {
    case .macro:
      let present = zip(values, isPresent).filter(\.1).map(\.0)
      return present.isEmpty ? .nan : present.reduce(0, +) / Double(present.count)
    case .class(let number): return values.indices.contains(number) ? values[number] : .nan
    }
  }
}

/// For each class how often it was found, was the label, and both.
struct ClassCounts: Sendable {
  let ignored: Int32?
  private(set) var both: [Int] = []
  private(set) var found: [Int] = []
  private(set) var labelled: [Int] = []

  init(ignoring ignored: Int32?) { self.ignored = ignored }

  /// Throws M1207 where the batch does not fit, or has another number of classes than those before.
  mutating func add(_ outputs: HostTensor, _ labels: [Int32]) throws {
    let batch = try ScoredBatch(outputs, labels, ignoring: ignored)
    if both.isEmpty {
      let zeros = [Int](repeating: 0, count: batch.classes)
      (both, found, labelled) = (zeros, zeros, zeros)
    }
    guard both.count == batch.classes else {
      throw MartletError(
        TrainingErrorCode.metricInput, "the outputs of this batch have \(batch.classes) classes, those before had \(both.count)")
    }
    var counts = self
    batch.forEach { scores, label in
      let highest = ScoredBatch.highest(scores)
      counts.found[highest] += 1
      counts.labelled[label] += 1
      if highest == label { counts.both[label] += 1 }
    }
    self = counts
  }

  /// Which classes were a label or found.
  var isPresent: [Bool] { zip(found, labelled).map { $0 + $1 > 0 } }

  /// Quotients of numbers for each class; 0 where the divisor is 0 [zero_division=0].
  static func quotients(_ numerators: [Int], _ divisors: [Int]) -> [Double] {
    zip(numerators, divisors).map { $1 == 0 ? 0 : Double($0) / Double($1) }
  }
}
