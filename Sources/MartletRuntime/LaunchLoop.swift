import MartletCore

/// Launches that run several times in a row: the steps of a scan.
///
/// The launches of a program stand in one list; a loop is a range of them. Loops are disjoint or nested. What differs from step to step is a
/// slice of some memory, which moves with the loop's counter.
package struct LaunchLoop: Hashable, Sendable {
  /// The launches of a step.
  package var launches: Range<Int>
  /// How often they run.
  package var count: Int
  /// How many loops are around it.
  package var depth: Int

  package init(launches: Range<Int>, count: Int, depth: Int) {
    self.launches = launches
    self.count = count
    self.depth = depth
  }
}

extension Program {
  /// A part of some memory that moves with the counters of the loops around a launch.
  package struct Slice: Hashable, Sendable {
    /// The type of the part.
    package var type: TensorType
    /// In bytes, when all counters are 0.
    package var start: Int
    /// For each loop around the launch, from the outermost, how many bytes a step moves the part.
    package var strides: [Int]

    package init(type: TensorType, start: Int, strides: [Int]) {
      self.type = type
      self.start = start
      self.strides = strides
    }

    /// Where the part begins, for the counters of the loops around the launch.
    @inline(__always)
    package func offset(_ counters: [Int]) -> Int {
      var offset = start
      for (stride, counter) in zip(strides, counters) { offset += stride * counter }
      return offset
    }
  }

  /// Launches as they nest: what lowering puts in order before it makes a list.
  package indirect enum Step: Hashable, Sendable {
    case launch(Launch)
    case loop(count: Int, [Step])

    /// All memory that is touched; of slices the whole memory.
    package var roots: [Storage] {
      switch self {
      case .launch(let launch): launch.storages.map(\.root)
      case .loop(_, let steps): steps.flatMap(\.roots)
      }
    }

    /// All memory that is written; of slices the whole memory.
    func writtenRoots(_ kernels: [LoweredKernel]) -> [Storage] {
      switch self {
      case .launch(let launch): launch.written(kernels).map(\.root)
      case .loop(_, let steps): steps.flatMap { $0.writtenRoots(kernels) }
      }
    }

    /// The launches in a row, and the loops among them.
    package static func list(_ steps: [Step]) -> (launches: [Launch], loops: [LaunchLoop]) {
      var (launches, loops): ([Launch], [LaunchLoop]) = ([], [])
      func add(_ steps: [Step], depth: Int) {
        for step in steps {
          switch step {
          case .launch(let launch): launches.append(launch)
          case .loop(let count, let inner):
            let (start, place) = (launches.count, loops.count)
            loops.append(LaunchLoop(launches: start..<start, count: count, depth: depth))
            add(inner, depth: depth + 1)
            loops[place].launches = start..<launches.count
          }
        }
      }
      add(steps, depth: 0)
      return (launches, loops.filter { !$0.launches.isEmpty })
    }

    /// The steps ordered by depth in the graph of their dependences, which gives fewer phases. Dependent steps keep their order. With
    /// `keepsLevels`, kernels of a level run before those of the next one.
    package static func byDepth(_ steps: [Step], _ kernels: [LoweredKernel], keepsLevels: Bool = false) -> [Step] {
      var places: [(level: Int, depth: Int)] = []
      // For each memory what the steps so far that write it, and that touch it, have at least before them.
      var (written, touched): ([Storage: (level: Int, depth: Int)], [Storage: (level: Int, depth: Int)]) = ([:], [:])
      func raise(_ known: inout [Storage: (level: Int, depth: Int)], _ storages: [Storage], _ place: (level: Int, depth: Int)) {
        for storage in storages {
          let last = known[storage] ?? (0, 0)
          known[storage] = (max(last.level, place.level), max(last.depth, place.depth + 1))
        }
      }
      for step in steps {
        let (all, stored) = (step.roots, step.writtenRoots(kernels))
        let before = all.compactMap { written[$0] } + stored.compactMap { touched[$0] }
        let own = keepsLevels ? step.kernelNumbers.compactMap { kernels[$0].level }.max() ?? 0 : 0
        let place = (level: before.reduce(own) { max($0, $1.level) }, depth: before.reduce(0) { max($0, $1.depth) })
        places.append(place)
        raise(&touched, all, place)
        raise(&written, stored, place)
      }
      return steps.indices.sorted { (places[$0].level, places[$0].depth, $0) < (places[$1].level, places[$1].depth, $1) }.map { index in
        guard case .loop(let count, let inner) = steps[index] else { return steps[index] }
        return .loop(count: count, byDepth(inner, kernels))
      }
    }

    /// The kernels that are launched.
    private var kernelNumbers: [Int] {
      switch self {
      case .launch(.kernel(let number, _)): [number]
      case .launch(.region(let region)): region.calls.map(\.kernel)
      case .launch(.copy): []
      case .loop(_, let steps): steps.flatMap(\.kernelNumbers)
      }
    }
  }

  /// The launches as they nest.
  package var steps: [Step] { steps(launches.indices, loops) }

  private func steps(_ range: Range<Int>, _ inside: [LaunchLoop]) -> [Step] {
    var steps: [Step] = []
    var next = range.lowerBound
    while next < range.upperBound {
      // Of two loops that begin at one launch the outer one stands first.
      guard let position = inside.firstIndex(where: { $0.launches.lowerBound == next }) else {
        steps.append(.launch(launches[next]))
        next += 1
        continue
      }
      let loop = inside[position]
      let inner = inside[(position + 1)...].filter { loop.launches.contains($0.launches.lowerBound) }
      steps.append(.loop(count: loop.count, self.steps(loop.launches, inner)))
      next = loop.launches.upperBound
    }
    return steps
  }

  /// A phase that runs, with the counters of the loops around it.
  package struct Turn: Hashable, Sendable {
    package var phase: Int
    package var counters: [Int]
    /// Whether no phase of these loops runs again behind this one's.
    package var isLast: Bool
  }

  /// All phases of one execution in the order in which they run.
  package var turns: [Turn] {
    var turns: [Turn] = []
    func add(_ range: Range<Int>, _ inside: ArraySlice<LaunchLoop>, _ counters: [Int], isLast: Bool) {
      var phase = phases.firstIndex { $0.lowerBound >= range.lowerBound } ?? phases.count
      while phase < phases.count, phases[phase].lowerBound < range.upperBound {
        guard let position = inside.firstIndex(where: { $0.launches.lowerBound == phases[phase].lowerBound }) else {
          turns.append(Turn(phase: phase, counters: counters, isLast: isLast))
          phase += 1
          continue
        }
        let loop = inside[position]
        let inner = inside[(position + 1)...].prefix { loop.launches.contains($0.launches.lowerBound) }
        for step in 0..<loop.count { add(loop.launches, inner, counters + [step], isLast: isLast && step == loop.count - 1) }
        while phase < phases.count, phases[phase].lowerBound < loop.launches.upperBound { phase += 1 }
      }
    }
    add(launches.indices, loops[...], [], isLast: true)
    return turns
  }
}
