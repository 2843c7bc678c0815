import MartletCore

/// The convolutional network of the PyTorch tutorial: three convolutions, two poolings, one linear layer; 21,578 parameters.
package struct MNISTCNN: Model {
  package let conv1 = Sequential {
    Conv2D(1, 8, kernel: 3, padding: 1)
    ReLU()
    MaxPool2D(2)
  }
  package let conv2 = Sequential {
    Conv2D(8, 16, kernel: 3, padding: 1)
    ReLU()
    MaxPool2D(2)
  }
  package let conv3 = Sequential {
    Conv2D(16, 32, kernel: 3, padding: 1)
    ReLU()
  }
  package let out = Linear(32 * 7 * 7, 10)

  package init() {}

  package var inputShape: Shape { [1, 28, 28] }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try out(conv3(conv2(conv1(x))).flatten()) }
}
