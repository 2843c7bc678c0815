import Glibc
import MartletCore

/// Which class was found for which, and the images whose own class got the lowest probability.
package struct ConfusionMatrix {
  /// An image that was classified badly.
  package struct Mistake: Hashable {
    package var image: Int
    package var label: Int
    package var found: Int
    /// What softmax gives the right class.
    package var probability: Double
  }

  /// A class that was found in samples of another one, and how often.
  package struct Confusion: Hashable {
    package var label: Int
    package var found: Int
    package var count: Int
  }

  package let classes: Int
  /// Rows by label that have a count: by what was found. A matrix of all classes would be too large where there are many.
  private var rows: [[Int: Int]]
  /// The worst first.
  package private(set) var worst: [Mistake] = []
  private let mostMistakes: Int

  package init(classes: Int, mostMistakes: Int) {
    self.classes = classes
    self.mostMistakes = mostMistakes
    rows = [[Int: Int]](repeating: [:], count: classes)
  }

  /// By label, then by what was found; `classes` x `classes` numbers.
  package var counts: [[Int]] { rows.map { row in (0..<classes).map { row[$0] ?? 0 } } }

  /// Adds a batch: the images' numbers, their labels and logits `[N, classes]`.
  package mutating func add(_ images: Range<Int>, _ labels: [Int], _ logits: HostTensor) {
    let numbers = logits.numbers
    for (row, (image, label)) in zip(images, labels).enumerated() {
      let scores = numbers[row * classes..<(row + 1) * classes]
      let highest = scores.max() ?? 0
      let found = ScoredBatch.highest(scores)
      guard rows.indices.contains(label) else { continue }
      rows[label][found, default: 0] += 1
      guard found != label else { continue }
      let probability = exp(scores[scores.startIndex + label] - highest) / scores.reduce(0) { $0 + exp($1 - highest) }
      worst.append(Mistake(image: image, label: label, found: found, probability: probability))
    }
    worst.sort { ($0.probability, $0.image) < ($1.probability, $1.image) }
    worst = Array(worst.prefix(mostMistakes))
  }

  /// Pairs of classes that were taken for each other, the most frequent first; of equal ones those of lower classes.
  package func confusions(most: Int) -> [Confusion] {
    let all = rows.enumerated().flatMap { label, row in
      row.compactMap { found, count in found == label ? nil : Confusion(label: label, found: found, count: count) }
    }
    return Array(all.sorted { (-$0.count, $0.label, $0.found) < (-$1.count, $1.label, $1.found) }.prefix(most))
  }

  /// Precision, recall and F1 of each class.
  package var scores: ClassScores {
    var found = [Int](repeating: 0, count: classes)
    for row in rows { for (other, count) in row { found[other] += count } }
    return ClassScores(
      both: rows.enumerated().map { $0.element[$0.offset] ?? 0 }, found: found, labelled: rows.map { $0.values.reduce(0, +) })
  }
}
