import MartletGraph

/// `max(0, x)` [torch.nn.ReLU].
public struct ReLU: PrimitiveLayer {
  public let identity: LayerIdentity
  public init(file: String = #fileID, line: Int = #line) { identity = LayerIdentity(file, line) }
  public var summary: String { "ReLU()" }
  public var parameters: [ParameterSpecification] { [] }
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.relu($0.value) }
  }
}

/// The hyperbolic tangent [torch.nn.Tanh].
public struct Tanh: PrimitiveLayer {
  public let identity: LayerIdentity
  public init(file: String = #fileID, line: Int = #line) { identity = LayerIdentity(file, line) }
  public var summary: String { "Tanh()" }
  public var parameters: [ParameterSpecification] { [] }
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.hyperbolicTangent($0.value) }
  }
}

/// The logistic function [torch.nn.Sigmoid].
public struct Sigmoid: PrimitiveLayer {
  public let identity: LayerIdentity
  public init(file: String = #fileID, line: Int = #line) { identity = LayerIdentity(file, line) }
  public var summary: String { "Sigmoid()" }
  public var parameters: [ParameterSpecification] { [] }
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.sigmoid($0.value) }
  }
}

/// x times the normal distribution function of x [torch.nn.GELU].
public struct GELU: PrimitiveLayer {
  package let approximation: GELUApproximation
  public let identity: LayerIdentity
  public init(_ approximation: GELUApproximation = .none, file: String = #fileID, line: Int = #line) {
    self.approximation = approximation
    identity = LayerIdentity(file, line)
  }
  public var summary: String { "GELU(approximate='\(approximation.rawValue)')" }
  public var parameters: [ParameterSpecification] { [] }
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.gaussianErrorLinearUnit($0.value, approximation) }
  }
}

/// x times its logistic function [torch.nn.SiLU].
public struct SiLU: PrimitiveLayer {
  public let identity: LayerIdentity
  public init(file: String = #fileID, line: Int = #line) {
    identity = LayerIdentity(file, line)
  }
  public var summary: String { "SiLU()" }
  public var parameters: [ParameterSpecification] { [] }
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.sigmoidLinearUnit($0.value) }
  }
}

/// `log(1 + e^x)` [torch.nn.Softplus].
public struct Softplus: PrimitiveLayer {
  public let identity: LayerIdentity
  public init(file: String = #fileID, line: Int = #line) {
    identity = LayerIdentity(file, line)
  }
  public var summary: String { "Softplus(beta=1.0, threshold=20.0)" }
  public var parameters: [ParameterSpecification] { [] }
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.softplus($0.value) }
  }
}

/// Exponentials along an axis, divided by their sum [torch.nn.Softmax].
public struct Softmax: PrimitiveLayer {
  package let axis: Int
  public let identity: LayerIdentity
  public init(axis: Int = 1, file: String = #fileID, line: Int = #line) {
    self.axis = axis
    identity = LayerIdentity(file, line)
  }
  public var summary: String { "Softmax(dim=\(axis))" }
  public var parameters: [ParameterSpecification] { [] }
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.softmax($0.value, axis: axis) }
  }
}

/// All axes but the first become one [torch.nn.Flatten].
public struct Flatten: PrimitiveLayer {
  public let identity: LayerIdentity
  public init(file: String = #fileID, line: Int = #line) { identity = LayerIdentity(file, line) }
  public var summary: String { "Flatten(start_dim=1, end_dim=-1)" }
  public var parameters: [ParameterSpecification] { [] }
  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.flatten().value }
  }
}
