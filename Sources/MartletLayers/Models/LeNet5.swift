import MartletCore

/// LeNet-5 with relu and max-pooling: two convolutions of 5 x 5 and three linear layers; 61,706 parameters.
/// Source: Y. LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998.
package struct LeNet5: Model {
  package let features: Sequential
  package let classifier: Sequential
  package let inputShape: Shape

  /// With the channels, extents and outputs of the samples, if they are images that its poolings leave something of.
  package init(for samples: SampleType? = nil) {
    let image = samples?.image(atLeast: 12)
    let (channels, rows, columns) = image ?? (1, 28, 28)
    inputShape = [channels, rows, columns]
    features = Sequential {
      Conv2D(channels, 6, kernel: 5, padding: 2)
      ReLU()
      MaxPool2D(2)
      Conv2D(6, 16, kernel: 5)
      ReLU()
      MaxPool2D(2)
      Flatten()
    }
    classifier = Sequential {
      Linear(16 * ((rows / 2 - 4) / 2) * ((columns / 2 - 4) / 2), 120)
      ReLU()
      Linear(120, 84)
      ReLU()
      Linear(84, samples?.outputs ?? 10)
    }
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try classifier(features(x)) }
}
