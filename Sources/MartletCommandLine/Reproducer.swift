import Glibc
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore
import MartletGraph
import MartletTransforms

/// Keeps the graph on which a pass goes wrong, and what is left of the pipeline from there on, in a file that one command runs again: also
/// when the pass ends the program.
final class ReproducerInstrument: Instrument {
  private let passes: [String]
  private let folder: String

  /// `passes` are the names by which `opt` knows the passes of the pipeline.
  init(passes: [String], folder: String = ".") {
    self.passes = passes
    self.folder = folder
  }

  func begins(_ pass: Pass, at position: Int, on graph: Graph) {
    CrashReproducer.arm(
      text(graph, at: position, "pass \(pass.name) ended the program"), path: path(pass), command(path(pass), at: position))
  }

  func ran(_ pass: Pass, before: Graph, after: Graph, log: RewriteLog) throws { CrashReproducer.disarm() }

  func failed(_ pass: Pass, at position: Int, on graph: Graph, _ error: MartletError) {
    CrashReproducer.disarm()
    // What the user's graph lacks is no mistake of a pass.
    guard error.kind == .checkFailed else { return }
    do {
      try FileBytes.write(Array(text(graph, at: position, error.message).utf8), to: path(pass))
      Output.error("the graph before the pass is kept; to run it again: \(command(path(pass), at: position))")
    } catch {
      Output.error("the graph before the pass cannot be kept: \(error)")
    }
  }

  private func path(_ pass: Pass) -> String {
    (folder == "." ? "" : folder + "/") + "martlet-reproducer-\(pass.name)-\(getpid()).gir"
  }

  private func command(_ file: String, at position: Int) -> String {
    "martlet opt \(file) --passes \(passes[position...].joined(separator: ",")) --verify-each"
  }

  private func text(_ graph: Graph, at position: Int, _ reason: String) -> String {
    let lines = reason.split(separator: "\n").map { "// \($0)\n" }.joined()
    return "// \(command("FILE", at: position))\n\(lines)\(graph)"
  }
}

/// Writes a text that was made beforehand when a signal ends the program: a handler may do little more than that.
enum CrashReproducer {
  nonisolated(unsafe) private static var text: UnsafeMutablePointer<CChar>?
  nonisolated(unsafe) private static var path: UnsafeMutablePointer<CChar>?
  nonisolated(unsafe) private static var message: UnsafeMutablePointer<CChar>?
  nonisolated(unsafe) private static var hasHandlers = false

  /// What traps, bad accesses and `abort` raise.
  private static let signals = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT]

  static func arm(_ newText: String, path newPath: String, _ command: String) {
    disarm()
    text = strdup(newText)
    path = strdup(newPath)
    message = strdup("the pass ended the program; the graph before it is kept, to run it again: \(command)\n")
    guard !hasHandlers else { return }
    hasHandlers = true
    // An overflow of the stack leaves no room for a handler on it.
    let size = 64 * 1024
    var stack = stack_t(ss_sp: malloc(size), ss_flags: 0, ss_size: size)
    sigaltstack(&stack, nil)
    for number in signals {
      var action = sigaction()
      action.sa_flags = SA_ONSTACK
      action.__sigaction_handler.sa_handler = { number in CrashReproducer.write(number) }
      sigaction(number, &action, nil)
    }
  }

  static func disarm() {
    for pointer in [text, path, message] { free(pointer) }
    (text, path, message) = (nil, nil, nil)
  }

  private static func write(_ number: Int32) {
    if let text, let path, let message {
      let descriptor = creat(path, 0o644)
      if descriptor >= 0 {
        _ = Glibc.write(descriptor, text, strlen(text))
        close(descriptor)
        _ = Glibc.write(2, message, strlen(message))
      }
    }
    // The default action follows when the handler returns to what raised the signal.
    signal(number, SIG_DFL)
    raise(number)
  }
}
