import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

// The pass `merge-launches`, for GPUs: kernels that do not wait for each other become one launch, whose blocks are divided among them.
//
// Legal because launches of one phase touch nothing that another one of them writes, and because blocks of a launch run in any order. At a
// batch of 64 a kernel takes a few microseconds, as long as it takes to launch one: a training step is as slow as its phases are many.
//
//   launch @a (20 blocks)        launch @a_and_1_more (25 blocks): block in 0 ..< 20 does what @a did, block in 20 ..< 25 what @b did
//   launch @b (5 blocks)     =>
//
// Kernels that need a finite loss (`UpdateGuard`) check it on the GPU, so the host need not read the loss between two launches.

extension Program {
  /// The program with each kernel mapped to blocks and threads for its whole range, copies as kernels too, and one launch a phase where launches
  /// are shared.
  ///
  /// Throws `.lowering` when a launch is not over whole tensors.
  func mappedToGPU(sharesLaunches: Bool) throws -> Program {
    let whole = try kernelsOnly()
    var merged: [LoweredKernel] = []
    var launches: [Launch] = []
    // In CUDA C `a.b` and `a_b` are one name.
    var used: Set<String> = []
    func unique(_ name: String) -> String {
      var (candidate, number) = (name, 2)
      while !used.insert(String(candidate.map { $0 == "." ? "_" : $0 })).inserted {
        candidate = "\(name)_\(number)"
        number += 1
      }
      return candidate
    }
    let groups = sharesLaunches ? whole.phases : whole.launches.indices.map { $0..<$0 + 1 }
    var firsts: [Int: Int] = [:]
    for phase in groups {
      firsts[phase.lowerBound] = launches.count
      var merger = LaunchMerger()
      func launch() throws {
        guard var result = try merger.finish() else { return }
        result.kernel.name = unique(result.kernel.name)
        launches.append(.kernel(merged.count, result.storages))
        merged.append(LoweredKernel(result.kernel, note: merger.note, operations: merger.operations))
        merger = LaunchMerger()
      }
      for case .kernel(let number, let storages) in whole.launches[phase] {
        let lowered = whole.kernels[number]
        if !merger.hasRoom(for: lowered.kernel) { try launch() }
        try merger.add(lowered, storages)
      }
      try launch()
    }
    // A loop begins and ends with a phase.
    let loops = whole.loops.map { loop in
      LaunchLoop(
        launches: (firsts[loop.launches.lowerBound] ?? 0)..<(firsts[loop.launches.upperBound] ?? launches.count), count: loop.count,
        depth: loop.depth)
    }
    return try Program(
      name: name, parameters: parameters, results: results, kernels: merged, launches: launches, temporaries: temporaries,
      tables: tables, operations: operations, loops: loops)
  }

  /// The same launches, each a kernel of blocks and threads, in an order with few phases; those that change a variable check on the GPU
  /// whether the guarding result is finite.
  private func kernelsOnly() throws -> Program {
    var own: [LoweredKernel] = []
    func mapped(_ launch: Launch) throws -> Step? {
      var (lowered, storages): (LoweredKernel, [Storage])
      switch launch {
      case .kernel(let number, let used):
        (lowered, storages) = (kernels[number], used)
      case .copy(let source, _) where type(of: source).elementCount == 0: return nil
      case .copy(let source, let target):
        // What only copies has no level: it goes where its dependences are.
        (lowered, storages) = (LoweredKernel(try Program.copy(type(of: source))), [source, target])
      case .region:
        throw MartletError(LoweringErrorCode.noKernel, "program \(name): a batch region cannot be launched on a GPU")
      }
      lowered.kernel = try lowered.kernel.mappedToThreads(.cuda)
      let changesVariable = zip(lowered.kernel.parameters, storages).contains { parameter, storage in
        if case .parameter = storage.root { parameter.access != .read } else { false }
      }
      if changesVariable, let updateGuard {
        lowered.kernel = lowered.kernel.guarded()
        storages.append(.result(updateGuard.result))
      }
      own.append(lowered)
      return .launch(.kernel(own.count - 1, storages))
    }
    func mapped(_ steps: [Step]) throws -> [Step] {
      try steps.compactMap { step in
        switch step {
        case .launch(let launch): try mapped(launch)
        case .loop(let count, let inner): .loop(count: count, try mapped(inner))
        }
      }
    }
    let mappedSteps = try mapped(steps)
    let (launches, loops) = Step.list(Step.byDepth(mappedSteps, own, keepsLevels: true))
    return try Program(
      name: name, parameters: parameters, results: results, kernels: own, launches: launches, temporaries: temporaries,
      tables: tables, operations: operations, loops: loops)
  }

  /// A kernel that copies a tensor, element by element.
  private static func copy(_ type: TensorType) throws -> Kernel {
    let builder = KernelBuilder(name: "copy")
    let element = ElementType(type.dtype)
    let source = builder.parameter("x", .read, .global, element, [type.elementCount])
    let target = builder.parameter("y", .write, .global, element, [type.elementCount])
    builder.parallel("e") { e in target.store(source[e], [e]) }
    return try builder.finish(over: type.elementCount)
  }
}

extension Kernel {
  /// The kernel with one more parameter, a number: unless it is finite nothing is done.
  fileprivate func guarded() -> Kernel {
    var result = self
    let name = NameSupply(reserved: names).fresh("guard")
    result.parameters.append(KernelParameter(name, .read, .global, .f32, [1]))
    // A number that is infinite or none differs from 0 when it is subtracted from itself.
    let loss = Expr.load(Access(name, [Index(0)]))
    let isFinite = Condition.mask(.compare(.eq, loss - loss, .number(ExactDouble(0))))
    func wrap(_ statements: [Statement]) -> [Statement] {
      statements.map { statement in
        guard case .loop(var loop) = statement else { return statement }
        loop.body = loop.kind == .thread(.x) ? [.when(isFinite, loop.body, otherwise: [])] : wrap(loop.body)
        return .loop(loop)
      }
    }
    result.body = wrap(body)
    return result
  }
}

extension Kernel {
  /// The memory that every GPU gives a block without opting in to more.
  static let bytesPerBlock = 48 * 1024

  /// The vectors in the memory of a block.
  fileprivate var blockVectors: [BlockVector] {
    var vectors: [BlockVector] = []
    body.forEachNested { statement in
      guard case .array(let name, let element, let shape, .shared) = statement, shape.count == 1 else { return }
      vectors.append(BlockVector(name: name, element: element, count: shape[0]))
    }
    return vectors
  }
}

/// A vector in the memory of a block.
private struct BlockVector {
  let name: String
  let element: ElementType
  var count: Int

  func isLike(_ other: BlockVector) -> Bool { name == other.name && element == other.element }
}

/// Makes one kernel of the launches of a phase.
private final class LaunchMerger {
  private let names = NameSupply(reserved: [Kernel.begin, Kernel.end])
  private var parameters: [KernelParameter] = []
  private var storages: [Program.Storage] = []
  private var parts: [(name: String, blocks: Int, body: [Statement])] = []
  private var notes: [String] = []
  private(set) var operations: [Int] = []
  private let block: String
  private let thread: String
  /// Vectors in the memory of a block, and their names here: all parts use the same ones, for a block runs one part.
  private var vectors: [(vector: BlockVector, name: String)] = []

  init() {
    block = names.fresh("block")
    thread = names.fresh("thread")
  }

  /// How the parts were made; nil for one part that general lowering made.
  var note: String? {
    guard parts.count > 1 else { return notes.first }
    return "\(parts.count) kernels in one launch" + (notes.isEmpty ? "" : ": " + notes.joined(separator: "; "))
  }

  /// Adds a kernel that is mapped to blocks and threads, with the memory that it uses.
  func add(_ lowered: LoweredKernel, _ own: [Program.Storage]) throws {
    let kernel = lowered.kernel
    if let note = lowered.note { notes.append(note) }
    operations += lowered.operations
    let (blockLoop, threadLoop) = try LaunchMerger.loops(of: kernel)
    var data: [String: String] = [:]
    for (parameter, storage) in zip(kernel.parameters, own) { data[parameter.name] = try self.parameter(parameter, storage) }
    // Every other name is made anew; the range of the call is known, and the blocks of the parts before come first.
    let first = parts.reduce(0) { $0 + $1.blocks }
    var indices: [String: Index] = [
      Kernel.begin: Index(0), Kernel.end: Index(kernel.over), blockLoop.variable: Index(variable: block) - first,
      threadLoop.variable: Index(variable: thread),
    ]
    let renaming = Renaming { [names] name in
      if let known = data[name] { return known }
      let fresh = names.fresh(name)
      data[name] = fresh
      return fresh
    } index: { [names] name in
      if let known = indices[name] { return known }
      let fresh = Index(variable: names.fresh(name))
      indices[name] = fresh
      return fresh
    }
    let outer = blockLoop.body.filter { if case .loop = $0 { false } else { true } }
    let blocks = try LaunchGeometry.blockCount(blockLoop, of: kernel)
    for vector in kernel.blockVectors { data[vector.name] = place(vector) }
    parts.append((kernel.name, blocks, try renaming(LaunchMerger.removingVectors(outer + threadLoop.body))))
  }

  /// Whether the memory of a block is enough for another kernel too.
  func hasRoom(for kernel: Kernel) -> Bool {
    var all = vectors.map(\.vector)
    for vector in kernel.blockVectors {
      if let known = all.firstIndex(where: vector.isLike) {
        all[known].count = max(all[known].count, vector.count)
      } else {
        all.append(vector)
      }
    }
    return parts.isEmpty || all.reduce(0) { $0 + $1.count * $1.element.byteCount } <= Kernel.bytesPerBlock
  }

  /// The statements without the vectors that they have in the memory of a block.
  private static func removingVectors(_ statements: [Statement]) -> [Statement] {
    statements.compactMap { statement in
      if case .array(_, _, let shape, .shared) = statement, shape.count == 1 { return nil }
      return statement.mappingBodies { removingVectors($0) }
    }
  }

  /// The merged kernel's name of a part's vector: parts whose vectors have one name share one, as long as the longest.
  private func place(_ vector: BlockVector) -> String {
    guard let known = vectors.firstIndex(where: { vector.isLike($0.vector) }) else {
      vectors.append((vector, names.fresh(vector.name)))
      return vectors[vectors.count - 1].name
    }
    vectors[known].vector.count = max(vectors[known].vector.count, vector.count)
    return vectors[known].name
  }

  /// The loop over blocks and the one over threads: all that a kernel consists of.
  private static func loops(of kernel: Kernel) throws -> (block: Loop, thread: Loop) {
    guard kernel.body.count == 1, case .loop(let block) = kernel.body[0], block.kind == .block(.x),
      case .loop(let thread)? = block.body.last,
      thread.kind == .thread(.x), thread.lower == Index(0), thread.upper == Index(Kernel.threadsPerBlock)
    else {
      throw MartletError(
        LoweringErrorCode.noKernel, "kernel @\(kernel.name) is not a loop over blocks of \(Kernel.threadsPerBlock) threads")
    }
    return (block, thread)
  }

  /// The merged kernel's parameter for some memory: one for all parts that use it.
  private func parameter(_ parameter: KernelParameter, _ storage: Program.Storage) throws -> String {
    // Two readers may see the memory under two shapes: then each has a parameter.
    if let known = storages.firstIndex(of: storage), parameters[known].shape == parameter.shape,
      parameters[known].access == parameter.access
    {
      return parameters[known].name
    }
    var own = parameter
    own.name = names.fresh(parameter.name)
    parameters.append(own)
    storages.append(storage)
    return own.name
  }

  func finish() throws -> (kernel: Kernel, storages: [Program.Storage])? {
    guard let first = parts.first else { return nil }
    var body = vectors.map { Statement.array($0.name, $0.vector.element, [$0.vector.count], .shared) }
    var start = 0
    for part in parts {
      let range = IndexCondition(Index(variable: block), in: start..<start + part.blocks)
      if parts.count == 1 { body += part.body } else { body += [.part(part.name), .when(.indices([range]), part.body, otherwise: [])] }
      start += part.blocks
    }
    let threads = Loop(thread, Index(0), Index(Kernel.threadsPerBlock), .thread(.x), body)
    let blocks = Loop(block, Index(0), Index(start), .block(.x), [.loop(threads)])
    let kernel = Kernel(
      name: parts.count == 1 ? first.name : "\(first.name)_and_\(parts.count - 1)_more", parameters: parameters, over: start,
      body: [.loop(blocks)])
    try kernel.verify()
    return (kernel, storages)
  }
}
