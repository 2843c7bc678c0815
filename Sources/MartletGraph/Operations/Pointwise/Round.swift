import MartletCore

/// The nearest integer, ties to the even one [torch.round]. Its derivative is zero.
public struct Round: UnaryPointwise {
  public static let mnemonic = "round"
  public static var samples: [OperationSample] { samples(.signed(0.05, 4)) }

  public init() {}

  public func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.round, x) }
  public func element(_ x: Element) -> Element { .unary(.round, x) }
  public func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    nil
  }
  public var differentiability: Differentiability { .zeroDerivative }
  public var operationsPerElement: Int { 1 }
}

extension GraphBuilder {
  public func round(_ x: Value) throws -> Value { try add(Round(), x) }
}
