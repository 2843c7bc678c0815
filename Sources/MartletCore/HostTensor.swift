/// A dense row-major tensor in host memory: what tests, `.npy` files and the reference meaning of operations work on.
public struct HostTensor: Hashable, Sendable {
  /// The elements of a tensor in an array of their Swift type, row-major.
  public enum Storage: Sendable {
    /// Elements of a tensor of type f32.
    case f32([Float])
    /// Elements of a tensor of type f64.
    case f64([Double])
    /// Elements of a tensor of type i32.
    case i32([Int32])
    /// Elements of a tensor of type u8.
    case u8([UInt8])
    /// Elements of a tensor of type bool.
    case bool([Bool])
  }

  /// The extents, outermost axis first; `[]` for a scalar.
  public let shape: Shape
  /// The elements, as many as the shape holds.
  public private(set) var storage: Storage

  /// Throws M151 unless the elements are as many as the shape holds.
  package init(shape: Shape, storage: Storage) throws {
    let tensor = HostTensor(unchecked: shape, storage)
    try tensor.expectWhole()
    self = tensor
  }

  /// The elements in row-major order. Throws M151 unless they are as many as the shape holds.
  public init<Scalar: TensorScalar>(_ shape: Shape, elements: [Scalar]) throws {
    try self.init(shape: shape, storage: Scalar.storage(elements))
  }

  /// All elements equal to `value`, converted as `DType.rounded` does. Throws M151 or M153 where no machine holds
  /// the shape, or this one does not.
  public init(_ type: TensorType, repeating value: Double) throws {
    guard let count = Shape.checkedElementCount(type.shape.extents) else { throw HostTensor.impossible(type.shape) }
    try MachineMemory.expect(count * type.dtype.byteCount, for: "a tensor \(type)")
    self.init(repeating: value, type)
  }

  private static func impossible(_ shape: Shape) -> MartletError {
    MartletError(
      TensorErrorCode.elementCount, "a tensor of shape \(shape) is not possible",
      advice: "Give extents that are not negative, of at most \(Shape.largestElementCount) elements in all.")
  }

  /// Throws unless there are as many elements as the shape holds: only the package's unchecked initializers can make another tensor.
  func expectWhole() throws {
    guard let expected = Shape.checkedElementCount(shape.extents) else { throw HostTensor.impossible(shape) }
    guard count == expected else {
      throw MartletError(
        TensorErrorCode.elementCount, "a tensor of shape \(shape) holds \(expected) elements, but \(count) were given")
    }
  }

  init(unchecked shape: Shape, _ storage: Storage) {
    self.shape = shape
    self.storage = storage
  }

  /// Unchecked: the elements must be as many as the shape holds. The compiler's own code keeps that.
  package init<Scalar: TensorScalar>(_ shape: Shape, _ elements: [Scalar]) {
    self.init(unchecked: shape, Scalar.storage(elements))
  }

  /// All elements equal to `value`, converted as `DType.rounded` does. Unchecked: the shape must be possible.
  package init(repeating value: Double, _ type: TensorType) {
    let count = type.elementCount
    switch type.dtype {
    case .f32: self.init(type.shape, [Float](repeating: Float(value), count: count))
    case .f64: self.init(type.shape, [Double](repeating: value, count: count))
    case .i32: self.init(type.shape, [Int32](repeating: Int32(clamping: value), count: count))
    case .u8: self.init(type.shape, [UInt8](repeating: UInt8(clamping: value), count: count))
    case .bool: self.init(type.shape, [Bool](repeating: value != 0, count: count))
    }
  }

  /// Converts each number to the element type. Unchecked: the numbers must be as many as the shape holds.
  package init(_ type: TensorType, numbers: [Double]) {
    switch type.dtype {
    case .f32: self.init(type.shape, numbers.map { Float($0) })
    case .f64: self.init(type.shape, numbers)
    case .i32: self.init(type.shape, numbers.map { Int32(clamping: $0) })
    case .u8: self.init(type.shape, numbers.map { UInt8(clamping: $0) })
    case .bool: self.init(type.shape, numbers.map { $0 != 0 })
    }
  }

  /// The element type.
  public var dtype: DType {
    switch storage {
    case .f32: .f32
    case .f64: .f64
    case .i32: .i32
    case .u8: .u8
    case .bool: .bool
    }
  }

  /// Element type and shape.
  public var type: TensorType { TensorType(dtype, shape) }

  /// How many elements the storage has.
  public var count: Int {
    switch storage {
    case .f32(let elements): elements.count
    case .f64(let elements): elements.count
    case .i32(let elements): elements.count
    case .u8(let elements): elements.count
    case .bool(let elements): elements.count
    }
  }

  /// The elements when the tensor has exactly this scalar type, else nil.
  public func elements<Scalar: TensorScalar>(as scalar: Scalar.Type = Scalar.self) -> [Scalar]? { Scalar.elements(of: storage) }

  /// All elements as Double, whatever the type: exact for every type we have.
  public var numbers: [Double] {
    switch storage {
    case .f32(let elements): elements.map { Double($0) }
    case .f64(let elements): elements
    case .i32(let elements): elements.map { Double($0) }
    case .u8(let elements): elements.map { Double($0) }
    case .bool(let elements): elements.map { $0 ? 1 : 0 }
    }
  }

  /// Whether no element is NaN or infinite.
  package var isFinite: Bool {
    switch storage {
    case .f32(let elements): elements.allSatisfy(\.isFinite)
    case .f64(let elements): elements.allSatisfy(\.isFinite)
    case .i32, .u8, .bool: true
    }
  }

  /// The same shape with each number in another type: floats round once, integers truncate towards zero and saturate, NaN becomes 0 in
  /// integers, and bool is whether a number is not 0.
  public func converted(to dtype: DType) -> HostTensor {
    dtype == self.dtype ? self : HostTensor(TensorType(dtype, shape), numbers: numbers)
  }

  /// The same elements under another shape. Throws M151 unless it has as many elements.
  public func reshaped(_ shape: Shape) throws -> HostTensor { try HostTensor(shape: shape, storage: storage) }

  /// Calls `body` with the elements in memory, little-endian on the supported machines.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    switch storage {
    case .f32(let elements): try elements.withUnsafeBytes(body)
    case .f64(let elements): try elements.withUnsafeBytes(body)
    case .i32(let elements): try elements.withUnsafeBytes(body)
    case .u8(let elements): try elements.withUnsafeBytes(body)
    case .bool(let elements): try elements.withUnsafeBytes(body)
    }
  }

  /// Copies `type.byteCount` bytes; a bool is any byte that is not 0. Throws M152 for another number of bytes.
  public init(_ type: TensorType, bytes: UnsafeRawBufferPointer) throws {
    guard let count = Shape.checkedElementCount(type.shape.extents) else { throw HostTensor.impossible(type.shape) }
    guard bytes.count == count * type.dtype.byteCount else {
      throw MartletError(TensorErrorCode.byteCount, "\(type) takes \(type.byteCount) bytes, but \(bytes.count) were given")
    }
    func load<Element>(_ zero: Element) -> [Element] {
      var elements = [Element](repeating: zero, count: count)
      elements.withUnsafeMutableBytes { $0.copyMemory(from: bytes) }
      return elements
    }
    switch type.dtype {
    case .f32: self.init(type.shape, load(Float(0)))
    case .f64: self.init(type.shape, load(Double(0)))
    case .i32: self.init(type.shape, load(Int32(0)))
    case .u8: self.init(type.shape, load(UInt8(0)))
    case .bool: self.init(type.shape, bytes.map { $0 != 0 })
    }
  }

  /// Equality is by bits: a NaN equals the same NaN, 0 and -0 differ.
  public static func == (left: HostTensor, right: HostTensor) -> Bool {
    guard left.type == right.type else { return false }
    return left.withUnsafeBytes { a in right.withUnsafeBytes { b in a.elementsEqual(b) } }
  }

  /// Consistent with `==`: by type and bits.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(type)
    withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}

/// A Swift type that is the element type of tensors: `Float`, `Double`, `Int32`, `UInt8` or `Bool`.
public protocol TensorScalar: Hashable, Sendable {
  /// The element type of a tensor of such scalars.
  static var dtype: DType { get }
  /// The elements as a `HostTensor` stores them.
  static func storage(_ elements: [Self]) -> HostTensor.Storage
  /// The elements that are stored; nil where they are of another type.
  static func elements(of storage: HostTensor.Storage) -> [Self]?
}

/// How a `HostTensor` stores one type of scalars.
package struct ScalarStorage<Scalar> {
  let dtype: DType
  let wrap: ([Scalar]) -> HostTensor.Storage
  let unwrap: (HostTensor.Storage) -> [Scalar]?

  init(_ dtype: DType, _ wrap: @escaping ([Scalar]) -> HostTensor.Storage, _ unwrap: @escaping (HostTensor.Storage) -> [Scalar]?) {
    self.dtype = dtype
    self.wrap = wrap
    self.unwrap = unwrap
  }
}

/// A scalar that says with one member of the package what `TensorScalar` requires.
package protocol StoredScalar: TensorScalar {
  static var stored: ScalarStorage<Self> { get }
}

extension StoredScalar {
  /// The element type of a tensor of such scalars.
  public static var dtype: DType { stored.dtype }
  /// The elements as a `HostTensor` stores them.
  public static func storage(_ elements: [Self]) -> HostTensor.Storage { stored.wrap(elements) }
  /// The elements that are stored; nil where they are of another type.
  public static func elements(of storage: HostTensor.Storage) -> [Self]? { stored.unwrap(storage) }
}

extension Float: TensorScalar, StoredScalar {
  package static var stored: ScalarStorage<Float> {
    ScalarStorage(.f32, HostTensor.Storage.f32) { if case .f32(let elements) = $0 { elements } else { nil } }
  }
}

extension Double: TensorScalar, StoredScalar {
  package static var stored: ScalarStorage<Double> {
    ScalarStorage(.f64, HostTensor.Storage.f64) { if case .f64(let elements) = $0 { elements } else { nil } }
  }
}

extension Int32: TensorScalar, StoredScalar {
  package static var stored: ScalarStorage<Int32> {
    ScalarStorage(.i32, HostTensor.Storage.i32) { if case .i32(let elements) = $0 { elements } else { nil } }
  }
}

extension UInt8: TensorScalar, StoredScalar {
  package static var stored: ScalarStorage<UInt8> {
    ScalarStorage(.u8, HostTensor.Storage.u8) { if case .u8(let elements) = $0 { elements } else { nil } }
  }
}

extension Bool: TensorScalar, StoredScalar {
  package static var stored: ScalarStorage<Bool> {
    ScalarStorage(.bool, HostTensor.Storage.bool) { if case .bool(let elements) = $0 { elements } else { nil } }
  }
}
