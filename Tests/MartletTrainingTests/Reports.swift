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
    for word in ["src=", "href=", "@import", "url(", "fetch(", "XMLHttpRequest", "https://"] { #expect(!html.contains(word), "\(word)") }
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
    // Every node that a box stands for has an explanation.
    for graph in graphs {
      guard case .object(let boxes)? = graph["sources"] else { continue }
      for box in boxes {
        guard case .list(let sources) = box.value else { continue }
        #expect(!sources.isEmpty)
        for case .number(let source) in sources { #expect(data["nodes"]?[source] != nil, "\(box.key): \(source)") }
      }
    }
  }

  /// A step that ran: every kernel of the program is there, no stretch is backwards, a worker runs one kernel at a time.
  @Test func timelineOfAStep() throws {
    let target = Target(try HostProcessor.chosenInstructionSet())
    let compilation = try Compilation(MNISTCNN(), name: "mnist-cnn", batch: 16)
    let program = try compilation.program(target)
    let timeline = try StepTimeline(program, of: compilation.optimized(), target, threads: 2)
    #expect(Set(timeline.stretches.map(\.kernel)) == Set(program.kernels.map(\.name)))
    for worker in 0..<timeline.workers {
      let own = timeline.stretches.filter { $0.worker == worker }
      #expect(own.allSatisfy { $0.end >= $0.start && $0.start >= 0 })
      #expect(zip(own, own.dropFirst()).allSatisfy { $0.end <= $1.start + 0.01 })
    }
    #expect(try JSONReader.parse(Array(timeline.chromeTrace.utf8), file: "trace")["traceEvents"] != nil)
  }

  /// What a user does with the keyboard alone, as a script that is added to the page and leaves what it saw in the document.
  private static let session = """
    <script>
    const seen = [];
    const errors = [];
    addEventListener('error', event => errors.push(event.message));
    function press(target, key) { target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })); }
    addEventListener('shown', () => {
      try {
        const boxes = [...document.querySelectorAll('#drawing g[id]')];
        seen.push('boxes ' + boxes.length);
        seen.push('reachable ' + boxes.every(box => box.tabIndex === 0 && box.getAttribute('aria-label')));
        const box = document.querySelector('#drawing g.fusion');
        box.focus();
        press(box, 'Enter');
        seen.push('chosen ' + (document.activeElement === box) + ' ' + document.getElementById('details').textContent.includes('from    written by layer'));
        const before = document.getElementById('drawing').getAttribute('viewBox');
        press(box, '+');
        const zoomed = document.getElementById('drawing').getAttribute('viewBox');
        press(box, 'ArrowLeft');
        const moved = document.getElementById('drawing').getAttribute('viewBox');
        seen.push('moves ' + (before !== zoomed && zoomed !== moved));
        press(document.body, '/');
        seen.push('find ' + (document.activeElement.id === 'find'));
        document.activeElement.value = 'conv2d';
        document.activeElement.dispatchEvent(new Event('input'));
        seen.push('found ' + (document.querySelectorAll('#drawing g.found').length > 0));
        const pass = document.getElementById('pass');
        pass.value = 0;
        pass.dispatchEvent(new Event('input'));
        seen.push('pass ' + document.getElementById('passName').textContent.includes('after traced'));
        const counts = new Set();
        for (let number = 0; number <= pass.max; number++) {
          pass.value = number;
          pass.dispatchEvent(new Event('input'));
          counts.add(document.querySelectorAll('#drawing g[id]').length);
        }
        seen.push('passes ' + (counts.size > 2));
        for (const tab of document.querySelectorAll('[role=tab]')) {
          tab.click();
          seen.push(tab.dataset.view + ' ' + (document.getElementById(tab.dataset.view).offsetHeight > 100) + ' ' + location.hash.startsWith('#' + tab.dataset.view));
        }
        const kernels = document.getElementById('kernel');
        kernels.selectedIndex = 4;
        kernels.dispatchEvent(new Event('change'));
        const texts = [...document.querySelectorAll('#texts pre')];
        seen.push('texts ' + texts.length + ' ' + texts[0].textContent.startsWith('kernel @' + kernels.selectedOptions[0].textContent));
        texts[0].focus();
        press(texts[0], 'ArrowDown');
        const lines = [...texts[0].children];
        const multiplies = lines.findIndex(line => line.textContent.includes('fma') || line.textContent.includes(' * '));
        for (let number = 0; number < multiplies; number++) press(texts[0], 'ArrowDown');
        const matches = texts.map(text => text.querySelectorAll('.match').length);
        seen.push('matches ' + (multiplies > 0 && matches[0] === 1 && matches.slice(1).every(count => count > 0)) + ' now ' + (texts[0].querySelector('.now') === lines[multiplies]));
        seen.push('line ' + location.hash.endsWith('/' + (multiplies + 1)));
        texts[3].querySelector('.match').click();
        seen.push('back ' + (texts[0].querySelector('.match') === lines[multiplies]));
        seen.push('lanes ' + (document.querySelectorAll('#lanes rect').length >= document.querySelectorAll('#totals tr').length) + ' ' + document.querySelectorAll('#totals tr').length);
        document.querySelector('#totals button').click();
        seen.push('linked ' + (location.hash.startsWith('#kernels/') && document.querySelector('#totals button').textContent === document.getElementById('kernel').selectedOptions[0].textContent));
        seen.push('plan ' + (document.getElementById('plan').shadowRoot.querySelectorAll('rect.value').length > 5));
      } catch (error) { errors.push(String(error)); }
      document.title = 'SEEN ' + seen.join('; ') + ' ERRORS ' + errors.join('; ');
    });
    </script>
    """

  private static let browser: String? = ["chromium", "chromium-browser", "google-chrome"].lazy.flatMap { name in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
  }.first { FileManager.default.isExecutableFile(atPath: $0) }

  /// In a real browser, in both colour schemes.
  @Test(arguments: [false, true]) func worksInABrowser(_ isDark: Bool) throws {
    guard let browser = Reports.browser else {
      print("the report is not opened: there is no Chromium (Debian: apt install chromium)")
      return
    }
    let folder = try Repository.TemporaryFolder()
    let model = try #require(BuiltInModels.all.first { $0.name == "lenet5" }).make()
    let compilation = try Compilation(model, name: "lenet5", batch: 8)
    let html = try Report(compilation, Target(try HostProcessor.chosenInstructionSet()), timed: true, threads: 2).html
    let page = html.replacingOccurrences(
      of: "<script type=\"application/gzip\"", with: Reports.session + "<script type=\"application/gzip\"")
    try FileBytes.write(Array(page.utf8), to: folder.path + "/report.html")
    let result = try runProgram(
      browser,
      [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(folder.path)/profile", "--window-size=1400,900",
        "--virtual-time-budget=5000", "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)", "--dump-dom",
        "file://\(folder.path)/report.html",
      ])
    let start = try #require(result.output.range(of: "<title>"), "\(result.errors)")
    let end = try #require(result.output.range(of: "</title>"))
    let title = String(result.output[start.upperBound..<end.lowerBound])
    #expect(title.hasSuffix("ERRORS "), "\(title)")
    for word in [
      "matches true now true", "line true", "back true", "reachable true", "chosen true true", "moves true", "find true", "found true",
      "pass true", "passes true", "graph true true",
      "kernels true true", "memory true true", "schedule true true", "timeline true true", "lanes true", "linked true", "; plan true",
    ] { #expect(title.contains(word), "\(word): \(title)") }
  }
}
