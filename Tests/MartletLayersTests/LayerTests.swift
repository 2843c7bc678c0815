import MartletCore
import MartletGraph
import MartletLayers
import MartletLowering
import TestSupport
import Testing

/// Several kinds of blocks in one model: nested structs, lists, layers used twice, functional calls.
private struct Block: Layer {
  let first: Linear
  let second: Linear
  init(_ features: Int) {
    first = Linear(features, features)
    second = Linear(features, features, bias: false)
  }
  func callAsFunction(_ x: Tensor) throws -> Tensor { try (second(first(x).relu()) + x).tanh() }
}

private struct Nested: Model {
  let blocks: [any Layer] = [Block(12), Block(12)]
  let shared = Linear(12, 12)
  let head = Linear(12, 10)
  var inputShape: Shape { [1, 3, 4] }
  func callAsFunction(_ x: Tensor) throws -> Tensor {
    var y = try x.flatten()
    for block in blocks { y = try block(y) }
    return try head(shared(shared(y)))
  }
}

private struct Misfit: Model {
  let conv = Sequential {
    Conv2D(1, 8, kernel: 3, padding: 1)
    ReLU()
    MaxPool2D(2)
  }
  let out = Linear(1500, 10, file: "Misfit.swift", line: 12)
  var inputShape: Shape { [1, 28, 28] }
  func callAsFunction(_ x: Tensor) throws -> Tensor { try out(conv(x).flatten()) }
}

private struct Anything: Model {
  var inputShape: Shape = [1, 8, 8]
  var body: @Sendable (Tensor) throws -> Tensor
  func callAsFunction(_ x: Tensor) throws -> Tensor { try body(x) }
}

@Suite struct LayerTests {
  @Test func printsLikePyTorch() {
    #expect(
      MNISTCNN().description == """
        MNISTCNN(
          (conv1): Sequential(
            (0): Conv2D(1, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
            (1): ReLU()
            (2): MaxPool2D(kernel_size=2, stride=2, padding=0)
          )
          (conv2): Sequential(
            (0): Conv2D(8, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
            (1): ReLU()
            (2): MaxPool2D(kernel_size=2, stride=2, padding=0)
          )
          (conv3): Sequential(
            (0): Conv2D(16, 32, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
            (1): ReLU()
          )
          (out): Linear(in_features=1568, out_features=10, bias=True)
        )
        """)
  }

  @Test func parameterNamesArePyTorchs() {
    #expect(
      ModelStructure(MNISTCNN()).parameters.map(\.name) == [
        "conv1.0.weight", "conv1.0.bias", "conv2.0.weight", "conv2.0.bias", "conv3.0.weight", "conv3.0.bias", "out.weight", "out.bias",
      ])
    #expect(
      ModelStructure(Nested()).parameters.map(\.name) == [
        "blocks.0.first.weight", "blocks.0.first.bias", "blocks.0.second.weight", "blocks.1.first.weight", "blocks.1.first.bias",
        "blocks.1.second.weight", "shared.weight", "shared.bias", "head.weight", "head.bias",
      ])
  }

  @Test func tracesAndRuns() throws {
    let model = Nested()
    let graph = try Tracer.trace(model, name: "my-net", batch: 2, purpose: .training)
    #expect(graph.name == "my_net")
    #expect(graph.results.map(\.name) == ["loss", "logits"])
    #expect(graph.parameters.prefix(2).map(\.type) == [TensorType(.u8, [2, 1, 3, 4]), TensorType(.i32, [2])])
    let weights = model.description.isEmpty ? [] : ModelStructure(model).initialVariables(seed: 3).map(\.tensor)
    let arguments =
      [fill(graph.parameters[0].type, .integers(0, 256), seed: 1), fill(graph.parameters[1].type, .integers(0, 10), seed: 2)] + weights
    let loss = try graph.evaluate(arguments)[0].numbers[0]
    #expect(loss > 1 && loss < 5)
    // The layer used twice has its weight once, in two products.
    let shared = try #require(graph.parameterIndex(named: "shared.weight"))
    #expect(graph.nodes.count { $0.operands.contains(graph.parameterValue(shared)) } == 2)
    #expect(graph.nodes.contains { $0.origin?.layer == "blocks.1.second" })
  }

  @Test func inferenceHasNoLabels() throws {
    let graph = try Tracer.trace(MNISTCNN(), name: "m", batch: 3, purpose: .inference)
    #expect(graph.results.map(\.name) == ["logits"])
    #expect(graph.parameterIndex(named: "labels") == nil)
  }

  @Test func shapeErrorsTellTheStory() throws {
    let error = try #require(throws: MartletError.self) { try Tracer.trace(Misfit(), name: "m", batch: 64, purpose: .training) }
    #expect(error.kind == .invalidInput)
    #expect(error.location == SourcePosition(file: "Misfit.swift", line: 12))
    let text = error.description
    #expect(text.contains("Misfit.swift:12: out: Linear(in_features=1500"), "\(text)")
    #expect(text.contains("expected rows of 1500 features, found [64, 1568]"), "\(text)")
    #expect(
      text.contains(
        "images [64, 1, 28, 28] -> conv.0 [64, 8, 28, 28] -> conv.2 [64, 8, 14, 14] -> flatten [64, 1568]"), "\(text)")
  }

  /// The line is that of the layer, also where no call of it is wrong.
  @Test func errorsOfWholeModelsNameALayer() throws {
    let place = { SourcePosition(file: "Model.swift", line: $0) }
    let huge = TwoLayers(
      first: Linear(12, 1 << 40, file: "Model.swift", line: 7), second: Linear(12, 3), body: { x, _, second in try second(x) })
    let impossible = try #require(throws: MartletError.self) { try Tracer.trace(huge, name: "m", batch: 1, purpose: .inference) }
    #expect(impossible.number == GraphErrorCode.impossibleShape.rawValue && impossible.location == place(7), "\(impossible)")

    let first = Linear(12, 4, file: "Model.swift", line: 8)
    let forgotten = TwoLayers(first: first, second: Linear(12, 3), body: { x, _, second in try second(x) })
    var options = ModelOptions()
    _ = try Tracer.trace(forgotten, name: "m", batch: 2, purpose: .training, options)
    options.expectsCalls = true
    _ = try Tracer.trace(forgotten, name: "m", batch: 2, purpose: .evaluation, options)
    let uncalled = try #require(throws: MartletError.self) { try Tracer.trace(forgotten, name: "m", batch: 2, purpose: .training, options) }
    #expect(uncalled.number == LayerErrorCode.neverCalled.rawValue && uncalled.location == place(8), "\(uncalled)")
    options.frozen = ["first"]
    _ = try Tracer.trace(forgotten, name: "m", batch: 2, purpose: .training, options)

    let second = Linear(12, 3, file: "Model.swift", line: 9)
    let sum = TwoLayers(first: first, second: second, body: { x, first, second in try second(x) + first(x) })
    let misfit = try #require(throws: MartletError.self) { try Tracer.trace(sum, name: "m", batch: 2, purpose: .inference) }
    #expect(misfit.number == LayerErrorCode.shapesDoNotFit.rawValue && misfit.location == place(8), "\(misfit)")
    #expect(misfit.message.contains("add after first: the shapes [2, 3] and [2, 4]"), "\(misfit)")
    #expect(misfit.message.contains("-> second [2, 3]\n") && misfit.message.contains("-> first [2, 4]"), "\(misfit)")
  }

  @Test func impossibleLayersAreErrorsNotTraps() throws {
    let bodies: [(String, @Sendable (Tensor) throws -> Tensor)] = [
      ("smaller than", { try MaxPool2D(9)($0) }), ("window", { try MaxPool2D(0)($0) }), ("padding", { try MaxPool2D(2, padding: 2)($0) }),
      ("fit", { try $0 + $0.reshaped([2, 1, 4, 16]) }), ("elements", { try $0.reshaped([3, 3]) }), ("axis", { try $0.flatten(from: 7) }),
      ("permutation", { try $0.transposed([0, 0, 1, 2]) }), ("not a property of the model", { try Linear(64, 10)($0.flatten()) }),
      ("axes", { try $0.sum(axes: [9]) }), ("window is one number or [rows, columns], found [1, 2, 3]", { try MaxPool2D([1, 2, 3])($0) }),
      ("stride is one number", { try AvgPool2D(2, stride: [])($0) }), ("padding is one number", { try $0.maxPool2D(2, padding: [1]) }),
    ]
    for (message, body) in bodies {
      let error = try #require(throws: MartletError.self) {
        try Tracer.trace(Anything(body: body), name: "m", batch: 2, purpose: .inference)
      }
      #expect(error.description.contains(message), "\(error)")
    }
    for layer in [
      Conv2D(0, 3, kernel: 1), Conv2D(1, 3, kernel: 0), Conv2D(1, 3, kernel: 3, stride: 0), Conv2D(1, 3, kernel: 3, groups: 0),
      Conv2D(1, 3, kernel: [3]), Conv2D(1, 3, kernel: [1, 1, 1]), Conv2D(1, 3, kernel: .square(Int.max)),
      Conv2D(1, 3, kernel: 1, dilation: []),
    ] {
      struct One: Model {
        let layer: Conv2D
        var inputShape: Shape { [1, 8, 8] }
        func callAsFunction(_ x: Tensor) throws -> Tensor { try layer(x) }
      }
      #expect(throws: MartletError.self) { try Tracer.trace(One(layer: layer), name: "m", batch: 2, purpose: .inference) }
    }
    #expect(throws: MartletError.self) { try Tracer.trace(MNISTCNN(), name: "m", batch: 0, purpose: .inference) }
  }

  @Test func operatorsBroadcastLikeNumPy() throws {
    let model = Anything { x in
      let row = try x.reshaped([2, 64]).mean(axes: [0])
      return try (x.reshaped([2, 64]) - row) * 2 / 4 + x.reshaped([2, 64]).max(axes: [1]).reshaped([2, 1])
    }
    let graph = try Tracer.trace(model, name: "m", batch: 2, purpose: .inference)
    let x = fill(TensorType(.u8, [2, 1, 8, 8]), .integers(0, 256), seed: 1)
    let y = try graph.evaluate([x])[0].numbers
    let numbers = x.numbers.map { $0 / 255 }
    for i in 0..<2 {
      let largest = numbers[i * 64..<(i + 1) * 64].max() ?? 0
      for j in 0..<64 {
        let expected = (numbers[i * 64 + j] - (numbers[j] + numbers[64 + j]) / 2) / 2 + largest
        #expect(abs(y[i * 64 + j] - expected) < 1e-6)
      }
    }
  }
}

/// Two layers of rows, used as `body` says.
private struct TwoLayers: Model {
  let first: Linear
  let second: Linear
  let body: @Sendable (Tensor, Linear, Linear) throws -> Tensor
  var inputShape: Shape { [12] }
  func callAsFunction(_ x: Tensor) throws -> Tensor { try body(x, first, second) }
}
