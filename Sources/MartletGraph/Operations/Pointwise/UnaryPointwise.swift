import MartletCore

/// What the operations on one floating-point operand, element by element, share. Each states its formula three times (reference value,
/// element, adjoint): tests compare the three.
public protocol UnaryPointwise: TensorOperation {
  /// The operation: it has no attributes.
  init()
  /// The function in the operand's own precision.
  func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar
  /// The same function as an expression, from which the compiler makes kernels.
  func element(_ x: Element) -> Element
  /// The adjoint of the operand `x`, given that of the result `y`; nil for a derivative that is zero.
  func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value?
  /// Whether `adjoint` gives a gradient.
  var differentiability: Differentiability { get }
  /// Arithmetic operations for one element, for GFLOP/s.
  var operationsPerElement: Int { get }
}

extension UnaryPointwise {
  /// Text names no attributes.
  public init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws { self.init() }

  /// None.
  public var attributes: [Attribute] { [] }

  /// The operand's type. Throws M304 unless there is one operand, M305 unless it is f32 or f64.
  public func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(1, operands)
    try expectFloatingPoint(operands[0])
    return [operands[0]]
  }

  /// That of the operation.
  public func differentiability(operand: Int) -> Differentiability { differentiability }

  /// Calls `adjoint` for the one operand.
  public func adjoints(_ context: AdjointContext) throws -> [Value?] {
    [try adjoint(context.builder, x: context.operands[0], y: context.results[0], of: context.adjoint())]
  }

  /// Calls `value` for each element, in the operand's own precision.
  public func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    switch operands[0].storage {
    case .f32(let x): [HostTensor(operands[0].shape, x.map { value($0) })]
    case .f64(let x): [HostTensor(operands[0].shape, x.map { value($0) })]
    case .i32, .u8, .bool: throw Evaluation.mismatch(operands[0])
    }
  }

  /// Calls `element` with the operand's scalar at the same index.
  public func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] { [element(try context.read(0, index))] }

  /// `operationsPerElement` for each element.
  public func floatingPointOperations(_ operands: [TensorType]) -> Int { operands[0].elementCount * operationsPerElement }

  /// A sample for each shape that matters: vectors with a tail, several axes, a scalar.
  public static func samples(_ fill: OperationSample.Fill) -> [OperationSample] {
    [[37], [2, 3, 5], []].map { OperationSample(Self(), [(TensorType(.f32, Shape($0)), fill)]) }
  }
}
