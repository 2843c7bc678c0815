/// Precision, recall and F1 of each class, and their means [sklearn.metrics.precision_recall_fscore_support, zero_division=0].
package struct ClassScores {
  /// The numbers of one class, or their means.
  package struct Score: Hashable {
    /// Of the samples in which the class was found, the share of which it is the label; 0 where it was found in none.
    package var precision: Double
    /// Of the samples of which the class is the label, the share in which it was found; 0 where it is the label of none.
    package var recall: Double
    /// The harmonic mean of both; 0 where one of them is.
    package var f1: Double
    /// How many samples the class is the label of, and was found in.
    package var labelled: Int
    package var found: Int

    /// Whether the class was a label or found: the others have no numbers and do not count in means.
    package var isPresent: Bool { labelled + found > 0 }
  }

  /// In the order of the classes.
  package let classes: [Score]

  /// Of each class in how many samples it was found and the label at once, found, and the label.
  init(both: [Int], found: [Int], labelled: [Int]) {
    let precision = ClassCounts.quotients(both, found)
    let recall = ClassCounts.quotients(both, labelled)
    let f1 = ClassCounts.quotients(both.map { 2 * $0 }, zip(found, labelled).map(+))
    classes = both.indices.map { Score(precision: precision[$0], recall: recall[$0], f1: f1[$0], labelled: labelled[$0], found: found[$0]) }
  }

  /// The means over the classes that are a label or were found, each counting the same [average='macro']; nil where there is none.
  package var macro: Score? {
    let present = classes.filter(\.isPresent)
    guard !present.isEmpty else { return nil }
    func mean(_ value: (Score) -> Double) -> Double { present.reduce(0) { $0 + value($1) } / Double(present.count) }
    func sum(_ value: (Score) -> Int) -> Int { present.reduce(0) { $0 + value($1) } }
    return Score(
      precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1), labelled: sum(\.labelled), found: sum(\.found))
  }
}
