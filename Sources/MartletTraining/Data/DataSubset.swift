import MartletCore

/// Some samples of a source, in an order of their own: what `subset`, `shuffled` and `split` give. Nothing is copied.
public struct DataSubset: DataSource, BuiltInSource {
  /// What the samples are read from.
  package let source: any DataSource
  /// The numbers of the samples in `source`.
  package let samples: [Int]
  package let parts: [DataElement]

  package var length: Int { samples.count }

  /// The numbers must have been checked.
  init(_ source: any DataSource, _ samples: [Int]) {
    // A subset of a subset reads the source itself.
    let inner = source as? DataSubset
    self.source = inner?.source ?? source
    self.samples = inner.map { inner in samples.map { inner.samples[$0] } } ?? samples
    parts = source.elements
  }

  package func copy(_ element: Int, of samples: [Int], to memory: UnsafeMutableRawBufferPointer) throws {
    try source.write(element, of: try numbers(samples), to: memory)
  }

  package func copy(allOf samples: [Int], to memories: [UnsafeMutableRawBufferPointer]) throws {
    try source.write(allOf: try numbers(samples), to: memories)
  }

  private func numbers(_ samples: [Int]) throws -> [Int] {
    try checkSamples(samples)
    return samples.map { self.samples[$0] }
  }
}

extension DataSource {
  /// These samples in this order; a number may stand there more than once. Throws M1021 for one that is not there.
  public func subset(_ samples: [Int]) throws -> DataSubset {
    try checkSamples(samples)
    return DataSubset(self, samples)
  }

  /// All samples in an order that the seed and the epoch decide: the one in which training with the same seed visits them in that epoch.
  /// Throws M1022 for more than 2³² samples.
  public func shuffled(seed: UInt64, epoch: Int = 0) throws -> DataSubset {
    DataSubset(self, try SampleOrder.shuffled(count, seed: seed, epoch: epoch))
  }

  /// Two parts: the first has the fraction of the samples, rounded to a whole number, the other one the rest. Without a seed the first
  /// part has the first samples; with one, samples are drawn as `shuffled(seed:)` orders them.
  ///
  /// Throws M1022 for a fraction outside of 0 to 1.
  public func split(_ fraction: Double, seed: UInt64? = nil) throws -> (first: DataSubset, rest: DataSubset) {
    guard fraction >= 0, fraction <= 1 else {
      throw MartletError(
        DataErrorCode.impossibleChoice, "a fraction of \(NumberText.unsignedNaN(fraction)) of the samples is not possible",
        advice: "Give a fraction from 0 to 1, 0.9 for nine in ten.")
    }
    let order = try seed.map { try SampleOrder.shuffled(count, seed: $0) } ?? Array(0..<max(count, 0))
    let firstCount = min(order.count, Int((Double(order.count) * fraction).rounded()))
    return (DataSubset(self, Array(order[..<firstCount])), DataSubset(self, Array(order[firstCount...])))
  }
}
