import ArgumentParser
import MartletCore
import MartletInspection
import MartletLayers

struct ModelsCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "models",
      "List the models with their inputs, outputs and numbers of parameters; of one model, the layers with the shapes that they give.",
      examples: ["models", "models \(CommandHelp.model)"])
  }

  @Argument(help: "A model, whose layers are listed.") var model: String?

  func run() throws {
    if let model { return Output.line(try ModelSummary(ModelRegistry.make(model)).text) }
    let own = ModelRegistry.ownNames
    var rows = [["model", "input", "outputs", "parameters"]]
    for name in own + ModelRegistry.names.filter({ !own.contains($0) }) {
      let network = try ModelRegistry.make(name)
      rows.append([
        name, "\(network.samples.input)", "\(network.samples.outputs)", NumberText.grouped(ModelStructure(network).parameterCount),
      ])
    }
    Output.line(TextTable.text(rows, rightAligned: [2, 3]))
  }
}
