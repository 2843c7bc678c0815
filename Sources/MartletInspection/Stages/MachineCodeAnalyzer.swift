import Glibc
import MartletCore
import MartletLowering
import MartletLoopIR

/// What `llvm-mca`, LLVM's machine code analyzer, expects of a loop: cycles and instructions of an iteration when all data are in the first cache.
///
/// Source of the figures: LLVM's documentation, "llvm-mca - LLVM Machine Code Analyzer".
struct MachineCodeAnalyzer {
  private let program: String
  private let processor: String

  /// Iterations that are simulated: start-up and end matter less than a percent.
  private static let iterations = 200
  /// The names by which Debian and others install the program.
  private static let names = ["llvm-mca"] + (14...22).reversed().map { "llvm-mca-\($0)" }

  /// nil where the program is not on the search path.
  init?(_ target: Target) {
    let folders = (FileBytes.environment("PATH") ?? "").split(separator: ":")
    let candidates = MachineCodeAnalyzer.names.lazy.flatMap { name in folders.lazy.map { "\($0)/\(name)" } }
    guard let found = candidates.first(where: { access($0, X_OK) == 0 }), let set = target.instructionSet else { return nil }
    program = found
    processor =
      switch set {
      case .avx512: "skylake-avx512"
      case .avx2: "haswell"
      default: "x86-64"
      }
  }

  /// One line about a loop's assembly; nil where the program finds no figures.
  func estimate(ofLoop assembly: String) -> String? {
    guard let folder = ChildProcess.temporaryFolder("mca") else { return nil }
    let (input, output) = ("\(folder)/loop.s", "\(folder)/report.txt")
    defer {
      unlink(input)
      unlink(output)
      rmdir(folder)
    }
    let arguments = [
      program, "-mcpu=\(processor)", "-iterations=\(MachineCodeAnalyzer.iterations)", "-all-views=false", "-summary-view", input,
    ]
    guard (try? FileBytes.write(Array(assembly.utf8), to: input)) != nil, (try? ChildProcess.run(arguments, output: output)) == 0,
      let bytes = try? FileBytes.read(output, limit: 1 << 20)
    else { return nil }
    return sentence(String(decoding: bytes, as: UTF8.self))
  }

  /// `llvm-mca for haswell: 8.5 cycles an iteration, 21 instructions, 2.3 instructions a cycle; at best 8.0 cycles`.
  func sentence(_ report: String) -> String? {
    var figures: [String: Double] = [:]
    for line in report.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      figures[String(line[..<colon])] = Double(line[line.index(after: colon)...].filter { $0 != " " })
    }
    guard let iterations = figures["Iterations"], let cycles = figures["Total Cycles"], let instructions = figures["Instructions"],
      iterations > 0, cycles > 0
    else { return nil }
    func text(_ value: Double) -> String { NumberText.fixed(value, decimals: 1) }
    let best = figures["Block RThroughput"].map { "; at best \(text($0)) cycles" } ?? ""
    return
      "llvm-mca for \(processor): \(text(cycles / iterations)) cycles an iteration, \(NumberText.fixed(instructions / iterations, decimals: 0)) "
      + "instructions, \(text(instructions / cycles)) instructions a cycle\(best)"
  }
}
