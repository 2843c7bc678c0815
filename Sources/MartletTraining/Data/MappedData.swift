import MartletCore

/// A source whose samples a function computes from those of another one: what `mapped` gives. Nothing is kept: a sample is computed whenever
/// it is read, once for each batch.
public struct MappedData: DataSource, BuiltInSource {
  private let source: any DataSource
  private let body: @Sendable ([HostTensor]) throws -> [HostTensor]
  package let parts: [DataElement]

  package var length: Int { source.count }

  init(_ source: any DataSource, _ elements: [DataElement], _ body: @escaping @Sendable ([HostTensor]) throws -> [HostTensor]) {
    self.source = source
    parts = elements
    self.body = body
  }

  package func copy(_ element: Int, of samples: [Int], to memory: UnsafeMutableRawBufferPointer) throws {
    try checkWrite(element, of: samples, to: memory)
    for (position, sample) in samples.enumerated() {
      MappedData.copy(try mapped(sample)[element], to: memory, at: position)
    }
  }

  package func copy(allOf samples: [Int], to memories: [UnsafeMutableRawBufferPointer]) throws {
    guard memories.count == elements.count else {
      throw MartletError(
        DataErrorCode.elementsDiffer, "a sample has \(elements.count) elements, memory for \(memories.count) was given")
    }
    for (element, memory) in memories.enumerated() { try checkWrite(element, of: samples, to: memory) }
    for (position, sample) in samples.enumerated() {
      for (tensor, memory) in zip(try mapped(sample), memories) { MappedData.copy(tensor, to: memory, at: position) }
    }
  }

  private static func copy(_ tensor: HostTensor, to memory: UnsafeMutableRawBufferPointer, at position: Int) {
    tensor.withUnsafeBytes { bytes in
      let start = position * bytes.count
      UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + bytes.count]).copyMemory(from: bytes)
    }
  }

  /// What the function makes of a sample, checked.
  private func mapped(_ sample: Int) throws -> [HostTensor] {
    let inputs = try zip(source.tensors(of: [sample]), source.elements).map { try $0.reshaped($1.shape) }
    let results = try body(inputs)
    guard results.count == elements.count else {
      throw MartletError(
        DataErrorCode.elementsDiffer,
        "the function of `mapped` returned \(results.count) tensors for sample \(sample), \(elements.count) were announced",
        advice: "Return a tensor for each element that `mapped(to:)` lists.")
    }
    for (result, element) in zip(results, elements) where result.type != TensorType(element.dtype, element.shape) {
      throw MartletError(
        DataErrorCode.elementsDiffer,
        "the function of `mapped` returned \(result.type) as '\(element.name)' of sample \(sample), "
          + "\(TensorType(element.dtype, element.shape)) was announced",
        advice: "Return what `mapped(to:)` lists, or list what the function returns.")
    }
    return results
  }
}

extension DataSource {
  /// A source of the same number of samples, each of which `body` computes: from the elements of a sample, without an axis for the samples,
  /// to those that `elements` lists. It may run on several threads at a time.
  ///
  /// Throws M1023 for shapes that are not possible. Reading throws what the body throws, and M1023 where it returns other tensors than
  /// `elements` lists.
  public func mapped(
    to elements: [DataElement], _ body: @escaping @Sendable ([HostTensor]) throws -> [HostTensor]
  ) throws -> MappedData {
    for element in elements where Shape.checkedElementCount(element.shape.extents) == nil {
      throw MartletError(DataErrorCode.elementsDiffer, "'\(element.name)' cannot have the shape \(element.shape)")
    }
    return MappedData(self, elements, body)
  }
}
