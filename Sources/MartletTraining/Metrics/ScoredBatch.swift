import Glibc
import MartletCore

/// A batch of scores with its labels, checked: what the metrics of classes read.
struct ScoredBatch {
  let classes: Int
  private let scores: [Double]
  /// The labels that count, each with its row of the scores.
  private let counted: [(row: Int, label: Int)]

  /// Throws M1207 unless the outputs are floats `[N, classes]` of at least one class and there are N labels, each a class or the one that is
  /// ignored.
  init(_ outputs: HostTensor, _ labels: [Int32], ignoring ignored: Int32?) throws {
    guard outputs.shape.rank == 2, outputs.dtype.isFloatingPoint, outputs.shape[1] > 0 else {
      throw MartletError(TrainingErrorCode.metricInput, "a metric takes f32 or f64 outputs of shape [N, classes], found \(outputs.type)")
    }
    guard labels.count == outputs.shape[0] else {
      throw MartletError(
        TrainingErrorCode.metricInput, "a metric takes a label for each of \(outputs.shape[0]) outputs, found \(labels.count)")
    }
    classes = outputs.shape[1]
    scores = outputs.numbers
    var counted: [(row: Int, label: Int)] = []
    for (row, label) in labels.enumerated() where label != ignored {
      guard label >= 0, Int(label) < classes else {
        throw MartletError(
          TrainingErrorCode.metricInput, "label \(label) of sample \(row) is no class: the outputs have \(classes) classes")
      }
      counted.append((row, Int(label)))
    }
    self.counted = counted
  }

  /// Calls a body with the scores and the label of each sample that counts.
  func forEach(_ body: (_ scores: ArraySlice<Double>, _ label: Int) -> Void) {
    for (row, label) in counted { body(scores[row * classes..<(row + 1) * classes], label) }
  }

  /// How many classes have a higher score than one of them: NaN is the highest, and of equal scores that of the lower class
  /// [torch.argmax, torch.topk].
  static func rank(of label: Int, in scores: ArraySlice<Double>) -> Int {
    let own = scores[scores.startIndex + label]
    var rank = 0
    for (number, score) in scores.enumerated() where number != label {
      let isEqual = score == own || score.isNaN && own.isNaN
      let isHigher = score.isNaN ? !own.isNaN : score > own
      if isHigher || isEqual && number < label { rank += 1 }
    }
    return rank
  }

  /// The class with the highest score.
  static func highest(_ scores: ArraySlice<Double>) -> Int {
    var best = scores.startIndex
    for position in scores.indices {
      if scores[best].isNaN { break }
      if scores[position].isNaN || scores[position] > scores[best] { best = position }
    }
    return best - scores.startIndex
  }

  /// How many rows of scores are highest at their label; as `highest`, without copies.
  static func correct(
    _ scores: UnsafeBufferPointer<Float>, _ labels: UnsafeBufferPointer<Int32>, rows: Int, classes: Int
  ) -> Int {
    guard classes > 0, scores.count >= rows * classes, labels.count >= rows else { return 0 }
    var correct = 0
    for row in 0..<rows {
      let first = row * classes
      var (best, highest) = (0, scores[first])
      for position in 1..<max(classes, 1) {
        let score = scores[first + position]
        // The first NaN counts as the highest.
        if !(score <= highest), !highest.isNaN { (best, highest) = (position, score) }
      }
      if best == Int(labels[row]) { correct += 1 }
    }
    return correct
  }

  /// Minus the logarithm of the label's probability, of logits.
  static func crossEntropy(_ scores: ArraySlice<Double>, _ label: Int) -> Double {
    let highest = scores.max() ?? 0
    // All -inf, or an +inf: the difference below is NaN then, as PyTorch's is.
    return log(scores.reduce(0) { $0 + exp($1 - highest) }) - (scores[scores.startIndex + label] - highest)
  }
}
