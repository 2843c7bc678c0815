import MartletCore

/// A small vision transformer for digits of 28 x 28: 16 patches of 7 x 7, two blocks of attention with four heads; 71,946 parameters.
/// Source: A. Dosovitskiy et al., "An Image is Worth 16x16 Words", 2020; the mean over patches instead of a class token.
package struct VisionTransformer: Model {
  /// Attention and a network of two layers, each on normalised features and beside a way around it.
  package struct Block: Layer {
    package let attention: Residual
    package let network: Residual

    package init(_ features: Int, heads: Int) {
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

    package func callAsFunction(_ x: Tensor) throws -> Tensor { try network(attention(x)) }
  }

  package let patches = Conv2D(1, 64, kernel: 7, stride: 7)
  package let positions = PositionEmbedding(16, 64)
  package let blocks = Sequential {
    Block(64, heads: 4)
    Block(64, heads: 4)
  }
  package let norm = LayerNorm(64)
  package let out = Linear(64, 10)

  package init() {}

  package var inputShape: Shape { [1, 28, 28] }

  package func callAsFunction(_ x: Tensor) throws -> Tensor {
    let embedded = try patches(x)
    let sequence = try embedded.reshaped([x.shape[0], 64, 16]).transposed([0, 2, 1])
    return try out(norm(blocks(positions(sequence))).mean(axes: [1]))
  }
}
