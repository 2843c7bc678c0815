import ArgumentParser

/// The help of a command: what it does, details, and examples that name this executable.
enum CommandHelp {
  static func configuration(_ name: String, _ abstract: String, details: String = "", examples: [String]) -> CommandConfiguration {
    let shown = examples.map { "  \(ProgramName.current) \($0)" }.joined(separator: "\n")
    return CommandConfiguration(
      commandName: name, abstract: abstract, discussion: "\(details)\(details.isEmpty ? "" : "\n\n")Examples:\n\(shown)")
  }

  /// The model that examples name.
  static var model: String { ModelRegistry.defaultName ?? ModelRegistry.ownNames.first ?? ModelRegistry.builtInDefault }
}
