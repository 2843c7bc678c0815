import ArgumentParser
import MartletCore

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say what the number of an error means, or list all numbers.")

  @Argument(help: "A number, as in M301.") var code: String?

  func run() throws {
    guard let code else {
      for layer in ErrorCatalogue.layers {
        Output.line("\(layer.title)")
        for entry in layer.entries { Output.line("  M\(entry.number)  \(entry.explanation.meaning)") }
      }
      return
    }
    let number = Int(code.drop { $0 == "M" || $0 == "m" })
    guard let entry = ErrorCatalogue.layers.lazy.flatMap(\.entries).first(where: { $0.number == number }) else {
      throw MartletError(UsageErrorCode.unknownErrorNumber, "no error has the number '\(code)'")
    }
    Output.line("M\(entry.number): \(entry.explanation.meaning)")
    Output.line("  \(entry.explanation.remedy)")
    Output.line("  The program exits with \(entry.explanation.kind.rawValue).")
  }
}
