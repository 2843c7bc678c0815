/// What a message says of a name that nothing has: the name that may be meant, and those that there are.
package enum KnownNames {
  /// A longer list is cut.
  package static let most = 10
  /// Longer names are not compared: nobody mistypes them.
  private static let longestName = 64

  /// "Did you mean 'fuse'? The passes are simplify, fuse." With more than ten names, those that are most alike, one a line, and the count of
  /// the others; `all` says where they are.
  package static func advice(_ kind: String, _ names: [String], insteadOf name: String, all: String? = nil) -> String {
    let meant = nearest(to: name, among: names).map { "Did you mean '\($0)'? " } ?? ""
    guard !names.isEmpty else { return "There are no \(kind)." }
    guard names.count > most else { return "\(meant)The \(kind) are \(names.joined(separator: ", "))." }
    let ranked = names.enumerated().map { ($0.offset, distance(name, $0.element) ?? Int.max) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    let shown = ranked.prefix(most).map { "    \(names[$0.0])" }.joined(separator: "\n")
    let others = names.count - most
    return "\(meant)The \(kind) are\n\(shown)\n    and \(others) more\(all.map { "; \($0)" } ?? "")."
  }

  /// The name that is meant if one letter in three may be wrong, missing, additional or exchanged with its neighbour; of equally near ones the
  /// first.
  package static func nearest(to name: String, among names: [String]) -> String? {
    var best: (name: String, distance: Int)?
    for known in names {
      guard let found = distance(name, known), found <= max(1, max(name.utf8.count, known.utf8.count) / 3), found < known.utf8.count,
        found < best?.distance ?? Int.max
      else { continue }
      best = (known, found)
    }
    return best?.name
  }

  /// "Did you mean %weight? " for a value of a text, or nothing. Numbers are alike without meaning each other.
  package static func valueMeant(by name: String, among names: some Sequence<String>) -> String {
    guard name.contains(where: { !$0.isNumber }) else { return "" }
    return nearest(to: name, among: names.sorted()).map { "Did you mean %\($0)? " } ?? ""
  }

  /// Letters to change, add, leave out or exchange with their neighbours, without regard to case: the optimal string alignment distance.
  /// Nil for long names.
  static func distance(_ a: String, _ b: String) -> Int? {
    let (a, b) = (Array(a.lowercased().unicodeScalars), Array(b.lowercased().unicodeScalars))
    guard a.count <= longestName, b.count <= longestName else { return nil }
    var (before, last) = ([Int](), Array(0...b.count))
    for (row, letter) in a.enumerated() {
      var next = [row + 1]
      for (column, other) in b.enumerated() {
        var found = min(last[column + 1] + 1, next[column] + 1, last[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == b[column - 1], a[row - 1] == other { found = min(found, before[column - 1] + 1) }
        next.append(found)
      }
      (before, last) = (last, next)
    }
    return last[b.count]
  }
}
