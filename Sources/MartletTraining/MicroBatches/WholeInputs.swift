import MartletCore
import MartletLayers
import MartletGraph
import MartletRuntime

/// The inputs of a whole batch in the host's memory, of which micro-batches get their samples.
final class WholeInputs {
  private let inputs: [(name: String, specification: InputSpecification)]
  private let samples: Int
  private let memory: [HostBuffer]

  /// Throws what the data throw, and M153 where the memory does not suffice.
  init(_ inputs: [(name: String, specification: InputSpecification)], _ data: [any InputData], samples: Int) throws {
    self.inputs = inputs
    self.samples = samples
    memory = try zip(inputs, data).map { input, own in
      let buffer = try HostBuffer(input.specification.with(samples: samples).type)
      try own.write(to: buffer)
      return buffer
    }
  }

  /// Writes the samples of a range; an input without samples is written whole.
  func write(_ range: Range<Int>, to bound: CompiledGraphs.Bound) throws {
    for (input, whole) in zip(inputs, memory) {
      guard let buffer = bound.inputs[input.name] else { continue }
      guard input.specification.hasBatch else {
        try whole.copy(to: buffer)
        continue
      }
      let sample = whole.type.byteCount / max(samples, 1)
      try buffer.write(UnsafeRawBufferPointer(rebasing: whole.bytes[range.lowerBound * sample..<range.upperBound * sample]))
    }
  }
}

/// The results of the micro-batches of a step.
struct MicroBatchResults {
  private let samples: Int
  private var parts: [(range: Range<Int>, values: ResultValues)] = []

  init(samples: Int) { self.samples = samples }

  mutating func add(_ values: ResultValues, _ range: Range<Int>) { parts.append((range, values)) }

  /// Those of the whole batch: rows of samples one behind the other, other floating numbers as means over the samples. The loss has its weights
  /// already. Integers that are no rows of samples are those of the first micro-batch.
  func joined() throws -> ResultValues {
    guard let first = parts.first else { return ResultValues([]) }
    return ResultValues(
      try first.values.tensors.enumerated().map { position, named in
        let tensors = parts.map { $0.values.tensors[position].tensor }
        let isOfSamples = zip(parts, tensors).allSatisfy { $1.shape.rank > 0 && $1.shape[0] == $0.range.count }
        if isOfSamples {
          let shape = Shape([samples] + named.tensor.shape.extents.dropFirst())
          let bytes = tensors.flatMap { tensor in tensor.withUnsafeBytes { Array($0) } }
          return (named.name, try bytes.withUnsafeBytes { try HostTensor(TensorType(named.tensor.type.dtype, shape), bytes: $0) })
        }
        guard named.tensor.type.dtype.isFloatingPoint, tensors.allSatisfy({ $0.type == named.tensor.type }) else { return named }
        var sums = [Double](repeating: 0, count: named.tensor.shape.elementCount)
        for (part, tensor) in zip(parts, tensors) {
          let share = named.name == StepNames.loss ? 1 : Double(part.range.count) / Double(samples)
          for (place, number) in tensor.numbers.enumerated() { sums[place] += number * share }
        }
        return (named.name, HostTensor(named.tensor.type, numbers: sums))
      })
  }
}
