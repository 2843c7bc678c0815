import MartletCore

/// One kind of node: what it is called, what it computes, how it is differentiated and how its elements are pulled.
///
/// An operation is a value that holds its attributes; its operands belong to the node. To add one, write a file in `Operations/` and a
/// line in `OperationRegistry`: docs/adding-an-operation.md. No requirement has a default, so nothing can be forgotten; families of
/// operations that differ in one formula share the rest through `UnaryPointwise` and `BinaryPointwise`.
public protocol TensorOperation: Hashable, Sendable {
  /// The name in IR text.
  static var mnemonic: String { get }

  /// Instances with operand types and fills, from which tests of everything below are generated.
  static var samples: [OperationSample] { get }

  /// Reads the attributes that text gave; `resultTypes` is what stands after the colon, for operations whose result type is free.
  init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws

  /// The attributes in their documented order, those equal to their default left out.
  var attributes: [Attribute] { get }

  /// Shape and type inference. Throws M304 or M305, which says what was expected and what came:
  /// `expectOperands`, `expectFloatingPoint` and `invalid`.
  func resultTypes(_ operands: [TensorType]) throws -> [TensorType]

  /// Whether a gradient flows to the operand.
  func differentiability(operand: Int) -> Differentiability

  /// Adds the nodes that compute the adjoints of the operands that `context` needs; one entry an operand, nil for zero.
  func adjoints(_ context: AdjointContext) throws -> [Value?]

  /// The slow, obvious meaning. Sums of f32 are kept in Double, everything else in the type of the operands.
  func evaluate(_ operands: [HostTensor]) throws -> [HostTensor]

  /// Pull lowering: the scalar of each result at an index, as an expression over the operands' scalars.
  func elements(_ context: ElementContext, at index: [Index]) throws -> [Element]

  /// Arithmetic operations of one execution, with a multiply-add counted as two. Taps on padding are counted.
  func floatingPointOperations(_ operands: [TensorType]) -> Int
}

/// Whether a gradient flows from the results of an operation to one of its operands.
public enum Differentiability: Hashable, Sendable {
  /// `adjoints` gives the gradient.
  case differentiable
  /// The derivative is zero wherever it exists: comparisons, sign, labels.
  case zeroDerivative
  /// No derivative is defined here: differentiating through it is an error.
  case notDifferentiable
}

/// What an operation's `adjoints` has to work with.
public struct AdjointContext {
  /// Where the adjoint's nodes are added.
  public let builder: GraphBuilder
  /// The operands of the node that is differentiated.
  public let operands: [Value]
  /// Its results, which an adjoint may read: `y` of `tanh`.
  public let results: [Value]
  /// The adjoint of each result, nil where the loss does not depend on it.
  public let resultAdjoints: [Value?]
  /// Whether anybody needs the adjoint of the operand.
  package let isNeeded: [Bool]

  package init(builder: GraphBuilder, operands: [Value], results: [Value], resultAdjoints: [Value?], isNeeded: [Bool]) {
    self.builder = builder
    self.operands = operands
    self.results = results
    self.resultAdjoints = resultAdjoints
    self.isNeeded = isNeeded
  }

  /// The adjoint of the first result: `differentiate` calls only operations that have one.
  public func adjoint() throws -> Value {
    guard let first = resultAdjoints.first, let value = first else {
      throw MartletError(GraphErrorCode.missingAdjoint, "an operation was differentiated whose first result does not reach the loss")
    }
    return value
  }

  package func type(of value: Value) -> TensorType { builder.type(of: value) }

  /// The result of `make` if the operand's adjoint is needed.
  public func ifNeeded(_ operand: Int, _ make: () throws -> Value) rethrows -> Value? { isNeeded[operand] ? try make() : nil }
}

/// An instance of an operation with the operands to try it on.
public struct OperationSample: Sendable {
  package var operation: any TensorOperation
  package var operands: [(type: TensorType, fill: Fill)]

  /// An operation with the type of each operand and how a test fills it.
  public init(_ operation: any TensorOperation, _ operands: [(TensorType, Fill)]) {
    self.operation = operation
    self.operands = operands.map { (type: $0.0, fill: $0.1) }
  }

  /// How a test makes the numbers of an operand.
  public enum Fill: Hashable, Sendable {
    /// Uniform in the range.
    case uniform(Double, Double)
    /// Uniform in magnitude, either sign: away from the kink at 0.
    case signed(Double, Double)
    /// All different, neighbours at least 0.01 apart, in random order: no ties.
    case distinct
    /// Integers of the half-open range.
    case integers(Int, Int)
  }
}

extension TensorOperation {
  /// Equality across concrete types: `any TensorOperation` has no `==`.
  package func isEqual(to other: any TensorOperation) -> Bool { (other as? Self) == self }

  /// Throws M304 unless `operands` are `count` many.
  public func expectOperands(_ count: Int, _ operands: [TensorType]) throws {
    guard operands.count == count else {
      throw MartletError(
        GraphErrorCode.operandCount, "\(Self.mnemonic) takes \(count) operand\(count == 1 ? "" : "s"), found \(operands.count)",
        advice: "Give as many; martlet ops \(Self.mnemonic) shows examples.")
    }
  }

  /// An error for operands that the operation does not take, M305 with the mnemonic before the message: throw it in `resultTypes`. `advice` says
  /// in a sentence what to do about this one.
  public func invalid(_ message: String, advice: String? = nil) -> MartletError {
    MartletError(GraphErrorCode.operandTypes, "\(Self.mnemonic): \(message)", advice: advice)
  }

  /// What to do about axes that a shape does not have.
  package func axes(of shape: Shape) -> String {
    switch shape.rank {
    case 0: "A tensor without axes is one number: take it as it is."
    case 1: "The only axis is 0; in the IR none counts from the end."
    case let rank: "Name axes from 0 to \(rank - 1); in the IR none counts from the end."
    }
  }

  /// What another operation infers, whose errors are given this one's name.
  package func inferred(_ operation: some TensorOperation, _ operands: [TensorType]) throws -> [TensorType] {
    do {
      return try operation.resultTypes(operands)
    } catch let error as MartletError {
      let prefix = "\(type(of: operation).mnemonic): "
      guard error.message.hasPrefix(prefix) else { throw error }
      throw MartletError(error, "\(Self.mnemonic): \(error.message.dropFirst(prefix.count))", at: error.location)
    }
  }

  /// Throws M305 unless the type is f32, f64 or, where it is allowed, i32.
  package func expectNumbers(_ type: TensorType, allowsIntegers: Bool = true) throws {
    guard type.dtype.isFloatingPoint || allowsIntegers && type.dtype == .i32 else {
      throw invalid("expected f32\(allowsIntegers ? ", f64 or i32" : " or f64"), found \(type)", advice: "Convert the operand first.")
    }
  }

  /// Throws M305 unless all types are f32 or f64.
  public func expectFloatingPoint(_ types: TensorType...) throws {
    for type in types where !type.dtype.isFloatingPoint {
      throw invalid("expected f32 or f64, found \(type)", advice: "Convert the operand to f32 first.")
    }
  }
}

extension TensorOperation {
  /// Throws unless a number with this name can be an element of the type.
  package func expectFits(_ name: String, _ number: Double, _ dtype: DType) throws {
    guard dtype.holds(number) else {
      let isWhole = number == number.rounded() && abs(number) < 1e15
      let text = isWhole ? String(Int(number)) : NumberText.unsignedNaN(number)
      throw MartletError(
        GraphErrorCode.numberDoesNotFit,
        "\(Self.mnemonic): \(name) = \(text) does not fit \(dtype), which holds \(dtype.rangeDescription)")
    }
  }
}

/// The product of numbers that are not negative, or the largest integer if it does not fit: costs of absurd shapes do not trap.
func saturatingProduct(_ factors: Int...) -> Int {
  factors.reduce(1) { product, factor in
    let (next, overflow) = product.multipliedReportingOverflow(by: factor)
    return overflow ? .max : next
  }
}
