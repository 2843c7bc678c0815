import ArgumentParser
import MartletCore
import MartletGraph

struct OpsCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "ops", "List the operations of the graph IR, with an example of each; of one operation, all examples and its derivative.",
      details: "IR/README.md says what each of them computes.", examples: ["ops", "ops conv2d"])
  }

  @Argument(help: "An operation.") var operation: String?

  func run() throws {
    guard let operation else {
      for type in OperationRegistry.all { if let sample = type.samples.first { Output.line(try OpsCommand.text(sample)) } }
      for (name, text) in OpsCommand.withRegions { Output.line("\(name): \(text)") }
      return
    }
    guard let lines = try OpsCommand.lines(of: operation) else {
      throw MartletError(
        UsageErrorCode.unknownName, "no operation is named '\(operation)'",
        advice: KnownNames.advice(
          "operations", OperationRegistry.all.map { $0.mnemonic } + OpsCommand.withRegions.map(\.name), insteadOf: operation,
          all: "martlet ops lists them"))
    }
    for line in lines { Output.line(line) }
  }

  /// What is said of one operation; nil where there is none of that name.
  static func lines(of operation: String) throws -> [String]? {
    if let (name, text) = withRegions.first(where: { $0.name == operation }) { return ["\(name): \(text)"] }
    guard let type = OperationRegistry.all.first(where: { $0.mnemonic == operation }) else { return nil }
    var lines: [String] = []
    for sample in type.samples {
      let text = try text(sample)
      if !lines.contains(text) { lines.append(text) }
    }
    guard let sample = type.samples.first else { return lines }
    for operand in sample.operands.indices {
      let derivative =
        switch sample.operation.differentiability(operand: operand) {
        case .differentiable: "has a gradient"
        case .zeroDerivative: "has no gradient: the derivative is zero"
        case .notDifferentiable: "cannot be differentiated"
        }
      lines.append("  %x\(operand) \(derivative)")
    }
    return lines
  }

  /// The operations that hold a graph of their own.
  private static let withRegions: [(name: String, text: String)] = [
    ("fusion", "nodes that one kernel computes, fusion @name(%x, …) { … }"),
    ("scan", "a loop: nodes that run once a step, scan @name(%x, …) {length = 3, carried = 1, scanned = 1} (…) { … }"),
  ]

  private static func text(_ sample: OperationSample) throws -> String {
    let operation = sample.operation
    let results = try operation.resultTypes(sample.operands.map { $0.type })
    let operands = sample.operands.enumerated().map { "%x\($0.offset): \($0.element.type)" }.joined(separator: ", ")
    let attributes = operation.attributes.map { "\($0.name) = \($0.value.abbreviated)" }
    let list = attributes.isEmpty ? "" : " {\(attributes.joined(separator: ", "))}"
    return "\(type(of: operation).mnemonic)(\(operands))\(list) : \(results.map(\.description).joined(separator: ", "))"
  }
}
