import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCore

/// The line of progress in terminals of every width, also of one that changes; what `--quiet` and `--json` print.
@Suite struct TrainingDisplay {
  private static let details = ["loss 0.1234", "3:05 left", "0.412 ms/step", "155,000 images/s", "test 97.50 %", "rate 0.0100"]

  /// Never wider than the terminal allows; the loss is the last detail to go, then the bar, the title and the count.
  @Test func theLineFits() {
    for columns in 1...220 {
      let text = ProgressLine.text("epoch 3/10", 412, of: 938, TrainingDisplay.details, columns: columns)
      #expect(text.count <= max(columns - 1, 1), "\(columns): \(text)")
      #expect(!text.isEmpty && (columns < 9 || text.contains("412/938") || text.contains("43%")), "\(columns): \(text)")
      #expect(columns < 33 || text.contains("loss 0.1234"), "\(columns): \(text)")
      #expect(columns < 45 || text.contains("["), "\(columns): \(text)")
      #expect(columns < 142 || TrainingDisplay.details.allSatisfy(text.contains), "\(columns): \(text)")
    }
    let wide = ProgressLine.text("epoch 3/10", 938, of: 938, TrainingDisplay.details, columns: 200)
    #expect(wide.hasPrefix("epoch 3/10 [\(String(repeating: "=", count: 30))] 938/938  loss"), "\(wide)")
    #expect(ProgressLine.text("epoch 3/10", 0, of: 938, [], columns: 80).contains("[\(String(repeating: " ", count: 30))] 0/938"))
  }

  @Test(arguments: [(0.2, "1 s"), (59, "59 s"), (60, "1:00"), (185, "3:05"), (3599, "59:59"), (7209, "2:00:09"), (1e300, "99999:59:59")])
  func durations(_ seconds: Double, _ text: String) { #expect(TrainingPace.duration(seconds) == text) }

  /// A terminal whose width a test changes.
  private final class Screen: @unchecked Sendable {
    var screen: TerminalScreen
    var columns: Int

    init(_ columns: Int) { (screen, self.columns) = (TerminalScreen(columns: columns), columns) }

    var terminal: ProgressLine.Terminal { ProgressLine.Terminal(write: { self.screen.write($0) }, columns: { self.columns }) }
  }

  /// However the width changes between two drawings, there is one line, and nothing of it is left behind.
  @Test func resizingLeavesNothingBehind() {
    for first in [25, 40, 80, 200] {
      for second in [10, 25, 40, 80, 200] {
        let screen = Screen(first)
        screen.screen.write("Compiled in 0.10 s\n")
        var line = ProgressLine(screen.terminal)
        line.draw("epoch 1/2", 5, of: 5, TrainingDisplay.details)
        #expect(screen.screen.lines.count == 2, "\(first): \(screen.screen.lines)")
        screen.columns = second
        screen.screen.resize(columns: second)
        line.draw("epoch 1/2", 5, of: 5, TrainingDisplay.details)
        let begun = second < 18 ? 2 : 1
        #expect(screen.screen.lines.count == begun + 1, "\(first) to \(second): \(screen.screen.lines)")
        line.clear()
        screen.screen.write("done\n")
        #expect(
          screen.screen.lines.suffix(2) == ["done", ""] && screen.screen.lines.count == begun + 2,
          "\(first) to \(second): \(screen.screen.lines)")
      }
    }
  }

  private let folder: Repository.TemporaryFolder

  init() throws { folder = try Repository.TemporaryFolder() }

  /// The path of 400 small images.
  private func data() throws -> String {
    try FileBytes.makeFolder("\(folder.path)/data")
    let pixels = (0..<400 * 784).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 / 784 * 31) }
    try Npy.write(HostTensor([400, 1, 28, 28], elements: pixels), to: "\(folder.path)/data/x.npy")
    try Npy.write(HostTensor([400], elements: (0..<400).map { Int32($0 % 10) }), to: "\(folder.path)/data/y.npy")
    return "\(folder.path)/data"
  }

  /// A real run in a terminal: at every moment at most one row is a line of progress, and at the end none.
  @Test(arguments: [25, 40, 80, 200]) func oneLineIsRedrawn(_ columns: Int) throws {
    let data = try data()
    var screen = TerminalScreen(columns: columns)
    var (most, drawn) = (0, 0)
    let code = try runInTerminal(
      martletExecutable, ["train", "mlp", "--data", data, "--epochs", "3", "--batch", "2", "--log-every", "0", "--lr", "0.001"],
      columns: columns, environment: ["XDG_CACHE_HOME": folder.path]
    ) { text in
      screen.write(text)
      let rows = screen.lines.count { $0.contains("/180") || $0.contains("compiling kernels") || $0.hasSuffix("%") && $0.count < 5 }
      most = max(most, rows)
      drawn += rows
    }
    #expect(code == 0 && most == 1 && drawn > 3, "\(most), \(drawn): \(screen.lines)")
    #expect(!screen.lines.contains { $0.contains("/180") || $0.contains("compiling") }, "\(screen.lines)")
    #expect(screen.lines.count { $0.hasPrefix("Epoch ") } == 3 && screen.lines.count { $0.contains("Test result") } == 3)
  }

  @Test func quietRunsPrintResultsAlone() throws {
    let data = try data()
    let result = try runProgram(martletExecutable, ["train", "mlp", "--data", data, "--epochs", "2", "--quiet"])
    let lines = result.output.split(separator: "\n")
    #expect(
      result.code == 0 && lines.count == 4 && lines.allSatisfy { $0.hasPrefix("Test result") || $0.hasPrefix(" Accuracy") }, "\(result)")
  }

  /// The first event of a run has its settings; a run without options says what they are by default.
  @Test func runsBeginWithTheirSettings() throws {
    let data = try data()
    let result = try runProgram(
      martletExecutable,
      ["train", "mlp", "--data", data, "--epochs", "1", "--max-steps", "2", "--json", "--schedule", "cosine", "--seed", "7"])
    let first = try #require(result.output.split(separator: "\n").first)
    let event = try #require(try JSONSerialization.jsonObject(with: Foundation.Data(first.utf8)) as? [String: Any])
    #expect(
      event["event"] as? String == "start" && event["model"] as? String == "mlp" && event["parameters"] as? Int == 535_818, "\(first)")
    #expect(event["train_samples"] as? Int == 360 && event["test_samples"] as? Int == 40 && event["epochs"] as? Int == 1)
    #expect(
      event["seed"] as? Int == 7 && event["batch"] as? Int == 64 && event["lr"] as? Double == 0.01 && event["shuffle"] as? Bool == false)
    #expect((event["schedule"] as? String)?.contains("cosine") == true && (event["optimizer"] as? String)?.contains("adam") == true)
  }

  /// Shapes and numbers of parameters of each layer, and the total; an LSTM too, whose last axes are not those of its loop.
  @Test func summariesHaveShapes() throws {
    func lines(_ model: String) throws -> [[String]] {
      let result = try runProgram(martletExecutable, ["models", model])
      #expect(result.code == 0, "\(result.errors)")
      return result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    }
    let cnn = try lines("mnist-cnn")
    #expect(cnn.contains { $0.first == "conv1.0" && $0.suffix(5) == ["[N,", "8,", "28,", "28]", "80"] }, "\(cnn)")
    #expect(
      cnn.contains { $0.first == "conv2.2" && $0.suffix(4) == ["[N,", "16,", "7,", "7]"] } && cnn.last == ["total", "21,578"], "\(cnn)")
    let lstm = try lines("char-lstm")
    #expect(lstm.contains { $0.first == "lstm" && $0.suffix(4) == ["[N,", "64,", "256]", "329,728"] }, "\(lstm)")
    #expect(try lines("gpt-small").last == ["total", "470,528"])
  }
}
