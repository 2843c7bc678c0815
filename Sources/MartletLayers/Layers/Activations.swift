import MartletGraph

/// `max(0, x)` [torch.nn.ReLU].
package struct ReLU: PrimitiveLayer {
  package let identity: LayerIdentity
  package init(file: String = #fileID, line: Int = #line) { identity = LayerIdentity(file, line) }
  package var summary: String { "ReLU()" }
  package var parameters: [ParameterSpecification] { [] }
  package func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.relu($0.value) }
  }
}

/// The hyperbolic tangent [torch.nn.Tanh].
package struct Tanh: PrimitiveLayer {
  package let identity: LayerIdentity
  package init(file: String = #fileID, line: Int = #line) { identity = LayerIdentity(file, line) }
  package var summary: String { "Tanh()" }
  package var parameters: [ParameterSpecification] { [] }
  package func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.hyperbolicTangent($0.value) }
  }
}

/// The logistic function [torch.nn.Sigmoid].
package struct Sigmoid: PrimitiveLayer {
  package let identity: LayerIdentity
  package init(file: String = #fileID, line: Int = #line) { identity = LayerIdentity(file, line) }
  package var summary: String { "Sigmoid()" }
  package var parameters: [ParameterSpecification] { [] }
  package func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.sigmoid($0.value) }
  }
}

/// x times the normal distribution function of x [torch.nn.GELU].
package struct GELU: PrimitiveLayer {
  package let approximation: GaussianErrorLinearUnit.Approximation
  package let identity: LayerIdentity
  package init(_ approximation: GaussianErrorLinearUnit.Approximation = .none, file: String = #fileID, line: Int = #line) {
    self.approximation = approximation
    identity = LayerIdentity(file, line)
  }
  package var summary: String { "GELU(approximate='\(approximation.rawValue)')" }
  package var parameters: [ParameterSpecification] { [] }
  package func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.gaussianErrorLinearUnit($0.value, approximation) }
  }
}

/// x times its logistic function [torch.nn.SiLU].
package struct SiLU: PrimitiveLayer {
  package let identity: LayerIdentity
  package init(file: String = #fileID, line: Int = #line) {
    identity = LayerIdentity(file, line)
  }
  package var summary: String { "SiLU()" }
  package var parameters: [ParameterSpecification] { [] }
  package func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.sigmoidLinearUnit($0.value) }
  }
}

/// `log(1 + e^x)` [torch.nn.Softplus].
package struct Softplus: PrimitiveLayer {
  package let identity: LayerIdentity
  package init(file: String = #fileID, line: Int = #line) {
    identity = LayerIdentity(file, line)
  }
  package var summary: String { "Softplus(beta=1.0, threshold=20.0)" }
  package var parameters: [ParameterSpecification] { [] }
  package func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.softplus($0.value) }
  }
}

/// Exponentials along an axis, divided by their sum [torch.nn.Softmax].
package struct Softmax: PrimitiveLayer {
  package let axis: Int
  package let identity: LayerIdentity
  package init(axis: Int = 1, file: String = #fileID, line: Int = #line) {
    self.axis = axis
    identity = LayerIdentity(file, line)
  }
  package var summary: String { "Softmax(dim=\(axis))" }
  package var parameters: [ParameterSpecification] { [] }
  package func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.softmax($0.value, axis: axis) }
  }
}

/// All axes but the first become one [torch.nn.Flatten].
package struct Flatten: PrimitiveLayer {
  package let identity: LayerIdentity
  package init(file: String = #fileID, line: Int = #line) { identity = LayerIdentity(file, line) }
  package var summary: String { "Flatten(start_dim=1, end_dim=-1)" }
  package var parameters: [ParameterSpecification] { [] }
  package func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.flatten().value }
  }
}
