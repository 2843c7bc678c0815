import Foundation
import MartletCore
import Synchronization
import TestSupport
import Testing

@testable import MartletRuntime

@Suite struct MemoryPlans {
  private static func requests(_ generator: inout PyTorchGenerator, most: Int) -> [MemoryPlan.Request] {
    (0..<1 + generator.below(most)).map { index in
      let first = generator.below(12)
      return MemoryPlan.Request(name: "v\(index)", byteCount: generator.below(700), lifetime: first...first + generator.below(6))
    }
  }

  /// Whether two values ever own the same byte: every byte of every moment is painted.
  private static func isSound(_ plan: MemoryPlan) -> Bool {
    guard zip(plan.requests, plan.offsets).allSatisfy({ $1 >= 0 && $1 % 64 == 0 && $1 + $0.byteCount <= plan.arenaByteCount }) else {
      return false
    }
    for time in 0..<20 {
      var isTaken = [Bool](repeating: false, count: plan.arenaByteCount)
      for (request, offset) in zip(plan.requests, plan.offsets) where request.lifetime.contains(time) {
        for byte in offset..<offset + request.byteCount {
          if isTaken[byte] { return false }
          isTaken[byte] = true
        }
      }
    }
    return true
  }

  /// The checker says of any placement, sound or not, what painting the bytes says.
  @Test func checkerAgreesWithPaintedBytes() throws {
    var generator = PyTorchGenerator(seed: 22)
    var refused = 0
    for _ in 0..<400 {
      let plan = MemoryPlan(MemoryPlans.requests(&generator, most: 12))
      #expect(MemoryPlans.isSound(plan))
      // Some value somewhere else.
      var offsets = plan.offsets
      offsets[generator.below(offsets.count)] = 32 * generator.below(plan.arenaByteCount / 32 + 2) - 32
      let moved = MemoryPlan(requests: plan.requests, offsets: offsets, arenaByteCount: plan.arenaByteCount)
      let isSound = MemoryPlans.isSound(moved)
      if !isSound { refused += 1 }
      #expect((try? moved.check()) != nil || !isSound, "\(moved)")
      #expect((try? moved.check()) == nil || isSound, "\(moved)")
    }
    #expect(refused > 50 && refused < 390, "\(refused)")
  }

  /// What needs no search: values that live at once take their sum, values that never meet take the largest, a stack takes its height.
  @Test func simpleLifetimesAreOptimal() throws {
    var generator = PyTorchGenerator(seed: 23)
    for _ in 0..<50 {
      let sizes = (0..<1 + generator.below(20)).map { _ in 64 * (1 + generator.below(50)) }
      func arena(_ lifetime: (Int) -> ClosedRange<Int>) -> Int {
        MemoryPlan(sizes.enumerated().map { MemoryPlan.Request(name: "v", byteCount: $0.element, lifetime: lifetime($0.offset)) })
          .arenaByteCount
      }
      #expect(arena { _ in 3...7 } == sizes.reduce(0, +))
      #expect(arena { 2 * $0...2 * $0 + 1 } == sizes.max())
      #expect(arena { $0...100 - $0 } == sizes.reduce(0, +))
    }
  }

  /// A value less never needs a higher bound; the order of the requests changes no bound.
  @Test func boundsAreMonotonic() throws {
    var generator = PyTorchGenerator(seed: 24)
    for _ in 0..<100 {
      let requests = MemoryPlans.requests(&generator, most: 25)
      let plan = MemoryPlan(requests)
      #expect(MemoryPlan(requests.reversed()).lowerBound == plan.lowerBound)
      #expect(MemoryPlan(Array(requests.dropLast())).lowerBound <= plan.lowerBound)
      // Greedy by size stays near the bound: the worst of these is known.
      #expect(plan.arenaByteCount * 2 <= plan.lowerBound * 3, "\(plan)")
    }
  }

  /// Random lifetimes: never an overlap, never above the sum, never below the bound.
  @Test func randomLifetimes() throws {
    var generator = PyTorchGenerator(seed: 21)
    for _ in 0..<300 {
      let requests = (0..<1 + generator.below(40)).map { index in
        let first = generator.below(30)
        return MemoryPlan.Request(name: "v\(index)", byteCount: generator.below(5000), lifetime: first...first + generator.below(12))
      }
      let plan = MemoryPlan(requests)
      try plan.check()
      #expect(plan.arenaByteCount >= plan.lowerBound)
      #expect(plan.arenaByteCount <= requests.reduce(0) { $0 + MemoryPlan.aligned($1.byteCount) })
      #expect(plan == MemoryPlan(requests))
    }
  }

  /// The other way to place, on values so few that their bytes can be painted.
  @Test func placingByLaunchIsSound() throws {
    var generator = PyTorchGenerator(seed: 25)
    for round in 0..<400 {
      let requests = MemoryPlans.requests(&generator, most: round < 300 ? 12 : 60)
      let (offsets, arena) = MemoryPlan.byLaunch(requests)
      let plan = MemoryPlan(requests: requests, offsets: offsets, arenaByteCount: arena)
      #expect(MemoryPlans.isSound(plan), "\(plan)")
      try plan.check()
      #expect(arena <= requests.reduce(0) { $0 + MemoryPlan.aligned($1.byteCount) })
    }
  }

  /// Few values are placed by size, many by launch; either plan is sound and near the bound.
  @Test(arguments: [2047, 2048, 2049, 9000]) func manyValues(_ count: Int) throws {
    var generator = PyTorchGenerator(seed: UInt64(count))
    let sizes = (0..<8).map { _ in 64 * (1 + generator.below(1000)) }
    // A chain and its gradients: values that live until the backward pass reads them, and short ones in between.
    let chain = (0..<count).map { index in
      let first = index / 2
      return MemoryPlan.Request(
        name: "v\(index)", byteCount: sizes[generator.below(sizes.count)],
        lifetime: first...(index % 2 == 0 ? 2 * count - first : first + 1 + generator.below(3)))
    }
    let random = (0..<count).map { index in
      let first = generator.below(count)
      return MemoryPlan.Request(name: "v\(index)", byteCount: generator.below(50_000), lifetime: first...first + generator.below(40))
    }
    for requests in [chain, random] {
      let plan = MemoryPlan(requests)
      try plan.check()
      #expect(plan.arenaByteCount * 2 <= plan.lowerBound * 3, "\(plan.arenaByteCount) for \(plan.lowerBound)")
      #expect((plan.offsets == MemoryPlan.byLaunch(requests).offsets) == (count > MemoryPlan.mostCompared))
    }
  }

  @Test func deadValuesMakeRoom() {
    let requests = (0..<10).map { MemoryPlan.Request(name: "v\($0)", byteCount: 1000, lifetime: $0...$0 + 1) }
    #expect(MemoryPlan(requests).arenaByteCount == 2 * 1024)
  }

  /// The checker knows nothing of how plans are made: damaged ones do not pass.
  @Test func checkerRefusesDamage() {
    let requests = [
      MemoryPlan.Request(name: "a", byteCount: 100, lifetime: 0...2), MemoryPlan.Request(name: "b", byteCount: 100, lifetime: 2...3),
    ]
    for (offsets, arena) in [([0, 64], 256), ([0, 0], 256), ([0, 100], 256), ([0, 128], 200), ([-64, 128], 256)] {
      #expect(throws: MartletError.self) { try MemoryPlan(requests: requests, offsets: offsets, arenaByteCount: arena).check() }
    }
    #expect(throws: Never.self) { try MemoryPlan(requests: requests, offsets: [0, 128], arenaByteCount: 256).check() }
  }

  @Test func descriptionShowsTableAndPicture() {
    let plan = MemoryPlan([
      MemoryPlan.Request(name: "a", byteCount: 640, lifetime: 0...1), MemoryPlan.Request(name: "b", byteCount: 64, lifetime: 1...2),
    ])
    #expect(plan.description.contains("arena 704 bytes, lower bound 704, ratio 1.00"))
    #expect(plan.description.contains("%a"))
    #expect(plan.description.contains("|aa.|"))
  }
}

@Suite struct Workers {
  @Test func everyWorkerRunsOnceARun() throws {
    for count in 1...5 {
      let pool = try WorkerPool(count: count)
      let seen = Mutex<[Int: Int]>([:])
      for _ in 0..<200 { pool.run { worker in seen.withLock { $0[worker, default: 0] += 1 } } }
      #expect(seen.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, 200) }))
    }
  }

  /// Counts units; those of a phase must find all units of the phases before done.
  private final class Counter: WorkExecutor, @unchecked Sendable {
    let schedule: WorkSchedule
    let done = Atomic<Int>(0)
    let failures = Atomic<Int>(0)
    let ended = Mutex<[Int]>([])
    var lastPhase = Int.max

    init(_ schedule: WorkSchedule) { self.schedule = schedule }

    func execute(unit: Int, phase: Int, worker: Int) {
      guard let phase = schedule.phases.firstIndex(where: { $0.contains { $0.contains(unit) } }) else { return }
      let before = schedule.phases[..<phase].joined().reduce(0) { $0 + $1.count }
      if done.load(ordering: .acquiring) < before { failures.add(1, ordering: .relaxed) }
      // One worker is slow: others take over its share.
      if worker == 1 { usleep(200) }
      done.add(1, ordering: .acquiringAndReleasing)
    }

    func phaseEnded(_ phase: Int) -> Bool {
      let before = schedule.phases[...phase].joined().reduce(0) { $0 + $1.count }
      if done.load(ordering: .acquiring) != before { failures.add(1, ordering: .relaxed) }
      ended.withLock { $0.append(phase) }
      return phase < lastPhase
    }
  }

  /// Every unit is done once, phases one after the other, whether all workers are active or fewer.
  @Test(arguments: [1, 2, 3, 8], [1, 2, 8]) func phasesFollowEachOther(_ count: Int, _ mostActive: Int) throws {
    let pool = try WorkerPool(count: count, mostActive: mostActive)
    for round in 0..<20 {
      var next = 0
      let phases = (0..<12).map { phase in
        (0..<count).map { worker -> Range<Int> in
          defer { next += (phase * 3 + worker + round) % 4 }
          return next..<next + (phase * 3 + worker + round) % 4
        }
      }
      let counter = Counter(WorkSchedule(phases: phases))
      pool.run(counter.schedule, counter)
      #expect(counter.done.load(ordering: .relaxed) == next)
      #expect(counter.failures.load(ordering: .relaxed) == 0)
      #expect(counter.ended.withLock { $0 } == Array(0..<12))
      let stopped = Counter(counter.schedule)
      stopped.lastPhase = 4
      pool.run(stopped.schedule, stopped)
      #expect(stopped.done.load(ordering: .relaxed) == phases[...4].joined().reduce(0) { $0 + $1.count })
    }
  }

  @Test func sleepersWakeUp() throws {
    let pool = try WorkerPool(count: 2)
    let counter = Atomic<Int>(0)
    for _ in 0..<3 {
      Thread.sleep(forTimeInterval: 0.05)
      pool.run { _ in counter.add(1, ordering: .relaxed) }
    }
    #expect(counter.load(ordering: .relaxed) == 6)
  }

  @Test func rangesCoverEverythingOnce() throws {
    let pool = try WorkerPool(count: 3)
    for iterations in [0, 1, 2, 3, 10, 64] {
      for multiple in [1, 2, 4] {
        let ranges = (0..<3).map { pool.range(iterations, worker: $0, multiple: multiple) }
        #expect(ranges.flatMap { Array($0) } == Array(0..<iterations))
        #expect(ranges.allSatisfy { $0.isEmpty || $0.lowerBound % multiple == 0 })
      }
    }
  }

  @Test func denormalsAreFlushedOnEveryWorker() throws {
    let pool = try WorkerPool(count: 3)
    let tiny = Mutex<[Float]>([])
    // Read from text, or the compiler would multiply.
    let factors = ["1e-30", "1e-10"].compactMap { Float($0) }
    pool.run { _ in
      let product = factors[0] * factors[1]
      tiny.withLock { $0.append(product) }
    }
    #expect(tiny.withLock { $0 } == [0, 0, 0])
  }

  @Test func workersMayRunWhereTheProcessMay() throws {
    let allowed = Processors.affinity
    for count in [2, 5] {
      let pool = try WorkerPool(count: count)
      let seen = Mutex<Set<Int>>([])
      // Many runs: workers move to other processors, and sleep in between.
      for round in 0..<300 {
        pool.run { _ in
          let own = Processors.affinity
          seen.withLock { _ = $0.insert(own) }
        }
        if round % 50 == 0 { usleep(2000) }
      }
      #expect(seen.withLock { $0 } == [allowed])
    }
  }

  @Test func aThreadMovesToAProcessorThatNoOtherHas() {
    let allowed = Processors.affinity
    // The system may move it back at once: one success in many tries.
    let hasMoved = (0..<100).contains { _ in
      let before = Processors.current
      [Processors.none, before].withUnsafeBufferPointer { Processors.leave($0) }
      return Processors.current != before
    }
    #expect(hasMoved || allowed == 1)
    // No processor is left: it stays, and does not fail.
    Array(0..<UInt32(2000)).withUnsafeBufferPointer { Processors.leave($0) }
    #expect(Processors.affinity == allowed)
  }

  @Test func quotasRoundUp() {
    #expect(Processors.processors(["150000", "100000"]) == 2)
    #expect(Processors.processors(["max", "100000"]) == nil)
    #expect(Processors.processors(["-1", "100000"]) == nil)
    #expect(Processors.available >= 1)
  }
}

@Suite struct GuardedMemoryTests {
  @Test(arguments: [0, 1, 63, 64, 100, 4096, 4097, 100_000]) func allBytesAreThere(_ count: Int) throws {
    let memory = try #require(GuardedMemory(byteCount: count))
    #expect(memory.bytes.count == count && memory.bytes.allSatisfy { $0 == 0 })
    #expect(UInt(bitPattern: memory.bytes.baseAddress) % 64 == 0)
    for position in memory.bytes.indices { memory.bytes[position] = 7 }
    memory.release()
  }

  /// One element beyond the end ends the process.
  @Test func accessesBeyondTheEndTrap() async {
    await #expect(processExitsWith: .failure) {
      if let memory = GuardedMemory(byteCount: 128), let base = memory.bytes.baseAddress { (base + 128).storeBytes(of: 1, as: UInt8.self) }
    }
    await #expect(processExitsWith: .success) {
      if let memory = GuardedMemory(byteCount: 128), let base = memory.bytes.baseAddress { (base + 127).storeBytes(of: 1, as: UInt8.self) }
    }
  }
}
