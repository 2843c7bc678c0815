import Martlet
import Testing

/// The part of docs/from-pytorch.md that is about losses: see FromPyTorch.swift.
@Suite struct FromPyTorchLosses {
  @Test func weightsOfClasses() throws {
    let net = FromPyTorch.Net()
    let weights = try Variables(net, seed: 0, on: .cpu(threads: 2))
    let step = try TrainingStep(
      weights, .sgd(), inputs: .f32(32, 4), .i32(32)
    ) { x, y in
      try net(x).crossEntropy(y, classWeights: [1, 2, 0.5])
    }
    let (x, y) = (numbers(128, step: 0), classes(32, 3, step: 0))
    try PyTorchNumbers.expect(step.gradients(x, y)["out.bias"]?.elements() ?? [], "losses/gradient")
    try PyTorchNumbers.expect([step(x, y, learningRate: 0)], "losses/weighted")
  }
}
