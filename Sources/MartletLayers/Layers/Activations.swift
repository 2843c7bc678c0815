import MartletGraph

/// `max(0, x)` [torch.nn.ReLU].
public struct ReLU: PrimitiveLayer, BuiltInLayer {
  package let mark: LayerIdentity
  /// Takes tensors of any shape, f32 or f64.
  public init(file: String = #fileID, line: Int = #line) { mark = LayerIdentity(file, line) }
  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.relu($0.value) }
  }
}

/// The hyperbolic tangent [torch.nn.Tanh].
public struct Tanh: PrimitiveLayer, BuiltInLayer {
  package let mark: LayerIdentity
  /// Takes tensors of any shape, f32 or f64.
  public init(file: String = #fileID, line: Int = #line) { mark = LayerIdentity(file, line) }
  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.hyperbolicTangent($0.value) }
  }
}

/// The logistic function [torch.nn.Sigmoid].
public struct Sigmoid: PrimitiveLayer, BuiltInLayer {
  package let mark: LayerIdentity
  /// Takes tensors of any shape, f32 or f64.
  public init(file: String = #fileID, line: Int = #line) { mark = LayerIdentity(file, line) }
  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.sigmoid($0.value) }
  }
}

/// x times the normal distribution function of x [torch.nn.GELU].
public struct GELU: PrimitiveLayer, BuiltInLayer {
  package let approximation: GELUApproximation
  package let mark: LayerIdentity
  /// Takes tensors of any shape, f32 or f64; `approximation` is PyTorch's argument `approximate`.
  public init(_ approximation: GELUApproximation = .none, file: String = #fileID, line: Int = #line) {
    self.approximation = approximation
    mark = LayerIdentity(file, line)
  }
  package var title: String { "GELU(approximate='\(approximation.rawValue)')" }
  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.gaussianErrorLinearUnit($0.value, approximation) }
  }
}

/// x times its logistic function [torch.nn.SiLU].
public struct SiLU: PrimitiveLayer, BuiltInLayer {
  package let mark: LayerIdentity
  /// Takes tensors of any shape, f32 or f64.
  public init(file: String = #fileID, line: Int = #line) {
    mark = LayerIdentity(file, line)
  }
  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.sigmoidLinearUnit($0.value) }
  }
}

/// `log(1 + e^x)` [torch.nn.Softplus].
public struct Softplus: PrimitiveLayer, BuiltInLayer {
  package let mark: LayerIdentity
  /// Takes tensors of any shape, f32 or f64.
  public init(file: String = #fileID, line: Int = #line) {
    mark = LayerIdentity(file, line)
  }
  package var title: String { "Softplus(beta=1.0, threshold=20.0)" }
  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.softplus($0.value) }
  }
}

/// Exponentials along an axis, divided by their sum [torch.nn.Softmax].
public struct Softmax: PrimitiveLayer, BuiltInLayer {
  package let axis: Int
  package let mark: LayerIdentity
  /// Takes tensors of f32 or f64 that have the axis, which counts from the outermost, or from -1, the last; 1 is that of the classes in
  /// `[N, classes]`.
  public init(axis: Int = 1, file: String = #fileID, line: Int = #line) {
    self.axis = axis
    mark = LayerIdentity(file, line)
  }
  package var title: String { "Softmax(dim=\(axis))" }
  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.softmax($0.value, axis: $0.axis(axis)) }
  }
}

/// All axes but the first become one [torch.nn.Flatten].
public struct Flatten: PrimitiveLayer, BuiltInLayer {
  package let mark: LayerIdentity
  /// Takes tensors of two axes or more: `[N, C, H, W]` becomes `[N, C * H * W]`.
  public init(file: String = #fileID, line: Int = #line) { mark = LayerIdentity(file, line) }
  package var title: String { "Flatten(start_dim=1, end_dim=-1)" }
  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.flatten().value }
  }
}
