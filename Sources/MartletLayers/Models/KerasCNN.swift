import MartletCore

/// Two convolutions of 5 x 5, each before a pooling, and two linear layers with dropout between them, for grey images of 28 x 28;
/// 3,274,634 parameters. The network of TensorFlow's tutorial of layers.
package struct KerasCNN: Model, NumberedLayers {
  package let layers: Sequential
  package let inputShape: Shape

  /// With the channels, extents and outputs of the samples, if they are images that its poolings leave something of.
  package init(dropout: Double = 0.4, for samples: SampleType? = nil) {
    let (channels, rows, columns) = samples?.image(atLeast: 4) ?? (1, 28, 28)
    inputShape = [channels, rows, columns]
    layers = Sequential {
      Conv2D(channels, 32, kernel: 5, padding: 2)
      ReLU()
      MaxPool2D(2)
      Conv2D(32, 64, kernel: 5, padding: 2)
      ReLU()
      MaxPool2D(2)
      Flatten()
      Linear(64 * (rows / 4) * (columns / 4), 1024)
      ReLU()
      Dropout(dropout)
      Linear(1024, samples?.outputs ?? 10)
    }
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
}
