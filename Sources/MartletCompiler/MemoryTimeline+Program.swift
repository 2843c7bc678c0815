import MartletRuntime
import MartletTransforms

extension MemoryTimeline {
  /// Where the results of a graph's nodes are in the memory that all workers share; the times are the program's phases. The program was
  /// lowered from the graph, `numbered`.
  package init(of program: Program) {
    var touches = [[Int]](repeating: [], count: program.temporaries.count)
    for (phase, launches) in program.phases.enumerated() {
      for launch in program.launches[launches] {
        for case .temporary(let index) in launch.storages.map(\.root) where touches[index].last != phase { touches[index].append(phase) }
      }
    }
    var entries: [Int: Entry] = [:]
    var (available, kept): (Set<Int>, Set<Int>) = ([], [])
    for (index, temporary) in program.temporaries.enumerated() where temporary.space == .global && !touches[index].isEmpty {
      guard let node = temporary.source?.node else { continue }
      let known = entries[node]
      entries[node] = Entry(
        byteCount: temporary.type.byteCount + (known?.byteCount ?? 0),
        touches: known.map { Set($0.touches + touches[index]).sorted() } ?? touches[index])
      kept.insert(index)
    }
    for temporary in program.temporaries where temporary.space == .shard {
      if let node = temporary.source?.node {
        available.insert(node)
        entries[node] = nil
      }
    }
    kept = kept.filter { index in program.temporaries[index].source.map { entries[$0.node] != nil } ?? false }
    // Values in loops live as long as the loop: the plan knows.
    let shared = program.temporaries.indices.filter { program.temporaries[$0].space != .worker }
    var background = [Int](repeating: 0, count: program.phases.count)
    for (request, index) in zip(program.memory.requests, shared) where !kept.contains(index) {
      for time in request.lifetime where background.indices.contains(time) { background[time] += request.byteCount }
    }
    self.init(entries: entries, available: available, background: background, isFreeWithinTime: program.hasRegions)
  }
}

extension Program {
  /// Whether kernels hand on values sample by sample.
  fileprivate var hasRegions: Bool { launches.contains { if case .region = $0 { true } else { false } } }
}
