import MartletTraining
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms

/// A model's training step with and without fusion, in one process and in turns, kernel by kernel and as a whole. The same templates, layouts
/// and threads on both sides. On a GPU a kernel's time is that between two events, and whole steps are timed several in a row.
package final class StepBenchmark {
  /// Times of one kind of run, a number a round.
  package struct Sample: Sendable {
    package var seconds: [Double]

    package var median: Double { seconds.isEmpty ? 0 : seconds.sorted()[seconds.count / 2] }
    package var smallest: Double { seconds.min() ?? 0 }
    package var largest: Double { seconds.max() ?? 0 }
  }

  /// Kernels of both sides that compute the same operations.
  package struct Group: Sendable {
    package var name: String
    /// Seconds a step, of all threads together.
    package var fused: Sample
    package var unfused: Sample
    /// Operations a step, with and without the taps on padding.
    package var paddedOperations: Double
    package var realOperations: Double
    /// What the fused kernels read and write a step.
    package var bytes: Double
    /// Why the fused kernels do less than `realOperations`; nil: they do that.
    package var skips: SkippedWork?
  }

  package struct Result: Sendable {
    package var groups: [Group]
    package var fusedStep: Sample
    package var unfusedStep: Sample
    /// Of the machine meanwhile.
    package var speed: MachineSpeed
    /// Of the processor; 1 for a GPU, which is measured as a whole.
    package var threads: Int
    package var mapsToThreads: Bool
    /// The largest relative distance of outputs and gradients to those of `reference`.
    package var error: Double
    /// What computed them too.
    package var reference: Reference
  }

  /// What outputs are compared with.
  package enum Reference: String, Sendable {
    /// The meaning of each operation, in f64.
    case interpreter
    /// The step without fusion: for models that would take the interpreter minutes.
    case unfusedStep = "unfused_step"
  }

  /// So many rounds go between two measurements of the peak, while one is short.
  private static let roundsBetweenPeaks = 4
  private static let longestPeakSeconds = 0.1

  private let model: any Model
  private let name: String
  private let batch: Int
  private let backend: any TimingBackend
  private let threads: Int
  private let optimizer: UpdateRule
  /// Whether the unfused side runs depth first as well.
  private let hasSameSchedule: Bool

  /// Outputs may differ from the interpreter's in f64 by this much, relative to the largest element of a tensor.
  static let tolerance = 2e-5
  /// Where a result cancels, its error may be so many times that of the interpreter in f32.
  static let mostRounding = 32.0
  /// Outputs are checked on several shards of samples, or, where the interpreter would take long, on few samples.
  private static let checkedBatches = (usual: 33, large: 4)
  private static let mostCheckedOperations = 4_000_000_000
  /// Of a graph with more operations than this for few samples, both sides are compared with each other.
  package static let mostInterpretedOperations = 40_000_000_000

  /// `threads` are those of the backend; 1 for a GPU.
  package init(
    _ model: any Model, name: String, batch: Int, on backend: any TimingBackend, threads: Int, optimizer: UpdateRule = .adam(AdamUpdate()),
    hasSameSchedule: Bool = false
  ) {
    self.model = model
    self.name = name
    self.batch = batch
    self.backend = backend
    self.threads = threads
    self.optimizer = optimizer
    self.hasSameSchedule = hasSameSchedule
  }

  // MARK: Proof

  /// Runs the loss and all gradients on a small batch, fused and unfused, and compares them with the interpreter in f64, or with each other where
  /// that would take minutes. Throws `.checkFailed` when an output differs; returns the largest distance.
  package func check(
    mostInterpreted: Int = StepBenchmark.mostInterpretedOperations
  ) throws -> (error: Double, reference: Reference) {
    func differentiated(_ batch: Int) throws -> Graph {
      try Compiler().gradients(Tracer.trace(model, name: name, batch: batch, purpose: .training))
    }
    var graph = try differentiated(StepBenchmark.checkedBatches.usual)
    if graph.floatingPointOperations > StepBenchmark.mostCheckedOperations {
      graph = try differentiated(StepBenchmark.checkedBatches.large)
    }
    guard graph.floatingPointOperations <= mostInterpreted else {
      return (try compareSides(differentiated(1)), .unfusedStep)
    }
    let arguments = inputs(graph.parameters.map { ($0.name, $0.type) })
    let single = try withFlushToZero { try graph.evaluate(arguments) }
    let double = try graph.inDoublePrecision()
    let exact = try double.evaluate(zip(double.parameters, arguments).map { $1.converted(to: $0.type.dtype) })
    let device = CompilingDevice(backend)
    var largest = 0.0
    for fuses in [true, false] {
      let found = try compiler(fuses: fuses).run(graph, arguments, on: device)
      for (position, result) in graph.results.enumerated() {
        let title = "\(result.name) of \(name) \(fuses ? "with" : "without") fusion"
        largest = max(largest, try StepBenchmark.distance(found[position], single[position], exact[position], title))
      }
    }
    return (largest, .interpreter)
  }

  /// The largest distance between the results with and without fusion.
  private func compareSides(_ graph: Graph) throws -> Double {
    let device = CompilingDevice(backend)
    var sides: [[HostTensor]] = []
    do {
      let arguments = inputs(graph.parameters.map { ($0.name, $0.type) })
      for fuses in [true, false] { sides.append(try compiler(fuses: fuses).run(graph, arguments, on: device)) }
    }
    var largest = 0.0
    for (position, result) in graph.results.enumerated() {
      let title = "\(result.name) of \(name) with fusion"
      let distance = sides[0][position].distance(from: sides[1][position])
      guard distance <= StepBenchmark.mostRounding * StepBenchmark.tolerance else {
        throw StepBenchmark.differs(title, distance, "that without fusion")
      }
      largest = max(largest, distance)
    }
    return largest
  }

  private static func differs(_ title: String, _ distance: Double, _ other: String) -> MartletError {
    MartletError(
      TrainingErrorCode.outputsDiffer, "result \(title) is \(distance) away from \(other)",
      advice: "This is a defect of Martlet: no times are printed for wrong results.")
  }

  /// The largest difference from the interpreter's numbers in f64, `exact`, relative to the largest of them. Where a sum cancels, the numbers
  /// may be as small as rounding: then relative to what rounding does to the interpreter's numbers in f32, `single`. Throws when it is above the
  /// tolerance.
  static func distance(_ found: HostTensor, _ single: HostTensor, _ exact: HostTensor, _ title: String) throws -> Double {
    let reference = exact.converted(to: found.dtype)
    var distance = found.distance(from: reference)
    if distance.isFinite, distance > tolerance {
      func difference(_ tensor: HostTensor) -> Double { zip(tensor.numbers, exact.numbers).reduce(0) { max($0, abs($1.0 - $1.1)) } }
      let allowed = mostRounding * difference(single)
      if allowed.isFinite, allowed > 0 { distance = min(distance, difference(found) / allowed * tolerance) }
    }
    guard distance <= tolerance else { throw differs(title, distance, "the interpreter's") }
    return distance
  }

  private func compiler(fuses: Bool) -> Compiler {
    var compiler = Compiler(fuses: fuses)
    compiler.isDepthFirst = fuses || hasSameSchedule
    return compiler
  }

  /// Weights as training begins with, random samples and targets.
  private func inputs(_ parameters: [(name: String, type: TensorType)]) -> [HostTensor] {
    var known: [String: HostTensor] = [:]
    let names = Set(parameters.map(\.name))
    ModelStructure(model).forEachInitialVariable(seed: 0) { _, name, tensor in if names.contains(name) { known[name] = tensor } }
    var generator = PyTorchGenerator(seed: 1)
    return parameters.map { name, type in
      known.removeValue(forKey: name) ?? drawn(name, type, &generator)
        ?? HostTensor(type, numbers: [Double](repeating: 0, count: type.elementCount))
    }
  }

  /// The numbers of an input of a step; nil for other parameters.
  private func drawn(_ name: String, _ type: TensorType, _ generator: inout PyTorchGenerator) -> HostTensor? {
    let outputs = model.samples.isRegression ? 2 : max(model.samples.outputs, 1)
    func numbers(below bound: Int) -> HostTensor {
      HostTensor(type, numbers: (0..<type.elementCount).map { _ in Double(generator.below(bound)) })
    }
    switch name {
    // Tokens are those that the model has.
    case StepNames.input: return numbers(below: type.dtype == .i32 ? min(256, outputs) : 256)
    case StepNames.target: return numbers(below: outputs)
    case StepNames.learningRate: return HostTensor(type, numbers: [1e-3])
    default: return nil
    }
  }

  // MARK: Times

  /// One side: a program, once as it trains and once with its kernels recorded.
  private struct Side {
    let program: Program
    let plain: any Executable
    let timed: any TimedExecutable
    let arguments: [any DeviceBuffer]
    let outputs: [any DeviceBuffer]
    let mapsToThreads: Bool
    var step: [Double] = []
    /// For each kernel its seconds, a number a round.
    var kernels: [[Double]]

    /// Steps of one side in a row, and how many of them go before the first that is measured: the other side's steps leave their own memory
    /// in the caches, and in training a step follows one of the same kind.
    private static let (steps, unmeasured) = (4, 1)
    /// A GPU is waited for after so many; one that is imitated takes its time for each.
    private static let (stepsInARow, secondsInARow) = (20, 0.02)

    mutating func run() throws {
      guard !mapsToThreads else { return try runInARow() }
      for number in 0..<Side.steps {
        let start = ContinuousClock.now
        try plain.run(arguments, outputs)
        if number >= Side.unmeasured { step.append((ContinuousClock.now - start).seconds) }
      }
    }

    private mutating func runInARow() throws {
      guard let last = outputs.first else { return }
      try plain.run(arguments, outputs)
      _ = try last.read()
      let start = ContinuousClock.now
      var count = 0
      while count < Side.stepsInARow, count == 0 || (ContinuousClock.now - start).seconds < Side.secondsInARow {
        try plain.run(arguments, outputs)
        count += 1
      }
      _ = try last.read()
      step.append((ContinuousClock.now - start).seconds / Double(count))
    }

    mutating func record() throws {
      for number in 0..<Side.steps {
        let seconds = try timed.time(arguments, outputs)
        guard number >= Side.unmeasured else { continue }
        for (index, own) in seconds.enumerated() { kernels[index].append(own) }
      }
    }
  }

  /// The memory of variables and inputs, which both sides use: of a large model it is most of what there is. Initial values are in the memory of
  /// the host one tensor at a time; what is not drawn begins with zeros.
  private func buffers(_ parameters: [Program.Parameter]) throws -> [String: any DeviceBuffer] {
    var buffers: [String: any DeviceBuffer] = [:]
    var generator = PyTorchGenerator(seed: 1)
    for parameter in parameters {
      let buffer = try backend.makeBuffer(parameter.type)
      if let tensor = drawn(parameter.name, parameter.type, &generator) { try buffer.write(tensor) }
      buffers[parameter.name] = buffer
    }
    try ModelStructure(model).forEachInitialVariable(seed: 0) { _, name, tensor in try buffers[name]?.write(tensor) }
    return buffers
  }

  /// Both sides share the threads of one backend: idle workers of another one would spin on the same cores for a while.
  private func side(fuses: Bool, _ shared: inout [String: any DeviceBuffer]) throws -> Side {
    let compilation = try Compilation(model, name: name, batch: batch, optimizer: optimizer, fuses: fuses)
    let program = try compiler(fuses: fuses).program(compilation.optimized(), for: backend.target)
    if shared.isEmpty { shared = try buffers(program.parameters) }
    let arguments = try program.parameters.map { parameter in
      guard let buffer = shared[parameter.name], buffer.type == parameter.type else {
        throw MartletError(TrainingErrorCode.inconsistentGraph, "one of two programs of a model lacks %\(parameter.name)")
      }
      return buffer
    }
    let outputs = try program.results.filter { $0.updates == nil }.map { try backend.makeBuffer($0.type) }
    return Side(
      program: program, plain: try backend.load(program), timed: try backend.loadTimed(program), arguments: arguments, outputs: outputs,
      mapsToThreads: backend.target.mapsToThreads, kernels: program.kernels.map { _ in [] })
  }

  /// Checks, then measures in turns for at least `rounds` rounds and `seconds`, and the machine's speed before, between and after.
  package func run(
    rounds: Int = 15, seconds: Double = 2, probe: MachineProbe? = nil, progress: (String) -> Void = { _ in }
  ) throws -> Result {
    progress("checking the results")
    let (error, reference) = try check()
    progress("measuring the machine")
    let probe = try probe ?? MachineProbe(backend, threads: threads)
    // Clocks that were idle rise first.
    let beginning = ContinuousClock.now
    _ = try probe.peak()
    let isShort = (ContinuousClock.now - beginning).seconds < StepBenchmark.longestPeakSeconds
    var speed = MachineSpeed(memory: try probe.memory(), cache: try probe.cache())
    speed.peaks.append(try probe.peak())
    var shared: [String: any DeviceBuffer] = [:]
    var fused = try side(fuses: true, &shared)
    var unfused = try side(fuses: false, &shared)
    let start = ContinuousClock.now
    var round = 0
    while round < rounds || (ContinuousClock.now - start).seconds < seconds {
      try fused.run()
      try unfused.run()
      try fused.record()
      try unfused.record()
      round += 1
      // The first rounds warm caches and clocks.
      if round == 3 {
        (fused.step, unfused.step) = ([], [])
        fused.kernels = fused.kernels.map { _ in [] }
        unfused.kernels = unfused.kernels.map { _ in [] }
      }
      if isShort, round % StepBenchmark.roundsBetweenPeaks == 0 { speed.peaks.append(try probe.peak()) }
      progress("round \(round)")
    }
    speed.peaks.append(try probe.peak())
    speed.memory = max(speed.memory, try probe.memory())
    return Result(
      groups: groups(fused, unfused), fusedStep: Sample(seconds: fused.step), unfusedStep: Sample(seconds: unfused.step), speed: speed,
      threads: threads, mapsToThreads: backend.target.mapsToThreads, error: error, reference: reference)
  }

  /// Joins kernels that share operations.
  private func groups(_ fused: Side, _ unfused: Side) -> [Group] {
    var groupOf: [String: Int] = [:]
    var members: [[String]] = []
    for side in [fused.program, unfused.program] {
      for lowered in side.kernels {
        let names = lowered.operations.map { side.operations[$0].name }
        let known = Set(names.compactMap { groupOf[$0] }).sorted()
        guard let target = known.first else {
          for name in names { groupOf[name] = members.count }
          if !names.isEmpty { members.append(names) }
          continue
        }
        for other in known.dropFirst() {
          members[target] += members[other]
          members[other] = []
        }
        members[target] += names
        for name in members[target] { groupOf[name] = target }
      }
    }
    func kernels(_ side: Side, _ group: Int?) -> [Int] {
      side.program.kernels.indices.filter { kernel in
        let operations = side.program.kernels[kernel].operations
        return operations.first.map { groupOf[side.program.operations[$0].name] == group } ?? (group == nil)
      }
    }
    func sample(_ side: Side, _ kernels: [Int]) -> Sample {
      let rounds = kernels.first.map { side.kernels[$0].count } ?? 0
      return Sample(seconds: (0..<rounds).map { round in kernels.reduce(0) { $0 + side.kernels[$1][round] } })
    }
    func group(_ number: Int?) -> Group? {
      let (own, parts) = (kernels(fused, number), kernels(unfused, number))
      guard !own.isEmpty else { return nil }
      let operations = Set(own.flatMap { fused.program.kernels[$0].operations }).map { fused.program.operations[$0] }
      let realOperations = operations.reduce(0) { $0 + Double($1.realFloatingPointOperations) }
      return Group(
        name: number == nil ? "packing and sums" : StepBenchmark.commonName(own.map { fused.program.kernels[$0].kernel.name }),
        fused: sample(fused, own), unfused: sample(unfused, parts),
        paddedOperations: operations.reduce(0) { $0 + Double($1.floatingPointOperations) },
        realOperations: realOperations,
        bytes: own.reduce(0) { $0 + fused.program.bytes(ofKernel: $1) },
        skips: realOperations > 0 ? SkippedWork(own, of: fused.program) : nil)
    }
    let order = fused.program.kernels.compactMap { lowered in
      lowered.operations.first.flatMap { groupOf[fused.program.operations[$0].name] }
    }
    var seen: Set<Int> = []
    return (order.filter { seen.insert($0).inserted }.map(Optional.some) + [nil]).compactMap(group)
  }

  /// What the names of a group's kernels have in common.
  private static func commonName(_ names: [String]) -> String {
    guard names.count > 1, let first = names.first else { return names.first ?? "" }
    var prefix = Substring(first)
    for name in names.dropFirst() { while !name.hasPrefix(prefix) { prefix = prefix.dropLast() } }
    while let last = prefix.last, last == "." || last == "_" { prefix = prefix.dropLast() }
    return prefix.isEmpty ? first : String(prefix)
  }
}
