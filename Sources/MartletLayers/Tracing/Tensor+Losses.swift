import MartletCore
import MartletGraph

// Losses: scalars, means over all elements or samples.

extension Tensor {
  /// The mean cross entropy of logits `[N, K]` with labels `i32[N]`: a scalar of the logits' type [torch.nn.functional.cross_entropy].
  ///
  /// - Parameters:
  ///   - labels: the class of each sample, from 0 to below K.
  ///   - classWeights: a finite weight of at least 0 for each of the K classes. The mean is weighted: the sum of the weighted losses is divided
  ///     by the sum of the weights of the labels.
  ///   - ignoreIndex: samples with this label, which may be out of range (-100 in PyTorch), count neither in the sum nor in the divisor,
  ///     and the gradient of their logits is 0. A batch of such samples alone gives NaN, as in PyTorch.
  ///   - labelSmoothing: at least 0 and below 1; the target is `1 - s` on the label plus `s / K` everywhere, each times its class weight.
  ///   - file: where the call stands, for errors; given by the compiler.
  ///   - line: its line; given by the compiler.
  ///
  /// Throws M402 where the shapes do not fit and M401 where the weights or the ignored label are impossible. With weights or an ignored label,
  /// any other label out of range makes the loss NaN.
  public func crossEntropy(
    _ labels: Tensor, classWeights: [Double]? = nil, ignoreIndex: Int? = nil, labelSmoothing: Double = 0, file: String = #fileID,
    line: Int = #line
  ) throws -> Tensor {
    try derived("cross_entropy", file, line) { builder in
      // The operation, which the loss templates and fusions know, wherever it says the same.
      guard classWeights != nil || ignoreIndex != nil else {
        return try builder.crossEntropy(value, own(labels), labelSmoothing: labelSmoothing)
      }
      guard labelSmoothing >= 0, labelSmoothing < 1 else {
        throw MartletError(LayerErrorCode.configuration, "label smoothing is at least 0 and below 1, found \(labelSmoothing)")
      }
      try expectScores(labels, "logits")
      let target = try ClassTarget(labels: own(labels), like: value, classWeights, ignoreIndex, builder)
      guard classWeights != nil, labelSmoothing > 0 else {
        return try builder.crossEntropy(value, target.labels, weights: target.shares(), labelSmoothing: labelSmoothing)
      }
      // The smoothed part weighs each class, not each sample.
      let logProbabilities = try builder.logSoftmax(value, axis: 1)
      let loss = try target.meanLoss(logProbabilities)
      let uniform = try target.uniformLoss(logProbabilities)
      return try builder.add(
        builder.multiply(loss, builder.constant(1 - labelSmoothing, like: loss)),
        builder.multiply(uniform, builder.constant(labelSmoothing / Double(shape[1]), like: loss)))
    }
  }

  /// Minus the mean over N of the log probability `[N, K]` of each label `i32[N]` [torch.nn.functional.nll_loss]. Class weights and the
  /// ignored label mean what they mean to `crossEntropy`.
  public func negativeLogLikelihood(
    _ labels: Tensor, classWeights: [Double]? = nil, ignoreIndex: Int? = nil, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("nll", file, line) { builder in
      try expectScores(labels, "log probabilities")
      guard classWeights == nil, ignoreIndex == nil else {
        return try ClassTarget(labels: own(labels), like: value, classWeights, ignoreIndex, builder).meanLoss(value)
      }
      // A probability of zero counts where it is the label's only: 0 times -inf would be NaN.
      let isLabel = try builder.compare(.gt, builder.oneHot(own(labels), classes: shape[1], type.dtype), builder.constant(0, like: value))
      let chosen = try builder.select(isLabel, value, builder.constant(0, like: value))
      return try builder.negate(builder.reduceMean(builder.reduceSum(chosen, axes: [1]), axes: [0]))
    }
  }

  /// Throws unless this is `[N, K]` with at least one sample and class, of a floating-point type, and the labels are `i32[N]`.
  private func expectScores(_ labels: Tensor, _ name: String) throws {
    guard shape.rank == 2, shape[0] > 0, shape[1] > 0, type.dtype.isFloatingPoint, labels.type == TensorType(.i32, [shape[0]]) else {
      throw MartletError(LayerErrorCode.inputShape, "expected \(name) [N, K] and labels i32[N], found \(type) and \(labels.type)")
    }
  }

  /// The mean of the squared differences to a target of the same shape [torch.nn.functional.mse_loss].
  public func meanSquaredError(_ target: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("mse", file, line) { builder in
      let difference = try builder.subtract(value, own(target))
      return try builder.reduceMean(builder.multiply(difference, difference), axes: Array(0..<shape.rank))
    }
  }

  /// The mean of the absolute differences to a target of the same shape [torch.nn.functional.l1_loss]. The gradient is 0 where both are
  /// equal.
  public func meanAbsoluteError(_ target: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("l1", file, line) { builder in
      try builder.reduceMean(builder.absoluteValue(builder.subtract(value, own(target))), axes: Array(0..<shape.rank))
    }
  }

  /// The mean over all elements of half the squared difference d to a target of the same shape where |d| is at most `delta`, and of
  /// `delta (|d| - delta / 2)` elsewhere [torch.nn.functional.huber_loss]. Throws M401 unless `delta` is finite and positive.
  public func huber(_ target: Tensor, delta: Double = 1, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try derived("huber", file, line) { builder in
      guard delta.isFinite, delta > 0 else {
        throw MartletError(LayerErrorCode.configuration, "the delta of the Huber loss is a positive number, found \(delta)")
      }
      let difference = try builder.subtract(value, own(target))
      let distance = try builder.absoluteValue(difference)
      func constant(_ number: Double) throws -> Value { try builder.constant(number, like: difference) }
      let near = try builder.multiply(builder.multiply(difference, difference), constant(0.5))
      let far = try builder.multiply(builder.subtract(distance, constant(delta / 2)), constant(delta))
      let terms = try builder.select(builder.compare(.le, distance, constant(delta)), near, far)
      return try builder.reduceMean(terms, axes: Array(0..<shape.rank))
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
