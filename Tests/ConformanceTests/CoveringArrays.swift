import TestSupport
import Testing

/// The rows that choose what CI runs.
@Suite struct CoveringArrays {
  @Test(
    arguments: [
      [2, 2], [3, 3, 3], [2, 3, 4, 5], [5, 4, 3, 2], [1, 7, 1], [60, 15, 3, 2, 2], [4, 4, 4, 4, 4, 4],
    ])
  func everyPairOccurs(_ counts: [Int]) {
    let rows = CoveringArray.pairs(counts)
    #expect(rows == CoveringArray.pairs(counts))
    #expect(rows.allSatisfy { row in row.count == counts.count && zip(row, counts).allSatisfy { $0 >= 0 && $0 < $1 } })
    for a in counts.indices {
      for b in counts.indices where a < b {
        #expect(Set(rows.map { $0[a] * counts[b] + $0[b] }).count == counts[a] * counts[b], "factors \(a) and \(b)")
      }
    }
    // No array is smaller than the pairs of the two longest factors; a greedy one is not much larger.
    let largest = counts.sorted(by: >)[..<2].reduce(1, *)
    #expect(rows.count >= largest && rows.count <= 2 * largest, "\(rows.count) rows")
  }

  @Test func fewFactors() {
    #expect(CoveringArray.pairs([3]) == [[0], [1], [2]])
    #expect(CoveringArray.pairs([]) == [])
    #expect(CoveringArray.pairs([3, 0]) == [])
  }

  /// What covers nothing new stays as it is from row to row.
  @Test func neighboursDifferInLittle() {
    let rows = CoveringArray.pairs([60, 15, 3, 2, 2])
    let settings = Dictionary(grouping: rows) { $0[0] }.mapValues { Set($0.map { Array($0[2...]) }).count }
    #expect(rows.count < 930 && settings.values.reduce(0, +) <= 60 * 5, "\(rows.count) rows, \(settings.values.reduce(0, +)) settings")
  }
}
