import MartletTraining
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms

/// Follows nodes and kernels through the compiler: where they came from, what each pass did to them, what was fused and what not and why,
/// which kernel computes them and where their values are stored.
package struct Explainer {
  /// The whole step before optimization, each node numbered.
  package let step: Graph
  package let optimized: Graph
  package let program: Program
  /// The traced graph, and each later one that differs from the one before, with the pass that made it and how many rewrites that took. The
  /// nodes of all of them carry their number in the step.
  package let graphs: [(pass: String, rewrites: Int, graph: Graph)]
  /// How many nodes of the step the layers made.
  let tracedCount: Int
  /// How many nodes of the step there were with the gradients, before the updates of the optimizer.
  let gradientCount: Int
  let costs: CostModel
  private let history: PassHistory
  /// The graph that `fuse` found, and what it did with its edges; nil without fusion.
  private let fusion: (graph: Graph, report: FusionReport)?
  private let names: [String]

  package init(_ compilation: Compilation, _ target: Target) throws {
    tracedCount = compilation.traced.nodes.count
    let differentiated = try compilation.differentiated()
    step = differentiated.numbered
    gradientCount =
      differentiated == compilation.traced ? tracedCount : try compilation.compiler.gradients(compilation.traced).nodes.count
    history = PassHistory()
    optimized = try compilation.compiler.optimized(step, [VerifyInstrument(), history])
    let whole = differentiated == compilation.traced ? [] : [("differentiate, apply-optimizer", 0, step)]
    graphs = [("traced", 0, compilation.traced.numbered)] + whole + history.changes(from: step)
    program = try compilation.compiler.program(optimized, for: target)
    costs = CostModel(target)
    fusion = try history.beforeFusion.map { ($0, try FusionReport($0)) }
    names = step.printedNames
  }

  // MARK: Entry points

  /// The explanation of a value of the optimized graph (`%20`), a layer (`conv3`), or a kernel (`out.matmul_add`). Throws `.usage` when nothing
  /// has that name.
  package func text(_ name: String) throws -> String {
    let plain = name.hasPrefix("%") || name.hasPrefix("@") ? String(name.dropFirst()) : name
    if !name.hasPrefix("%"), let kernel = program.kernels.firstIndex(where: { $0.kernel.name == plain }) { return text(kernel: kernel) }
    if let found = found(named: plain) { return (found.line ?? "") + found.sources.map(text(source:)).joined(separator: "\n") }
    let layer = step.nodes.indices.filter { index in
      step.nodes[index].origin?.layer.map { $0 == plain || $0.hasPrefix(plain + ".") } ?? false
    }
    if !layer.isEmpty { return layer.map(text(source:)).joined(separator: "\n") }
    // The names of layers, and of those that they are part of: conv1.0 and conv1.
    let layers = Set(
      step.nodes.compactMap(\.origin?.layer).flatMap { layer in
        let parts = layer.split(separator: ".")
        return parts.indices.map { parts[...$0].joined(separator: ".") }
      }
    ).sorted { ($0.count { $0 == "." }, $0) < ($1.count { $0 == "." }, $1) }
    throw MartletError(
      UsageErrorCode.unknownName, "no value of the optimized graph, layer or kernel is named '\(name)'",
      advice: KnownNames.advice(
        "layers and kernels", layers + program.kernels.map(\.kernel.name), insteadOf: plain,
        all: "martlet explain kernels lists the kernels, martlet dump --origins names layers"))
  }

  /// All kernels with what they compute and how they were made.
  package func overview() -> String {
    var text = "\(step.nodes.count) nodes became \(optimized.nodes.count) and \(program.kernels.count) kernels\n"
    for lowered in program.kernels {
      let operations = lowered.operations.map { program.operations[$0].name }
      text += "@\(lowered.kernel.name): \(lowered.maker)"
      text += operations.isEmpty ? "\n" : "\n    computes \(operations.joined(separator: ", "))\n"
    }
    for note in program.batchNotes { text += note + "\n" }
    for split in program.splitFusions { text += "fusion @\(split.name) was split for this target: \(split.reason)\n" }
    return text
  }

  /// What a value of the optimized graph was made of: nodes of the step, by number. A value of a loop is a part of the loop's node, and has a line
  /// of its own.
  private struct Found {
    var sources: [Int]
    var line: String?
  }

  /// The value of the optimized graph with this name, also inside a fusion or a loop.
  private func found(named name: String) -> Found? {
    let numbers = PrintedNames(of: optimized).names
    var position = 0
    // `steps` are the lengths of the loops around the graph, `source` is the node of the step that the outermost one was.
    func search(_ graph: Graph, steps: [Int], source: Int?) -> Found? {
      var found: Found?
      for node in graph.nodes {
        let own = numbers[position..<position + node.results.count]
        position += node.results.count
        // The names of a region follow those of its node's results.
        var inner: Found?
        if let scan = node.operation as? Scan {
          inner = search(scan.region, steps: steps + [scan.length], source: source ?? node.origin?.source)
        } else if let region = node.region {
          inner = search(region, steps: steps, source: source)
        }
        guard found == nil else { continue }
        guard own.contains(name) else {
          found = inner
          continue
        }
        if let source {
          let types = node.resultTypes.map(\.description).joined(separator: ", ")
          let results = own.map { "%\($0)" }.joined(separator: ", ")
          let count = steps.map(String.init).joined(separator: " x ")
          found = Found(
            sources: [source], line: "\(results) = \(node.mnemonic) : \(types)   (computed in each of \(count) steps of this loop)\n")
        } else if let fusion = node.operation as? Fusion {
          found = Found(sources: fusion.region.nodes.compactMap(\.origin?.source))
        } else {
          found = Found(sources: node.origin?.source.map { [$0] } ?? [])
        }
      }
      return found
    }
    return search(optimized, steps: [], source: nil)
  }

  // MARK: Nodes

  private func title(_ index: Int) -> String {
    let node = step.nodes[index]
    let results = node.results.map { "%\(names[$0.id])" }.joined(separator: ", ")
    let layer = node.origin?.layer.map { " of \($0)" } ?? ""
    return "\(results) = \(node.mnemonic)\(layer)"
  }

  /// A node of another graph by what it was in the step.
  private func title(_ index: Int, in graph: Graph) -> String {
    let node = graph.nodes[index]
    if let fusion = node.operation as? Fusion { return "@\(fusion.name)\(node.origin?.layer.map { " of \($0)" } ?? "")" }
    return node.origin?.source.map(title) ?? node.mnemonic
  }

  package func text(source index: Int) -> String {
    let node = step.nodes[index]
    var text = "\(title(index)) : \(node.resultTypes.map(\.description).joined(separator: ", "))   (differentiated graph)\n"
    let place = node.origin?.location.map { ", \($0)" } ?? ""
    let maker =
      index < tracedCount
      ? "written by layer"
      : node.origin?.location == nil ? "added by differentiate or apply-optimizer for" : "gradient, added by differentiate for layer"
    text += "  from    \(maker) \(node.origin?.layer ?? step.name)\(place)\n"
    text += "  cost    \(costs.text(step.cost(of: node)))\n"
    for line in history.lines(of: index, title: title(_:in:)) { text += "  pass    \(line)\n" }
    text += "  now     \(present(index))\n"
    for line in edges(index) { text += "  edge    \(line)\n" }
    let kernels = program.kernels.filter { lowered in lowered.operations.contains { program.operations[$0].source == index } }
    text += "  kernel  " + (kernels.isEmpty ? "none" : kernels.map { "@\($0.kernel.name)" }.joined(separator: ", ")) + "\n"
    return text
  }

  /// Where the node stands in the optimized graph.
  private func present(_ index: Int) -> String {
    let numbers = optimized.printedNames
    for node in optimized.nodes {
      let results = node.results.map { "%\(numbers[$0.id])" }.joined(separator: ", ")
      if let fusion = node.operation as? Fusion {
        if fusion.region.nodes.contains(where: { $0.origin?.source == index }) {
          return "inside \(results) = fusion @\(fusion.name) of the optimized graph"
        }
      } else if node.origin?.source == index {
        return "\(results) = \(node.mnemonic) of the optimized graph"
      }
    }
    return "removed"
  }

  /// Each edge to and from the node, as `fuse` left it.
  private func edges(_ index: Int) -> [String] {
    guard let fusion else { return ["nothing is fused: --no-fuse"] }
    let graph = fusion.graph
    func holds(_ node: Node) -> Bool {
      if let fused = node.operation as? Fusion { return fused.region.nodes.contains { $0.origin?.source == index } }
      return node.origin?.source == index
    }
    guard let here = graph.nodes.firstIndex(where: holds) else { return [] }
    var lines: [String] = []
    func describe(_ producer: Int, _ consumer: Int, through views: [String]) -> String {
      let path = views.isEmpty ? "" : " (through \(views.joined(separator: ", ")))"
      guard let barrier = fusion.report.barrier(from: producer, to: consumer) else { return "\(path): fused, the value is never stored" }
      return "\(path): not fused, \(barrier.text { title($0, in: graph) })"
    }
    // Views compute nothing: what matters is who stands behind them.
    func reads(_ operands: [Value], through views: [String]) {
      for operand in operands {
        guard case .node(let producer, _) = graph.definition(of: operand) else { continue }
        if fusion.report.isView(producer) {
          reads(graph.nodes[producer].operands, through: views + [graph.nodes[producer].mnemonic])
        } else {
          lines.append("reads \(title(producer, in: graph))\(describe(producer, here, through: views))")
        }
      }
    }
    func readers(_ values: [Value], through views: [String]) {
      for (reader, node) in graph.nodes.enumerated() where node.operands.contains(where: values.contains) {
        if fusion.report.isView(reader) {
          readers(node.results, through: views + [node.mnemonic])
        } else {
          lines.append("read by \(title(reader, in: graph))\(describe(here, reader, through: views))")
        }
      }
    }
    if fusion.report.isView(here) { return ["a view or constant: inlined into its readers, nothing is stored"] }
    let whole = graph.nodes[here]
    guard let region = (whole.operation as? Fusion)?.region, let inner = region.nodes.first(where: { $0.origin?.source == index }) else {
      reads(whole.operands, through: [])
      readers(whole.results, through: [])
      return lines
    }
    // An earlier pass has fused the node: some of its edges are inside.
    func isInside(_ other: Int, _ verb: String) {
      let title = title(other, in: region)
      guard let split = split(index, region.nodes[other].origin?.source) else {
        return lines.append("\(verb) \(title): fused by an earlier pass, the value is never stored")
      }
      lines.append("\(verb) \(title): fused by an earlier pass, and split again for this target: \(split.reason)")
    }
    for operand in inner.operands {
      switch region.definition(of: operand) {
      case .parameter(let position): reads([whole.operands[position]], through: [])
      case .node(let producer, _): isInside(producer, "reads")
      }
    }
    for (reader, node) in region.nodes.enumerated() where node.operands.contains(where: inner.results.contains) {
      isInside(reader, "read by")
    }
    readers(zip(region.results, whole.results).filter { inner.results.contains($0.0.value) }.map(\.1), through: [])
    return lines
  }

  /// The fusion of two nodes that lowering took apart, if no kernel computes both.
  private func split(_ one: Int, _ other: Int?) -> Program.SplitFusion? {
    guard let other else { return nil }
    let together = program.kernels.contains { lowered in
      let sources = lowered.operations.compactMap { program.operations[$0].source }
      return sources.contains(one) && sources.contains(other)
    }
    return together ? nil : program.splitFusions.first { $0.sources.contains(one) && $0.sources.contains(other) }
  }

  // MARK: Kernels

  package func text(kernel index: Int) -> String {
    let lowered = program.kernels[index]
    let kernel = lowered.kernel
    var text = "kernel @\(kernel.name)\n"
    let operations = lowered.operations.map { program.operations[$0] }
    if operations.isEmpty {
      text += "  moves   data between layouts, or finishes a sum\n"
    }
    for operation in operations {
      let from = operation.source.flatMap { step.nodes[$0].origin?.location }.map { ", \($0)" } ?? ""
      let flops = NumberText.scaled(Double(operation.floatingPointOperations), "FLOP")
      text += "  does    \(operation.name): \(flops)\(from)\n"
    }
    text += "  made by \(lowered.maker)\n"
    for (rank, alternative) in lowered.alternatives.enumerated() {
      text += "  \(rank == 0 ? "chosen " : "instead") \(alternative)\n"
    }
    for (position, use) in uses(of: index).enumerated() {
      text += "  runs    \(use.place)\(position == 0 ? "" : ", again")\n"
      for line in zip(kernel.parameters, use.storages).map({ memory($0, $1) }) { text += "  memory  \(line)\n" }
    }
    return text
  }

  /// Where in the schedule a kernel runs.
  private func uses(of kernel: Int) -> [(place: String, storages: [Program.Storage])] {
    var found: [(place: String, storages: [Program.Storage])] = []
    for (number, phase) in program.phases.enumerated() {
      let loops = program.loops.filter { $0.launches.overlaps(phase) }.map { "in each of \($0.count) steps " }.joined()
      for launch in phase {
        switch program.launches[launch] {
        case .kernel(kernel, let storages):
          found.append(("\(loops)in phase \(number), over \(program.kernels[kernel].kernel.over)", storages))
        case .region(let region):
          for (position, call) in region.calls.enumerated() where call.kernel == kernel {
            let often = call.isOncePerShard ? "once a shard" : "for each tile of \(region.tile) samples"
            found.append(
              ("\(loops)in phase \(number), call \(position + 1) of \(region.calls.count) of a batch region, \(often)", call.storages))
          }
        case .kernel, .copy: continue
        }
      }
    }
    return found
  }

  private func memory(_ parameter: KernelParameter, _ storage: Program.Storage) -> String {
    let access = "\(parameter.access.rawValue)s %\(parameter.name)"
    switch storage {
    case .slice(let base, let slice): return memory(parameter, base) + ", of it \(slice.type) a step"
    case .parameter(let index): return "\(access): the variable or input %\(program.parameters[index].name)"
    case .result(let index): return "\(access): the result \(program.results[index].name)"
    case .table(let index): return "\(access): the constant %\(program.tables[index].name), \(program.tables[index].tensor.type)"
    case .temporary(let index):
      let temporary = program.temporaries[index]
      let isWorkers = temporary.space == .worker
      let plan = isWorkers ? program.workerMemory : program.memory
      let own = program.temporaries.indices.filter { (program.temporaries[$0].space == .worker) == isWorkers }
      guard let position = own.firstIndex(of: index) else { return access }
      let request = plan.requests[position]
      let bytes = plan.offsets[position]..<plan.offsets[position] + request.byteCount
      let sharing = own.indices.filter { other in
        other != position && bytes.overlaps(plan.offsets[other]..<plan.offsets[other] + plan.requests[other].byteCount)
      }.map { "%\(plan.requests[$0].name)" }
      let unit = isWorkers ? "calls" : "phases"
      let (first, last) = (request.lifetime.lowerBound, request.lifetime.upperBound)
      return "\(access): %\(temporary.name), \(temporary.type), bytes \(bytes.lowerBound) to \(bytes.upperBound) of the "
        + "\(isWorkers ? "worker's" : "shared") memory, alive in \(unit) \(first) to \(last), "
        + (sharing.isEmpty ? "bytes of its own" : "the same bytes as \(sharing.joined(separator: ", ")) at other times")
    }
  }
}

/// What each pass did, by the numbers of the nodes of the graph that the pipeline began with.
private final class PassHistory: Instrument {
  private struct Entry {
    var pass: String
    var number: Int
    var after: Graph
    var rewrites: [RewriteLog.Rewrite]
  }

  private var entries: [Entry] = []
  package private(set) var beforeFusion: Graph?

  package func ran(_ pass: Pass, before: Graph, after: Graph, log: RewriteLog) throws {
    if pass.name == Pass.fuse.name { beforeFusion = before }
    entries.append(Entry(pass: pass.name, number: entries.count + 1, after: after, rewrites: log.rewrites))
  }

  /// The graphs that differ from the one before.
  package func changes(from graph: Graph) -> [(pass: String, rewrites: Int, graph: Graph)] {
    var last = graph
    return entries.compactMap { entry in
      guard entry.after != last else { return nil }
      last = entry.after
      return (entry.pass, entry.rewrites.count, entry.after)
    }
  }

  /// A line for each rewrite in which a node takes part, and one where it leaves the graph.
  package func lines(of source: Int, title: (Int, Graph) -> String) -> [String] {
    func isHere(_ graph: Graph) -> Bool {
      graph.nodes.contains { node in
        node.origin?.source == source
          || ((node.operation as? Fusion)?.region.nodes.contains { $0.origin?.source == source } ?? false)
      }
    }
    var lines: [String] = []
    var wasHere = true
    for entry in entries where wasHere {
      for rewrite in entry.rewrites {
        let own = rewrite.nodes.filter { rewrite.graph.nodes[$0].origin?.source == source }
        guard !own.isEmpty else { continue }
        let others = rewrite.nodes.filter { !own.contains($0) }.map { title($0, rewrite.graph) }
        let rule = rewrite.rule == entry.pass ? "" : " (\(rewrite.rule))"
        lines.append("\(entry.pass)\(rule)\(others.isEmpty ? ": rewrote it" : ": with \(others.joined(separator: "; "))")")
      }
      wasHere = isHere(entry.after)
      if !wasHere { lines.append("\(entry.pass): removed: it was replaced, or its result is not used") }
    }
    return lines
  }
}
