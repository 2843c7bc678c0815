import MartletCore
import MartletGraph

/// Labels `i32[N]` of K classes with a weight for each class and a label that is ignored: what the weighted losses are made of.
struct ClassTarget {
  private let builder: GraphBuilder
  /// The labels; 0 where a sample is ignored.
  let labels: Value
  /// `bool[N]`; nil where no label is ignored.
  private let isIgnored: Value?
  /// Of each class, `[K]`.
  private let classWeights: Value
  /// Of each sample, `[N]`: its class's, 0 where it is ignored, NaN where its label is out of range.
  let weights: Value

  /// `scores` are of type `[N, K]`. Throws M401 unless there are K weights, finite and not negative, and the ignored label is an i32.
  init(labels: Value, like scores: Value, _ weights: [Double]?, _ ignoreIndex: Int?, _ builder: GraphBuilder) throws {
    let type = builder.type(of: scores)
    self.builder = builder
    classWeights = try ClassTarget.table(weights, of: type, builder)
    guard let ignoreIndex else {
      isIgnored = nil
      self.labels = labels
      self.weights = try builder.gather(classWeights, labels)
      return
    }
    guard Int32(exactly: ignoreIndex) != nil else {
      throw MartletError(
        LayerErrorCode.configuration, "the ignored label is an i32, found \(ignoreIndex)",
        advice: "Give a label that the targets have, such as -100.")
    }
    let mask = try builder.compare(.eq, labels, builder.constant(Double(ignoreIndex), like: labels))
    isIgnored = mask
    self.labels = try builder.select(mask, builder.constant(0, like: labels), labels)
    let gathered = try builder.gather(classWeights, self.labels)
    self.weights = try builder.select(mask, builder.constant(0, like: gathered), gathered)
  }

  /// The weights of the classes of scores `[N, K, …]`, `[K]`; ones where none are given. Throws M401 unless there are K, finite and not
  /// negative.
  static func table(_ weights: [Double]?, of type: TensorType, _ builder: GraphBuilder) throws -> Value {
    guard let weights else { return try builder.add(Constant(1, TensorType(type.dtype, [type.shape[1]]))) }
    guard weights.count == type.shape[1] else {
      throw MartletError(
        LayerErrorCode.configuration, "a weight for each of \(type.shape[1]) classes is needed, found \(weights.count) weights",
        advice: "Classes are counted along axis 1 of the scores; give each a weight, 1 for those that count as usual.")
    }
    if let wrong = weights.firstIndex(where: { !$0.isFinite || $0 < 0 || !type.dtype.holds($0) }) {
      throw MartletError(
        LayerErrorCode.configuration,
        "the weight of a class is a finite \(type.dtype) of at least 0, that of class \(wrong) is \(weights[wrong])",
        advice: "Correct the weight; 0 leaves a class out.")
    }
    return try builder.add(Constant(weights, TensorType(type.dtype, [weights.count])))
  }

  /// What each sample adds to a weighted mean, `[N]`: its weight divided by the sum of all.
  func shares() throws -> Value {
    let sum = try builder.reduceSum(weights, axes: [0])
    return try builder.divide(weights, builder.broadcast(sum, builder.shape(of: weights), axes: []))
  }

  /// Minus the label's log probability times the weight of each sample, `[N]`: 0 where the sample is ignored.
  func losses(_ logProbabilities: Value) throws -> Value {
    let chosen = try builder.logProbability(of: labels, in: logProbabilities)
    return try builder.negate(builder.multiply(withoutIgnored(chosen), weights))
  }

  /// Minus the sum over the classes of their weighted log probabilities, `[N]`: 0 where the sample is ignored.
  func uniformLosses(_ logProbabilities: Value) throws -> Value {
    let weighted = try builder.multiply(
      logProbabilities, builder.broadcast(classWeights, builder.shape(of: logProbabilities), axes: [1]))
    return try builder.negate(withoutIgnored(builder.reduceSum(weighted, axes: [1])))
  }

  /// The sum of the losses divided by the sum of the weights, their sum, or all of them.
  func reduced(_ losses: Value, _ reduction: LossReduction) throws -> Value {
    guard reduction != .none else { return losses }
    let sum = try builder.reduceSum(losses, axes: [0])
    return reduction == .sum ? sum : try builder.divide(sum, builder.reduceSum(weights, axes: [0]))
  }

  private func withoutIgnored(_ samples: Value) throws -> Value {
    guard let isIgnored else { return samples }
    return try builder.select(isIgnored, builder.constant(0, like: samples), samples)
  }
}

extension GraphBuilder {
  /// The log probability `[N, K]` of each label `i32[N]`, `[N]`.
  func logProbability(of labels: Value, in scores: Value) throws -> Value {
    let (zeros, type) = (try constant(0, like: scores), type(of: scores))
    // A probability of zero counts where it is the label's only: 0 times -inf would be NaN.
    let isLabel = try compare(.gt, oneHot(labels, classes: type.shape[1], type.dtype), zeros)
    return try reduceSum(select(isLabel, scores, zeros), axes: [1])
  }
}
