import MartletCore

/// Three residual blocks without normalisation, for colour images of 32 x 32; 77,706 parameters.
/// Source: K. He et al., "Deep Residual Learning for Image Recognition", 2015.
public struct ResNet8: Model {
  /// Two convolutions of 3 x 3 around which the input goes: as it is, or through a convolution of 1 x 1 where the shape changes.
  public struct Block: Layer {
    public let body: Sequential
    public let skip: Sequential

    public init(_ inputChannels: Int, _ outputChannels: Int, stride: Extents2D) {
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

    public func callAsFunction(_ x: Tensor) throws -> Tensor { try (body(x) + skip(x)).relu() }
  }

  public let stem = Sequential {
    Conv2D(3, 16, kernel: 3, padding: 1)
    ReLU()
  }
  public let blocks = Sequential {
    Block(16, 16, stride: 1)
    Block(16, 32, stride: 2)
    Block(32, 64, stride: 2)
  }
  public let out = Linear(64, 10)

  public init() {}

  public var inputShape: Shape { [3, 32, 32] }

  public func callAsFunction(_ x: Tensor) throws -> Tensor { try out(blocks(stem(x)).mean(axes: [2, 3])) }
}
