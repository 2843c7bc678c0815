import Martlet

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

MartletCommand.main(models: ["lenet": { LeNet() }, "misfit": { Misfit() }])
