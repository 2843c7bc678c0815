import MartletCore

/// One number for all elements of the result type, or a small dense tensor written out.
package struct Constant: TensorOperation {
  package static let mnemonic = "constant"
  /// A dense constant is part of the text and of the kernel: it stays small.
  package static let largestDenseCount = 256

  package static var samples: [OperationSample] {
    [
      OperationSample(Constant(0.1, TensorType(.f32, [3, 9])), []),
      OperationSample(Constant(-.infinity, TensorType(.f64, [2])), []),
      OperationSample(Constant(7, TensorType(.i32, [])), []),
      OperationSample(Constant(1, TensorType(.bool, [4])), []),
      OperationSample(Constant([1, -2.5, 3, 0.1, 5, 6], TensorType(.f32, [2, 3])), []),
    ]
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
    values = given.map { ExactDouble(type.dtype.rounded($0)) }
    misfit = given.firstIndex { !type.dtype.holds($0) }.map { Misfit(position: $0, number: ExactDouble(given[$0])) }
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    guard let type = resultTypes.first, resultTypes.count == 1 else {
      throw MartletError(GraphErrorCode.missingPart, "constant has one result, found \(resultTypes.count)")
    }
    if let numbers = try attributes.numbers("values") {
      self.init(numbers, type)
    } else {
      self.init(try attributes.number("value"), type)
    }
  }

  /// The number, when all elements are equal.
  package var splat: Double? {
    guard let first = values.first, values.allSatisfy({ $0 == first }) else { return nil }
    return first.value
  }

  package var numbers: [Double] {
    isDense ? values.map(\.value) : [Double](repeating: values[0].value, count: type.elementCount)
  }

  package var attributes: [Attribute] {
    let printed = values.map { AttributeValue.element($0, type.dtype) }
    return [isDense ? Attribute("values", .list(printed)) : Attribute("value", printed[0])]
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(0, operands)
    if let misfit { try expectFits(isDense ? "values[\(misfit.position)]" : "value", misfit.number.value, type.dtype) }
    if isDense {
      guard values.count == type.elementCount else {
        throw invalid("\(type) has \(type.elementCount) elements, found \(values.count) values")
      }
      guard values.count <= Constant.largestDenseCount else {
        throw invalid("\(values.count) values are too many for a constant, \(Constant.largestDenseCount) is the most; make it an input")
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
