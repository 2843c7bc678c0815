import MartletCore

/// Eight residual blocks with batch normalisation, for colour images of 32 x 32; 11,173,962 parameters at a width of 64.
/// Source: K. He et al., "Deep Residual Learning for Image Recognition", 2015; the first convolution is that of small images, 3 x 3 without
/// pooling.
package struct ResNet18: Model, NumberedLayers {
  /// Two convolutions of 3 x 3, each normalised, around which the input goes: as it is, or through a normalised convolution of 1 x 1 where
  /// the shape changes.
  package struct Block: Layer {
    package let body: Sequential
    package let skip: Sequential

    package init(_ inputChannels: Int, _ outputChannels: Int, stride: Extents2D) {
      body = Sequential {
        Conv2D(inputChannels, outputChannels, kernel: 3, stride: stride, padding: 1, bias: false)
        BatchNorm2D(outputChannels)
        ReLU()
        Conv2D(outputChannels, outputChannels, kernel: 3, padding: 1, bias: false)
        BatchNorm2D(outputChannels)
      }
      skip = Sequential {
        if inputChannels != outputChannels || stride != 1 {
          Conv2D(inputChannels, outputChannels, kernel: 1, stride: stride, bias: false)
          BatchNorm2D(outputChannels)
        }
      }
    }

    package func callAsFunction(_ x: Tensor) throws -> Tensor { try (body(x) + skip(x)).relu() }
  }

  package let layers: Sequential
  package let inputShape: Shape

  /// `width` is the number of channels after the first convolution; each later stage has twice as many as the one before.
  /// Channels, extents and outputs are those of the samples, if they are images.
  package init(width: Int = 64, for samples: SampleType? = nil) {
    let (channels, rows, columns) = samples?.image(atLeast: 1) ?? (3, 32, 32)
    inputShape = [channels, rows, columns]
    layers = Sequential {
      Conv2D(channels, width, kernel: 3, padding: 1, bias: false)
      BatchNorm2D(width)
      ReLU()
      Block(width, width, stride: 1)
      Block(width, width, stride: 1)
      for features in [width, 2 * width, 4 * width] {
        Block(features, 2 * features, stride: 2)
        Block(2 * features, 2 * features, stride: 1)
      }
      Mean(axes: [2, 3])
      Linear(8 * width, samples?.outputs ?? 10)
    }
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
}
