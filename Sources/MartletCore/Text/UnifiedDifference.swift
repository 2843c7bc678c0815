/// The difference of two texts as `diff -u` prints it: changed lines with three lines around them.
package struct UnifiedDifference {
  private enum Line {
    case kept(String)
    case removed(String)
    case added(String)

    var isKept: Bool {
      if case .kept = self { return true }
      return false
    }
  }

  private var lines: [Line] = []
  private static let context = 3

  /// Source: E. W. Myers, "An O(ND) difference algorithm and its variations", 1986, in Swift's `CollectionDifference`.
  package init(from old: String, to new: String) {
    func split(_ text: String) -> [String] {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      return lines.last == "" ? lines.dropLast() : lines
    }
    let (old, new) = (split(old), split(new))
    let difference = new.difference(from: old)
    var (removed, added): (Set<Int>, Set<Int>) = ([], [])
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): added.insert(offset)
      }
    }
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      if i < old.count, removed.contains(i) {
        lines.append(.removed(old[i]))
        i += 1
      } else if j < new.count, added.contains(j) {
        lines.append(.added(new[j]))
        j += 1
      } else {
        lines.append(.kept(new[j]))
        i += 1
        j += 1
      }
    }
  }

  package var isEmpty: Bool { lines.allSatisfy(\.isKept) }

  /// Empty when nothing differs. With colours removed lines are red, added ones green, positions cyan.
  package func text(hasColours: Bool = false) -> String {
    func coloured(_ text: String, _ code: Int) -> String { hasColours ? "\u{1b}[\(code)m\(text)\u{1b}[0m\n" : text + "\n" }
    var output = ""
    for hunk in hunks {
      let before = lines[..<hunk.lowerBound]
      let oldStart = before.count { if case .added = $0 { false } else { true } } + 1
      let newStart = before.count { if case .removed = $0 { false } else { true } } + 1
      let oldCount = lines[hunk].count { if case .added = $0 { false } else { true } }
      let newCount = lines[hunk].count { if case .removed = $0 { false } else { true } }
      output += coloured("@@ -\(oldStart),\(oldCount) +\(newStart),\(newCount) @@", 36)
      for line in lines[hunk] {
        switch line {
        case .kept(let text): output += " \(text)\n"
        case .removed(let text): output += coloured("-\(text)", 31)
        case .added(let text): output += coloured("+\(text)", 32)
        }
      }
    }
    return output
  }

  /// Stretches of lines around what changed; those that touch are one.
  private var hunks: [Range<Int>] {
    var hunks: [Range<Int>] = []
    for (index, line) in lines.enumerated() where !line.isKept {
      let range = max(index - UnifiedDifference.context, 0)..<min(index + UnifiedDifference.context + 1, lines.count)
      if let last = hunks.last, last.upperBound >= range.lowerBound {
        hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
      } else {
        hunks.append(range)
      }
    }
    return hunks
  }
}
