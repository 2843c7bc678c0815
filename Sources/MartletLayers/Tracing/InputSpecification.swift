import MartletCore

/// The type of an input of a `TrainingStep` or `Function`: element type and shape, of which axis 0 counts the samples unless told otherwise.
///
/// ```swift
/// inputs: .f32(32, 4), .i32(32), .f32(10, 10).withoutBatch
/// ```
///
/// A call may bring another number of samples than the specification says: the graph of each number is compiled once.
public struct InputSpecification: Hashable, Sendable {
  /// The element type.
  public var dtype: DType
  /// All extents; with `hasBatch` the first is the number of samples for which the step is compiled when it is made.
  public var shape: Shape
  /// Whether axis 0 counts samples.
  public var hasBatch: Bool

  /// An input of any element type and shape; a scalar counts no samples.
  public init(_ dtype: DType, _ shape: Shape, hasBatch: Bool = true) {
    self.dtype = dtype
    self.shape = shape
    self.hasBatch = hasBatch && shape.rank > 0
  }

  /// Floats: arrays of `Float`.
  public static func f32(_ extents: Int...) -> InputSpecification { InputSpecification(.f32, Shape(extents)) }
  /// Double precision: arrays of `Double`.
  public static func f64(_ extents: Int...) -> InputSpecification { InputSpecification(.f64, Shape(extents)) }
  /// Integers, such as labels and indices: arrays of `Int32`.
  public static func i32(_ extents: Int...) -> InputSpecification { InputSpecification(.i32, Shape(extents)) }
  /// Bytes, such as pixels: arrays of `UInt8`; `scaled()` makes floats of them.
  public static func u8(_ extents: Int...) -> InputSpecification { InputSpecification(.u8, Shape(extents)) }
  /// Booleans, such as masks: arrays of `Bool`.
  public static func bool(_ extents: Int...) -> InputSpecification { InputSpecification(.bool, Shape(extents)) }

  /// The same for a tensor that is one for all samples: a mask, a table, a weight of the loss.
  public var withoutBatch: InputSpecification { InputSpecification(dtype, shape, hasBatch: false) }

  package var type: TensorType { TensorType(dtype, shape) }

  /// The same with another number of samples, where it has any.
  package func with(samples: Int) -> InputSpecification {
    guard hasBatch else { return self }
    return InputSpecification(dtype, Shape([samples] + shape.extents.dropFirst()))
  }

  /// Elements of one sample; of the whole tensor where axis 0 counts none. Nil where no machine holds so many.
  package var sampleElements: Int? { Shape.checkedElementCount(hasBatch ? Array(shape.extents.dropFirst()) : shape.extents) }
}
