import MartletCore

/// Images (`image`, u8, channels, height and width) and the numbers of their classes (`label`, i32).
extension LabelledImages: DataSource {
  public var elements: [DataElement] { [DataElement("image", .u8, shape), DataElement("label", .i32, [])] }

  public func write(_ element: Int, of samples: [Int], to memory: UnsafeMutableRawBufferPointer) throws {
    try checkWrite(element, of: samples, to: memory)
    if element == 0 {
      pixels.withUnsafeBytes { SampleMemory.copy(samples, of: imageByteCount, from: $0, to: memory) }
    } else {
      labels.withUnsafeBytes { SampleMemory.copy(samples, of: MemoryLayout<Int32>.stride, from: $0, to: memory) }
    }
  }
}
