import MartletCore

/// Samples whose target is their own input as one row of f32: bytes divided by 255, as graphs do with images, floats as they are. What an
/// autoencoder is trained with.
struct OwnInputData: DataSource, BuiltInSource {
  private let source: any DataSource
  private let input: DataElement
  let parts: [DataElement]

  var length: Int { source.count }

  /// Nil where the first element of the samples is neither u8 nor f32.
  init?(_ source: any DataSource) {
    guard let input = source.elements.first, [.u8, .f32].contains(input.dtype) else { return nil }
    self.source = source
    self.input = input
    parts = [input, DataElement("target", .f32, [input.shape.elementCount])]
  }

  func copy(_ element: Int, of samples: [Int], to memory: UnsafeMutableRawBufferPointer) throws {
    try checkWrite(element, of: samples, to: memory)
    guard element == 1, input.dtype == .u8 else { return try source.write(0, of: samples, to: memory) }
    // The bytes go to the last quarter of the memory: each is read before the number that covers it is written.
    let count = memory.count / MemoryLayout<Float>.size
    let bytes = UnsafeMutableRawBufferPointer(rebasing: memory[(memory.count - count)...])
    try source.write(0, of: samples, to: bytes)
    for position in 0..<count {
      let number = Float(bytes[position]) / 255
      memory.storeBytes(of: number, toByteOffset: position * MemoryLayout<Float>.size, as: Float.self)
    }
  }
}
