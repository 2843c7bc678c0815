import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// What `dump` prints is a program: `opt` and `run` take it, as it is and after an edit by hand.
@Suite struct DumpedGraphs {
  /// Weights as training begins with, random images and labels. Labels are classes, tokens, or masks and images of bytes.
  private static func arguments(_ graph: Graph, _ model: any Model) -> [HostTensor] {
    let initial = ModelStructure(model).initialVariables(seed: 1)
    return graph.parameters.map { parameter in
      switch parameter.name {
      case "images": fill(parameter.type, .integers(0, 256), seed: 3)
      case "labels": fill(parameter.type, .integers(0, 10), seed: 4)
      case "learning_rate": HostTensor(repeating: 0.01, parameter.type)
      case "random_key": fill(parameter.type, .integers(0, 100), seed: 5)
      default: initial.first { $0.name == parameter.name }?.tensor ?? HostTensor(repeating: 0, parameter.type)
      }
    }
  }

  private static func run(_ graph: Graph, _ model: any Model) throws -> [String: HostTensor] {
    let device = CompilingDevice(try CPUBackend(threads: 2))
    let results = try device.run(Pipeline(Pipeline.optimization()).run(graph), arguments(graph, model))
    return Dictionary(uniqueKeysWithValues: zip(graph.results.map(\.name), results))
  }

  /// Each graph stage of each model, through text and through a pass order of its own, gives what the model itself gives.
  @Test(arguments: TestModels.allNames) func everyStageRunsToTheSameResults(_ name: String) throws {
    let model = try #require(TestModels.make(name))
    // Adam would make large differences of tiny gradients.
    let compilation = try Compilation(model, name: name, batch: 2, optimizer: try #require(UpdateRule(named: "sgd")))
    let expected = try DumpedGraphs.run(compilation.differentiated(), model)
    for stage in [Stage.traced, .differentiated, .optimized] {
      let text = try compilation.dump(stage, Target(.avx2))
      let parsed = try GraphParser.parse(text, file: "\(name) \(stage)")
      #expect(try parsed == compilation.graph(stage))
      // `opt` without passes is the canonical text.
      #expect(parsed.description == text)
      let orders = [[], ["fuse", "cse", "simplify", "dce"], ["dce", "fuse-loss", "fuse-pooling", "fold-constants", "simplify"]]
      for order in stage == .differentiated ? orders : [[]] {
        let graph = try Pipeline(order.map { try PassRegistry.pass(named: $0) }).run(parsed)
        for (result, tensor) in try DumpedGraphs.run(graph, model) {
          let reference = try #require(expected[result], "\(result)")
          let distance = tensor.distance(from: reference)
          #expect(distance <= 1e-5, "\(name), \(stage), \(order): \(result) is \(distance) away")
        }
      }
    }
    #expect(expected.count > 3)
  }

  /// An edit that fits runs and gives other numbers; one that does not is refused with line and column.
  @Test func editsByHand() throws {
    let model = MNISTCNN()
    let text = try Compilation(model, name: "mnist-cnn", batch: 2).dump(.traced, Target(.avx2))
    let line = try #require(text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("conv2d(") }) + 1
    func edited(_ padding: String) -> String {
      guard let range = text.range(of: "padding = [1, 1, 1, 1]") else { return text }
      return text.replacingCharacters(in: range, with: "padding = \(padding)")
    }
    // The image moves by a row: the same shape.
    let moved = try GraphParser.parse(edited("[2, 0, 1, 1]"), file: "moved.gir")
    let (a, b) = (try DumpedGraphs.run(moved, model), try DumpedGraphs.run(GraphParser.parse(text, file: "whole.gir"), model))
    #expect(a["loss"]?.isFinite == true && a["loss"] != b["loss"])
    let expected = try withFlushToZero { try moved.evaluate(DumpedGraphs.arguments(moved, model)) }
    #expect(try #require(a["loss"]).distance(from: expected[0]) < 1e-5)
    // A larger image: the type after the colon is another, and so is everything behind it.
    let refused = try #require(throws: MartletError.self) { try GraphParser.parse(edited("[2, 2, 2, 2]"), file: "larger.gir") }
    #expect(refused.kind == .invalidInput && refused.location?.file == "larger.gir" && refused.location?.line == line, "\(refused)")
    #expect(refused.location?.column != nil && refused.message.contains("f32[2, 8, 30, 30]"), "\(refused)")
  }
}
