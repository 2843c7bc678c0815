import MartletCore

/// The offsets of intermediate values in one arena: a pure function of their lifetimes.
///
/// The largest value is placed first, at the lowest offset that is free during its whole lifetime (greedy by size).
/// Source: Y. Pisarchyk and J. Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020.
package struct MemoryPlan: Hashable, Sendable {
  /// A value that needs memory from the first to the last launch of its lifetime, both included.
  package struct Request: Hashable, Sendable {
    package var name: String
    package var byteCount: Int
    package var lifetime: ClosedRange<Int>

    package init(name: String, byteCount: Int, lifetime: ClosedRange<Int>) {
      self.name = name
      self.byteCount = byteCount
      self.lifetime = lifetime
    }
  }

  package static let alignment = 64

  package let requests: [Request]
  /// One a request, a multiple of the alignment.
  package let offsets: [Int]
  package let arenaByteCount: Int

  /// Up to so many values each one is compared with all that are placed before it. More values are placed in the order of their launches: that
  /// takes a time that grows as n log n, and may take more memory.
  static let mostCompared = 2048

  package init(_ requests: [Request]) {
    self.requests = requests
    (offsets, arenaByteCount) =
      requests.count <= MemoryPlan.mostCompared ? MemoryPlan.bySize(requests) : MemoryPlan.byLaunch(requests)
  }

  /// The largest value first, each at the lowest free offset.
  private static func bySize(_ requests: [Request]) -> ([Int], Int) {
    var offsets = [Int](repeating: 0, count: requests.count)
    var placed: [Int] = []
    let order = requests.indices.sorted { a, b in
      (requests[a].byteCount, requests[b].lifetime.lowerBound, b) > (requests[b].byteCount, requests[a].lifetime.lowerBound, a)
    }
    for index in order {
      let size = aligned(requests[index].byteCount)
      let neighbours = placed.filter { requests[$0].lifetime.overlaps(requests[index].lifetime) }
        .map { (start: offsets[$0], end: offsets[$0] + aligned(requests[$0].byteCount)) }.sorted { $0.start < $1.start }
      var offset = 0
      for neighbour in neighbours {
        if neighbour.start - offset >= size { break }
        offset = max(offset, neighbour.end)
      }
      offsets[index] = offset
      placed.append(index)
    }
    return (offsets, requests.indices.map { offsets[$0] + aligned(requests[$0].byteCount) }.max() ?? 0)
  }

  /// In the order of the launches, each in a block that is free at its first launch.
  static func byLaunch(_ requests: [Request]) -> (offsets: [Int], arenaByteCount: Int) {
    var offsets = [Int](repeating: 0, count: requests.count)
    var blocks = FreeBlocks()
    let ends = requests.indices.sorted { (requests[$0].lifetime.upperBound, $0) < (requests[$1].lifetime.upperBound, $1) }
    let order = requests.indices.sorted { a, b in
      (requests[a].lifetime.lowerBound, requests[b].byteCount, a) < (requests[b].lifetime.lowerBound, requests[a].byteCount, b)
    }
    var ended = 0
    for index in order {
      while ended < ends.count, requests[ends[ended]].lifetime.upperBound < requests[index].lifetime.lowerBound {
        blocks.free(offsets[ends[ended]], aligned(requests[ends[ended]].byteCount))
        ended += 1
      }
      offsets[index] = blocks.take(aligned(requests[index].byteCount))
    }
    return (offsets, blocks.byteCount)
  }

  /// For tests of the checker.
  init(requests: [Request], offsets: [Int], arenaByteCount: Int) {
    self.requests = requests
    self.offsets = offsets
    self.arenaByteCount = arenaByteCount
  }

  static func aligned(_ byteCount: Int) -> Int { max((byteCount + alignment - 1) / alignment * alignment, alignment) }

  /// For each launch the bytes of the values that are alive.
  package var liveByteCounts: [Int] {
    guard let last = requests.map(\.lifetime.upperBound).max(), last >= 0 else { return [] }
    var changes = [Int](repeating: 0, count: last + 2)
    for request in requests where request.lifetime.upperBound >= 0 {
      changes[max(request.lifetime.lowerBound, 0)] += MemoryPlan.aligned(request.byteCount)
      changes[request.lifetime.upperBound + 1] -= MemoryPlan.aligned(request.byteCount)
    }
    var alive = 0
    return changes.dropLast().map { change in
      alive += change
      return alive
    }
  }

  /// The first time at which most bytes are alive; nil when nothing is.
  package var peakTime: Int? {
    let counts = liveByteCounts
    guard let most = counts.max() else { return nil }
    return counts.firstIndex(of: most)
  }

  /// No plan can be smaller: the largest sum of values that are alive at once.
  package var lowerBound: Int { liveByteCounts.max() ?? 0 }

  /// Checks the plan without knowing how it was made: values alive at the same time do not overlap, all lie in the arena, offsets are
  /// aligned. Throws `.checkFailed`.
  package func check() throws {
    var ends = LaunchMaximums(count: (requests.map(\.lifetime.upperBound).max() ?? 0) + 1)
    for index in requests.indices.sorted(by: { offsets[$0] < offsets[$1] }) {
      let range = offsets[index]..<offsets[index] + requests[index].byteCount
      guard offsets[index] >= 0, offsets[index] % MemoryPlan.alignment == 0, range.upperBound <= arenaByteCount else {
        throw MartletError(
          RuntimeErrorCode.memoryPlan, "memory plan: %\(requests[index].name) is stored at \(range), outside the arena or not aligned")
      }
      if range.isEmpty { continue }
      // Values before this one start at lower offsets: one that ends beyond this start shares bytes with it.
      if let (end, other) = ends.maximum(requests[index].lifetime), end > range.lowerBound {
        throw MartletError(
          RuntimeErrorCode.memoryPlan,
          "memory plan: %\(requests[index].name) at \(range) and %\(requests[other].name) at \(offsets[other]..<end) are alive at the same time"
        )
      }
      ends.raise(requests[index].lifetime, to: range.upperBound, by: index)
    }
  }
}
