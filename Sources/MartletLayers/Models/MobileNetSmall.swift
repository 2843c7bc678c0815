import MartletCore

/// Convolutions of one filter a channel followed by convolutions of 1 x 1, all with batch normalisation, for colour images of 32 x 32;
/// 67,914 parameters at a width of 32.
/// Source: A. G. Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications", 2017.
package struct MobileNetSmall: Model, NumberedLayers {
  package let layers: Sequential
  package let inputShape: Shape

  /// `width` is the number of channels after the first convolution; the last one has eight times as many.
  /// Channels, extents and outputs are those of the samples, if they are images.
  package init(width: Int = 32, for samples: SampleType? = nil) {
    let (channels, rows, columns) = samples?.image(atLeast: 1) ?? (3, 32, 32)
    inputShape = [channels, rows, columns]
    layers = Sequential {
      Conv2D(channels, width, kernel: 3, padding: 1, bias: false)
      BatchNorm2D(width)
      ReLU()
      for (input, output, stride) in [(1, 2, 1), (2, 4, 2), (4, 4, 1), (4, 8, 2)] {
        Conv2D(input * width, input * width, kernel: 3, stride: .square(stride), padding: 1, groups: input * width, bias: false)
        BatchNorm2D(input * width)
        ReLU()
        Conv2D(input * width, output * width, kernel: 1, bias: false)
        BatchNorm2D(output * width)
        ReLU()
      }
      Mean(axes: [2, 3])
      Linear(8 * width, samples?.outputs ?? 10)
    }
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
}
