import MartletCore

extension DataSource {
  /// Throws M1021 where the source has no such element or sample, M1023 where the memory has not the size of the element times the number of
  /// samples. A source of your own calls it first in `write`.
  public func checkWrite(_ element: Int, of samples: [Int], to memory: UnsafeMutableRawBufferPointer) throws {
    let elements = elements
    guard elements.indices.contains(element) else { throw noElement("element \(element)", elements) }
    try checkSamples(samples)
    let (size, overflow) = samples.count.multipliedReportingOverflow(by: elements[element].byteCount)
    guard !overflow, memory.count == size else {
      let type = "\(samples.count) samples of '\(elements[element].name)', \(TensorType(elements[element].dtype, elements[element].shape)),"
      throw MartletError(DataErrorCode.elementsDiffer, "\(type) take \(size) bytes, memory of \(memory.count) was given")
    }
  }

  /// Throws M1021 for a sample that is not there.
  func checkSamples(_ samples: [Int]) throws {
    let count = count
    guard let sample = samples.first(where: { $0 < 0 || $0 >= count }) else { return }
    throw MartletError(
      DataErrorCode.sampleOutOfRange, "there is no sample \(sample): the source has \(count), numbered from 0",
      advice: "Give sample numbers from 0 to `count` - 1.")
  }

  /// One element of some samples as a tensor, whose axis 0 counts them. Throws M1021 where there is no such element or sample.
  public func tensor(_ element: Int, of samples: [Int]) throws -> HostTensor {
    let elements = elements
    guard elements.indices.contains(element) else { throw noElement("element \(element)", elements) }
    return try HostTensor(filling: elements[element].type(samples: samples.count)) { try write(element, of: samples, to: $0) }
  }

  /// All elements of some samples as tensors.
  func tensors(of samples: [Int]) throws -> [HostTensor] {
    let elements = elements
    var memories: [UnsafeMutableRawBufferPointer] = []
    /// Allocates the tensors one inside of the other, so that one call writes all of them where they stay.
    func fill(_ element: Int, _ tensors: inout [HostTensor]) throws {
      guard element < elements.count else { return try write(allOf: samples, to: memories) }
      let tensor = try HostTensor(filling: elements[element].type(samples: samples.count)) { memory in
        memories.append(memory)
        try fill(element + 1, &tensors)
      }
      tensors.append(tensor)
    }
    var tensors: [HostTensor] = []
    try fill(0, &tensors)
    return tensors.reversed()
  }

  /// The error of an element that is not there, named by number or name.
  func noElement(_ what: String, _ elements: [DataElement]) -> MartletError {
    let list = elements.enumerated().map { "\($0.offset) '\($0.element.name)'" }.joined(separator: ", ")
    return MartletError(
      DataErrorCode.sampleOutOfRange, "there is no \(what); the elements are \(list.isEmpty ? "none" : list)",
      advice: "Name one of the elements of the list.")
  }
}

extension HostTensor {
  /// A tensor whose elements a body writes to the memory where they stay; it writes all of them. Throws where no machine holds the type, and
  /// what the body throws.
  init(filling type: TensorType, _ body: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
    guard let count = Shape.checkedElementCount(type.shape.extents) else {
      throw MartletError(
        TensorErrorCode.elementCount, "a tensor of shape \(type.shape) is not possible",
        advice: "Give extents that are not negative, of at most \(Shape.largestElementCount) elements in all.")
    }
    try MachineMemory.expect(type.byteCount, for: "a tensor \(type)")
    func filled<Scalar: TensorScalar>(_ scalar: Scalar.Type) throws -> [Scalar] {
      try [Scalar](unsafeUninitializedCapacity: count) { memory, written in
        try body(UnsafeMutableRawBufferPointer(start: memory.baseAddress, count: count * MemoryLayout<Scalar>.stride))
        written = count
      }
    }
    switch type.dtype {
    case .f32: self.init(type.shape, try filled(Float.self))
    case .f64: self.init(type.shape, try filled(Double.self))
    case .i32: self.init(type.shape, try filled(Int32.self))
    case .u8: self.init(type.shape, try filled(UInt8.self))
    // A byte that is neither 0 nor 1 would be no Bool.
    case .bool: self.init(type.shape, try filled(UInt8.self).map { $0 != 0 })
    }
  }
}
