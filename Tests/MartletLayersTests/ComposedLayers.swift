import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLayers
import MartletLowering
import MartletTraining
import MartletTransforms
import TestSupport
import Testing

/// The counterpart of `Assorted` in Tests/Fixtures/make_fixtures.py.
private struct Assorted: Model {
  let features = Sequential {
    Conv2D(2, 6, kernel: 3, padding: 1)
    GELU()
    Residual {
      Conv2D(6, 6, kernel: 3, padding: 1)
      SiLU()
    }
    LayerNorm(7, 9)
    AdaptiveAvgPool2D(3, 4)
    ConvTranspose2D(6, 5, kernel: 3, stride: 2, padding: 1, outputPadding: 1)
    GELU(.tanh)
    Softplus()
  }
  let norm = LayerNorm(5 * 6 * 8, epsilon: 1e-3)
  let out = Sequential {
    Linear(5 * 6 * 8, 10)
    Softmax()
  }
  var inputShape: Shape { [2, 7, 9] }
  func callAsFunction(_ x: Tensor) throws -> Tensor { try out(norm(features(x).flatten())) }

  /// A model has no input but images and labels: the target of the losses is a constant.
  var target: HostTensor
  func loss(_ output: Tensor, _ labels: Tensor) throws -> Tensor {
    let target = try output.constant(target)
    return try output.meanSquaredError(target) + output.log().negativeLogLikelihood(labels) + output.binaryCrossEntropy(target)
      + output.crossEntropy(labels, labelSmoothing: 0.1)
  }
}

/// The counterpart of `Rectangular` in Tests/Fixtures/make_fixtures.py.
private struct Rectangular: Model {
  let features = Sequential {
    Conv2D(2, 6, kernel: [1, 3], padding: [0, 1])
    ReLU()
    Conv2D(6, 12, kernel: 3, padding: 1, groups: 6)
    Tanh()
    Conv2D(12, 12, kernel: [5, 1], padding: [2, 0], groups: 12)
    MaxPool2D([2, 1])
    ConvTranspose2D(12, 4, kernel: [1, 2], stride: [1, 2])
    AvgPool2D([1, 3], stride: [1, 2], padding: [0, 1])
    Conv2D(4, 5, kernel: [2, 3], stride: [1, 2], dilation: [1, 2])
    Flatten()
  }
  let out = Linear(10, 10)
  var inputShape: Shape { [2, 4, 7] }
  func callAsFunction(_ x: Tensor) throws -> Tensor { try out(features(x)) }
}

@Suite struct ComposedLayers {
  /// Loss, output and all gradients of layers and losses that are composed of operations are PyTorch's.
  @Test(arguments: [0, 1, 2]) func areLikePyTorchs(_ deviceNumber: Int) throws {
    let tensors = try Safetensors.read(Repository.path("Tests/Fixtures/pytorch/assorted-layers.safetensors"))
    try check(Assorted(target: try #require(tensors["target"])), tensors, deviceNumber, seed: 3)
  }

  /// Windows that are no squares, one filter a channel, kernels longer than the image.
  @Test(arguments: [0, 1, 2]) func rectanglesAreLikePyTorchs(_ deviceNumber: Int) throws {
    let tensors = try Safetensors.read(Repository.path("Tests/Fixtures/pytorch/rectangular-layers.safetensors"))
    try check(Rectangular(), tensors, deviceNumber, seed: 31)
  }

  private func check(_ model: some Model, _ tensors: Safetensors, _ deviceNumber: Int, seed: UInt64) throws {
    let traced = try Tracer.trace(model, name: "layers", batch: 4, purpose: .training)
    let graph = try Pipeline([.differentiate]).run(traced)
    let arguments = try graph.parameters.map { try #require(tensors[$0.name], "no tensor \($0.name)") }
    let devices: [any ExecutionDevice] = [
      InterpreterDevice(), CompilingDevice(try CPUBackend(threads: 2)), CompilingDevice(try CPUBackend(threads: 1)),
    ]
    let optimized = try Pipeline(Pipeline.optimization(fuses: deviceNumber < 2)).run(graph)
    let found = try devices[deviceNumber].run(deviceNumber == 0 ? graph : optimized, arguments)
    var compared = 0
    for (result, tensor) in zip(graph.results, found) {
      let name = result.name == "logits" ? "outputs" : result.name
      let expected = try #require(tensors["expect \(name)"], "no expectation for \(name)")
      #expect(distance(tensor, expected) <= 1e-5, "\(name): \(tensor.numbers.prefix(4)), expected \(expected.numbers.prefix(4))")
      compared += 1
    }
    #expect(compared == 2 + ModelStructure(model).parameters.count)
    // What PyTorch's generator draws for these layers after the same seed.
    for (name, tensor) in ModelStructure(model).initialVariables(seed: seed) { #expect(tensor == tensors[name], "\(name)") }
  }

  @Test func printLikePyTorchs() {
    #expect(
      LayerNorm(7, 9).summary == "LayerNorm((7, 9), eps=1e-05, elementwise_affine=True)"
        && GELU(.tanh).summary == "GELU(approximate='tanh')" && Softmax().summary == "Softmax(dim=1)")
    #expect(
      Conv2D(2, 4, kernel: [1, 3], stride: [2, 1], padding: [0, 1]).summary
        == "Conv2D(2, 4, kernel_size=(1, 3), stride=(2, 1), padding=(0, 1))")
    #expect(MaxPool2D([2, 1]).summary == "MaxPool2D(kernel_size=(2, 1), stride=(2, 1), padding=0)")
  }
}
