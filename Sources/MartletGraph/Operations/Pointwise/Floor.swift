import MartletCore

/// The largest integer that is not larger [torch.floor]. Its derivative is zero.
public struct Floor: UnaryPointwise {
  public static let mnemonic = "floor"
  public static var samples: [OperationSample] { samples(.signed(0.05, 4)) }

  public init() {}

  public func value<Scalar: RealScalar>(_ x: Scalar) -> Scalar { Scalar.apply(.floor, x) }
  public func element(_ x: Element) -> Element { .unary(.floor, x) }
  public func adjoint(_ builder: GraphBuilder, x: Value, y: Value, of adjoint: Value) throws -> Value? {
    nil
  }
  public var differentiability: Differentiability { .zeroDerivative }
  public var operationsPerElement: Int { 1 }
}

extension GraphBuilder {
  public func floor(_ x: Value) throws -> Value { try add(Floor(), x) }
}
