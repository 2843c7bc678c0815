import ArgumentParser
import MartletInspection
import MartletTraining
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLowering
import MartletTransforms

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Execute a graph as written on .npy tensors.",
    discussion: "Every parameter of the graph, whatever its role, is read with --input NAME=FILE.npy.")

  @Argument(help: "A file of graph IR; '-' is standard input.") var file: String
  @Option(parsing: .upToNextOption, help: "NAME=FILE.npy, for each parameter.") var input: [String] = []
  @Option(help: "The folder that <result name>.npy are written to.") var outputDir: String
  @OptionGroup var deviceOptions: DeviceOptions
  @Flag(help: "One kernel an operation.") var noFuse = false

  func run() throws {
    let graph = try OptionText.graph(file)
    let device = try deviceOptions.make()
    var files: [String: String] = [:]
    for text in input {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw MartletError(UsageErrorCode.inputOption, "--input '\(text)' is not of the form NAME=FILE.npy")
      }
      let name = String(text[..<equals])
      guard graph.parameterIndex(named: name) != nil else {
        throw MartletError(
          UsageErrorCode.inputOption, "the graph has no parameter '\(name)'",
          advice: "It has \(graph.parameters.map(\.name).joined(separator: ", ")).")
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
