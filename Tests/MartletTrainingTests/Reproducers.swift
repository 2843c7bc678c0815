import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// A pass that goes wrong leaves a file from which one command goes wrong again.
@Suite struct Reproducers {
  private static let text = """
    graph @f(input %x: f32[3], parameter %w: f32[3]) -> (y: f32[3]) {
      %0 = constant() {value = 1.0} : f32[3]
      %1 = mul(%x, %0) : f32[3]
      %2 = add(%1, %w) : f32[3]
      return %2
    }
    """

  private static func reproducers(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("martlet-reproducer") }
  }

  /// The kept graph is the one before the broken pass, and the first line the command.
  private static func check(_ folder: String, _ pass: String) throws {
    let name = try #require(reproducers(folder).first)
    #expect(name.contains(pass))
    let text = try FileBytes.readText("\(folder)/\(name)")
    #expect(text.hasPrefix("// martlet opt FILE --passes \(pass),dce --verify-each\n"), "\(text)")
    let kept = try GraphParser.parse(text, file: name)
    #expect(try kept == Pipeline([.simplify]).run(GraphParser.parse(Reproducers.text)))
  }

  @Test func ofAnInvalidGraph() throws {
    let folder = try Repository.TemporaryFolder()
    let broken = Pass("break-graph", "drops the first node") { graph in
      Graph(name: graph.name, parameters: graph.parameters, nodes: [], results: graph.results)
    }
    let instrument = ReproducerInstrument(passes: ["simplify", "break-graph", "dce"], folder: folder.path)
    let pipeline = Pipeline([.simplify, broken, .eliminateDeadCode], instruments: [instrument, VerifyInstrument()])
    let graph = try GraphParser.parse(Reproducers.text)
    #expect(throws: MartletError.self) { try pipeline.run(graph) }
    try Reproducers.check(folder.path, "break-graph")
    // What a user's graph lacks is no mistake of a pass.
    let other = try Repository.TemporaryFolder()
    let wanting = Pipeline([.differentiate], instruments: [ReproducerInstrument(passes: ["differentiate"], folder: other.path)])
    #expect(throws: MartletError.self) { try wanting.run(graph) }
    #expect(try Reproducers.reproducers(other.path).isEmpty)
  }

  /// A valid graph that lowering rejects is kept, and the command that is named compiles it; the user's own mistakes leave no file.
  @Test func ofARejectedGraph() throws {
    let folder = try Repository.TemporaryFolder()
    let graph = try GraphParser.parse(Reproducers.text)
    let error = try #require(throws: MartletError.self) {
      try LoweringReproducer.keeping(graph, in: folder.path) {
        throw MartletError(LoweringErrorCode.noKernel, "value %1 is used\nbefore it is computed")
      }
    }
    let name = try #require(try Reproducers.reproducers(folder.path).first)
    #expect(error.kind == .lowering && error.advice?.contains("martlet opt \(folder.path)/\(name) --bisect --device cpu") == true)
    let text = try FileBytes.readText("\(folder.path)/\(name)")
    #expect(text.hasPrefix("// martlet opt FILE --bisect --device cpu\n// value %1 is used\n// before it is computed\n"))
    #expect(try GraphParser.parse(text, file: name) == graph)
    // It compiles by now: nothing is found.
    let again = try runProgram(martletExecutable, ["opt", "\(folder.path)/\(name)", "--bisect", "--device", "cpu"])
    #expect(again.code == 0 && again.output.contains("the device cpu agrees"), "\(again.output)\(again.errors)")
    let other = try Repository.TemporaryFolder()
    #expect(throws: MartletError.self) {
      try LoweringReproducer.keeping(graph, in: other.path) { throw MartletError(PassErrorCode.noLoss, "no loss") }
    }
    #expect(try Reproducers.reproducers(other.path).isEmpty)
    #expect(try LoweringReproducer.keeping(graph, in: other.path) { 7 } == 7)
  }

  @Test func ofACrash() async throws {
    let folder = try Repository.TemporaryFolder()
    await #expect(processExitsWith: .failure) { [path = folder.path as String] in
      let crashing = Pass("crash", "reads behind the end of a list") { graph in
        let node = graph.nodes[graph.nodes.count + 1]
        return Graph(name: node.mnemonic, parameters: [], nodes: [], results: [])
      }
      let instrument = ReproducerInstrument(passes: ["simplify", "crash", "dce"], folder: path)
      _ = try Pipeline([.simplify, crashing, .eliminateDeadCode], instruments: [instrument]).run(GraphParser.parse(Reproducers.text))
    }
    try Reproducers.check(folder.path, "crash")
  }

  /// The command line: exit code 1, the pass and the rewrite named.
  @Test func bisectAtTheCommandLine() throws {
    let folder = try Repository.TemporaryFolder()
    let file = folder.path + "/a.gir"
    try FileBytes.write(Array(Reproducers.text.utf8), to: file)
    PassRegistry.add([
      Pass("break-addition", "makes a subtraction of every addition") { graph, log in
        try graph.rebuilt { builder, index, operands in
          guard graph.nodes[index].operation is Add, log.permits("break-addition", [index], of: graph) else { return nil }
          return try builder.add(Subtract(), operands)
        }
      }
    ])
    #expect(MartletCommand.run(["opt", file, "--passes", "simplify,break-addition,dce", "--bisect"]) == 1)
    #expect(MartletCommand.run(["opt", file, "--passes", "simplify,dce", "--bisect", "--device", "interpreter"]) == 0)
    let result = try runProgram(martletExecutable, ["opt", file, "--passes", "simplify,dce,fuse", "--diff"])
    #expect(result.code == 0 && result.output.contains("// simplify: 1 rewrite\n"), "\(result.output)\(result.errors)")
    #expect(result.output.contains("-  %1 = mul(%x, %0) : f32[3]\n") && result.output.contains("+  %2 = add(%x, %w) : f32[3]\n"))
    #expect(!result.output.contains("\u{1b}"))
  }

  /// A device whose kernels are wrong for one operation: the node is named.
  @Test func kernelsAreBlamedNodeByNode() throws {
    let graph = try GraphParser.parse(Reproducers.text)
    let arguments = try graph.randomArguments(seed: 3)
    let right = try DeviceComparison(InterpreterDevice(), Lowering.Options(), tolerance: 1e-6).run(graph, arguments)
    #expect(right == nil)
    let finding = try DeviceComparison(WrongProducts(), Lowering.Options(), tolerance: 1e-6).run(graph, arguments)
    let node = try #require(finding?.node)
    #expect(finding?.result == "y" && graph.nodes[node.index].operation is Multiply)
    #expect(abs(node.distance - 1) < 1e-6)
  }
}

/// Doubles products.
private final class WrongProducts: ExecutionDevice {
  let isRemote = false
  var name: String { "wrong-products" }

  func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { try InterpreterDevice().makeBuffer(type) }

  func compile(_ graph: Graph, _ options: Lowering.Options) throws -> any Executable {
    let wrong = try graph.rebuilt { builder, index, operands in
      let node = graph.nodes[index]
      guard node.operation is Multiply else { return nil }
      let product = try builder.add(node.operation, operands)[0]
      return [try builder.add(product, product)]
    }
    return try InterpreterDevice().compile(wrong, options)
  }
}
