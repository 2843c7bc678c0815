import MartletTraining
import MartletCPU
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime
import MartletTransforms

/// Everything that there is to see of a compilation as one page that needs no server and no network: the graph after every pass, what became
/// of each node, the texts of every kernel side by side, the schedule and the memory plan.
package struct Report {
  private let explainer: Explainer
  private let differences: [String: String]
  private let target: Target
  private let timeline: StepTimeline?

  /// With `timed` a step runs on this machine, and the page shows when each worker ran which kernel: such a page is not the same twice.
  package init(_ compilation: Compilation, _ target: Target, timed: Bool = false, threads: Int? = nil) throws {
    explainer = try Explainer(compilation, target)
    differences = try Report.differences(compilation)
    self.target = target
    timeline = timed ? try StepTimeline(explainer.program, of: explainer.optimized, target, threads: threads) : nil
  }

  /// Without LLVM the texts that it makes are missing.
  package var html: String {
    get throws {
      let program = explainer.program
      var members: [JSONValue.Member] = []
      func add(_ pairs: KeyValuePairs<String, JSONValue?>) {
        for (key, value) in pairs { if let value { members.append(JSONValue.Member(key: key, value: value)) } }
      }
      add([
        "title": .string(explainer.step.name), "isa": .string(target.description), "graphs": .list(graphs), "nodes": .object(nodes),
        "variables": .object(variables), "lines": .object(lines),
      ])
      add(try ReportKernels(explainer, target).members)
      add([
        "schedule": .string(program.description), "plan": .string(program.memorySVG), "planText": .string(program.memoryDescription),
        "peak": peak.map { .string($0) }, "timeline": timeline?.json,
      ])
      let data = JSONWriter.text(.object(members))
      return ReportPage.html(title: explainer.step.name, data: Base64.text(try Gzip.compress(Array(data.utf8))))
    }
  }

  /// What each pass that changed the step did, as unified differences.
  private static func differences(_ compilation: Compilation) throws -> [String: String] {
    var texts: [String] = []
    let recorder = DifferenceInstrument(hasColours: false) { texts.append($0) }
    _ = try compilation.compiler.optimized(try compilation.differentiated(), [recorder])
    // A pass that ran twice has two differences; each begins with a comment that names it.
    var (found, name, counts) = ([String: String](), "", [String: Int]())
    for text in texts {
      if text.hasPrefix("// ") {
        name = String(text.dropFirst(3).prefix { $0 != ":" && $0 != "\n" })
        continue
      }
      counts[name, default: 0] += 1
      found["\(name) \(counts[name] ?? 1)"] = text
    }
    return found
  }

  /// Each graph with its boxes, its text, and what the pass changed.
  private var graphs: [JSONValue] {
    let outline = StepOutline(explainer.step, tracedCount: explainer.tracedCount, gradientCount: explainer.gradientCount)
    let costs = CostModel(target)
    var previous: ReportGraph?
    var counts: [String: Int] = [:]
    return explainer.graphs.map { entry in
      // Of the step that is made of the layers' graph everything would be marked.
      let isStep = entry.pass.hasPrefix("differentiate")
      let graph = ReportGraph(entry.graph, outline, costs, previous: isStep ? nil : previous)
      previous = graph
      counts[entry.pass, default: 0] += 1
      let rewrites = entry.rewrites == 0 ? "" : entry.rewrites == 1 ? ", 1 rewrite" : ", \(entry.rewrites) rewrites"
      let options = Graph.PrintOptions(showsOrigins: true, costs: costs, abbreviates: true)
      return .object([
        "pass": .string(entry.pass), "note": .string("\(entry.graph.nodes.count) nodes\(rewrites)"), "graph": graph.json,
        "text": .string(entry.graph.text(options)),
        "difference": differences["\(entry.pass) \(counts[entry.pass] ?? 1)"].map { .string($0) },
      ])
    }
  }

  /// What became of each node of the step, and the numbers of the kernels that compute it.
  private var nodes: [JSONValue.Member] {
    explainer.step.nodes.indices.map { index in
      let kernels = explainer.program.kernels.indices.filter { kernel in
        explainer.program.kernels[kernel].operations.contains { explainer.program.operations[$0].source == index }
      }
      return JSONValue.Member(
        key: String(index),
        value: .object([
          "text": .string(explainer.text(source: index)), "kernels": .list(kernels.map { .integer($0) }),
          "at": explainer.step.nodes[index].origin?.location.map { .string($0.description) },
        ]))
    }
  }

  /// The lines of Swift that the nodes come from, as far as the sources are here.
  private var lines: [JSONValue.Member] {
    var sources = SourceLines()
    let places = Set(explainer.step.nodes.compactMap(\.origin?.location))
    return places.sorted { ($0.file, $0.line) < ($1.file, $1.line) }.compactMap { place in
      sources.line(place).map { JSONValue.Member(key: place.description, value: .string($0)) }
    }
  }

  /// What each parameter of the step is, and the numbers of the kernels that read or update it, by name.
  private var variables: [JSONValue.Member] {
    let program = explainer.program
    var kernels: [Int: Set<Int>] = [:]
    for launch in program.launches {
      let calls: [(kernel: Int, storages: [Program.Storage])] =
        switch launch {
        case .kernel(let kernel, let storages): [(kernel, storages)]
        case .region(let region): region.calls.map { ($0.kernel, $0.storages) }
        case .copy: []
        }
      for call in calls {
        for storage in call.storages {
          if case .parameter(let index) = storage.root { kernels[index, default: []].insert(call.kernel) }
        }
      }
    }
    let numbers = Dictionary(program.parameters.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    return explainer.step.parameters.map { parameter in
      let role =
        switch parameter.role {
        case .input: "an input: new data for each step"
        case .parameter: "a parameter: trained, kept from step to step"
        case .state: "state: kept from step to step, not trained"
        }
      let count = parameter.type.shape.extents.reduce(1, *)
      var text = "%\(parameter.name) : \(parameter.type)\n  is      \(role)\n"
      text += "  holds   \(count) number\(count == 1 ? "" : "s"), \(NumberText.scaled(Double(parameter.type.byteCount), "B"))\n"
      if let axis = parameter.batchAxis { text += "  batch   axis \(axis) counts the samples\n" }
      let own = numbers[parameter.name].flatMap { kernels[$0] }?.sorted() ?? []
      text += "  kernel  \(own.isEmpty ? "none" : own.map { "@\(program.kernels[$0].kernel.name)" }.joined(separator: ", "))\n"
      return JSONValue.Member(
        key: parameter.name, value: .object(["text": .string(text), "kernels": .list(own.map { .integer($0) })]))
    }
  }

  /// When most shared memory is in use, by which values and which kernels.
  private var peak: String? {
    let (program, plan) = (explainer.program, explainer.program.memory)
    guard let time = plan.peakTime else { return nil }
    let alive = plan.requests.indices.filter { plan.requests[$0].lifetime.contains(time) }
      .sorted { (plan.requests[$0].byteCount, $1) > (plan.requests[$1].byteCount, $0) }
    let largest = alive.prefix(5).map { "%\(plan.requests[$0].name) \(NumberText.scaled(Double(plan.requests[$0].byteCount), "B"))" }
    var text = "The peak is in phase \(time): \(NumberText.scaled(Double(plan.liveByteCounts[time]), "B")) in \(alive.count) "
    text += "value\(alive.count == 1 ? "" : "s")\(alive.count > 5 ? ", the largest" : ""): \(largest.joined(separator: ", ")).\n"
    guard program.phases.indices.contains(time) else { return text }
    let kernels = program.phases[time].flatMap { launch -> [Int] in
      switch program.launches[launch] {
      case .kernel(let kernel, _): [kernel]
      case .region(let region): region.calls.map(\.kernel)
      case .copy: []
      }
    }
    let names = kernels.prefix(6).map { "@\(program.kernels[$0].kernel.name)" }
    text += "Phase \(time) runs \(names.joined(separator: ", "))\(kernels.count > 6 ? " and \(kernels.count - 6) more" : "").\n"
    return text
  }
}
