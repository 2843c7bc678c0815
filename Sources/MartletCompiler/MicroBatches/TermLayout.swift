import MartletCore
import MartletRuntime

/// Where the terms of a step are in a block of memory, and which process owns which: it adds up the parts of all processes, updates the variables and
/// keeps the optimizer's state.
package struct TermLayout {
  package let terms: [Compiler.Term]
  /// The byte at which each begins, and the end.
  package let offsets: [Int]
  private let leastMessageBytes: Int

  package init(_ terms: [Compiler.Term], leastMessageBytes: Int = usualMessageBytes) {
    self.terms = terms
    self.leastMessageBytes = leastMessageBytes
    var offsets = [0]
    for term in terms {
      let size = (term.type.byteCount + MemoryPlan.alignment - 1) / MemoryPlan.alignment * MemoryPlan.alignment
      offsets.append(offsets[offsets.count - 1] + size)
    }
    self.offsets = offsets
  }

  package var byteCount: Int { offsets[terms.count] }

  package func bytes(_ range: Range<Int>) -> Range<Int> { offsets[range.lowerBound]..<offsets[range.upperBound] }

  /// The terms of each process: runs of neighbours of nearly as many bytes.
  package func owned(processes: Int) -> [Range<Int>] {
    let total = byteCount
    var bounds = [0]
    for rank in 1..<max(processes, 1) {
      let target = Int((Double(total) * Double(rank) / Double(processes)).rounded())
      // The bound next to the share of this process and those before it.
      let least = bounds[rank - 1]
      let next = offsets.indices.filter { $0 >= least }.min { abs(offsets[$0] - target) < abs(offsets[$1] - target) } ?? least
      bounds.append(next)
    }
    bounds.append(terms.count)
    return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
  }

  /// The runs of neighbours among some terms that go in a message each: a message is begun as soon as its terms are computed. Each has at least
  /// `leastMessageBytes`, but the last, and few messages are needed for all terms.
  package func messages(of terms: Range<Int>) -> [Range<Int>] {
    let least = max(leastMessageBytes, byteCount / TermLayout.mostMessages)
    var runs: [Range<Int>] = []
    var start = terms.lowerBound
    for term in terms where offsets[term + 1] - offsets[start] >= least || term + 1 == terms.upperBound {
      runs.append(start..<term + 1)
      start = term + 1
    }
    return runs
  }

  /// Shorter messages would be sent no sooner: a message of a megabyte takes 8 ms at 1 Gbit/s, its announcement and answer twice the latency.
  package static let usualMessageBytes = 1 << 20
  /// About how many messages a process sends at most for a sum of all terms: each has a tag of its own.
  package static let mostMessages = 1024
}
