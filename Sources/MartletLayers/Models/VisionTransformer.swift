import MartletCore

/// A small vision transformer for digits of 28 x 28: 16 patches of 7 x 7, two blocks of attention with four heads; 71,946 parameters.
/// Source: A. Dosovitskiy et al., "An Image is Worth 16x16 Words", 2020; the mean over patches instead of a class token.
public struct VisionTransformer: Model {
  /// Attention and a network of two layers, each on normalised features and beside a way around it.
  public struct Block: Layer {
    public let attention: Residual
    public let network: Residual

    public init(_ features: Int, heads: Int) {
      attention = Residual {
        LayerNorm(features)
        SelfAttention(features, heads: heads)
      }
      network = Residual {
        LayerNorm(features)
        Linear(features, 2 * features)
        GELU()
        Linear(2 * features, features)
      }
    }

    public func callAsFunction(_ x: Tensor) throws -> Tensor { try network(attention(x)) }
  }

  public let patches = Conv2D(1, 64, kernel: 7, stride: 7)
  public let positions = PositionEmbedding(16, 64)
  public let blocks = Sequential {
    Block(64, heads: 4)
    Block(64, heads: 4)
  }
  public let norm = LayerNorm(64)
  public let out = Linear(64, 10)

  public init() {}

  public var inputShape: Shape { [1, 28, 28] }

  public func callAsFunction(_ x: Tensor) throws -> Tensor {
    let embedded = try patches(x)
    let sequence = try embedded.reshaped([x.shape[0], 64, 16]).transposed([0, 2, 1])
    return try out(norm(blocks(positions(sequence))).mean(axes: [1]))
  }
}
