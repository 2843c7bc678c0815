import MartletCore

/// Three linear layers on the pixels of an image: 784, 512, 256, 10; 535,818 parameters.
package struct MultilayerPerceptron: Model {
  package let layers = Sequential {
    Flatten()
    Linear(784, 512)
    ReLU()
    Linear(512, 256)
    ReLU()
    Linear(256, 10)
  }

  package init() {}

  package var inputShape: Shape { [1, 28, 28] }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
}
