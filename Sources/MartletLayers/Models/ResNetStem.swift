import MartletCore

/// The beginning of a residual network for large images, here colour images of 64 x 64: a convolution of 7 x 7 and a pooling, both with stride 2,
/// and one residual block with batch normalisation; 84,170 parameters.
/// Source: K. He et al., "Deep Residual Learning for Image Recognition", 2015.
package struct ResNetStem: Model, NumberedLayers {
  package let layers: Sequential
  package let inputShape: Shape

  /// With the channels, extents and outputs of the samples, if they are images.
  package init(for samples: SampleType? = nil) {
    let (channels, rows, columns) = samples?.image(atLeast: 1) ?? (3, 64, 64)
    inputShape = [channels, rows, columns]
    layers = Sequential {
      Conv2D(channels, 64, kernel: 7, stride: 2, padding: 3, bias: false)
      BatchNorm2D(64)
      ReLU()
      MaxPool2D(3, stride: 2, padding: 1)
      ResNet18.Block(64, 64, stride: 1)
      Mean(axes: [2, 3])
      Linear(64, samples?.outputs ?? 10)
    }
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
}
