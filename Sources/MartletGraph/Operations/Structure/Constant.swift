import MartletCore

/// One number for all elements of the result type, or a number for each: `values = [1.0, 2.0]`, or of many `values = base64 "…"`, the bytes of
/// the elements with the lowest first.
package struct Constant: TensorOperation {
  package static let mnemonic = "constant"
  /// Up to so many numbers stand in the text one by one, and in the kernels that read them. More are a table: the text has them as base64, and
  /// the program holds their memory.
  package static let largestWrittenCount = 256

  package static var samples: [OperationSample] {
    [
      OperationSample(Constant(0.1, TensorType(.f32, [3, 9])), []),
      OperationSample(Constant(-.infinity, TensorType(.f64, [2])), []),
      OperationSample(Constant(7, TensorType(.i32, [])), []),
      OperationSample(Constant(1, TensorType(.bool, [4])), []),
      OperationSample(Constant([1, -2.5, 3, 0.1, 5, 6], TensorType(.f32, [2, 3])), []),
    ] + tables
  }

  /// Of each element type, with as many numbers as are still written out and one more.
  private static var tables: [OperationSample] {
    let shapes: [(DType, [Int])] = [
      (.f32, [256]), (.f32, [257]), (.f32, [7, 5, 11]), (.f64, [300]), (.i32, [3, 100]), (.u8, [400]), (.bool, [257]),
    ]
    return shapes.map { dtype, extents in
      let numbers = (0..<extents.reduce(1, *)).map { position -> Double in
        switch dtype {
        case .f32, .f64: Double(position * 37 % 101) / 8 - 6
        case .i32: Double(position * 7919 % 1009 - 500) * 4_000_000
        case .u8: Double(position * 37 % 256)
        case .bool: Double(position % 3 % 2)
        }
      }
      return OperationSample(Constant(numbers, TensorType(dtype, Shape(extents))), [])
    }
  }

  package let type: TensorType
  private let values: [ExactDouble]
  private let isDense: Bool
  /// The first of the given numbers that the element type does not hold: `resultTypes` refuses the constant.
  private let misfit: Misfit?

  private struct Misfit: Hashable {
    var position: Int
    var number: ExactDouble
  }

  /// All elements equal; the number is rounded to the element type once. Adding a constant to a graph throws where the number does not
  /// fit the type: a fraction as i32, 256 as u8, 1e39 as f32.
  package init(_ value: Double, _ type: TensorType) { self.init([value], type, isDense: false) }

  /// A number for each element, in row-major order.
  package init(_ values: [Double], _ type: TensorType) { self.init(values, type, isDense: true) }

  private init(_ given: [Double], _ type: TensorType, isDense: Bool) {
    self.type = type
    self.isDense = isDense
    // All NaN are one: no text tells them apart.
    values = given.map { ExactDouble($0.isNaN ? type.dtype.rounded(.nan) : type.dtype.rounded($0)) }
    misfit = given.firstIndex { !type.dtype.holds($0) }.map { Misfit(position: $0, number: ExactDouble(given[$0])) }
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    guard let type = resultTypes.first, resultTypes.count == 1 else {
      throw MartletError(GraphErrorCode.missingPart, "constant has one result, found \(resultTypes.count)")
    }
    if let bytes = attributes.bytes("values") {
      self.init(try Constant.numbers(bytes, type), type)
    } else if let numbers = try attributes.numbers("values") {
      self.init(numbers, type)
    } else {
      self.init(try attributes.number("value"), type)
    }
  }

  /// The elements whose bytes these are, the lowest byte first.
  private static func numbers(_ bytes: [UInt8], _ type: TensorType) throws -> [Double] {
    guard bytes.count == type.byteCount else {
      throw MartletError(
        GraphErrorCode.attributeValue,
        "constant: attribute 'values' must be base64 of the \(type.byteCount) bytes of \(type), found \(bytes.count) bytes")
    }
    let size = type.dtype.byteCount
    return stride(from: 0, to: bytes.count, by: size).map { start in
      let bits = bytes[start..<start + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return switch type.dtype {
      case .f32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
      case .f64: Double(bitPattern: bits)
      case .i32: Double(Int32(truncatingIfNeeded: bits))
      // A byte of a bool that is neither 0 nor 1 does not fit.
      case .u8, .bool: Double(bits)
      }
    }
  }

  /// The bytes that `numbers` reads.
  private var bytes: [UInt8] {
    let size = type.dtype.byteCount
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * size)
    for number in values {
      let bits =
        switch type.dtype {
        case .f32: UInt64(Float(number.value).bitPattern)
        case .f64: number.value.bitPattern
        case .i32: UInt64(UInt32(bitPattern: Int32(clamping: number.value)))
        case .u8, .bool: UInt64(UInt8(clamping: number.value))
        }
      for place in 0..<size { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * place))) }
    }
    return bytes
  }

  /// The bytes that the numbers of one element type have in another one.
  static func converted(_ bytes: [UInt8], from old: DType, to new: DType) throws -> [UInt8] {
    let count = bytes.count / old.byteCount
    return Constant(try numbers(bytes, TensorType(old, [count])), TensorType(new, [count])).bytes
  }

  /// Whether there are more numbers than a text and a kernel hold one by one.
  package var isTable: Bool { isDense && values.count > Constant.largestWrittenCount }

  /// The number, when all elements are equal.
  package var splat: Double? {
    guard let first = values.first, values.allSatisfy({ $0 == first }) else { return nil }
    return first.value
  }

  package var numbers: [Double] {
    isDense ? values.map(\.value) : [Double](repeating: values[0].value, count: type.elementCount)
  }

  package var attributes: [Attribute] {
    if isTable { return [Attribute("values", .bytes(bytes))] }
    let printed = values.map { AttributeValue.element($0, type.dtype) }
    return [isDense ? Attribute("values", .list(printed)) : Attribute("value", printed[0])]
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(0, operands)
    if let misfit { try expectFits(isDense ? "values[\(misfit.position)]" : "value", misfit.number.value, type.dtype) }
    if isDense {
      guard values.count == type.elementCount else {
        throw invalid(
          "\(type) has \(type.elementCount) elements, found \(values.count) values",
          advice: "Write as many values as the type has elements, or `value`, one for all.")
      }
    }
    return [type]
  }

  package func differentiability(operand: Int) -> Differentiability { .zeroDerivative }
  package func adjoints(_ context: AdjointContext) throws -> [Value?] { [] }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    [isDense ? HostTensor(type, numbers: values.map(\.value)) : HostTensor(repeating: values[0].value, type)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let dtype: DType = type.dtype == .u8 ? .i32 : type.dtype
    // Lowering gives a table memory, from which its readers read.
    guard !isTable else { throw invalid("a table of \(values.count) numbers is in memory, it has no expression") }
    guard isDense, let last = values.last else { return [.constant(values.first?.value ?? 0, dtype)] }
    let offset = zip(index, type.shape.strides).reduce(Index(0)) { $0 + $1.0 * $1.1 }
    var chosen = Element.constant(last.value, dtype)
    for (position, value) in values.enumerated().dropLast().reversed() {
      chosen = .select(.compare(.eq, .index(offset), .constant(Double(position), .i32)), .constant(value.value, dtype), chosen)
    }
    return [chosen]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }
}

extension GraphBuilder {
  /// A constant of the type of another value.
  public func constant(_ value: Double, like other: Value) throws -> Value { try add(Constant(value, type(of: other))) }
}

extension Node {
  /// Whether this is a constant of so many numbers that it is memory of the program.
  package var isTable: Bool { (operation as? Constant)?.isTable ?? false }
}
