import MartletCPU
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletRuntime
import MartletTraining
import TestSupport
import Testing

/// The larger built-in models as they are published, against PyTorch: initial weights by a digest, the first loss and its gradients; and the same
/// weights after two steps for any number of threads.
///
/// By default three samples, without gpt2. `MARTLET_ZOO=all` adds 64 samples and gpt2 with one, `MARTLET_ZOO=unet-small,gpt2` asks for all of these
/// models alone.
@Suite(.serialized) struct Zoo {
  private static let requested = FileBytes.environment("MARTLET_ZOO")?.split(separator: ",").map(String.init)

  /// A model and the numbers of samples that the fixtures have of it.
  struct Case: CustomStringConvertible {
    var name: String
    var batches: [Int]
    /// Whether the model normalises over the batch: rounding then moves values across the kinks of relu, so that in f32 silu stands for relu, and
    /// the mean of a window for its maximum.
    var isSmoothInSinglePrecision = false

    var description: String { name }

    /// The model, without dropout: PyTorch drops others.
    func make() throws -> any Model {
      if name == "keras-cnn" { return KerasCNN(dropout: 0) }
      return try #require(BuiltInModels.all.first { $0.name == name }).make()
    }
  }

  private static let cases: [Case] = [
    Case(name: "wide-mlp", batches: [3, 64]), Case(name: "keras-cnn", batches: [3, 64]),
    Case(name: "resnet-stem", batches: [3, 64], isSmoothInSinglePrecision: true),
    Case(name: "resnet18", batches: [3, 64], isSmoothInSinglePrecision: true),
    Case(name: "mobilenet-small", batches: [3, 64], isSmoothInSinglePrecision: true), Case(name: "convnext-small", batches: [3, 64]),
    Case(name: "unet-small", batches: [3, 64], isSmoothInSinglePrecision: true), Case(name: "autoencoder", batches: [3, 64]),
    Case(name: "gpt-small", batches: [3, 64]), Case(name: "char-lstm", batches: [3, 64]),
    Case(name: "gpt2", batches: [1]),
  ]

  /// What runs: few samples of models that a machine computes in seconds, unless more is asked for.
  private static let chosen: [Case] = cases.compactMap { model in
    if let requested { return requested == ["all"] || requested.contains(model.name) ? model : nil }
    var copy = model
    copy.batches = model.batches.filter { $0 == 3 }
    return copy.batches.isEmpty ? nil : copy
  }

  /// A name that is misspelt in `MARTLET_ZOO` chooses nothing.
  @Test func namesAreKnown() {
    let names = Zoo.cases.map(\.name) + ["all"]
    for name in Zoo.requested ?? [] { #expect(names.contains(name), "MARTLET_ZOO: \(name) is none of \(names)") }
  }

  @Test(arguments: chosen) func initialWeightsArePyTorchs(_ model: Case) throws {
    let fixtures = try ZooFixtures(model.name)
    let network = try model.make()
    let expected = try fixtures.names()
    let structure = ModelStructure(network)
    #expect(!expected.isEmpty && structure.variables.map(\.name) == expected.map(\.name))
    #expect(structure.variables.map(\.specification.shape) == expected.map(\.shape))
    var hash = SHA256()
    for (_, tensor) in structure.initialVariables(seed: 0) { tensor.withUnsafeBytes { hash.update($0) } }
    #expect(hash.hexDigest() == fixtures.digest)
  }

  /// In f64, and in f32 wherever PyTorch's own f32 is as near to its f64 as ours has to be.
  @Test(arguments: chosen) func firstLossAndGradientsArePyTorchs(_ model: Case) throws {
    let fixtures = try ZooFixtures(model.name)
    let network = try model.make()
    let weights = Dictionary(uniqueKeysWithValues: ModelStructure(network).initialVariables(seed: 0))
    for batch in model.batches {
      let traced = try Tracer.trace(network, name: "zoo", batch: batch, purpose: .training)
      for isDouble in [true, false] {
        let isSmooth = !isDouble && model.isSmoothInSinglePrecision
        var graph = isDouble ? try traced.inDoublePrecision() : isSmooth ? try traced.withoutKinks() : traced
        graph = try Compiler().gradients(graph)
        let arguments = try graph.parameters.map { parameter in
          switch parameter.name {
          case "images": fixtures.images(network, batch: batch)
          case "labels": fixtures.labels(network, batch: batch, parameter.type.dtype)
          default: try #require(weights[parameter.name]).converted(to: parameter.type.dtype)
          }
        }
        let results = try Compiler().run(graph, arguments, on: CompilingDevice(CPUBackend()))
        let most = isDouble ? 1e-9 : isSmooth ? 5e-5 : 1e-5
        var (all, compared, furthest) = (0, 0, (0.0, ""))
        for (result, tensor) in zip(graph.results, results) where result.name == "loss" || result.name.hasSuffix(".gradient") {
          let distance = try #require(
            fixtures.distance(result.name, tensor, batch: batch, isSmooth: isSmooth), "no expectation for \(result.name)")
          guard result.name != "loss" else {
            #expect(distance.found <= (isDouble ? 1e-12 : 1e-6), "loss of \(model.name) at batch \(batch), \(isDouble ? "f64" : "f32")")
            continue
          }
          all += 1
          guard isDouble || distance.ofPyTorch <= most else { continue }
          compared += 1
          if distance.found >= furthest.0 { furthest = (distance.found, result.name) }
        }
        #expect(
          compared * 2 > all && furthest.0 <= most,
          "\(model.name) at batch \(batch), \(isDouble ? "f64" : "f32"): \(furthest.1) is \(furthest.0) away, \(compared) of \(all) compared"
        )
        if FileBytes.environment("MARTLET_ZOO_FIGURES") != nil {
          print(
            "zoo: \(model.name), batch \(batch), \(isDouble ? "f64" : "f32"): \(compared) of \(all) gradients, \(furthest.1) is \(furthest.0) away"
          )
        }
      }
    }
  }

  @Test(arguments: chosen) func threadsDoNotChangeWeights(_ model: Case) throws {
    let fixtures = try ZooFixtures(model.name)
    let folder = try Repository.TemporaryFolder()
    let cache = ObjectCache(folder: folder.path + "/objects")
    for batch in model.batches {
      let network = try model.make()
      let samples = try TensorData([
        "input": fixtures.images(network, batch: batch),
        "target": fixtures.labels(network, batch: batch, network.samples.target.dtype),
      ])
      let hashes = try [1, 2, 3].map { threads in
        let device = CompilingDevice(try CPUBackend(threads: threads, cache: cache))
        let session = try TrainingSession(network, name: model.name, device: device)
        for step in 1...2 { _ = try session.train(samples, Array(0..<batch), learningRate: 1e-3, number: step) }
        return try session.weightsHash()
      }
      #expect(Set(hashes).count == 1, "\(model.name) at batch \(batch): \(hashes)")
    }
  }
}
