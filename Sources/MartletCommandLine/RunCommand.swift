import ArgumentParser
import MartletInspection
import MartletTraining
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLowering
import MartletTransforms

struct RunCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "run", "Run a graph, as it is written, on .npy tensors.",
      details: "Give every parameter of the graph, whatever its role, with --input NAME=FILE.npy.",
      examples: ["run graph.gir --input x=x.npy w=w.npy --output-dir results"])
  }

  @Argument(help: "A file of graph IR (.gir); '-' reads standard input.") var file: String
  @Option(parsing: .upToNextOption, help: "A tensor as NAME=FILE.npy; repeat for each parameter.") var input: [String] = []
  @Option(help: "Folder for the results, each in a file RESULT.npy.") var outputDir: String
  @OptionGroup var deviceOptions: DeviceOptions
  @Flag(help: "Do not fuse: make one kernel per operation.") var noFuse = false

  func run() throws {
    let graph = try OptionText.graph(file)
    let device = try deviceOptions.make()
    var files: [String: String] = [:]
    for text in input {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw MartletError(
          UsageErrorCode.inputOption, "--input '\(text)' is not of the form NAME=FILE.npy",
          advice: "Write the parameter's name first: --input x=x.npy.")
      }
      let name = String(text[..<equals])
      guard graph.parameterIndex(named: name) != nil else {
        throw MartletError(
          UsageErrorCode.inputOption, "the graph has no parameter '\(name)'",
          advice: KnownNames.advice("parameters", graph.parameters.map(\.name), insteadOf: name))
      }
      guard files.updateValue(String(text[text.index(after: equals)...]), forKey: name) == nil else {
        throw MartletError(UsageErrorCode.inputOption, "--input names '\(name)' twice")
      }
    }
    let arguments = try graph.parameters.map { parameter in
      guard let path = files[parameter.name] else {
        throw MartletError(
          UsageErrorCode.inputOption, "no file was given for %\(parameter.name): \(parameter.type)",
          advice: "Add --input \(parameter.name)=FILE.npy.")
      }
      let tensor = try Npy.read(path)
      guard tensor.type == parameter.type else {
        throw MartletError(
          UsageErrorCode.inputType, "\(path) holds \(tensor.type), but %\(parameter.name) is \(parameter.type)",
          advice: "Reshape or convert it in NumPy.")
      }
      return tensor
    }
    let results = try Compiler(fuses: !noFuse).run(graph, arguments, on: device)
    try FileBytes.makeFolder(outputDir)
    for (result, tensor) in zip(graph.results, results) {
      let path = "\(outputDir)/\(result.name).npy"
      try Npy.write(tensor, to: path)
      Output.line("\(path): \(tensor.type)")
    }
  }
}
