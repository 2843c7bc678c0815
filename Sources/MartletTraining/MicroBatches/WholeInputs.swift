import MartletCore
import MartletLayers
import MartletGraph
import MartletRuntime

/// The inputs of a whole batch in the host's memory, of which micro-batches get their samples.
final class WholeInputs {
  private let inputs: [(name: String, specification: InputSpecification)]
  private var samples = 0
  private var memory: [HostBuffer] = []

  init(_ inputs: [(name: String, specification: InputSpecification)]) { self.inputs = inputs }

  /// Takes a batch. The memory is that of the last one, where it has as many samples. Throws what the data throw, and M153 where the memory does not
  /// suffice.
  func take(_ data: [any InputData], samples: Int) throws {
    if memory.isEmpty || samples != self.samples {
      memory = try inputs.map { try HostBuffer($0.specification.with(samples: samples).type) }
      self.samples = samples
    }
    for (buffer, own) in zip(memory, data) { try own.write(to: buffer) }
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
