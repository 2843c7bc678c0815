import MartletCore
import MartletGraph

// Losses beside `crossEntropy`: scalars, means over all elements or samples.

extension Tensor {
  /// The mean of the squared differences to a target of the same shape [torch.nn.functional.mse_loss].
  public func meanSquaredError(_ target: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("mse", file, line) { builder in
      let difference = try builder.subtract(value, own(target))
      return try builder.reduceMean(builder.multiply(difference, difference), axes: Array(0..<shape.rank))
    }
  }

  /// Minus the mean over N of the log probability `[N, K]` of each label `i32[N]` [torch.nn.functional.nll_loss].
  public func negativeLogLikelihood(_ labels: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("nll", file, line) { builder in
      guard shape.rank == 2, labels.type == TensorType(.i32, [shape[0]]) else {
        throw MartletError(
          LayerErrorCode.inputShape, "expected log probabilities [N, K] and labels i32[N], found \(type) and \(labels.type)")
      }
      // A probability of zero counts where it is the label's only: 0 times -inf would be NaN.
      let isLabel = try builder.compare(.gt, builder.oneHot(own(labels), classes: shape[1], type.dtype), builder.constant(0, like: value))
      let chosen = try builder.select(isLabel, value, builder.constant(0, like: value))
      return try builder.negate(builder.reduceMean(builder.reduceSum(chosen, axes: [1]), axes: [0]))
    }
  }

  /// The mean binary cross entropy of logits with targets between 0 and 1, of one shape
  /// [torch.nn.functional.binary_cross_entropy_with_logits].
  public func binaryCrossEntropy(_ target: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("bce", file, line) { builder in
      // -t log s - (1 - t) log (1 - s) with s the sigmoid is log(1 + e^x) - t x.
      let terms = try builder.subtract(builder.softplus(value), builder.multiply(own(target), value))
      return try builder.reduceMean(terms, axes: Array(0..<shape.rank))
    }
  }
}
