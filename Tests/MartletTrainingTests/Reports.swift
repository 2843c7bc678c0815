import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// The HTML report: one file that loads nothing, and works in a browser.
@Suite struct Reports {
  private static func report(_ name: String, batch: Int = 64) throws -> String {
    let model = try #require(BuiltInModels.all.first { $0.name == name }).make()
    return try Compilation(model, name: name, batch: batch).dump(.optimized, Target(.avx2), form: .html)
  }

  private static func data(_ html: String) throws -> JSONValue {
    let start = try #require(html.range(of: "id=\"data\">"))
    let end = try #require(html.range(of: "</script>", range: start.upperBound..<html.endIndex))
    let packed = try #require(Data(base64Encoded: String(html[start.upperBound..<end.lowerBound])))
    return try JSONReader.parse(try Gzip.decompress(Array(packed), file: "report", limit: 1 << 28), file: "report")
  }

  @Test func oneFileThatLoadsNothing() throws {
    let html = try Reports.report("mnist-cnn")
    #expect(html.utf8.count < 5_000_000, "\(html.utf8.count)")
    // `url(#arrow)` is a part of the page itself.
    let elsewhere = html.replacingOccurrences(of: "url(#", with: "")
    for word in ["src=", "href=", "@import", "url(", "fetch(", "XMLHttpRequest", "https://"] {
      #expect(!elsewhere.contains(word), "\(word)")
    }
    #expect(try html == Reports.report("mnist-cnn"))
    let data = try Reports.data(html)
    guard case .list(let graphs)? = data["graphs"], case .list(let kernels)? = data["kernels"], case .object(let nodes)? = data["nodes"]
    else {
      Issue.record("the report lacks data")
      return
    }
    let compilation = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 64)
    #expect(graphs.first?["pass"] == .string("traced") && graphs.last?["pass"] == .string("fuse"))
    #expect(try kernels.count == compilation.program(Target(.avx2)).kernels.count)
    #expect(try nodes.count == compilation.differentiated().nodes.count)
    // Every node that a box stands for has an explanation, every parameter too; edges join boxes.
    for graph in graphs {
      guard case .list(let boxes)? = graph["graph"]?["boxes"], case .list(let edges)? = graph["graph"]?["edges"] else {
        Issue.record("a graph lacks boxes")
        continue
      }
      for box in boxes {
        guard case .string(let id)? = box["id"], case .string(let name)? = box["name"] else {
          Issue.record("a box lacks a name")
          continue
        }
        if id.hasPrefix("p") { #expect(data["variables"]?[String(name.dropFirst())] != nil, "\(name)") }
        guard id.hasPrefix("n") else { continue }
        guard case .list(let sources)? = box["sources"] else {
          Issue.record("\(name) has no sources")
          continue
        }
        for case .number(let source) in sources { #expect(data["nodes"]?[source] != nil, "\(name): \(source)") }
      }
      for case .list(let edge) in edges {
        guard case .number(let from) = edge[0], case .number(let to) = edge[1], let from = Int(from), let to = Int(to) else {
          Issue.record("an edge lacks its ends")
          continue
        }
        #expect(boxes.indices.contains(from) && boxes.indices.contains(to) && from < to)
      }
    }
    // The passes that fuse have marked nodes and a difference; the first two graphs have none.
    for (number, graph) in graphs.enumerated() {
      guard case .list(let boxes)? = graph["graph"]?["boxes"] else { continue }
      // A pass that only removes nodes marks none.
      let isMarked = boxes.contains { $0["changed"] != nil }
      #expect(!isMarked || number >= 2, "\(number)")
      if number == graphs.count - 1 { #expect(isMarked) }
      #expect((graph["difference"] != nil) == (number >= 2), "\(number)")
    }
  }

  /// Nodes that no layer made are a part of the block around them, variables of the model itself of the layer that reads them.
  @Test func layersOfNodesWithoutOne() throws {
    let model = try #require(BuiltInModels.all.first { $0.name == "gpt-small" }).make()
    let compilation = try Compilation(model, name: "gpt-small", batch: 2)
    let explainer = try Explainer(compilation, Target(.avx2))
    let outline = StepOutline(explainer.step, tracedCount: explainer.tracedCount, gradientCount: explainer.gradientCount)
    let nodes = explainer.step.nodes
    for index in nodes.indices where nodes[index].origin?.layer == nil {
      let layer = outline.layer([index])
      #expect(layer != "blocks" && layer != "", "\(index)")
      if outline.part([index]) == .forward, index > 4 {
        #expect(layer.hasPrefix("blocks.0") || layer.hasPrefix("blocks.1"), "\(index): \(layer)")
      }
    }
    let parts = Set(nodes.indices.map { outline.part([$0]) })
    #expect(parts == [.forward, .backward, .update])
    for index in nodes.indices where nodes[index].mnemonic == "adam_update" {
      #expect(outline.part([index]) == .update)
      #expect(outline.layer([index]) != "positions")
    }
    // A step of a text, whose gradients are in it, has updates too.
    let text = try Compilation(compilation.differentiated()).differentiated()
    let own = StepOutline(text, tracedCount: text.nodes.count, gradientCount: text.nodes.count)
    #expect(text.nodes.indices.contains { own.part([$0]) == .update })
  }

  /// Kernels of one text are stored once.
  @Test func textsAreShared() throws {
    let html = try Reports.report("gpt-small", batch: 2)
    #expect(html.utf8.count < 5_000_000, "\(html.utf8.count)")
    let data = try Reports.data(html)
    guard case .list(let kernels)? = data["kernels"], case .list(let texts)? = data["texts"] else {
      Issue.record("the report lacks texts")
      return
    }
    var references = 0
    for kernel in kernels {
      guard case .list(let columns)? = kernel["texts"], case .string(let name)? = kernel["name"] else { continue }
      for column in columns {
        guard case .number(let number)? = column["text"], let number = Int(number), texts.indices.contains(number),
          case .string(let text) = texts[number]
        else {
          Issue.record("\(name) has no text")
          continue
        }
        references += 1
        if column["title"] == .string("loop IR") {
          #expect(text.replacingOccurrences(of: "\u{1}", with: name).hasPrefix("kernel @\(name)("), "\(name)")
        }
      }
    }
    #expect(references > texts.count + 20, "\(references) texts, \(texts.count) of them different")
  }

  /// The lines of a checkout's own sources; nothing of files that are not there, or of which there are two.
  @Test func linesOfSources() throws {
    var lines = SourceLines()
    // The tests run in the folder of the package.
    #expect(lines.line(SourcePosition(file: "MartletInspection/SourceLines.swift", line: 1)) == "import MartletCore")
    #expect(lines.line(SourcePosition(file: "MartletInspection/SourceLines.swift", line: 1_000_000)) == nil)
    #expect(lines.line(SourcePosition(file: "MartletInspection/SourceLines.swift", line: 0)) == nil)
    #expect(lines.line(SourcePosition(file: "MartletInspection/NoSuchFile.swift", line: 1)) == nil)
    #expect(lines.line(SourcePosition(file: "NoSuchModule/SourceLines.swift", line: 1)) == nil)
    #expect(lines.line(SourcePosition(file: "../Sources/MartletInspection/SourceLines.swift", line: 1)) == nil)
  }

  /// The estimate of LLVM's machine code analyzer: its report is read, and a machine without it has none.
  @Test func machineCodeAnalyzer() throws {
    guard let analyzer = MachineCodeAnalyzer(Target(.avx2)) else {
      print("llvm-mca is not installed (Debian: apt install llvm): its report is not read")
      return
    }
    let report =
      "Iterations:        200\nInstructions:      4200\nTotal Cycles:      1700\nIPC:               2.34\nBlock RThroughput: 8.0\n"
    #expect(
      analyzer.sentence(report)
        == "llvm-mca for haswell: 8.5 cycles an iteration, 21 instructions, 2.5 instructions a cycle; at best 8.0 cycles")
    #expect(analyzer.sentence("error: no such processor") == nil)
    let loop = ".LBB0_1:\n\tvfmadd231ps %ymm0, %ymm1, %ymm2\n\taddq $8, %rax\n\tcmpq %rbx, %rax\n\tjb .LBB0_1\n"
    #expect(try #require(analyzer.estimate(ofLoop: loop)).contains("4 instructions"))
    #expect(analyzer.estimate(ofLoop: "this is no assembly\n") == nil)
  }

  /// A step that ran: every kernel of the program is there, no stretch is backwards, a worker runs one kernel at a time.
  @Test func timelineOfAStep() throws {
    let target = Target(try HostProcessor.chosenInstructionSet())
    let compilation = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 16)
    let program = try compilation.program(target)
    let timeline = try StepTimeline(program, of: compilation.optimized(), target, threads: 2)
    #expect(Set(timeline.stretches.map(\.kernel)) == Set(program.kernels.map(\.kernel.name)))
    for worker in 0..<timeline.workers {
      let own = timeline.stretches.filter { $0.worker == worker }
      #expect(own.allSatisfy { $0.end >= $0.start && $0.start >= 0 })
      #expect(zip(own, own.dropFirst()).allSatisfy { $0.end <= $1.start + 0.01 })
    }
    #expect(try JSONReader.parse(Array(timeline.chromeTrace.utf8), file: "trace")["traceEvents"] != nil)
  }

  private static let browser: String? = ["chromium", "chromium-browser", "google-chrome"].lazy.flatMap { name in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
  }.first { FileManager.default.isExecutableFile(atPath: $0) }

  /// Opens a page in a browser with a user's session in it, and returns what that saw, by name.
  private static func session(_ html: String, _ browser: String, size: String, isDark: Bool) throws -> [String: String] {
    let folder = try Repository.TemporaryFolder()
    let page = html.replacingOccurrences(
      of: "<script type=\"application/gzip\"", with: ReportSession.script + "<script type=\"application/gzip\"")
    try FileBytes.write(Array(page.utf8), to: folder.path + "/report.html")
    let result = try runProgram(
      browser,
      [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(folder.path)/profile", "--window-size=\(size)",
        "--virtual-time-budget=20000", "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)", "--dump-dom",
        "file://\(folder.path)/report.html",
      ])
    let start = try #require(result.output.range(of: "<title>SEEN "), "\(result.errors)")
    let end = try #require(result.output.range(of: "</title>", range: start.upperBound..<result.output.endIndex))
    let parts = result.output[start.upperBound..<end.lowerBound].components(separatedBy: "; ERRORS ")
    #expect(parts.count == 2 && parts[1].isEmpty, "\(parts)")
    var seen: [String: String] = [:]
    for observation in parts[0].components(separatedBy: "; ") {
      // Names may have spaces; numbers and flags follow.
      let words = observation.components(separatedBy: " ")
      let values = words.drop { Double($0) == nil && !["true", "false"].contains($0) }
      seen[words.prefix(words.count - values.count).joined(separator: " ")] = values.joined(separator: " ")
    }
    return seen
  }

  /// In a real browser, in both colour schemes and two sizes of the window.
  @Test(arguments: ["mnist-cnn", "gpt-small", "resnet18"]) func worksInABrowser(_ name: String) throws {
    guard let browser = Reports.browser else {
      print("the report is not opened: there is no Chromium (Debian: apt install chromium)")
      return
    }
    let isReference = name == "mnist-cnn"
    let model = try #require(BuiltInModels.all.first { $0.name == name }).make()
    let compilation = try Compilation(model, name: name, batch: 8)
    let html = try Report(
      compilation, Target(try HostProcessor.chosenInstructionSet()), timed: isReference, threads: isReference ? 2 : nil
    ).html
    #expect(html.utf8.count < 5_000_000, "\(html.utf8.count)")
    for (size, isDark) in [("1400,900", false), ("800,600", true)] {
      let seen = try Reports.session(html, browser, size: size, isDark: isDark)
      let isLarge = size == "1400,900"
      // What opens can be read: letters of eight pixels and more have boxes of nine.
      if isLarge { #expect((seen["smallest"].flatMap(Double.init) ?? 0) >= 9, "\(seen["smallest"] ?? "")") }
      #expect((seen["boxes"].flatMap(Int.init) ?? 0) <= 60)
      #expect(seen["overlaps"] == "false")
      for (question, most) in [("slowest", 3), ("line", 3), ("inner", 3), ("fuse", 3), ("peak", 3)] {
        let answer = (seen[question] ?? "").components(separatedBy: " ")
        #expect(answer.count == 2 && answer[1] == "true" && (Int(answer[0]) ?? 9) <= most, "\(question): \(answer)")
      }
      #expect(seen["texts"] == "4 true")
      var flags = [
        "fitted", "costliest", "key", "width", "reachable", "opens", "folds", "all", "panels", "parameter", "views", "moves", "minimap",
        "fit", "folded", "kept", "passes", "group kept", "bad address", "faded", "fused", "next", "changed", "unchanged", "difference",
        "text", "exact", "nothing", "heat-microseconds",
        "heat-flop", "heat-bytes", "find", "colours", "matches", "now", "address", "back", "resized", "hidden", "stays", "back again",
        "graph", "kernels", "memory", "schedule", "value", "schedule link",
      ]
      if isReference { flags += ["heat-time", "timeline", "lanes", "bar", "linked"] }
      for flag in flags { #expect(seen[flag] == "true", "\(name) at \(size): \(flag) \(seen[flag] ?? "was not seen")") }
    }
  }
}
