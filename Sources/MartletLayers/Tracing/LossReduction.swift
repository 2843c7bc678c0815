import MartletGraph

/// What a loss makes of the losses of its elements or samples [the reduction of torch.nn's losses].
public enum LossReduction: Hashable, Sendable {
  /// Their mean: what a step minimises.
  case mean
  /// Their sum.
  case sum
  /// All of them, with the shape of the targets.
  case none
}

extension GraphBuilder {
  /// The mean or sum of all elements, or the elements.
  func reduced(_ losses: Value, _ reduction: LossReduction) throws -> Value {
    let axes = Array(0..<shape(of: losses).rank)
    switch reduction {
    case .mean: return try reduceMean(losses, axes: axes)
    case .sum: return try reduceSum(losses, axes: axes)
    case .none: return losses
    }
  }
}
