import MartletCore
import MartletGraph

// Losses: scalars, unless their elements are wanted.

extension Tensor {
  /// The cross entropy of logits `[N, K]` with labels `i32[N]`, or of logits `[N, K, d1, …]` with labels `i32[N, d1, …]`
  /// [torch.nn.functional.cross_entropy]. Targets of the logits' own type and shape are the probabilities of the classes.
  ///
  /// - Parameters:
  ///   - target: the class of each sample, from 0 to below K, or the probability of each class.
  ///   - classWeights: a finite weight of at least 0 for each of the K classes. The mean is weighted: the sum of the weighted losses is divided
  ///     by the sum of the weights of the labels; for probabilities by the number of samples, as in PyTorch.
  ///   - ignoreIndex: samples with this label, which may be out of range (-100 in PyTorch), count neither in the sum nor in the divisor,
  ///     and the gradient of their logits is 0. A batch of such samples alone gives NaN, as in PyTorch.
  ///   - labelSmoothing: at least 0 and below 1; the target is `1 - s` on the label plus `s / K` everywhere, each times its class weight.
  ///   - reduction: the mean, the sum, or the loss of each sample with the shape `[N, d1, …]`.
  ///   - file: where the call stands, for errors; given by the compiler.
  ///   - line: its line; given by the compiler.
  ///
  /// Throws M402 where the shapes do not fit and M401 where the weights or the ignored label are impossible. With weights or an ignored label,
  /// any other label out of range makes the loss NaN.
  public func crossEntropy(
    _ target: Tensor, classWeights: [Double]? = nil, ignoreIndex: Int? = nil, labelSmoothing: Double = 0,
    reduction: LossReduction = .mean, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("cross_entropy", file, line) { builder in
      if target.type == type, type.dtype.isFloatingPoint, shape.rank >= 2 {
        guard ignoreIndex == nil else {
          throw MartletError(
            LayerErrorCode.configuration, "ignoreIndex is for labels, but the target has probabilities",
            advice: "Leave ignoreIndex out, or give i32 labels.")
        }
        return try crossEntropy(probabilities: own(target), classWeights, labelSmoothing, reduction, builder)
      }
      try Tensor.expectSmoothing(labelSmoothing)
      try expectScores(target, "logits", otherTarget: ", or probabilities \(type)")
      let rows = try rows(target, builder)
      let loss = try Tensor.crossEntropy(rows, classWeights, ignoreIndex, labelSmoothing, reduction, builder)
      return try reduction == .none ? builder.reshape(loss, target.shape) : loss
    }
  }

  /// The cross entropy of logits `[M, K]` with labels `[M]`.
  private static func crossEntropy(
    _ rows: (scores: Value, labels: Value), _ classWeights: [Double]?, _ ignoreIndex: Int?, _ smoothing: Double,
    _ reduction: LossReduction, _ builder: GraphBuilder
  ) throws -> Value {
    // The operation, which the loss templates and fusions know, wherever it says the same.
    if classWeights == nil, ignoreIndex == nil, reduction == .mean {
      return try builder.crossEntropy(rows.scores, rows.labels, labelSmoothing: smoothing)
    }
    let target = try ClassTarget(labels: rows.labels, like: rows.scores, classWeights, ignoreIndex, builder)
    // The smoothed part weighs each class, not each sample.
    guard reduction == .none || classWeights != nil && smoothing > 0 else {
      let weights = try reduction == .sum ? target.weights : target.shares()
      return try builder.crossEntropy(rows.scores, target.labels, weights: weights, labelSmoothing: smoothing)
    }
    let logProbabilities = try builder.logSoftmax(rows.scores, axis: 1)
    let loss = try target.losses(logProbabilities)
    guard smoothing > 0 else { return try target.reduced(loss, reduction) }
    let uniform = try target.uniformLosses(logProbabilities)
    let classes = Double(builder.shape(of: rows.scores)[1])
    let both = try builder.add(
      builder.multiply(loss, builder.constant(1 - smoothing, like: loss)),
      builder.multiply(uniform, builder.constant(smoothing / classes, like: loss)))
    return try target.reduced(both, reduction)
  }

  /// The cross entropy with a probability for each class.
  private func crossEntropy(
    probabilities: Value, _ classWeights: [Double]?, _ smoothing: Double, _ reduction: LossReduction, _ builder: GraphBuilder
  ) throws -> Value {
    try Tensor.expectSmoothing(smoothing)
    guard shape.extents.allSatisfy({ $0 > 0 }) else {
      throw MartletError(
        LayerErrorCode.inputShape, "expected at least one sample and class, found \(type)",
        advice: "Give a batch and classes that are not empty.")
    }
    var target = probabilities
    if smoothing > 0 {
      target = try builder.add(
        builder.multiply(target, builder.constant(1 - smoothing, like: target)),
        builder.constant(smoothing / Double(shape[1]), like: target))
    }
    var terms = try builder.multiply(builder.logSoftmax(value, axis: 1), target)
    if classWeights != nil {
      terms = try builder.multiply(terms, builder.broadcast(ClassTarget.table(classWeights, of: type, builder), shape, axes: [1]))
    }
    return try builder.reduced(builder.negate(builder.reduceSum(terms, axes: [1])), reduction)
  }

  /// Minus the log probability `[N, K, d1, …]` of each label `i32[N, d1, …]` [torch.nn.functional.nll_loss]. Class weights, the ignored label
  /// and the reduction mean what they mean to `crossEntropy`.
  public func negativeLogLikelihood(
    _ labels: Tensor, classWeights: [Double]? = nil, ignoreIndex: Int? = nil, reduction: LossReduction = .mean, file: String = #fileID,
    line: Int = #line
  ) throws -> Tensor {
    try derived("nll", file, line) { builder in
      try expectScores(labels, "log probabilities")
      let rows = try rows(labels, builder)
      guard classWeights == nil, ignoreIndex == nil, reduction == .mean else {
        let target = try ClassTarget(labels: rows.labels, like: rows.scores, classWeights, ignoreIndex, builder)
        let loss = try target.reduced(target.losses(rows.scores), reduction)
        return try reduction == .none ? builder.reshape(loss, labels.shape) : loss
      }
      return try builder.negate(builder.reduceMean(builder.logProbability(of: rows.labels, in: rows.scores), axes: [0]))
    }
  }

  /// Throws unless this is `[N, K, …]` with at least one sample and class, of a floating-point type, and the labels are `i32[N, …]`.
  private func expectScores(_ labels: Tensor, _ name: String, otherTarget: String = "") throws {
    let samples = shape.extents.indices.filter { $0 != 1 }.map { shape[$0] }
    guard shape.rank >= 2, shape.extents.allSatisfy({ $0 > 0 }), type.dtype.isFloatingPoint else {
      throw MartletError(
        LayerErrorCode.inputShape, "expected \(name) [N, K, …] of f32 or f64 with samples and classes, found \(type)",
        advice: "Let the model end with a layer of as many outputs as there are classes.")
    }
    let expected = TensorType(.i32, Shape(samples))
    guard labels.type == expected else {
      throw MartletError(
        LayerErrorCode.inputShape, "\(name) \(type) need labels \(expected)\(otherTarget), found \(labels.type)",
        advice: advice(forLabels: labels, name, takesProbabilities: !otherTarget.isEmpty))
    }
  }

  private func advice(forLabels labels: Tensor, _ name: String, takesProbabilities: Bool) -> String {
    guard !labels.type.dtype.isFloatingPoint else {
      return "Numbers to predict have another loss: meanSquaredError, meanAbsoluteError or huber. Labels are i32, numbers of classes."
    }
    guard labels.type.dtype == .i32 else { return "Convert the labels to i32." }
    guard labels.shape == shape else {
      return "Classes are counted along axis 1, a label for each place of the other axes: transpose the \(name), or reshape the labels."
    }
    let other = takesProbabilities ? ", or probabilities with converted(to: .\(type.dtype))" : ""
    return "Labels that are one-hot become numbers of classes with argumentOfMaximum(axis: 1)\(other)."
  }

  /// Throws unless the target has this tensor's type.
  private func expectTarget(_ target: Tensor) throws {
    guard target.type != type else { return }
    let isColumn = target.shape.elementCount == shape.elementCount
    throw MartletError(
      LayerErrorCode.inputShape, "outputs \(type) need targets of the same type, found \(target.type)",
      advice: target.shape == shape
        ? "Convert the targets: converted(to: .\(type.dtype))."
        : isColumn
          ? "Give both one shape: targets.reshaped(output.shape), or outputs without their axis of 1."
          : "Give a target for each output: the model's last layer has as many outputs as there are numbers to predict.")
  }

  private static func expectSmoothing(_ smoothing: Double) throws {
    guard smoothing >= 0, smoothing < 1 else {
      throw MartletError(
        LayerErrorCode.configuration, "label smoothing is at least 0 and below 1, found \(smoothing)",
        advice: "Give a small number such as 0.1.")
    }
  }

  /// Scores `[N, K, d1, …]` and their labels as rows of K scores with a label each.
  private func rows(_ labels: Tensor, _ builder: GraphBuilder) throws -> (scores: Value, labels: Value) {
    guard shape.rank > 2 else { return (value, try own(labels)) }
    let last = try builder.transpose(value, [0] + Array(2..<shape.rank) + [1])
    let count = labels.shape.elementCount
    return (try builder.reshape(last, [count, shape[1]]), try builder.reshape(own(labels), [count]))
  }

  /// The squared differences to a target of the same shape [torch.nn.functional.mse_loss]: their mean, sum or all of them. Throws M402 for a
  /// target of another type.
  public func meanSquaredError(
    _ target: Tensor, reduction: LossReduction = .mean, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("mse", file, line) { builder in
      try expectTarget(target)
      let difference = try builder.subtract(value, own(target))
      return try builder.reduced(builder.multiply(difference, difference), reduction)
    }
  }

  /// The absolute differences to a target of the same shape [torch.nn.functional.l1_loss]: their mean, sum or all of them. The gradient is 0
  /// where both are equal.
  public func meanAbsoluteError(
    _ target: Tensor, reduction: LossReduction = .mean, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("l1", file, line) { builder in
      try expectTarget(target)
      return try builder.reduced(builder.absoluteValue(builder.subtract(value, own(target))), reduction)
    }
  }

  /// Half the squared difference d to a target of the same shape where |d| is at most `delta`, and `delta (|d| - delta / 2)` elsewhere
  /// [torch.nn.functional.huber_loss]: the mean over all elements, the sum or all of them. Throws M401 unless `delta` is finite and positive.
  public func huber(
    _ target: Tensor, delta: Double = 1, reduction: LossReduction = .mean, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("huber", file, line) { builder in
      guard delta.isFinite, delta > 0 else {
        throw MartletError(
          LayerErrorCode.configuration, "the delta of the Huber loss is a positive number, found \(delta)",
          advice: "Give the distance from which on the loss grows linearly, such as 1.")
      }
      try expectTarget(target)
      let difference = try builder.subtract(value, own(target))
      let distance = try builder.absoluteValue(difference)
      func constant(_ number: Double) throws -> Value { try builder.constant(number, like: difference) }
      let near = try builder.multiply(builder.multiply(difference, difference), constant(0.5))
      let far = try builder.multiply(builder.subtract(distance, constant(delta / 2)), constant(delta))
      let terms = try builder.select(builder.compare(.le, distance, constant(delta)), near, far)
      return try builder.reduced(terms, reduction)
    }
  }

  /// The binary cross entropy of logits with targets between 0 and 1, of one shape
  /// [torch.nn.functional.binary_cross_entropy_with_logits]: the mean over all elements, the sum or all of them. Throws M402 for a
  /// target of another type.
  public func binaryCrossEntropy(
    _ target: Tensor, reduction: LossReduction = .mean, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try derived("bce", file, line) { builder in
      try expectTarget(target)
      // -t log s - (1 - t) log (1 - s) with s the sigmoid is log(1 + e^x) - t x.
      let terms = try builder.subtract(builder.softplus(value), builder.multiply(own(target), value))
      return try builder.reduced(terms, reduction)
    }
  }
}
