/// Rows of choices, one choice for each factor, in which every pair of choices of two factors occurs at least once: many more faults show
/// where two circumstances meet than where three must.
package enum CoveringArray {
  /// Factor i has `counts[i]` choices, numbered from 0. Rows come in the order of the first factor's choices. A choice that covers nothing
  /// new is that of the row before, so that neighbouring rows differ in few factors.
  ///
  /// Greedy: each row begins with the first pair that no row has yet; each other factor then takes the choice that covers most new pairs
  /// together with what the row already has. Source: D. M. Cohen et al., "The AETG System", 1997, without its random restarts.
  package static func pairs(_ counts: [Int]) -> [[Int]] {
    guard counts.allSatisfy({ $0 > 0 }), let only = counts.first else { return [] }
    guard counts.count > 1 else { return (0..<only).map { [$0] } }
    var missing = Missing(counts)
    var rows: [[Int]] = []
    while let first = missing.first {
      var row = [Int?](repeating: nil, count: counts.count)
      row[first.a.factor] = first.a.choice
      row[first.b.factor] = first.b.choice
      // Factors with many choices first: they are the hardest to cover.
      for factor in counts.indices.sorted(by: { (counts[$1], $0) < (counts[$0], $1) }) where row[factor] == nil {
        let fixed = row.enumerated().compactMap { other, choice in choice.map { Choice(factor: other, choice: $0) } }
        func gain(_ choice: Int) -> Int { fixed.count { missing.contains($0, Choice(factor: factor, choice: choice)) } }
        let gains = (0..<counts[factor]).map(gain)
        let most = gains.max() ?? 0
        let previous = rows.last?[factor] ?? 0
        row[factor] = gains[previous] == most ? previous : gains.firstIndex(of: most)
      }
      let whole = row.map { $0 ?? 0 }
      missing.remove(whole)
      rows.append(whole)
    }
    return rows
  }

  private struct Choice {
    var factor: Int
    var choice: Int
  }

  /// The pairs that no row has yet.
  private struct Missing {
    private let counts: [Int]
    private let starts: [Int]
    /// A cell for each two choices of all factors, in the order of the smaller one.
    private var cells: [Bool]
    private var next = 0

    init(_ counts: [Int]) {
      self.counts = counts
      starts = counts.indices.map { counts[..<$0].reduce(0, +) }
      let total = counts.reduce(0, +)
      cells = [Bool](repeating: false, count: total * total)
      for a in counts.indices {
        for b in counts.indices where a < b {
          for x in 0..<counts[a] { for y in 0..<counts[b] { cells[(starts[a] + x) * total + starts[b] + y] = true } }
        }
      }
    }

    private var total: Int { counts.reduce(0, +) }

    private func cell(_ a: Choice, _ b: Choice) -> Int {
      let (low, high) = a.factor < b.factor ? (a, b) : (b, a)
      return (starts[low.factor] + low.choice) * total + starts[high.factor] + high.choice
    }

    func contains(_ a: Choice, _ b: Choice) -> Bool { cells[cell(a, b)] }

    mutating func remove(_ row: [Int]) {
      for a in row.indices {
        for b in row.indices where a < b { cells[cell(Choice(factor: a, choice: row[a]), Choice(factor: b, choice: row[b]))] = false }
      }
    }

    var first: (a: Choice, b: Choice)? {
      mutating get {
        while next < cells.count, !cells[next] { next += 1 }
        guard next < cells.count else { return nil }
        return (choice(next / total), choice(next % total))
      }
    }

    private func choice(_ number: Int) -> Choice {
      let factor = starts.lastIndex { $0 <= number } ?? 0
      return Choice(factor: factor, choice: number - starts[factor])
    }
  }
}
