import Glibc

/// A class of one sample with the probability that softmax gives it.
package struct RankedClass: Hashable, Sendable {
  package var number: Int
  package var probability: Double

  /// The classes with the highest of some logits, at most so many, the highest first; of equal ones the lower class, and NaN is the highest
  /// [torch.topk, numpy.argmax]. Probabilities are over all classes.
  package static func best(_ logits: [Double], most: Int) -> [RankedClass] {
    let highest = logits.max() ?? 0
    let sum = logits.reduce(0) { $0 + exp($1 - highest) }
    func isBefore(_ a: Int, _ b: Int) -> Bool {
      if logits[a].isNaN != logits[b].isNaN { return logits[a].isNaN }
      return logits[a] > logits[b] || !(logits[b] > logits[a]) && a < b
    }
    return logits.indices.sorted(by: isBefore).prefix(max(most, 0)).map { number in
      RankedClass(number: number, probability: exp(logits[number] - highest) / sum)
    }
  }
}
