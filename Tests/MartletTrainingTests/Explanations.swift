import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining
@testable import MartletTransforms

/// What `explain` says of nodes, edges and kernels.
@Suite struct Explanations {
  /// What declares the batch, and what is not divided.
  @Test func theBatchIsExplained() throws {
    func notes(_ parameters: String, _ axis: Int = 0) throws -> String {
      let text = """
        graph @g(\(parameters)) -> (y: f32[64, 3], m: f32[64, 64]) {
          %0 = tanh(%x) : f32[64, 3]
          %1 = matmul(%0, %0) {transpose_rhs = true} : f32[64, 64]
          return %0, %1
        }
        """
      return try Lowering.lower(GraphParser.parse(text), for: Target(.avx2)).batchNotes.joined(separator: "\n")
    }
    let declared = try notes("input %x: f32[64, 3] {batch = 0}")
    #expect(declared.contains("The batch of 64 samples runs in 4 shards: declared by %x."))
    #expect(declared.contains("matmul is computed for all samples at once"))
    #expect(try notes("input %x: f32[64, 3]").contains("guessed from %x; declare it with {batch = 0}"))
    #expect(try notes("input %x: f32[64, 3] {batch = 1}").contains("%x: samples along another axis than the first"))
    #expect(try notes("parameter %x: f32[64, 3]").contains("No input is divided into samples"))
  }

  private static func explainer(_ name: String, fuses: Bool = true, level: InstructionSet = .avx2) throws -> Explainer {
    let model = try #require(TestModels.make(name))
    return try Explainer(try Compilation(model, name: name, batch: 8, fuses: fuses), Target(level))
  }

  /// Everything that has a name can be asked for, with and without fusion.
  @Test(arguments: ["mnist-cnn", "resnet8", "vit-small", "char-lstm"], [true, false]) func everythingIsExplained(
    _ name: String, fuses: Bool
  ) throws {
    let explainer = try Explanations.explainer(name, fuses: fuses)
    for value in PrintedNames(of: explainer.optimized).names {
      let text = try explainer.text("%\(value)")
      #expect(text.contains("  from    ") && text.contains("  now     ") && !text.contains("gone"), "%\(value): \(text)")
    }
    for kernel in explainer.program.kernels.map(\.kernel) {
      let text = try explainer.text(kernel.name)
      #expect(text.hasPrefix("kernel @\(kernel.name)\n") && text.contains("  runs    ") && text.contains("  made by "), "\(text)")
      #expect(text.split(separator: "\n").count { $0.hasPrefix("  memory") } >= kernel.parameters.count)
    }
    #expect(explainer.overview().contains("@\(explainer.program.kernels[0].kernel.name): "))
    let error = try #require(throws: MartletError.self) { try explainer.text("nothing") }
    #expect(error.kind == .usage && error.advice?.contains("martlet explain kernels lists the kernels") == true)
  }

  /// An edge is said to be fused exactly where both its ends stand in one fusion afterwards.
  @Test(arguments: TestModels.names) func edgesAreWhatFuseDid(_ name: String) throws {
    let model = try #require(TestModels.make(name))
    var graph = try Compilation(model, name: name, batch: 4).differentiated()
    for pass in Pipeline.optimization() where pass.name != "fuse" { graph = try pass.run(graph) }
    graph = graph.numbered
    let report = try FusionReport(graph)
    let fused = try Pass.fuse.run(graph)
    var fusionOf: [Int: Int] = [:]
    for (number, node) in fused.nodes.enumerated() where node.operation is Fusion {
      // What an earlier pass fused is one node here.
      if let source = node.origin?.source, graph.nodes[source].operation is Fusion { continue }
      for inner in (node.operation as? Fusion)?.region.nodes ?? [] { if let source = inner.origin?.source { fusionOf[source] = number } }
    }
    var counts = (fused: 0, apart: 0)
    for (consumer, node) in graph.nodes.enumerated() where !report.isView(consumer) {
      for operand in node.operands {
        guard case .node(let producer, _) = graph.definition(of: operand), !report.isView(producer) else { continue }
        let isTogether = fusionOf[producer] != nil && fusionOf[producer] == fusionOf[consumer]
        let barrier = report.barrier(from: producer, to: consumer)
        #expect((barrier == nil) == isTogether, "\(node.mnemonic) \(consumer) reads \(producer): \(String(describing: barrier))")
        if isTogether { counts.fused += 1 } else { counts.apart += 1 }
      }
    }
    #expect(counts.fused > 0 && counts.apart > 0)
  }

  /// A value of a loop has a line of its own, then those of the loop; edges to a loop say that it is one.
  @Test func valuesOfLoopsAreExplained() throws {
    let explainer = try Explanations.explainer("char-lstm")
    let text = try explainer.text("lstm")
    #expect(text.contains("not fused, the reader is a loop: it begins when its operands are stored"), "\(text)")
    let scan = try #require(explainer.optimized.nodes.first { $0.operation is Scan })
    let names = PrintedNames(of: explainer.optimized).names
    let first = try #require(explainer.optimized.nodes.firstIndex { $0.operation is Scan })
    let inner =
      explainer.optimized.nodes[..<first].reduce(0) { $0 + $1.results.count + ($1.region.map { PrintedNames(of: $0).names.count } ?? 0) }
      + scan.results.count
    let value = try explainer.text("%\(names[inner])")
    #expect(value.hasPrefix("%\(names[inner]) = ") && value.contains("(computed in each of 64 steps of this loop)\n%"), "\(value)")
  }

  /// A fusion that no template takes on a processor is split, and every edge inside says why; where one takes it, none does.
  @Test func splitFusionsHaveReasons() throws {
    let explainer = try Explanations.explainer("mnist-cnn", level: .sse2)
    let split = try #require(explainer.program.splitFusions.first)
    #expect(explainer.program.splitFusions.count == 1 && split.sources.count > 1)
    let text = try explainer.text("conv1.2")
    #expect(text.contains("split again for this target: WindowFilterGradient does not apply: sse2 cannot permute"))
    #expect(text.contains("it needs more than 2 input channels, this convolution has 1"))
    #expect(explainer.overview().contains("fusion @\(split.name) was split for this target"))
    let vectors = try Explanations.explainer("mnist-cnn")
    #expect(vectors.program.splitFusions.isEmpty)
    #expect(try !vectors.text("conv1.2").contains("split again"))
    let costs = try Explanations.explainer("vgg-small").program.splitFusions.map(\.reason)
    #expect(costs.contains { $0.contains("it is estimated at") }, "\(costs)")
  }

  /// The questions of a newcomer.
  @Test func theReferenceModel() throws {
    let explainer = try Explanations.explainer("mnist-cnn")
    let layer = try explainer.text("conv3")
    #expect(layer.contains("read by %20 = matmul of out (through reshape): not fused, the reader is a reduction"), "\(layer)")
    #expect(layer.contains("MartletLayers/MNISTCNN.swift:"))
    #expect(layer.contains("pass    fuse: with %17 = add of conv3.0; %18 = relu of conv3.1"))
    let kernel = try explainer.text("@conv1.0.conv2d_add_max_pool2d_relu")
    for part in ["does    conv1.0.conv2d", "made by direct convolution", "chosen  tile of", "instead tile of", "memory  reads %w: "] {
      #expect(kernel.contains(part), "\(kernel)")
    }
    // Ranked by what they are estimated to take.
    let cycles = kernel.split(separator: "\n").filter { $0.contains("tile of") && $0.contains("cycles a sample") }.compactMap { line in
      line.split(separator: "about ").last.flatMap { Int($0.prefix { $0.isNumber }) }
    }
    #expect(cycles.count >= 3 && cycles == cycles.sorted(), "\(cycles)")
    // Inside a pooling: the pass that moved it, and the one that fused it.
    let relu = try explainer.text("conv1.1")
    #expect(relu.contains("pass    exchange-relu-and-pool: with %") && relu.contains("pass    fuse-pooling: with %"), "\(relu)")
  }
}
