import MartletCore
import MartletGraph

/// Batch normalisation of images `[N, channels, H, W]` [torch.nn.BatchNorm2d]: each channel gets mean 0 and variance 1 over the batch and
/// both axes of the image, then a trained scale and shift. Outside training the running statistics stand in for those of the batch.
/// Source: S. Ioffe, C. Szegedy, "Batch Normalization", 2015.
public struct BatchNorm2D: PrimitiveLayer, BuiltInLayer {
  private let normalization: BatchNormalization
  package let mark: LayerIdentity

  /// `epsilon` is added to the variance; `momentum` is the weight of the batch in the running statistics.
  public init(_ channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, file: String = #fileID, line: Int = #line) {
    normalization = BatchNormalization(channels: channels, epsilon: epsilon, momentum: momentum)
    mark = LayerIdentity(file, line)
  }

  package var specifications: [ParameterSpecification] { normalization.parameters }
  package var title: String { "BatchNorm2d\(normalization.summary)" }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      try normalization.apply(self, input, ranks: 4...4, "images [N, \(normalization.channels), H, W]")
    }
  }
}

/// Batch normalisation of rows `[N, features]` or sequences `[N, features, L]` [torch.nn.BatchNorm1d].
public struct BatchNorm1D: PrimitiveLayer, BuiltInLayer {
  private let normalization: BatchNormalization
  package let mark: LayerIdentity

  /// `epsilon` is added to the variance; `momentum` is the weight of the batch in the running statistics.
  public init(_ features: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, file: String = #fileID, line: Int = #line) {
    normalization = BatchNormalization(channels: features, epsilon: epsilon, momentum: momentum)
    mark = LayerIdentity(file, line)
  }

  package var specifications: [ParameterSpecification] { normalization.parameters }
  package var title: String { "BatchNorm1d\(normalization.summary)" }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      let features = normalization.channels
      return try normalization.apply(self, input, ranks: 2...3, "rows [N, \(features)] or sequences [N, \(features), L]")
    }
  }
}

/// What both layers do: axis 1 is kept, the others are averaged over.
private struct BatchNormalization {
  let channels: Int
  let epsilon: Double
  let momentum: Double

  private static let (mean, variance) = ("running_mean", "running_var")

  var parameters: [ParameterSpecification] {
    let own: Shape = [max(channels, 0)]
    return [
      ParameterSpecification("weight", own, .constant(1)), ParameterSpecification("bias", own, .constant(0)),
      ParameterSpecification(BatchNormalization.mean, own, .constant(0), isState: true),
      ParameterSpecification(BatchNormalization.variance, own, .constant(1), isState: true),
    ]
  }

  var summary: String { "(\(channels), eps=\(epsilon), momentum=\(momentum), affine=True, track_running_stats=True)" }

  /// `inputs` names what the layer takes: tensors of these ranks, channels second.
  func apply(_ layer: any PrimitiveLayer, _ input: Tensor, ranks: ClosedRange<Int>, _ inputs: String) throws -> Value {
    let (tracer, builder, x, shape) = (input.tracer, input.tracer.builder, input.value, input.shape)
    guard ranks.contains(shape.rank), shape[1] == channels else {
      throw MartletError(
        LayerErrorCode.inputShape, "expected \(inputs), found \(shape)",
        advice: ranks.contains(shape.rank)
          ? "Give it \(shape[1]), the extent of axis 1, or correct the layers before it."
          : shape.rank == 4 ? "BatchNorm2D normalises images." : "BatchNorm1D normalises rows and sequences.")
    }
    guard (0...1).contains(momentum), epsilon >= 0 else {
      throw MartletError(
        LayerErrorCode.configuration, "expected a momentum of 0 to 1 and an epsilon from 0 on, found \(momentum) and \(epsilon)")
    }
    let axes = (0..<shape.rank).filter { $0 != 1 }
    func spread(_ value: Value) throws -> Value { try builder.broadcast(value, shape, axes: [1]) }
    func normalized(_ centered: Value, _ variance: Value) throws -> Value {
      let scale = try builder.reciprocalSquareRoot(builder.add(variance, builder.constant(epsilon, like: variance)))
      let weighted = try builder.multiply(scale, tracer.parameter(layer, "weight"))
      return try builder.add(builder.multiply(centered, spread(weighted)), spread(tracer.parameter(layer, "bias")))
    }
    let running = (
      mean: try tracer.parameter(layer, BatchNormalization.mean), variance: try tracer.parameter(layer, BatchNormalization.variance)
    )
    guard tracer.purpose == .training else { return try normalized(builder.subtract(x, spread(running.mean)), running.variance) }
    let count = axes.reduce(1) { $0 * shape[$1] }
    guard count > 1 else {
      throw MartletError(
        LayerErrorCode.inputShape, "one value a channel has no variance: the input is \(shape)",
        advice: "Train with more than one sample a batch, the last batch included.")
    }
    let mean = try builder.reduceMean(x, axes: axes)
    let centered = try builder.subtract(x, spread(mean))
    let variance = try builder.reduceMean(builder.multiply(centered, centered), axes: axes)
    func renew(_ name: String, _ old: Value, _ new: Value, scale: Double) throws {
      let kept = try builder.multiply(old, builder.constant(1 - momentum, like: old))
      tracer.renew(layer, name, try builder.add(kept, builder.multiply(new, builder.constant(momentum * scale, like: new))))
    }
    try renew(BatchNormalization.mean, running.mean, mean, scale: 1)
    // The running variance is the unbiased one.
    try renew(BatchNormalization.variance, running.variance, variance, scale: Double(count) / Double(count - 1))
    return try normalized(centered, variance)
  }
}
