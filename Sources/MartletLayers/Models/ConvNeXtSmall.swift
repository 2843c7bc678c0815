import MartletCore

/// Patches of 4 x 4 and two blocks of depthwise convolutions of 7 x 7 with layer normalisation over the channels, for colour images of 64 x 64;
/// 45,178 parameters.
/// Source: Z. Liu et al., "A ConvNet for the 2020s", 2022.
package struct ConvNeXtSmall: Model, NumberedLayers {
  /// A depthwise convolution, then normalisation and a network of two layers at each pixel, beside a way around all of it.
  package struct Block: Layer {
    package let depthwise: Conv2D
    package let norm: LayerNorm
    package let up: Linear
    package let down: Linear

    package init(_ features: Int) {
      depthwise = Conv2D(features, features, kernel: 7, padding: 3, groups: features)
      norm = LayerNorm(features)
      up = Linear(features, 4 * features)
      down = Linear(4 * features, features)
    }

    package func callAsFunction(_ x: Tensor) throws -> Tensor {
      let pixels = try depthwise(x).transposed([0, 2, 3, 1])
      return try x + down(up(norm(pixels)).gelu()).transposed([0, 3, 1, 2])
    }
  }

  package let layers: Sequential
  package let inputShape: Shape

  private static let patch = 4

  /// With the channels, extents and outputs of the samples, if they are images of at least one patch.
  package init(for samples: SampleType? = nil) {
    let (channels, rows, columns) = samples?.image(atLeast: ConvNeXtSmall.patch) ?? (3, 64, 64)
    inputShape = [channels, rows, columns]
    layers = Sequential {
      Conv2D(channels, 48, kernel: .square(ConvNeXtSmall.patch), stride: .square(ConvNeXtSmall.patch))
      Block(48)
      Block(48)
      Mean(axes: [2, 3])
      Linear(48, samples?.outputs ?? 10)
    }
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
}
