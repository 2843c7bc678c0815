import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// Every stage in every form, for all built-in models and for graphs by hand.
@Suite struct Dumps {
  private static let target = Target(.avx2)

  private static func compilation(_ name: String, batch: Int = 4) throws -> Compilation {
    let model = try #require(TestModels.make(name))
    return try Compilation(model, name: name, batch: batch)
  }

  /// The forms of a stage, and a word that each holds.
  private static let forms: [(stage: Stage, form: DumpForm)] = [
    (.traced, .text), (.traced, .json), (.traced, .dot), (.traced, .svg), (.differentiated, .json), (.optimized, .text),
    (.optimized, .json),
    (.optimized, .svg), (.schedule, .text), (.schedule, .json), (.plan, .text), (.plan, .json), (.plan, .svg), (.kernels, .text),
    (.kernels, .json), (.llvm, .text), (.llvm, .json), (.cuda, .text), (.cuda, .json),
  ]

  @Test(arguments: TestModels.names) func everyFormIsWellFormedAndRepeats(_ name: String) throws {
    let compilation = try Dumps.compilation(name)
    for (stage, form) in Dumps.forms {
      let text = try compilation.dump(stage, Dumps.target, form: form)
      #expect(try text == compilation.dump(stage, Dumps.target, form: form), "\(stage) \(form)")
      switch form {
      case .json: #expect(try JSONReader.parse(Array(text.utf8), file: "\(stage)") != .null)
      case .svg:
        let parser = XMLCheck()
        #expect(parser.isWellFormed(text), "\(stage): \(parser.problem)")
      case .text, .dot, .html: #expect(!text.isEmpty)
      }
    }
  }

  /// In large graphs a reader names what comes from far away; in small ones every line is drawn.
  @Test func farLinesAreNamed() throws {
    let small = GraphDrawing(try Dumps.compilation("mnist-cnn").optimized())
    #expect(!small.lines.contains { $0.isFar } && !small.boxes.contains { $0.lines.contains { $0.hasPrefix("reads ") } })
    let graph = try Dumps.compilation("vit-small").optimized()
    let large = GraphDrawing(graph)
    let readers = Set(large.lines.filter(\.isFar).map(\.to))
    #expect(readers.count > 10 && large.lines.contains { !$0.isFar })
    for box in large.boxes { #expect(box.lines.contains { $0.hasPrefix("reads %") } == readers.contains(box.id), "\(box.lines)") }
    // Nothing makes way for them: the drawing is narrower than with them.
    let sizes = large.boxes.map { (width: $0.width, height: $0.height) }
    let number = Dictionary(uniqueKeysWithValues: large.boxes.enumerated().map { ($0.element.id, $0.offset) })
    let edges = try large.lines.map { (from: try #require(number[$0.from]), to: try #require(number[$0.to])) }
    #expect(large.width < LayeredLayout(sizes: sizes, edges: edges).width)
  }

  @Test func formsThatDoNotExistAreRefused() throws {
    let compilation = try Dumps.compilation("mlp")
    for (stage, form) in [(Stage.schedule, DumpForm.dot), (.plan, .dot), (.kernels, .svg), (.asm, .dot), (.schedule, .svg)] {
      let error = try #require(throws: MartletError.self) { try compilation.dump(stage, Dumps.target, form: form) }
      #expect(error.kind == .usage)
    }
  }

  /// The text of a graph and its JSON name the same values.
  @Test func graphAsJSON() throws {
    let graph = try #require(try Dumps.compilation("mnist-cnn").graph(.optimized))
    let json = try JSONReader.parse(Array(JSONWriter.text(GraphJSON.value(graph)).utf8), file: "json")
    guard case .list(let nodes)? = json["nodes"], case .list(let results)? = json["results"] else {
      Issue.record("no nodes")
      return
    }
    #expect(nodes.count == graph.nodes.count && results.count == graph.results.count)
    let names = graph.printedNames
    for (node, value) in zip(graph.nodes, nodes) {
      guard case .list(let own)? = value["results"] else { continue }
      #expect(own.map { $0["name"] } == node.results.map { .string(names[$0.id]) })
      #expect(value["operation"] == .string(node.mnemonic))
    }
    #expect(results[0]["value"] == .string(names[graph.results[0].value.id]))
  }

  /// Costs are comments: the text still reads back to the same graph.
  @Test func costsAreComments() throws {
    let graph = try #require(try Dumps.compilation("mnist-cnn", batch: 64).graph(.optimized))
    let text = graph.text(Graph.PrintOptions(showsOrigins: true, costs: CostModel(Dumps.target)))
    #expect(try GraphParser.parse(text) == graph)
    // 64 samples x 8 channels x 28 x 28 pixels x 9 taps, two operations each; images in, maxima and positions out, weights.
    #expect(text.contains("; 7.23 MFLOP\n"))
    let convolution = try #require(graph.nodes.first { ($0.operation as? Fusion)?.name == "conv2d_add_max_pool2d_relu" })
    #expect(graph.cost(of: convolution).bytes == 64 * 28 * 28 * 4 + 72 * 4 + 8 * 4 + 64 * 8 * 14 * 14 * 5)
    #expect(
      NumberText.scaled(999, "B") == "999 B" && NumberText.scaled(999.6, "B") == "1.00 kB"
        && NumberText.scaled(7_225_344, "FLOP") == "7.23 MFLOP")
  }

  @Test func oneKernelAlone() throws {
    let compilation = try Dumps.compilation("mnist-cnn")
    let all = try compilation.dump(.kernels, Dumps.target)
    let one = try compilation.dump(.kernels, Dumps.target, kernel: "out.matmul_add")
    #expect(one.contains("kernel @out.matmul_add(") && all.contains(one) && one.count * 4 < all.count)
    let unknown = try #require(throws: MartletError.self) { try compilation.dump(.kernels, Dumps.target, kernel: "none") }
    #expect(unknown.advice?.contains("out.matmul_add") == true)
    #expect(throws: MartletError.self) { try compilation.dump(.traced, Dumps.target, kernel: "out.matmul_add") }
  }

  /// The loop that holds no other and has the most arithmetic, of code whose loops are nested and follow each other.
  @Test func innermostLoop() {
    let assembly = """
      kernel.f:
      .L1:
      \tmovq\t%rax, %rbx
      .L2:
      \tvfmadd231ps\t%ymm0, %ymm1, %ymm2
      \tjb\t.L2
      .L3:
      \tvfmadd231ps\t%ymm0, %ymm1, %ymm2
      \tvfmadd231ps\t%ymm0, %ymm1, %ymm3
      \tjne\t.L3
      \tvaddps\t%ymm0, %ymm1, %ymm3
      \tvaddps\t%ymm0, %ymm1, %ymm3
      \tjne\t.L1
      \tjmp\t.L4
      .L4:
      \tret

      """
    #expect(
      InnerLoop.text(ofAssembly: assembly)
        == ".L3:\n\tvfmadd231ps\t%ymm0, %ymm1, %ymm2\n\tvfmadd231ps\t%ymm0, %ymm1, %ymm3\n\tjne\t.L3\n")
    #expect(InnerLoop.text(ofAssembly: "f:\n\tret\n") == nil)
  }

  /// Names of kernels say what they compute: a layer (which may have a number for a name), a variable or a result, never only a number.
  @Test(arguments: TestModels.names) func kernelsAreNamedAfterWhatTheyCompute(_ name: String) throws {
    for kernel in try Dumps.compilation(name).program(Dumps.target).kernels.map(\.kernel) {
      #expect(kernel.name.contains { $0.isLetter }, "\(kernel.name)")
    }
  }

  /// The folder holds a graph for each pass that changed something, each the input of the next, and every kernel.
  @Test func folders() throws {
    let folder = try Repository.TemporaryFolder()
    let compilation = try Dumps.compilation("lenet5")
    func write(_ path: String) throws -> [String: String] {
      _ = try DumpFolder(path, compilation, Dumps.target, Graph.PrintOptions()).write()
      let names = try #require(FileManager.default.enumerator(atPath: path)).compactMap { $0 as? String }.filter { $0.contains(".") }
      return try Dictionary(
        uniqueKeysWithValues: names.filter { !$0.hasSuffix("kernels") }.map { ($0, try FileBytes.readText("\(path)/\($0)")) })
    }
    let files = try write(folder.path + "/first")
    #expect(try files == write(folder.path + "/second"))
    let graphs = files.keys.filter { $0.hasSuffix(".gir") }.sorted()
    #expect(graphs.first == "00-traced.gir" && graphs.count > 5 && graphs.contains("01-differentiate.gir"))
    let last = try GraphParser.parse(files[graphs[graphs.count - 1]] ?? "", file: "last")
    #expect(try last == compilation.graph(.optimized))
    for kernel in try compilation.program(Dumps.target).kernels.map(\.kernel) {
      let text = try #require(files["kernels/\(kernel.name).kir"])
      #expect(try KernelParser.parse(text, file: kernel.name) == kernel)
      #expect(files["kernels/\(kernel.name).ll"] != nil)
    }
    #expect(files["plan.svg"] != nil && files["schedule.json"] != nil)
  }
}

/// Whether a text is well-formed XML, as far as our pictures use it: matching tags, quoted attributes, escaped text.
private final class XMLCheck {
  var problem = ""

  func isWellFormed(_ text: String) -> Bool {
    var open: [Substring] = []
    var rest = Substring(text)
    while let start = rest.firstIndex(of: "<") {
      let between = rest[..<start]
      if between.contains(">") && !between.contains("{") { return fail("an unescaped > in \(between.prefix(60))") }
      guard let end = rest[start...].firstIndex(of: ">") else { return fail("a tag is not closed") }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      guard tag.count(where: { $0 == "\"" }) % 2 == 0 else { return fail("quotes in \(tag)") }
      let name = tag.drop { $0 == "/" }.prefix { !$0.isWhitespace && $0 != "/" }
      if tag.hasPrefix("/") {
        guard open.popLast() == name else { return fail("</\(name)> closes nothing") }
      } else if !tag.hasSuffix("/") {
        open.append(name)
      }
    }
    return open.isEmpty ? true : fail("left open: \(open)")
  }

  private func fail(_ reason: String) -> Bool {
    problem = reason
    return false
  }
}
