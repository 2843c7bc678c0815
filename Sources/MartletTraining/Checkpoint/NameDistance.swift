/// How much two names differ.
enum NameDistance {
  /// Longer names are compared by their ends.
  private static let longest = 120

  /// The least number of bytes to insert, remove or replace (Levenshtein).
  static func between(_ first: String, _ second: String) -> Int {
    let (a, b) = (Array(first.utf8.suffix(longest)), Array(second.utf8.suffix(longest)))
    guard !b.isEmpty else { return a.count }
    var previous = Array(0...b.count)
    for (row, byte) in a.enumerated() {
      var current = [row + 1]
      current.reserveCapacity(b.count + 1)
      for (column, other) in b.enumerated() {
        current.append(min(previous[column] + (byte == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[b.count]
  }

  /// The candidate that is nearest to a name, the first of several; nil where none is near: more than half of the name would change.
  static func nearest(to name: String, among candidates: [String]) -> String? {
    let best = candidates.map { (name: $0, distance: between(name, $0)) }.min { $0.distance < $1.distance }
    guard let best, best.distance * 2 <= name.utf8.count else { return nil }
    return best.name
  }
}
