import MartletCore

/// What a model gives for all samples, for `--output FILE.npy`: f32, axis 0 counts the samples.
struct OutputFile {
  private let path: String
  private var numbers: [Float] = []
  /// Of one sample; nil before the first batch.
  private var extents: [Int]?

  /// Throws M101 or M102 where the file cannot be written, and M1313 where its name has another ending.
  init(_ path: String) throws {
    guard path.hasSuffix(".npy") else {
      throw MartletError(
        UsageErrorCode.unknownChoice, "--output writes a file of NumPy, found '\(path)'", advice: "Give it a name that ends in .npy.")
    }
    try FileBytes.expectWritable(path)
    self.path = path
  }

  /// Adds a batch. Throws M153 where there is no memory for all.
  mutating func add(_ outputs: HostTensor) throws {
    try MachineMemory.expect((numbers.count + outputs.count) * MemoryLayout<Float>.size, for: "the outputs for \(path)")
    extents = extents ?? Array(outputs.shape.extents.dropFirst())
    if let floats: [Float] = outputs.elements() { numbers += floats } else { numbers += outputs.numbers.map { Float($0) } }
  }

  /// Writes the file and returns the type of what it holds.
  func write() throws -> TensorType {
    let own = extents ?? []
    let size = own.reduce(1, *)
    let tensor = try HostTensor(Shape([size == 0 ? 0 : numbers.count / size] + own), elements: numbers)
    try FileBytes.writeAtomically(try Npy.encode(tensor), to: path)
    return tensor.type
  }
}
