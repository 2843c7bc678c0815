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
