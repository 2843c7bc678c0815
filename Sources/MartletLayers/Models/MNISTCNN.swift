import MartletCore

/// The convolutional network of the PyTorch tutorial: three convolutions, two poolings, one linear layer; 21,578 parameters.
package struct MNISTCNN: Model {
  package let conv1: Sequential
  package let conv2: Sequential
  package let conv3: Sequential
  package let out: Linear
  package let inputShape: Shape

  /// For grey images of 28 x 28 and ten classes.
  package init() { self.init(for: nil) }

  /// With the channels, extents and outputs of the samples where given, if they are images that its poolings leave something of.
  package init(for samples: SampleType?) {
    let (channels, rows, columns) = samples?.image(atLeast: 4) ?? (1, 28, 28)
    inputShape = [channels, rows, columns]
    conv1 = Sequential {
      Conv2D(channels, 8, kernel: 3, padding: 1)
      ReLU()
      MaxPool2D(2)
    }
    conv2 = Sequential {
      Conv2D(8, 16, kernel: 3, padding: 1)
      ReLU()
      MaxPool2D(2)
    }
    conv3 = Sequential {
      Conv2D(16, 32, kernel: 3, padding: 1)
      ReLU()
    }
    out = Linear(32 * (rows / 4) * (columns / 4), samples?.outputs ?? 10)
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try out(conv3(conv2(conv1(x))).flatten()) }
}
