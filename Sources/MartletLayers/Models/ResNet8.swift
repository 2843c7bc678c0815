import MartletCore

/// Three residual blocks without normalisation, for colour images of 32 x 32; 77,706 parameters.
/// Source: K. He et al., "Deep Residual Learning for Image Recognition", 2015.
package struct ResNet8: Model {
  /// Two convolutions of 3 x 3 around which the input goes: as it is, or through a convolution of 1 x 1 where the shape changes.
  package struct Block: Layer {
    package let body: Sequential
    package let skip: Sequential

    package init(_ inputChannels: Int, _ outputChannels: Int, stride: Extents2D) {
      body = Sequential {
        Conv2D(inputChannels, outputChannels, kernel: 3, stride: stride, padding: 1)
        ReLU()
        Conv2D(outputChannels, outputChannels, kernel: 3, padding: 1)
      }
      skip = Sequential {
        if inputChannels != outputChannels || stride != 1 {
          Conv2D(inputChannels, outputChannels, kernel: 1, stride: stride)
        }
      }
    }

    package func callAsFunction(_ x: Tensor) throws -> Tensor { try (body(x) + skip(x)).relu() }
  }

  package let stem: Sequential
  package let blocks = Sequential {
    Block(16, 16, stride: 1)
    Block(16, 32, stride: 2)
    Block(32, 64, stride: 2)
  }
  package let out: Linear
  package let inputShape: Shape

  /// With the channels, extents and outputs of the samples, if they are images.
  package init(for samples: SampleType? = nil) {
    let (channels, rows, columns) = samples?.image(atLeast: 1) ?? (3, 32, 32)
    inputShape = [channels, rows, columns]
    stem = Sequential {
      Conv2D(channels, 16, kernel: 3, padding: 1)
      ReLU()
    }
    out = Linear(64, samples?.outputs ?? 10)
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try out(blocks(stem(x)).mean(axes: [2, 3])) }
}
