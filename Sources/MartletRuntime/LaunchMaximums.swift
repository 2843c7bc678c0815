/// A number for each launch: a segment tree. Raising a range of launches to a number and finding the largest number of a range take
/// logarithmic time.
struct LaunchMaximums {
  private typealias Entry = (end: Int, owner: Int)

  private let count: Int
  /// By node: what the whole range of the node was raised to, and the largest within.
  private var raised: [Entry?]
  private var largest: [Entry?]

  init(count: Int) {
    var leaves = 1
    while leaves < count { leaves *= 2 }
    self.count = leaves
    raised = Array(repeating: nil, count: 2 * leaves)
    largest = raised
  }

  /// The largest number of a range and who raised it; nil if it was not raised.
  func maximum(_ range: ClosedRange<Int>) -> (end: Int, owner: Int)? { maximum(range, 1, 0, count) }

  mutating func raise(_ range: ClosedRange<Int>, to end: Int, by owner: Int) { raise(range, (end, owner), 1, 0, count) }

  private static func larger(_ a: Entry?, _ b: Entry?) -> Entry? {
    guard let a else { return b }
    guard let b else { return a }
    return b.end > a.end ? b : a
  }

  /// Of the part of a node's launches, `lower ..< upper`, that the range covers.
  private func maximum(_ range: ClosedRange<Int>, _ node: Int, _ lower: Int, _ upper: Int) -> Entry? {
    if range.upperBound < lower || range.lowerBound >= upper { return nil }
    if range.lowerBound <= lower, upper - 1 <= range.upperBound { return largest[node] }
    let middle = (lower + upper) / 2
    let below = LaunchMaximums.larger(maximum(range, 2 * node, lower, middle), maximum(range, 2 * node + 1, middle, upper))
    return LaunchMaximums.larger(raised[node], below)
  }

  private mutating func raise(_ range: ClosedRange<Int>, _ entry: Entry, _ node: Int, _ lower: Int, _ upper: Int) {
    if range.upperBound < lower || range.lowerBound >= upper { return }
    largest[node] = LaunchMaximums.larger(largest[node], entry)
    if range.lowerBound <= lower, upper - 1 <= range.upperBound {
      raised[node] = LaunchMaximums.larger(raised[node], entry)
      return
    }
    let middle = (lower + upper) / 2
    raise(range, entry, 2 * node, lower, middle)
    raise(range, entry, 2 * node + 1, middle, upper)
  }
}
