import MartletCore

/// Some samples of a source: a tensor for each element, whose axis 0 counts the samples. `try step(batch[0], batch[1], learningRate: rate)`
/// trains on it.
public struct DataBatch: Sendable {
  /// The numbers of the samples in the source.
  package let samples: [Int]
  private let elements: [DataElement]
  private let tensors: [HostTensor]

  init(_ source: any DataSource, _ samples: [Int]) throws {
    self.samples = samples
    elements = source.elements
    tensors = try source.tensors(of: samples)
  }

  /// How many samples it has: the last batch may have fewer than the others.
  public var count: Int { samples.count }

  /// The tensor of an element, in the source's order. Throws M1021 where there is none.
  public subscript(element: Int) -> HostTensor {
    get throws {
      guard tensors.indices.contains(element) else { throw noElement("element \(element)") }
      return tensors[element]
    }
  }

  /// The tensor of an element by its name. Throws M1021 where there is none.
  public subscript(name: String) -> HostTensor {
    get throws {
      guard let element = elements.firstIndex(where: { $0.name == name }) else { throw noElement("element '\(name)'") }
      return tensors[element]
    }
  }

  private func noElement(_ what: String) -> MartletError {
    MartletError(
      DataErrorCode.sampleOutOfRange, "a batch has no \(what); its elements are \(elements.map { "'\($0.name)'" }.joined(separator: ", "))",
      advice: "Name one of the elements of the list.")
  }
}

/// Which samples each batch has.
struct BatchPlan: Sendable {
  let source: any DataSource
  let size: Int
  /// How many batches there are.
  let count: Int
  private let sampleCount: Int

  init(_ source: any DataSource, size: Int, dropsRest: Bool) {
    self.source = source
    self.size = size
    sampleCount = max(source.count, 0)
    count = sampleCount / size + (dropsRest || sampleCount % size == 0 ? 0 : 1)
  }

  func read(_ batch: Int) throws -> DataBatch {
    let start = batch * size
    return try DataBatch(source, Array(start..<start + min(size, sampleCount - start)))
  }
}

/// The samples of a source, some at a time, in order.
///
/// ```swift
/// let batches = try data.shuffled(seed: 0, epoch: epoch).batched(32).prefetched()
/// while let batch = try batches.next() { try step(batch[0], batch[1], learningRate: 1e-3) }
/// ```
public final class DataBatches {
  private let plan: BatchPlan
  private var position = 0

  init(_ plan: BatchPlan) { self.plan = plan }

  /// How many batches there are in all.
  public var count: Int { plan.count }

  /// Reads the next batch; nil after the last one. Throws what reading throws; the call after that reads the batch that follows.
  public func next() throws -> DataBatch? {
    guard position < plan.count else { return nil }
    defer { position += 1 }
    return try plan.read(position)
  }

  /// The batches that follow, read ahead by a thread: up to `count` of them are kept ready. They are the same batches in the same order.
  ///
  /// Throws M1022 for a number below 1, M1033 where the system gives no thread.
  public func prefetched(_ count: Int = 2) throws -> PrefetchedBatches {
    guard count >= 1 else {
      throw MartletError(
        DataErrorCode.impossibleChoice, "\(count) batches cannot be read ahead",
        advice: "Give a number of at least 1; 2 is enough for most sources.")
    }
    return try PrefetchedBatches(plan, from: position, ahead: count)
  }
}

extension DataSource {
  /// The samples in batches of `size`, in order. The last batch has what is left, unless `dropsRest` leaves it out.
  ///
  /// Throws M1022 for a size below 1.
  public func batched(_ size: Int, dropsRest: Bool = false) throws -> DataBatches {
    guard size >= 1 else {
      throw MartletError(
        DataErrorCode.impossibleChoice, "a batch of \(size) samples is not possible", advice: "Give a size of at least 1.")
    }
    return DataBatches(BatchPlan(self, size: size, dropsRest: dropsRest))
  }
}
