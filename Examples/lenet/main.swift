import MartletCommandLine

/// The network of LeCun and others, "Gradient-based learning applied to document recognition", 1998, in its common form: 5 x 5 kernels
/// without padding, tanh, average pooling.
struct LeNet: Model {
  let features = Sequential {
    Conv2D(1, 6, kernel: 5)
    Tanh()
    AvgPool2D(2)
    Conv2D(6, 16, kernel: 5)
    Tanh()
    AvgPool2D(2)
  }
  let classifier = Sequential {
    Flatten()
    Linear(16 * 4 * 4, 120)
    Tanh()
    Linear(120, 84)
    Tanh()
    Linear(84, 10)
  }
  var inputShape: Shape { [1, 28, 28] }

  func callAsFunction(_ x: Tensor) throws -> Tensor { try classifier(features(x)) }
}

/// A mistake on purpose: the linear layer expects another number of features than the pooling gives.
struct Misfit: Model {
  let features = Sequential {
    Conv2D(1, 6, kernel: 5)
    AvgPool2D(2)
  }
  let out = Linear(800, 10)
  var inputShape: Shape { [1, 28, 28] }

  func callAsFunction(_ x: Tensor) throws -> Tensor { try out(features(x).flatten()) }
}

/// Two convolutions with batch normalisation: what Benchmarks/accuracy trains beside PyTorch.
struct Normalized: Model {
  let features = Sequential {
    Conv2D(1, 8, kernel: 3, padding: 1, bias: false)
    BatchNorm2D(8)
    ReLU()
    MaxPool2D(2)
    Conv2D(8, 16, kernel: 3, padding: 1, bias: false)
    BatchNorm2D(16)
    ReLU()
    MaxPool2D(2)
    Flatten()
  }
  let out = Linear(16 * 7 * 7, 10)
  var inputShape: Shape { [1, 28, 28] }

  func callAsFunction(_ x: Tensor) throws -> Tensor { try out(features(x)) }
}

MartletCommand.main(models: ["lenet": { LeNet() }, "misfit": { Misfit() }, "normalized": { Normalized() }])
