import Martlet
import Testing

/// Images: the Swift halves of docs/from-pytorch-functions.md, beside the Python halves in Tests/Fixtures/make_from_pytorch_functions_fixtures.py.
/// FromPyTorchFunctions.swift has the rest of the page.
@Suite struct FromPyTorchImages {
  private let pyTorch = PyTorchIdioms.functions
  private let images: HostTensor
  private let mask: [Float]

  init() throws {
    images = try PyTorchIdioms.numbers([2, 1, 8, 8])
    mask = numbers(128, step: 0, stream: 1).map { $0 > 0 ? 1 : 0 }
  }

  struct UNet: Layer {
    let down = Conv2D(1, 4, kernel: 3, padding: 1)
    let middle = Conv2D(4, 8, kernel: 3, padding: 1)
    let up = ConvTranspose2D(8, 4, kernel: 2, stride: 2)
    let out = Conv2D(8, 1, kernel: 1)

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      let near = try down(x).relu()
      let far = try middle(near.maxPool2D(2)).relu()
      return try out(up(far).concatenated([near], axis: 1))
    }
  }

  @Test func unet() throws {
    let (net, weights) = try PyTorchIdioms.fresh(UNet())
    let step = try TrainingStep(
      weights, .adam(), inputs: .f32(2, 1, 8, 8), .f32(2, 1, 8, 8)
    ) { x, mask in try net(x).binaryCrossEntropy(mask) }
    let function = try Function(weights, inputs: .f32(2, 1, 8, 8)) { x in try net(x) }
    try pyTorch.expect(function(images), "unet/logits")
    try pyTorch.expect(loss: step(images, mask, learningRate: 0), step.gradients(images, mask), of: "unet")
  }

  @Test func dice() throws {
    let (conv, weights) = try PyTorchIdioms.fresh(Conv2D(1, 1, kernel: 3, padding: 1))
    let step = try TrainingStep(weights, inputs: .f32(2, 1, 8, 8), .f32(2, 1, 8, 8)) { x, mask in
      let p = try conv(x).sigmoid()
      let both = try (p * mask).sum(axes: [1, 2, 3])
      let total = try (p + mask).sum(axes: [1, 2, 3])
      let share = try (2 * both + 1) / (total + 1)
      return try -share.mean(axes: [0]) + 1
    }
    try pyTorch.expect(loss: step(images, mask, learningRate: 0), step.gradients(images, mask), of: "dice")
  }

  @Test func resizing() throws {
    let (conv, weights) = try PyTorchIdioms.fresh(Conv2D(1, 2, kernel: 3, padding: 1))
    let step = try TrainingStep(weights, inputs: .f32(2, 1, 8, 8)) { images in
      let x = try conv(images)
      let large = try x.interpolated(by: 2)
      let small = try x.interpolated(to: [5, 3], mode: .bilinear())
      let loss = try (large * large).mean(axes: [0, 1, 2, 3]) + (small * small).mean(axes: [0, 1, 2, 3])
      return StepResult(loss: loss, ["large": large, "small": small])
    }
    let gradients = try step.gradients(images)
    let results = try step.values(images, learningRate: 0)
    for name in ["large", "small"] { try pyTorch.expect(results[name], "resizing/\(name)") }
    try pyTorch.expect(loss: Float(results.number("loss") ?? .nan), gradients, of: "resizing")
  }

  @Test func pooling() throws {
    let net = Sequential {
      Conv2D(1, 4, kernel: 3, padding: 1)
      MaxPool2D(3, stride: 2, ceilMode: true)
      MaxPool2D(2, stride: 1, dilation: 2)
      AdaptiveAvgPool2D(3, 1)
      Flatten()
      Linear(12, 3)
    }
    let weights = try Variables(net, seed: 0, on: .cpu(threads: 2))
    let x = try PyTorchIdioms.numbers([2, 1, 12, 9])
    let labels = classes(2, 3, step: 0)
    let function = try Function(weights, inputs: .f32(2, 1, 12, 9)) { x in try net(x) }
    let step = try TrainingStep(weights, inputs: .f32(2, 1, 12, 9), .i32(2)) { x, y in try net(x).crossEntropy(y) }
    try pyTorch.expect(function(x), "pooling/logits")
    try pyTorch.expect(loss: step(x, labels, learningRate: 0), step.gradients(x, labels), of: "pooling")
  }

  @Test func borders() throws {
    let conv = Conv2D(
      1, 2, kernel: 3, padding: 1, paddingMode: .reflect)
    let weights = try Variables(conv, seed: 0, on: .cpu(threads: 2))
    let step = try TrainingStep(weights, inputs: .f32(2, 1, 8, 8)) { images in
      let x = try images.padded(
        low: [0, 0, 1, 2], high: [0, 0, 1, 2], mode: .replicate)
      let y = try conv(x)
      return StepResult(loss: try (y * y).mean(axes: [0, 1, 2, 3]), ["output": y])
    }
    let gradients = try step.gradients(images)
    let results = try step.values(images, learningRate: 0)
    try pyTorch.expect(results["output"], "borders/output")
    try pyTorch.expect(loss: Float(results.number("loss") ?? .nan), gradients, of: "borders")
  }

  @Test func shuffling() throws {
    let (conv, weights) = try PyTorchIdioms.fresh(Conv2D(1, 4, kernel: 3, padding: 1))
    let step = try TrainingStep(weights, inputs: .f32(2, 1, 8, 8), .f32(2, 1, 16, 16)) { x, target in
      let (n, h, w) = (x.shape[0], x.shape[2], x.shape[3])
      let y = try conv(x).reshaped([n, 1, 2, 2, h, w])
        .transposed([0, 1, 4, 2, 5, 3])
        .reshaped([n, 1, 2 * h, 2 * w])
      let patches = try x.reshaped([n, h / 4, 4, w / 4, 4])
        .transposed([0, 1, 3, 2, 4]).flatten(from: 3)
      return StepResult(loss: try y.meanSquaredError(target), ["output": y, "patches": patches])
    }
    let target = try PyTorchIdioms.numbers([2, 1, 16, 16], stream: 1)
    let gradients = try step.gradients(images, target)
    let results = try step.values(images, target, learningRate: 0)
    for name in ["output", "patches"] { try pyTorch.expect(results[name], "shuffling/\(name)") }
    try pyTorch.expect(loss: Float(results.number("loss") ?? .nan), gradients, of: "shuffling")
  }

  @Test func peaks() throws {
    let function = try Function(Variables(on: .cpu(threads: 2)), inputs: .f32(2, 1, 8, 8)) { images in
      let index = try images.flatten().argumentOfMaximum(axis: 1)
      let (row, column) = (
        try index.floorDivide(8), try index.remainder(8)
      )
      return NamedTensors(["row": row, "column": column])
    }
    let results = try function.values(images)
    for name in ["row", "column"] { try pyTorch.expect(results[name], "peaks/\(name)", within: 0) }
  }
}
