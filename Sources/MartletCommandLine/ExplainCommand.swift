import ArgumentParser
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore

struct ExplainCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "explain", "Show how a value, layer or kernel was compiled, or what an error number means.",
      details: """
        WHAT is a value of the optimized graph (%20), a layer (conv3), a kernel (out.matmul_add), 'kernels' for all of them, or the number of \
        an error (M301). Without WHAT, all errors are listed.
        """,
      examples: ["explain kernels --model \(CommandHelp.model)", "explain conv3", "explain M301"])
  }

  @Argument(help: "%20, conv3, out.matmul_add, kernels or M301.") var what: String?
  @OptionGroup var source: CompilationOptions

  func run() throws {
    guard let what else {
      for layer in ErrorCatalogue.layers {
        Output.line("\(layer.title)")
        for entry in layer.entries { Output.line("  M\(entry.number)  \(entry.explanation.meaning)") }
      }
      return
    }
    if let first = what.first, first == "M" || first == "m", let number = Int(what.dropFirst()) {
      guard let entry = ErrorCatalogue.layers.lazy.flatMap(\.entries).first(where: { $0.number == number }) else {
        throw MartletError(UsageErrorCode.unknownErrorNumber, "no error has the number '\(what)'")
      }
      Output.line("M\(entry.number): \(entry.explanation.meaning)")
      Output.line("  \(ProgramName.applied(to: entry.explanation.remedy))")
      Output.line("  The program exits with \(entry.explanation.kind.rawValue).")
      return
    }
    let explainer = try Explainer(source.compilation(), source.target())
    Output.write(what == "kernels" ? explainer.overview() : try explainer.text(what))
  }
}
