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

  package let classes: Int
  /// By label, then by what was found.
  package private(set) var counts: [[Int]]
  /// The worst first.
  package private(set) var worst: [Mistake] = []
  private let mostMistakes: Int

  package init(classes: Int, mostMistakes: Int) {
    self.classes = classes
    self.mostMistakes = mostMistakes
    counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
  }

  /// Adds a batch: the images' numbers, their labels and logits `[N, classes]`.
  package mutating func add(_ images: Range<Int>, _ labels: [Int], _ logits: HostTensor) {
    let numbers = logits.numbers
    for (row, (image, label)) in zip(images, labels).enumerated() {
      let scores = numbers[row * classes..<(row + 1) * classes]
      let highest = scores.max() ?? 0
      let found = scores.firstIndex(of: highest).map { $0 - scores.startIndex } ?? 0
      guard counts.indices.contains(label) else { continue }
      counts[label][found] += 1
      guard found != label else { continue }
      let probability = exp(scores[scores.startIndex + label] - highest) / scores.reduce(0) { $0 + exp($1 - highest) }
      worst.append(Mistake(image: image, label: label, found: found, probability: probability))
    }
    worst.sort { ($0.probability, $0.image) < ($1.probability, $1.image) }
    worst = Array(worst.prefix(mostMistakes))
  }

  /// A table: a row a label, a column what was found, and how many of the label were right.
  package func text(_ names: [String]) -> String {
    let longest = names.map(\.count).max() ?? 1
    let width = max(counts.joined().max().map { String($0).count } ?? 1, longest, 3) + 1
    let first = max(longest, 5)
    func padded(_ text: String) -> String { String(repeating: " ", count: max(width - text.count, 0)) + text }
    var text = "label" + String(repeating: " ", count: first - 5) + names.map(padded).joined() + "   right\n"
    for (label, row) in counts.enumerated() {
      let total = row.reduce(0, +)
      let right = total == 0 ? "    -" : "\(NumberText.fixed(Double(row[label]) / Double(total) * 100, decimals: 1, width: 5)) %"
      text += String(repeating: " ", count: first - names[label].count) + names[label]
      text += row.map { padded($0 == 0 ? "." : String($0)) }.joined() + "   \(right)\n"
    }
    return text
  }
}
