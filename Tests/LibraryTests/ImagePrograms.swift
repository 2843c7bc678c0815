import Martlet
import Testing

/// A class for each pixel, as a program with `import Martlet` alone writes it: Tests/Fixtures/make_layer_fixtures.py.
@Suite struct ImagePrograms {
  struct Pixels: Layer {
    let down = Conv2D(1, 4, kernel: 3, padding: 1, paddingMode: .reflect)
    let pool = MaxPool2D(2, ceilMode: true)
    let middle = Conv2D(4, 4, kernel: 3, padding: 1)
    let out = Conv2D(8, 3, kernel: 1)

    func callAsFunction(_ x: Tensor) throws -> Tensor {
      let skipped = try down(x).tanh()
      let up = try middle(pool(skipped)).tanh().interpolated(to: [7, 5], mode: .bilinear())
      return try out(skipped.concatenated([up], axis: 1))
    }
  }

  private static let file = Result {
    let parts = #filePath.split(separator: "/").dropLast(2)
    return try Safetensors.read("/" + parts.joined(separator: "/") + "/Fixtures/layers.safetensors")
  }

  private func expected(_ name: String) throws -> HostTensor {
    try #require(try ImagePrograms.file.get()["program/\(name)"], "program/\(name)")
  }

  @Test func classesOfPixels() throws {
    let net = Pixels()
    let weights = try Variables(net, seed: 0, on: .cpu(threads: 2))
    let step = try TrainingStep(weights, .sgd(), inputs: .f32(4, 1, 7, 5), .i32(4, 7, 5)) { x, labels in
      try net(x).crossEntropy(labels)
    }
    let gradients = try step.gradients(numbers(140, step: 0), classes(140, 3, step: 0))
    #expect(gradients.count == 6)
    for (name, gradient) in gradients {
      let right = try expected("\(name).gradient")
      let size = right.numbers.map(abs).max() ?? 0
      #expect(gradient.shape == right.shape && zip(gradient.numbers, right.numbers).allSatisfy { abs($0 - $1) <= 1e-5 * size }, "\(name)")
    }
    var plateau = ReduceOnPlateau(rate: 0.5, factor: 0.25, patience: 0, threshold: 0.5)
    let losses = try (0..<5).map { number in
      let loss = try step(numbers(140, step: number), classes(140, 3, step: number), learningRate: plateau.rate)
      plateau.observe(Double(loss))
      return Double(loss)
    }
    let right = try expected("losses").numbers
    #expect(zip(losses, right).allSatisfy { abs($0 - $1) <= 1e-5 * $1 } && losses.count == right.count, "\(losses), not \(right)")
    #expect(plateau.rate == (try expected("rate").numbers.first) && plateau.rate < 0.5)
    // The loss of each pixel, and a target of probabilities.
    let each = try Function(weights, inputs: .f32(4, 1, 7, 5), .i32(4, 7, 5)) { try net($0).crossEntropy($1, reduction: .none) }
    let values: HostTensor = try each(numbers(140, step: 0), classes(140, 3, step: 0))
    #expect(values.shape == [4, 7, 5])
    let certain = try Function(weights, inputs: .f32(4, 1, 7, 5), .i32(4, 7, 5)) { x, labels in
      try net(x).crossEntropy(labels.oneHot(classes: 3).transposed([0, 3, 1, 2]), reduction: .none)
    }
    let same: HostTensor = try certain(numbers(140, step: 0), classes(140, 3, step: 0))
    #expect(zip(values.numbers, same.numbers).allSatisfy { abs($0 - $1) <= 1e-6 * abs($0) })
  }
}
