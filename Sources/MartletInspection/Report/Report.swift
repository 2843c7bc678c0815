import MartletTraining
import MartletCPU
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// Everything that there is to see of a compilation as one page that needs no server and no network: the graph after every pass, what became
/// of each node, the texts of every kernel side by side, the schedule and the memory plan.
package struct Report {
  private let explainer: Explainer
  private let target: Target
  private let timeline: StepTimeline?

  /// With `timed` a step runs on this machine, and the page shows when each worker ran which kernel: such a page is not the same twice.
  package init(_ compilation: Compilation, _ target: Target, timed: Bool = false, threads: Int? = nil) throws {
    explainer = try Explainer(compilation, target)
    self.target = target
    timeline = timed ? try StepTimeline(explainer.program, of: explainer.optimized, target, threads: threads) : nil
  }

  /// Without LLVM the texts that it makes are missing.
  package var html: String {
    get throws {
      let data = JSONWriter.text(
        .object([
          "title": .string(explainer.step.name), "isa": .string(target.description), "graphs": .list(graphs),
          "nodes": .object(nodes), "kernels": .list(try kernels), "schedule": .string(explainer.program.description),
          "plan": .string(explainer.program.memorySVG), "planText": .string(explainer.program.memoryDescription),
          "timeline": timeline?.json,
        ]))
      return ReportPage.html(title: explainer.step.name, data: Base64.text(try Gzip.compress(Array(data.utf8))))
    }
  }

  /// For each graph its picture, its text, and for each box the nodes of the step that it stands for.
  private var graphs: [JSONValue] {
    explainer.graphs.map { entry in
      let drawing = GraphDrawing(entry.graph)
      let sources = entry.graph.nodes.enumerated().map { index, node -> JSONValue.Member in
        let inner = (node.operation as? Fusion)?.region.nodes.compactMap(\.origin?.source) ?? node.origin?.source.map { [$0] } ?? []
        return JSONValue.Member(key: "n\(index)", value: .list(inner.map { .integer($0) }))
      }
      let rewrites = entry.rewrites == 0 ? "" : entry.rewrites == 1 ? ", 1 rewrite" : ", \(entry.rewrites) rewrites"
      let options = Graph.PrintOptions(showsOrigins: true, costs: CostModel(target), abbreviates: true)
      return .object([
        "pass": .string(entry.pass), "note": .string("\(entry.graph.nodes.count) nodes\(rewrites)"), "svg": .string(drawing.content),
        "width": .number(NumberText.fixed(drawing.width, decimals: 1)), "height": .number(NumberText.fixed(drawing.height, decimals: 1)),
        "sources": .object(sources), "text": .string(entry.graph.text(options)),
      ])
    }
  }

  /// What became of each node of the step, and the numbers of the kernels that compute it.
  private var nodes: [JSONValue.Member] {
    explainer.step.nodes.indices.map { index in
      let kernels = explainer.program.kernels.indices.filter { kernel in
        explainer.program.kernelOperations[kernel].contains { explainer.program.operations[$0].source == index }
      }
      return JSONValue.Member(
        key: String(index),
        value: .object(["text": .string(explainer.text(source: index)), "kernels": .list(kernels.map { .integer($0) })]))
    }
  }

  private var kernels: [JSONValue] {
    get throws {
      let program = explainer.program
      return try program.kernels.indices.map { index in
        let map = try LineMap(program.kernels[index], target)
        var texts = [JSONValue.object(["title": .string("loop IR"), "text": .string(program.kernels[index].description)])]
        for (title, text) in [("LLVM IR", map.emitted), ("LLVM IR, optimized", map.optimized), ("assembly", map.assembly)] {
          guard let text else { continue }
          // 0 where a line comes from none.
          texts.append(
            .object(["title": .string(title), "text": .string(text.text), "lines": .list(text.sources.map { .integer($0 ?? 0) })]))
        }
        return .object([
          "name": .string(program.kernels[index].name), "about": .string(explainer.text(kernel: index)), "texts": .list(texts),
        ])
      }
    }
  }
}
