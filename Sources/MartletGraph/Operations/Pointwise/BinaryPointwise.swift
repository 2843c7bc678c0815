import MartletCore

/// An operation without attributes on two operands of equal type, which is that of the result.
package protocol EqualOperands: TensorOperation {
  init()
  /// Whether i32 is allowed too.
  static var allowsIntegers: Bool { get }
}

/// What the operations on two operands of equal type share that one scalar function computes, element by element.
package protocol BinaryPointwise: EqualOperands {
  /// The closed scalar function that gives each element.
  static var function: BinaryFunction { get }
}

extension EqualOperands {
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws { self.init() }

  package var attributes: [Attribute] { [] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(2, operands)
    guard operands[0] == operands[1] else {
      throw MartletError(
        GraphErrorCode.operandTypes, "\(Self.mnemonic): operands must have equal types, found \(operands[0]) and \(operands[1])",
        advice: operands[0].dtype == operands[1].dtype
          ? "In the IR nothing broadcasts by itself: insert a broadcast." : "Convert one of them to the other's type first.")
    }
    try expectNumbers(operands[0], allowsIntegers: Self.allowsIntegers)
    return [operands[0]]
  }
}

extension BinaryPointwise {
  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let (a, b) = (operands[0], operands[1])
    switch (a.storage, b.storage) {
    case (.f32(let x), .f32(let y)): return [HostTensor(a.shape, zip(x, y).map { Self.function($0, $1) })]
    case (.f64(let x), .f64(let y)): return [HostTensor(a.shape, zip(x, y).map { Self.function($0, $1) })]
    case (.i32(let x), .i32(let y)): return [HostTensor(a.shape, zip(x, y).map { Self.function($0, $1) ?? 0 })]
    default: throw Evaluation.mismatch(a)
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    [.binary(Self.function, try context.read(0, index), try context.read(1, index))]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { operands[0].elementCount }

  /// The adjoints of a maximum or minimum, as PyTorch's: half where equal, nothing where an operand loses, all elsewhere (NaN too).
  func extremumAdjoints(_ context: AdjointContext, losing comparison: Comparison) throws -> [Value?] {
    let adjoint = try context.adjoint()
    let builder = context.builder
    let (a, b) = (context.operands[0], context.operands[1])
    let half = try builder.multiply(adjoint, builder.constant(0.5, like: adjoint))
    let shared = try builder.select(builder.compare(.eq, a, b), half, adjoint)
    let zero = try builder.constant(0, like: adjoint)
    return [
      try context.ifNeeded(0) { try builder.select(builder.compare(comparison, a, b), zero, shared) },
      try context.ifNeeded(1) { try builder.select(builder.compare(comparison, b, a), zero, shared) },
    ]
  }

  /// Samples of the shapes that matter, for the tests of an operation: the two operands are filled differently.
  package static func samples(_ fill: OperationSample.Fill, _ second: OperationSample.Fill) -> [OperationSample] {
    var samples = [[37], [2, 3, 5], []].map { (extents: [Int]) in
      OperationSample(Self(), [(TensorType(.f32, Shape(extents)), fill), (TensorType(.f32, Shape(extents)), second)])
    }
    if allowsIntegers {
      samples.append(OperationSample(Self(), [(TensorType(.i32, [11]), .integers(-9, 9)), (TensorType(.i32, [11]), .integers(-9, 9))]))
    }
    return samples
  }
}
