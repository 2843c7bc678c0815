import MartletCore

/// Samples by number, each with one or more elements: an image and its label, say.
///
/// A type of your own needs the three requirements; `subset`, `shuffled`, `split`, `mapped` and `batched` are there for all sources. Sources
/// are read by several threads at a time, so `write` may change nothing that is not protected.
public protocol DataSource: Sendable {
  /// How many samples there are; they are numbered from 0.
  var count: Int { get }
  /// What a sample consists of, in the order of a step's inputs.
  var elements: [DataElement] { get }
  /// Writes one element of some samples, row-major, one sample after the other, in the byte order of the machine. Writes all of `memory`,
  /// which has exactly the size of the element times the number of samples; a bool is a byte 0 or 1. A sample may be given more than once.
  ///
  /// Throws where there is no such element or sample, or the memory has another size: `checkWrite` does that.
  func write(_ element: Int, of samples: [Int], to memory: UnsafeMutableRawBufferPointer) throws
  /// Writes all elements of some samples, each to memory of its own. Needed only where that costs less than `write` for each element, which is
  /// what happens without it.
  func write(allOf samples: [Int], to memories: [UnsafeMutableRawBufferPointer]) throws
}

extension DataSource {
  /// Calls `write` for each element.
  public func write(allOf samples: [Int], to memories: [UnsafeMutableRawBufferPointer]) throws {
    for (element, memory) in memories.enumerated() { try write(element, of: samples, to: memory) }
  }
}

/// One element of every sample of a source: its name, element type and shape.
public struct DataElement: Hashable, Sendable {
  /// What it is called: `image`, `label`, a column, an array of a file.
  public var name: String
  /// The type of its numbers.
  public var dtype: DType
  /// The shape in one sample, without an axis for the samples; `[]` for a number.
  public var shape: Shape
  /// The names of the classes where the element is the number (i32) of one, else nil.
  public var classes: [String]?

  /// An element of the given name, element type and shape in one sample.
  public init(_ name: String, _ dtype: DType, _ shape: Shape, classes: [String]? = nil) {
    self.name = name
    self.dtype = dtype
    self.shape = shape
    self.classes = classes
  }

  /// The bytes that it takes in one sample.
  package var byteCount: Int { TensorType(dtype, shape).byteCount }

  /// The type of a tensor of so many samples.
  package func type(samples: Int) -> TensorType { TensorType(dtype, Shape([samples] + shape.extents)) }
}
