import MartletCompiler
import MartletCore
import MartletGraph
import MartletRuntime
import MartletTransforms

/// A training step whose batch is divided into micro-batches: a program computes the gradients of each, sums go by a fixed binary tree, and a program
/// updates the variables once.
///
/// The bits of everything it computes depend on the batch and the number of micro-batches alone. A process computes a run of micro-batches, adds up the
/// whole subtrees in it, and sends them to the owners of the terms; an owner adds them in the order of the tree, updates its variables and sends the new
/// values to all others.
final class MicroBatchedStep {
  /// What a run of the step gives.
  struct Outcome {
    /// Of the whole batch, before the update.
    var loss: Float
    /// What `observe` added up, of all processes.
    var correct = 0
    /// Whether any process was interrupted.
    var isInterrupted = false
  }

  let count: Int
  let group: (any ProcessGroup)?
  /// Nil for one process.
  let exchange: TermExchange?
  /// The program of a micro-batch, for each number of samples.
  let gradients: CompiledGraphs
  private let compiler: Compiler
  private let device: any ExecutionDevice
  private let updates: Pass
  private let variable: (String, TensorType) throws -> any DeviceBuffer
  /// Whether a loss that is not finite updates nothing.
  private let isGuarded: Bool
  private var programs: MicroBatchPrograms?
  /// Clips the gradients, for a caller who wants them; compiled when it is first needed.
  private var clipping: MicroBatchPrograms.Update?
  /// The sums on their way. They stay here where a step throws: MPI still reads and writes their memory.
  private var sumExchange: SumExchange?
  /// A message of sums has at least so many bytes.
  var leastMessageBytes = TermLayout.usualMessageBytes
  /// Records how long a part of a step takes, of which the name and a number are given.
  var record: (_ category: Profiler.Label.Category, _ name: String, _ number: Int, _ body: () throws -> Void) throws -> Void = { try $3() }
  /// Memory that no sum is in.
  private var free: [TermBuffers] = []
  /// The losses of the micro-batches of the last run, weighted; nil for empty ones.
  private(set) var losses: [Double?] = []
  /// Numbers of samples whose programs have the terms of the first.
  private var checkedSizes: Set<Int> = []

  var rank: Int { group?.rank ?? 0 }
  var processes: Int { group?.count ?? 1 }

  /// More micro-batches than that are a mistake: the losses of all of them are exchanged in every step.
  static let mostMicroBatches = 65_536

  /// Throws what `expect` throws.
  init(
    count: Int, _ group: (any ProcessGroup)?, _ gradients: CompiledGraphs, _ compiler: Compiler, on device: any ExecutionDevice,
    updates: Pass,
    isGuarded: Bool, variable: @escaping (String, TensorType) throws -> any DeviceBuffer
  ) throws {
    try MicroBatchedStep.expect(count, processes: group?.count ?? 1)
    try compiler.expectPossibleClipping()
    self.count = count
    self.group = group
    exchange = group.flatMap { $0.count > 1 ? TermExchange(group: $0, device) : nil }
    self.gradients = gradients
    self.compiler = compiler
    self.device = device
    self.updates = updates
    self.isGuarded = isGuarded
    self.variable = variable
    gradients.isOutside = { Set(Compiler.terms(of: $0).map(\.name)) }
  }

  /// Throws M1213 for no possible number of micro-batches, and M1212 where there are more processes.
  static func expect(_ count: Int, processes: Int) throws {
    guard (1...MicroBatchedStep.mostMicroBatches).contains(count) else {
      throw MartletError(
        TrainingErrorCode.microBatchCount, "a batch is divided into 1 to \(MicroBatchedStep.mostMicroBatches) micro-batches, found \(count)"
      )
    }
    guard count >= processes else {
      throw MartletError(
        TrainingErrorCode.moreProcesses,
        "\(processes) processes share \(count) micro-batch\(count == 1 ? "" : "es"): each needs one at least",
        advice: "Start fewer processes, or divide each batch into more micro-batches: --accumulate \(processes).")
    }
  }

  // MARK: Programs

  /// Compiles everything that batches of these sizes need.
  func prepare(samples: Set<Int>) throws {
    for size in samples.sorted(by: >) {
      for part in MicroBatches(count: count, samples: size).sizes.sorted(by: >) { try prepare(gradients.bound(samples: part)) }
    }
  }

  @discardableResult
  private func prepare(_ bound: CompiledGraphs.Bound) throws -> MicroBatchPrograms {
    if let programs { return programs }
    let made = try MicroBatchPrograms(
      Compiler.terms(of: bound.graph), compiler, updates, count: count, rank: rank, processes: processes,
      leastMessageBytes: leastMessageBytes,
      on: device, variable: variable, compile: { try gradients.executable($0) })
    programs = made
    return made
  }

  /// The terms that each process owns, once the programs are made.
  var ownership: (terms: [Compiler.Term], owned: [Range<Int>])? { programs.map { ($0.layout.terms, $0.owned) } }

  // MARK: Running

  /// One update. `write` writes the inputs of a micro-batch, of which the range is given, and `observe` sees its results; those of other processes are
  /// not computed here. `isInterrupted` is exchanged with all processes.
  func run(
    samples: Int, learningRate: Float, isInterrupted: Bool = false,
    write: (CompiledGraphs.Bound, Range<Int>) throws -> Void, observe: (CompiledGraphs.Bound, Range<Int>) throws -> Int = { _, _ in 0 }
  ) throws -> Outcome {
    let (outcome, _) = try compute(samples: samples, isInterrupted, write, observe) { programs, total, outcome in
      if outcome.loss.isFinite || !isGuarded { try update(programs, total, learningRate) }
    }
    return outcome
  }

  /// The gradients of the whole batch; nothing is updated. For one process.
  func gradients(samples: Int, write: (CompiledGraphs.Bound, Range<Int>) throws -> Void) throws -> [String: HostTensor] {
    try compute(samples: samples, false, write, { _, _ in 0 }) { programs, total, _ in try gradients(programs, total) }.1
  }

  /// Computes the sums over all micro-batches, and hands them out before their memory is used again.
  private func compute<Result>(
    samples: Int, _ isInterrupted: Bool, _ write: (CompiledGraphs.Bound, Range<Int>) throws -> Void,
    _ observe: (CompiledGraphs.Bound, Range<Int>) throws -> Int, _ finish: (MicroBatchPrograms, TermBuffers, Outcome) throws -> Result
  ) throws -> (Outcome, Result) {
    let batches = MicroBatches(count: count, samples: samples)
    // As a step that is not divided refuses it.
    if batches.sizes.isEmpty { _ = try gradients.bound(samples: samples) }
    let tree = MicroBatchTree(batches)
    let run = batches.ofProcess(rank, of: processes)
    losses = [Double?](repeating: nil, count: count)
    var correct = 0
    var sums: [MicroBatchTree.Node: TermBuffers] = [:]
    sumExchange = nil
    for node in tree.nodes(covering: run) {
      // The last micro-batch of a sum that is sent, and what its terms are added to.
      var last: MicroBatch?
      var additions: [(earlier: TermBuffers, later: TermBuffers)] = []
      sums[node] = try tree.sum(
        node,
        known: { leaf in
          guard leaf.level == 0 else { return nil }
          let part = try microBatch(leaf.index, batches, write)
          if exchange != nil, leaf == tree.last(of: node) {
            last = part
          } else {
            try record(.step, "micro-batch", part.number) { try part.bound.run(into: part.outputs) }
            correct += try note(part, observe)
          }
          return part.terms
        },
        add: { earlier, later in
          if let sum = additions.last?.earlier ?? last?.terms, sum === later {
            additions.append((earlier, later))
          } else {
            try self.programs?.add(later, to: earlier, 0..<later.range.count)
            free.append(later)
          }
          return earlier
        })
      guard let last, let programs = self.programs, let sum = sums[node] else { continue }
      try self.run(last, programs, additions, sum, beginExchange(programs, tree))
      free += additions.map(\.later)
      correct += try note(last, observe)
    }
    // A process of which all micro-batches are empty takes part all the same.
    let programs = try self.programs ?? prepare(gradients.bound(samples: batches.sizes.max() ?? 1))
    var outcome = Outcome(loss: .nan)
    try recordExchange("exchange of sums") {
      let sumExchange = try beginExchange(programs, tree)
      outcome = try agree(batches, run, correct: correct, isInterrupted: isInterrupted)
      try sumExchange?.wait()
      for (node, terms) in sumExchange?.received ?? [] { sums[node] = terms }
    }
    sumExchange = nil
    let total = try tree.sum(
      tree.root, known: { sums[$0] },
      add: { earlier, later in
        try programs.add(later, to: earlier, programs.owned[rank])
        free.append(later)
        return earlier
      })
    // Also where it owns nothing, and has nothing to update: it takes part in what the processes exchange.
    let own = try total ?? buffers(programs, programs.owned[rank])
    defer { free.append(own) }
    return (outcome, try finish(programs, own, outcome))
  }

  /// The exchange of this step's sums, begun with the first call; nil for one process.
  private func beginExchange(_ programs: MicroBatchPrograms, _ tree: MicroBatchTree) throws -> SumExchange? {
    if let sumExchange { return sumExchange }
    sumExchange = try exchange.map { exchange in
      try SumExchange(exchange, programs.messages, tree) { try buffers(programs, programs.owned[rank]) }
    }
    return sumExchange
  }

  /// A micro-batch whose inputs are written.
  private struct MicroBatch {
    var number: Int
    var range: Range<Int>
    var bound: CompiledGraphs.Bound
    var terms: TermBuffers
    /// The memory of all results.
    var outputs: [any DeviceBuffer]
  }

  private func microBatch(
    _ number: Int, _ batches: MicroBatches, _ write: (CompiledGraphs.Bound, Range<Int>) throws -> Void
  ) throws -> MicroBatch {
    let range = batches.range(number)
    let bound = try gradients.bound(samples: range.count)
    let programs = try prepare(bound)
    try expectSameTerms(bound, samples: range.count, programs)
    try write(bound, range)
    try writeShare(bound, batches, number)
    let terms = try buffers(programs, 0..<programs.layout.terms.count)
    let outputs = bound.outputs.map { output in programs.numbers[output.name].map { terms[$0] } ?? output.buffer }
    return MicroBatch(number: number, range: range, bound: bound, terms: terms, outputs: outputs)
  }

  /// Notes the loss of a micro-batch that has run; returns what `observe` finds.
  private func note(_ part: MicroBatch, _ observe: (CompiledGraphs.Bound, Range<Int>) throws -> Int) throws -> Int {
    losses[part.number] = try part.bound.output(StepNames.loss).read().numbers.first
    return try observe(part.bound, part.range)
  }

  /// Runs the last micro-batch of a sum. As soon as the terms of a message are computed, they are added to what the process has of the sum, and sent.
  private func run(
    _ part: MicroBatch, _ programs: MicroBatchPrograms, _ additions: [(earlier: TermBuffers, later: TermBuffers)], _ sum: TermBuffers,
    _ sumExchange: SumExchange?
  ) throws {
    var left = programs.messages
    var computed: Set<Int> = []
    try record(.step, "micro-batch", part.number) {
      try part.bound.run(into: part.outputs, phaseEnded: { sumExchange?.advance() }) { names in
        computed.formUnion(names.compactMap { programs.numbers[$0] })
        let ready = left.filter { computed.isSuperset(of: $0.terms) }
        guard !ready.isEmpty else { return }
        left.removeAll { ready.contains($0) }
        for message in ready { for (earlier, later) in additions { try programs.add(later, to: earlier, message.terms) } }
        let sent = ready.filter { $0.owner != rank }
        guard let first = sent.first else { return }
        try record(.exchange, "sums are sent", first.terms.lowerBound) { try sumExchange?.send(sum, sent) }
      }
    }
  }

  private func writeShare(_ bound: CompiledGraphs.Bound, _ batches: MicroBatches, _ number: Int) throws {
    for name in bound.inputs.keys {
      if StepNames.isFree(name, of: StepNames.share) { try bound.write(name, [], [batches.share(number)]) }
      if StepNames.isFree(name, of: StepNames.firstSample) {
        try bound.write(name, [], [Int32(truncatingIfNeeded: batches.range(number).lowerBound)])
      }
    }
  }

  /// Throws M1215 where a function computes other gradients for this number of samples than for the first.
  private func expectSameTerms(_ bound: CompiledGraphs.Bound, samples: Int, _ programs: MicroBatchPrograms) throws {
    guard !checkedSizes.contains(samples) else { return }
    let (own, others) = (Set(Compiler.terms(of: bound.graph)), Set(programs.layout.terms))
    guard own == others else {
      let difference = own.symmetricDifference(others).map(\.name).sorted().prefix(3).joined(separator: ", ")
      throw MartletError(
        TrainingErrorCode.otherTerms,
        "micro-batches of \(samples) sample\(samples == 1 ? "" : "s") and of another number of samples have other gradients or states: \(difference) in one of them alone",
        advice: "Compute the same for any number of samples, or divide batches into parts of one size.")
    }
    checkedSizes.insert(samples)
  }

  private func buffers(_ programs: MicroBatchPrograms, _ range: Range<Int>) throws -> TermBuffers {
    if let index = free.lastIndex(where: { $0.range == range }) { return free.remove(at: index) }
    return try TermBuffers(programs.layout, range, on: device)
  }

  // MARK: Exchanging

  /// The loss of the whole batch, from the losses of all processes.
  private func agree(_ batches: MicroBatches, _ own: Range<Int>, correct: Int, isInterrupted: Bool) throws -> Outcome {
    var outcome = Outcome(loss: .nan, correct: correct, isInterrupted: isInterrupted)
    if let group, group.count > 1 {
      let most = (count + group.count - 1) / group.count
      var record = [UInt64](repeating: 0, count: most + 2)
      for number in own { record[number - own.lowerBound] = (losses[number] ?? 0).bitPattern }
      (record[most], record[most + 1]) = (UInt64(correct), isInterrupted ? 1 : 0)
      outcome.correct = 0
      for (other, bytes) in try group.gather(record.withUnsafeBytes { Array($0) }).enumerated() {
        let words = bytes.withUnsafeBytes { bytes in (0..<most + 2).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) } }
        let range = batches.ofProcess(other, of: group.count)
        for number in range where !batches.isEmpty(number) { losses[number] = Double(bitPattern: words[number - range.lowerBound]) }
        outcome.correct += Int(words[most])
        outcome.isInterrupted = outcome.isInterrupted || words[most + 1] != 0
      }
    }
    outcome.loss = Float(losses.reduce(0) { $0 + ($1 ?? 0) })
    return outcome
  }

  // MARK: Updating

  private func update(_ programs: MicroBatchPrograms, _ total: TermBuffers, _ learningRate: Float) throws {
    let factor = try programs.clippingFactor(total, compiler.gradientNorm, rank: rank, group)
    try programs.update?.inputs[StepNames.learningRate]?.write(HostTensor([], [learningRate]))
    if let factor { try programs.update?.factor?.write(HostTensor([], [factor])) }
    try programs.update?.run(total)
    try exchangeValues(programs)
  }

  /// The gradients of the sums, clipped where that is wanted, by the names of their parameters; nothing is updated.
  private func gradients(_ programs: MicroBatchPrograms, _ total: TermBuffers) throws -> [String: HostTensor] {
    let factor = try programs.clippingFactor(total, compiler.gradientNorm, rank: rank, group)
    let terms = programs.layout.terms.filter { $0.kind == .gradient }
    if clipping == nil, compiler.gradientNorm != nil || compiler.gradientBound != nil {
      // Without an optimizer the results are the gradients themselves.
      let graph = try compiler.update(of: terms, updates: Pass("no-update", "leaves gradients as they are") { $0 })
      clipping = try programs.update(gradients.executable(graph), device, variable)
    }
    if let factor { try clipping?.factor?.write(HostTensor([], [factor])) }
    try clipping?.run(total)
    return try Dictionary(
      terms.map { ($0.variable, try total[programs.number($0.name)].read()) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Gives every process the new values of the variables that others updated.
  private func exchangeValues(_ programs: MicroBatchPrograms) throws {
    guard let exchange else { return }
    try recordExchange("exchange of values") {
      func variable(_ number: Int) throws -> any DeviceBuffer {
        try self.variable(programs.layout.terms[number].variable, programs.layout.terms[number].type)
      }
      let values = try buffers(programs, 0..<programs.layout.terms.count)
      defer { free.append(values) }
      let own = programs.owned[rank]
      for number in own { try variable(number).copy(to: values[number]) }
      var messages: [TermExchange.Message] = []
      for other in 0..<processes where other != rank {
        if !own.isEmpty { messages.append(.send(values, own, to: other, tag: 1)) }
        if !programs.owned[other].isEmpty { messages.append(.receive(values, programs.owned[other], from: other, tag: 1)) }
      }
      try exchange.begin(messages).wait()
      for other in 0..<processes where other != rank {
        for number in programs.owned[other] { try values[number].copy(to: variable(number)) }
      }
    }
  }

  private func recordExchange(_ name: String, _ body: () throws -> Void) throws {
    if processes == 1 { try body() } else { try record(.exchange, name, 0, body) }
  }

  // MARK: Losses that are not finite

  /// The number of the first micro-batch of the last run whose loss is not finite, and whether this process has it.
  func firstNonFinite(samples: Int) -> (number: Int, isOwn: Bool)? {
    guard let number = losses.firstIndex(where: { !($0 ?? 0).isFinite }) else { return nil }
    return (number, MicroBatches(count: count, samples: samples).ofProcess(rank, of: processes).contains(number))
  }

  /// Writes the inputs of a micro-batch once more, and replays it.
  func nonFiniteLoss(
    samples: Int, _ number: Int, write: (CompiledGraphs.Bound, Range<Int>) throws -> Void
  ) throws -> NonFiniteLoss {
    let batches = MicroBatches(count: count, samples: samples)
    let bound = try gradients.bound(samples: batches.range(number).count)
    try write(bound, batches.range(number))
    try writeShare(bound, batches, number)
    return try NonFiniteLoss(of: bound.graph, bound.executable, bound.arguments)
  }
}
