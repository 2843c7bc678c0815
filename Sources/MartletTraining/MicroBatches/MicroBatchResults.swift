import MartletCore
import MartletGraph
import MartletRuntime

/// The results of the micro-batches of a step.
struct MicroBatchResults {
  private let samples: Int
  /// The results whose first axis has the samples.
  private let ofSamples: Set<String>
  private var parts: [(range: Range<Int>, values: ResultValues)] = []

  init(samples: Int, ofSamples: Set<String>) { (self.samples, self.ofSamples) = (samples, ofSamples) }

  /// Throws M1216 where a result that is no rows of samples has another shape than before.
  mutating func add(_ values: ResultValues, _ range: Range<Int>) throws {
    if let first = parts.first?.values.tensors {
      for ((name, own), (_, other)) in zip(values.tensors, first) where !ofSamples.contains(name) && own.type != other.type {
        throw MicroBatchResults.error(name, other.shape, own.shape)
      }
    }
    parts.append((range, values))
  }

  static func error(_ name: String, _ shape: Shape, _ other: Shape) -> MartletError {
    MartletError(
      TrainingErrorCode.resultsOfMicroBatches,
      "result '\(name)' has the shape \(shape) for one number of samples and \(other) for another: those of micro-batches cannot be put together",
      advice: "Return it with the samples along its first axis, or reduced over them.")
  }

  /// Those of the whole batch: rows of samples one behind the other; other floating numbers as means over the samples; other integers, which count, as
  /// sums. The loss has its weights already.
  func joined() throws -> ResultValues {
    guard let first = parts.first else { return ResultValues([]) }
    return ResultValues(
      try first.values.tensors.enumerated().map { position, named in
        let tensors = parts.map { $0.values.tensors[position].tensor }
        if ofSamples.contains(named.name) {
          let shape = Shape([tensors.reduce(0) { $0 + $1.shape[0] }] + named.tensor.shape.extents.dropFirst())
          let bytes = tensors.flatMap { tensor in tensor.withUnsafeBytes { Array($0) } }
          return (named.name, try bytes.withUnsafeBytes { try HostTensor(TensorType(named.tensor.type.dtype, shape), bytes: $0) })
        }
        let isMean = named.tensor.type.dtype.isFloatingPoint && named.name != StepNames.loss
        var sums = [Double](repeating: 0, count: named.tensor.shape.elementCount)
        for (part, tensor) in zip(parts, tensors) {
          let share = isMean ? Double(part.range.count) / Double(samples) : 1
          for (place, number) in tensor.numbers.enumerated() { sums[place] += number * share }
        }
        return (named.name, HostTensor(named.tensor.type, numbers: sums))
      })
  }
}
