import MartletCore

/// LeNet-5 with relu and max-pooling: two convolutions of 5 x 5 and three linear layers; 61,706 parameters.
/// Source: Y. LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998.
package struct LeNet5: Model {
  package let features = Sequential {
    Conv2D(1, 6, kernel: 5, padding: 2)
    ReLU()
    MaxPool2D(2)
    Conv2D(6, 16, kernel: 5)
    ReLU()
    MaxPool2D(2)
    Flatten()
  }
  package let classifier = Sequential {
    Linear(16 * 5 * 5, 120)
    ReLU()
    Linear(120, 84)
    ReLU()
    Linear(84, 10)
  }

  package init() {}

  package var inputShape: Shape { [1, 28, 28] }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try classifier(features(x)) }
}
