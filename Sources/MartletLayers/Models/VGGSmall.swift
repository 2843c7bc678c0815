import MartletCore

/// Five convolutions of 3 x 3 with a pooling after each pair, for colour images of 32 x 32; 159,914 parameters.
/// Source: K. Simonyan and A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014.
package struct VGGSmall: Model {
  package let features = Sequential {
    Conv2D(3, 32, kernel: 3, padding: 1)
    ReLU()
    Conv2D(32, 32, kernel: 3, padding: 1)
    ReLU()
    MaxPool2D(2)
    Conv2D(32, 64, kernel: 3, padding: 1)
    ReLU()
    Conv2D(64, 64, kernel: 3, padding: 1)
    ReLU()
    MaxPool2D(2)
    Conv2D(64, 128, kernel: 3, padding: 1)
    ReLU()
    MaxPool2D(2)
    Flatten()
  }
  package let out = Linear(128 * 4 * 4, 10)

  package init() {}

  package var inputShape: Shape { [3, 32, 32] }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try out(features(x)) }
}
