import Martlet
import Testing

/// Losses and functions of numbers: the Swift halves of docs/from-pytorch-functions.md that FromPyTorchImages.swift does not have.
@Suite struct FromPyTorchFunctions {
  private let pyTorch = PyTorchIdioms.functions
  private let x: [Float] = numbers(32, step: 0)
  private let y: [Int32] = classes(8, 3, step: 0)
  private let device = Result { try Device.cpu(threads: 2) }

  struct Net: Layer {
    let hidden = Linear(4, 8)
    let out = Linear(8, 3)

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      try out(hidden(x).tanh())
    }
  }

  // MARK: Losses

  @Test func distillation() throws {
    let (teacher, student) = (Net(), Linear(4, 3))
    let weights = try Variables(
      ["teacher": teacher, "student": student], on: .cpu())
    let step = try TrainingStep(
      weights, .adam(), inputs: .f32(8, 4), training: student
    ) { x in
      let soft = try (teacher(x) / 2).logSoftmax(axis: 1)
      let log = try (student(x) / 2).logSoftmax(axis: 1)
      let divergence = try (soft.exp() * (soft - log)).sum(axes: [1])
      return try divergence.mean(axes: [0]) * 4
    }
    try pyTorch.expect(loss: step(x, learningRate: 0), step.gradients(x), of: "distillation")
  }

  @Test func softTargets() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Net())
    let step = try TrainingStep(weights, inputs: .f32(8, 4), .f32(8, 3)) { x, scores in
      let target = try scores.softmax(axis: 1)
      return try net(x).crossEntropy(target)
    }
    let scores = numbers(24, step: 0, stream: 1)
    try pyTorch.expect(loss: step(x, scores, learningRate: 0), step.gradients(x, scores), of: "soft")
  }

  @Test func weightsOfSamples() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Net())
    let step = try TrainingStep(
      weights, .adam(), inputs: .f32(8, 4), .i32(8), .f32(8)
    ) { x, y, weight in
      let losses = try net(x).crossEntropy(y, reduction: .none)
      let sum = try (losses * weight).sum(axes: [0])
      let loss = try sum / weight.sum(axes: [0])
      return StepResult(loss: loss, ["losses": losses])
    }
    let weight = numbers(8, step: 0, stream: 1).map(abs)
    let gradients = try step.gradients(x, y, weight)
    let results = try step.values(x, y, weight, learningRate: 0)
    try pyTorch.expect(results["losses"], "samples/losses")
    try pyTorch.expect(loss: Float(results.number("loss") ?? .nan), gradients, of: "samples")
  }

  @Test func positiveWeights() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Net())
    let step = try TrainingStep(weights, inputs: .f32(8, 4), .f32(8, 3)) { x, target in
      let losses = try net(x).binaryCrossEntropy(
        target, reduction: .none)
      return try (losses * (target * 2 + 1)).mean(axes: [0, 1])
    }
    let target: [Float] = numbers(24, step: 0, stream: 1).map { $0 > 0.5 ? 1 : 0 }
    try pyTorch.expect(loss: step(x, target, learningRate: 0), step.gradients(x, target), of: "positive")
  }

  @Test func chosenActions() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Net())
    let step = try TrainingStep(weights, inputs: .f32(8, 4), .i32(8), .f32(8)) { x, action, gain in
      let index = try action.reshaped([x.shape[0], 1])
      let chosen = try net(x).logSoftmax(axis: 1)
        .gatherElements(index, axis: 1).flatten(from: 0)
      let loss = try -(chosen * gain).mean(axes: [0])
      return StepResult(loss: loss, ["chosen": chosen])
    }
    let gain = numbers(8, step: 0, stream: 1).map { $0 + 0.5 }
    let gradients = try step.gradients(x, y, gain)
    let results = try step.values(x, y, gain, learningRate: 0)
    try pyTorch.expect(results["chosen"], "actions/chosen")
    try pyTorch.expect(loss: Float(results.number("loss") ?? .nan), gradients, of: "actions")
  }

  @Test func clamping() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Linear(4, 1))
    let step = try TrainingStep(weights, inputs: .f32(8, 4), .f32(8, 1), .f32(8, 1)) { x, old, gain in
      let ratio = try (net(x) - old).exp()
      func number(_ value: Float) throws -> Tensor {
        try x.constant(HostTensor([], elements: [value]))
      }
      let clipped = try ratio.maximum(number(0.8)).minimum(number(1.2))
      let terms = try (ratio * gain).minimum(clipped * gain)
      let loss = try -terms.mean(axes: [0, 1])
      return StepResult(loss: loss, ["clipped": clipped])
    }
    let old = numbers(8, step: 0, stream: 2).map { $0 / 2 }
    let gain = numbers(8, step: 0, stream: 1).map { $0 + 0.5 }
    let gradients = try step.gradients(x, old, gain)
    let results = try step.values(x, old, gain, learningRate: 0)
    try pyTorch.expect(results["clipped"], "clamping/clipped")
    try pyTorch.expect(loss: Float(results.number("loss") ?? .nan), gradients, of: "clamping")
  }

  @Test func vae() throws {
    let (encoder, decoder) = (Linear(4, 4), Linear(2, 4))
    let weights = try Variables(["encoder": encoder, "decoder": decoder], seed: 0, on: device.get())
    let step = try TrainingStep(
      weights, .adam(), inputs: .f32(8, 4), .f32(8, 2)
    ) { x, noise in
      let (code, n) = (try encoder(x), x.shape[0])
      let mean = try code.slice(starts: [0, 0], limits: [n, 2])
      let logVar = try code.slice(starts: [0, 2], limits: [n, 4])
      let z = try mean + noise * (logVar / 2).exp()
      let output = try decoder(z)
      let terms = try logVar + 1 - mean * mean - logVar.exp()
      let divergence = try -0.5 * terms.sum(axes: [0, 1])
      let error = try output.meanSquaredError(x, reduction: .sum)
      let loss = try error + divergence
      return StepResult(loss: loss, ["output": output])
    }
    let noise = numbers(16, step: 0, stream: 1)
    let gradients = try step.gradients(x, noise)
    let results = try step.values(x, noise, learningRate: 0)
    try pyTorch.expect(results["output"], "vae/output")
    try pyTorch.expect(loss: Float(results.number("loss") ?? .nan), gradients, of: "vae")
  }

  @Test func pairs() throws {
    let (image, text) = (Linear(4, 8), Linear(4, 8))
    let weights = try Variables(["image": image, "text": text], seed: 0, on: device.get())
    let step = try TrainingStep(weights, inputs: .f32(8, 4), .f32(8, 4)) { a, b in
      func normalized(_ x: Tensor) throws -> Tensor {
        let norm = try (x * x).sum(axes: [1]).squareRoot()
        return try x / norm.reshaped([x.shape[0], 1])
      }
      let (i, t) = (try normalized(image(a)), try normalized(text(b)))
      let logits = try i.matrixMultiply(t, transposeRight: true) / 0.1
      let own = try a.constant(
        HostTensor([8], elements: [Int32](0..<8)))
      let rows = try logits.crossEntropy(own)
      let columns = try logits.transposed([1, 0]).crossEntropy(own)
      let loss = try (rows + columns) / 2
      return StepResult(loss: loss, ["logits": logits])
    }
    let other = numbers(32, step: 0, stream: 1)
    let gradients = try step.gradients(x, other)
    let results = try step.values(x, other, learningRate: 0)
    try pyTorch.expect(results["logits"], "pairs/logits")
    try pyTorch.expect(loss: Float(results.number("loss") ?? .nan), gradients, of: "pairs")
  }

  @Test func triplets() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Linear(4, 8, bias: false))
    let step = try TrainingStep(weights, inputs: .f32(8, 4), .f32(8, 4), .f32(8, 4)) { first, second, third in
      let (anchor, near, far) = (try net(first), try net(second), try net(third))
      func dot(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try (a * b).sum(axes: [1])
      }
      func distance(_ other: Tensor) throws -> Tensor {
        let difference = try anchor - other + 1e-6
        return try dot(difference, difference).squareRoot()
      }
      let loss = try (distance(near) - distance(far) + 1).relu()
        .mean(axes: [0])
      let squares = try dot(anchor, anchor) * dot(near, near)
      let cosine = try dot(anchor, near) / squares.squareRoot()
      return StepResult(loss: loss, ["cosine": cosine])
    }
    let (near, far) = (numbers(32, step: 0, stream: 1), numbers(32, step: 0, stream: 2))
    let gradients = try step.gradients(x, near, far)
    let results = try step.values(x, near, far, learningRate: 0)
    try pyTorch.expect(results["cosine"], "triplets/cosine")
    try pyTorch.expect(loss: Float(results.number("loss") ?? .nan), gradients, of: "triplets")
  }

  // MARK: Numbers

  @Test func histogram() throws {
    let function = try Function(Variables(on: device.get()), inputs: [.i32(8), .f32(8), .f32(8, 4)]) { inputs in
      let (bins, weight, x) = (inputs[0], inputs[1], inputs[2])
      let zeros = try HostTensor(TensorType(.f32, [5]), repeating: 0)
      let sums = try x.constant(zeros)
        .scatterAddElements(bins, weight, axis: 0)
      let isIn = try bins.oneHot(classes: 5)
      let counts = try isIn.sum(axes: [0])
      let rows = try isIn.transposed([1, 0]).matrixMultiply(x)
      return NamedTensors(["sums": sums, "counts": counts, "rows": rows])
    }
    let results = try function.values(classes(8, 5, step: 0), numbers(8, step: 0, stream: 1).map(abs), x)
    for name in ["sums", "counts", "rows"] { try pyTorch.expect(results[name], "histogram/\(name)") }
  }

  @Test func logarithms() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Linear(3, 1))
    let step = try TrainingStep(weights, inputs: .f32(8, 4), .f32(8, 1)) { x, target in
      let n = x.shape[0]
      let a = try x.slice(starts: [0, 0], limits: [n, 1])
      let b = try x.slice(starts: [0, 1], limits: [n, 2])
      let features = try a.abs().logOnePlus().concatenated(
        [b.expMinusOne(), b.arcTangent2(a)], axis: 1)
      let output = try net(features).softplus()
      let loss = try output.logOnePlus()
        .meanSquaredError(target.logOnePlus())
      return StepResult(loss: loss, ["features": features])
    }
    let target = numbers(8, step: 0, stream: 1).map(abs)
    let gradients = try step.gradients(x, target)
    let results = try step.values(x, target, learningRate: 0)
    try pyTorch.expect(results["features"], "logarithms/features")
    try pyTorch.expect(loss: Float(results.number("loss") ?? .nan), gradients, of: "logarithms")
  }

  @Test func plateau() throws {
    let (net, weights) = try PyTorchIdioms.fresh(Net())
    let step = try TrainingStep(weights, .sgd(), inputs: .f32(8, 4), .i32(8)) { x, y in try net(x).crossEntropy(y) }
    var (losses, rates): ([Float], [Double]) = ([], [])
    var plateau = ReduceOnPlateau(
      rate: 2, factor: 0.5, patience: 1, threshold: 0.15)

    for _ in 0..<12 {
      let loss = try step(x, y, learningRate: plateau.rate)
      plateau.observe(Double(loss))
      losses.append(loss)
      rates.append(plateau.rate)
    }
    try pyTorch.expect(numbers: rates, "plateau/rates", within: 0)
    try pyTorch.expect(numbers: losses, "plateau/losses")
  }
}
