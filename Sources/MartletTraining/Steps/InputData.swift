import MartletCore
import MartletLayers
import MartletRuntime

/// Numbers for an input of a step or function: an array, a `HostTensor`, bytes, or a closure that writes them.
public protocol InputData {
  /// How many samples there are for an input of a specification; the specification's own number where the data do not say. Throws where elements
  /// are of another type, or no whole samples.
  func samples(for specification: InputSpecification, named name: String) throws -> Int
  /// Writes the elements, row-major, to the memory that the step reads: exactly as many bytes as the specification's type has for that number
  /// of samples. What it throws, the step throws.
  func write(to memory: UnsafeMutableRawBufferPointer) throws
}

/// What the data of this module state for `InputData`, under names of the package: steps alone call it.
package protocol BuiltInData: InputData {
  /// `samples(for:named:)`.
  func count(for specification: InputSpecification, named name: String) throws -> Int
  /// `write(to:)`.
  func copy(to memory: UnsafeMutableRawBufferPointer) throws
}

extension BuiltInData {
  /// How many samples there are for an input. Throws M1505 where elements are of another type, or no whole samples.
  public func samples(for specification: InputSpecification, named name: String) throws -> Int {
    try count(for: specification, named: name)
  }

  /// Copies the elements, row-major, to memory of exactly their size.
  public func write(to memory: UnsafeMutableRawBufferPointer) throws { try copy(to: memory) }
}

extension InputSpecification {
  /// The number of samples of so many elements.
  fileprivate func samples(ofElements count: Int, _ dtype: DType, named name: String) throws -> Int {
    func mismatch(_ expected: String) -> MartletError {
      MartletError(LibraryErrorCode.inputType, "input '\(name)' takes \(expected), found \(count) elements of type \(dtype)")
    }
    guard let sample = sampleElements else {
      throw MartletError(
        LibraryErrorCode.inputType, "input '\(name)' has the shape \(shape), which is not possible",
        advice: "Correct `inputs:`: extents are at least 0.")
    }
    guard hasBatch else {
      guard dtype == self.dtype, count == sample else { throw mismatch("\(sample) elements of type \(self.dtype), \(shape)") }
      return 1
    }
    guard dtype == self.dtype, sample == 0 ? count == 0 : count % sample == 0 else {
      throw mismatch("samples of \(sample) elements of type \(self.dtype), \(Shape(Array(shape.extents.dropFirst())))")
    }
    return sample == 0 ? shape[0] : count / sample
  }
}

extension Array: InputData, BuiltInData where Element: TensorScalar {
  package func count(for specification: InputSpecification, named name: String) throws -> Int {
    try specification.samples(ofElements: count, Element.dtype, named: name)
  }

  package func copy(to memory: UnsafeMutableRawBufferPointer) throws { withUnsafeBytes { memory.copyMemory(from: $0) } }
}

extension HostTensor: InputData, BuiltInData {
  package func count(for specification: InputSpecification, named name: String) throws -> Int {
    let samples = specification.hasBatch && shape.rank > 0 ? shape[0] : 1
    guard type == TensorType(specification.dtype, specification.with(samples: samples).shape) else {
      throw MartletError(
        LibraryErrorCode.inputType,
        "input '\(name)' takes \(specification.type)\(specification.hasBatch ? " with any number of samples" : ""), found \(type)",
        advice: type.dtype == specification.dtype ? "Give a tensor of this shape." : "Convert the tensor first, or correct `inputs:`.")
    }
    return samples
  }

  package func copy(to memory: UnsafeMutableRawBufferPointer) throws { withUnsafeBytes { memory.copyMemory(from: $0) } }
}

/// The elements' bytes in the order and format of the machine; they are copied to the device from where they are.
extension UnsafeRawBufferPointer: InputData, BuiltInData {
  package func count(for specification: InputSpecification, named name: String) throws -> Int {
    let size = specification.dtype.byteCount
    guard count % size == 0 else {
      throw MartletError(
        LibraryErrorCode.inputType, "input '\(name)' takes elements of \(size) bytes, \(specification.dtype), found \(count) bytes")
    }
    return try specification.samples(ofElements: count / size, specification.dtype, named: name)
  }

  package func copy(to memory: UnsafeMutableRawBufferPointer) throws { memory.copyMemory(from: self) }
}

/// A number of samples that a closure writes: `Filling(samples: 32) { bytes in … }`.
public struct Filling: InputData, BuiltInData {
  package let samples: Int
  private let fill: (UnsafeMutableRawBufferPointer) throws -> Void

  /// `fill` is given memory for all elements, row-major, and writes all of it. What it throws, the step throws.
  public init(samples: Int, _ fill: @escaping (UnsafeMutableRawBufferPointer) throws -> Void) {
    self.samples = samples
    self.fill = fill
  }

  package func count(for specification: InputSpecification, named name: String) throws -> Int {
    guard samples >= 0 else {
      throw MartletError(
        LibraryErrorCode.inputType, "input '\(name)': \(samples) samples are not possible", advice: "Give a number from 0 on.")
    }
    return specification.hasBatch ? samples : 1
  }

  package func copy(to memory: UnsafeMutableRawBufferPointer) throws { try fill(memory) }
}

extension InputData {
  /// Writes the elements to memory of a device.
  func write(to buffer: any DeviceBuffer) throws { try buffer.fill(write) }
}

extension DeviceBuffer {
  /// Copies all elements to a buffer of the same type.
  func copy(to other: any DeviceBuffer) throws {
    if try copyOnDevice(to: other) { return }
    if let host = self as? HostBuffer {
      try other.write(UnsafeRawBufferPointer(rebasing: host.bytes[..<host.type.byteCount]))
    } else {
      try other.write(read())
    }
  }

  /// Calls the body with memory for all elements: the place itself where that is the host's memory.
  func fill(_ body: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
    if let host = self as? HostBuffer {
      return try body(UnsafeMutableRawBufferPointer(rebasing: host.bytes[..<host.type.byteCount]))
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: type.byteCount, alignment: 64)
    defer { memory.deallocate() }
    try body(memory)
    try write(UnsafeRawBufferPointer(memory))
  }
}
