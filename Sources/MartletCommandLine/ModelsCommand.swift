import ArgumentParser
import MartletCore
import MartletGraph
import MartletLayers

struct ModelsCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "models", "List the models with their inputs, outputs and numbers of parameters; of one model, its layers.",
      examples: ["models", "models \(CommandHelp.model)"])
  }

  @Argument(help: "A model, whose layers are printed.") var model: String?

  func run() throws {
    if let model { return Output.line("\(try ModelRegistry.make(model))") }
    let own = ModelRegistry.ownNames
    let builtIn = ModelRegistry.names.filter { !own.contains($0) }
    var rows: [[String]] = []
    for name in own + builtIn {
      let network = try ModelRegistry.make(name)
      let count = ModelStructure(network).parameters.reduce(0) { $0 + $1.specification.shape.elementCount }
      rows.append([name, "\(network.samples.input)", "\(network.samples.outputs)", NumberText.grouped(count)])
    }
    let header = ["model", "input", "outputs", "parameters"]
    let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
    for row in [header] + rows {
      let cells = row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return column < 2 ? row[column] + space : space + row[column]
      }
      Output.line(cells.joined(separator: "  "))
    }
  }
}
