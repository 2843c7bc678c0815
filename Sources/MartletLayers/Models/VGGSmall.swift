import MartletCore

/// Five convolutions of 3 x 3 with a pooling after each pair, for colour images of 32 x 32; 159,914 parameters.
/// Source: K. Simonyan and A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014.
package struct VGGSmall: Model {
  package let features: Sequential
  package let out: Linear
  package let inputShape: Shape

  /// With the channels, extents and outputs of the samples, if they are images that its poolings leave something of.
  package init(for samples: SampleType? = nil) {
    let (channels, rows, columns) = samples?.image(atLeast: 8) ?? (3, 32, 32)
    inputShape = [channels, rows, columns]
    features = Sequential {
      Conv2D(channels, 32, kernel: 3, padding: 1)
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
    out = Linear(128 * (rows / 8) * (columns / 8), samples?.outputs ?? 10)
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try out(features(x)) }
}
