/// What the sources of this module state for `DataSource`, under names of the package: `DataSource` documents the members once for all of them.
package protocol BuiltInSource: DataSource {
  /// `count`.
  var length: Int { get }
  /// `elements`.
  var parts: [DataElement] { get }
  /// `write(_:of:to:)`.
  func copy(_ element: Int, of samples: [Int], to memory: UnsafeMutableRawBufferPointer) throws
  /// `write(allOf:to:)`.
  func copy(allOf samples: [Int], to memories: [UnsafeMutableRawBufferPointer]) throws
}

extension BuiltInSource {
  package func copy(allOf samples: [Int], to memories: [UnsafeMutableRawBufferPointer]) throws {
    for (element, memory) in memories.enumerated() { try copy(element, of: samples, to: memory) }
  }

  /// How many samples there are.
  public var count: Int { length }
  /// What a sample consists of.
  public var elements: [DataElement] { parts }
  /// Writes one element of some samples. Throws M1021 and M1023, as `checkWrite` does, and what reading throws.
  public func write(_ element: Int, of samples: [Int], to memory: UnsafeMutableRawBufferPointer) throws {
    try copy(element, of: samples, to: memory)
  }
  /// Writes all elements of some samples.
  public func write(allOf samples: [Int], to memories: [UnsafeMutableRawBufferPointer]) throws { try copy(allOf: samples, to: memories) }
}
