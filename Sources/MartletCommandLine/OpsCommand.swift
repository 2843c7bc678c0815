import ArgumentParser
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletGraph

struct OpsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ops", abstract: "List the operations of the graph IR, with an example of each.")

  func run() throws {
    for type in OperationRegistry.all {
      guard let sample = type.samples.first else { continue }
      let results = try sample.operation.resultTypes(sample.operands.map { $0.type })
      let operands = sample.operands.enumerated().map { "%x\($0.offset): \($0.element.type)" }.joined(separator: ", ")
      let attributes = sample.operation.attributes.map { "\($0.name) = \($0.value.abbreviated)" }
      let list = attributes.isEmpty ? "" : " {\(attributes.joined(separator: ", "))}"
      Output.line("\(type.mnemonic)(\(operands))\(list) : \(results.map(\.description).joined(separator: ", "))")
    }
  }
}
