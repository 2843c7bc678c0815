import MartletCore

/// Where intermediate values lie in one arena: a pure function from lifetimes to offsets.
///
/// The largest value goes first, at the lowest offset that is free during its whole lifetime (greedy by size).
/// Source: Y. Pisarchyk and J. Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020.
public struct MemoryPlan: Hashable, Sendable {
  /// A value that needs memory from the first to the last launch of its lifetime, both included.
  public struct Request: Hashable, Sendable {
    public var name: String
    public var byteCount: Int
    public var lifetime: ClosedRange<Int>

    public init(name: String, byteCount: Int, lifetime: ClosedRange<Int>) {
      self.name = name
      self.byteCount = byteCount
      self.lifetime = lifetime
    }
  }

  public static let alignment = 64

  public let requests: [Request]
  /// One a request, a multiple of the alignment.
  public let offsets: [Int]
  public let arenaByteCount: Int

  public init(_ requests: [Request]) {
    self.requests = requests
    var offsets = [Int](repeating: 0, count: requests.count)
    var placed: [Int] = []
    let order = requests.indices.sorted { a, b in
      (requests[a].byteCount, requests[b].lifetime.lowerBound, b) > (requests[b].byteCount, requests[a].lifetime.lowerBound, a)
    }
    for index in order {
      let size = MemoryPlan.aligned(requests[index].byteCount)
      let neighbours = placed.filter { requests[$0].lifetime.overlaps(requests[index].lifetime) }
        .map { (start: offsets[$0], end: offsets[$0] + MemoryPlan.aligned(requests[$0].byteCount)) }.sorted { $0.start < $1.start }
      var offset = 0
      for neighbour in neighbours {
        if neighbour.start - offset >= size { break }
        offset = max(offset, neighbour.end)
      }
      offsets[index] = offset
      placed.append(index)
    }
    self.offsets = offsets
    arenaByteCount = requests.indices.map { offsets[$0] + MemoryPlan.aligned(requests[$0].byteCount) }.max() ?? 0
  }

  /// For tests of the checker.
  init(requests: [Request], offsets: [Int], arenaByteCount: Int) {
    self.requests = requests
    self.offsets = offsets
    self.arenaByteCount = arenaByteCount
  }

  static func aligned(_ byteCount: Int) -> Int { max((byteCount + alignment - 1) / alignment * alignment, alignment) }

  /// The bytes of the values alive at a launch.
  public func liveByteCount(at time: Int) -> Int {
    requests.filter { $0.lifetime.contains(time) }.reduce(0) { $0 + MemoryPlan.aligned($1.byteCount) }
  }

  /// The first time at which most bytes are alive; nil when nothing is.
  public var peakTime: Int? {
    guard let last = requests.map(\.lifetime.upperBound).max() else { return nil }
    return (0...last).first { liveByteCount(at: $0) == lowerBound }
  }

  /// No plan can be smaller: the largest sum of values that are alive at once.
  public var lowerBound: Int { (0...(requests.map(\.lifetime.upperBound).max() ?? 0)).map(liveByteCount).max() ?? 0 }

  /// Checks the plan without knowing how it was made: values alive at the same time do not overlap, all lie in the arena, offsets are
  /// aligned. Throws `.checkFailed`.
  public func check() throws {
    for index in requests.indices {
      let range = offsets[index]..<offsets[index] + requests[index].byteCount
      guard offsets[index] >= 0, offsets[index] % MemoryPlan.alignment == 0, range.upperBound <= arenaByteCount else {
        throw MartletError(
          RuntimeErrorCode.memoryPlan, "memory plan: %\(requests[index].name) lies at \(range), outside the arena or not aligned")
      }
      for other in requests.indices where other < index && requests[other].lifetime.overlaps(requests[index].lifetime) {
        let otherRange = offsets[other]..<offsets[other] + requests[other].byteCount
        guard !range.overlaps(otherRange) else {
          throw MartletError(
            RuntimeErrorCode.memoryPlan,
            "memory plan: %\(requests[index].name) at \(range) and %\(requests[other].name) at \(otherRange) are alive at the same time")
        }
      }
    }
  }
}
