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

  package let patches: Conv2D
  package let positions: PositionEmbedding
  package let blocks: Sequential
  package let norm = LayerNorm(64)
  package let out: Linear
  package let inputShape: Shape
  private let patchCount: Int

  private static let patch = 7

  /// With the channels, extents and outputs of the samples, if they are images of whole patches.
  package init(for samples: SampleType? = nil) {
    let image = samples?.image(atLeast: VisionTransformer.patch)
    let isWhole = image.map { $0.rows % VisionTransformer.patch == 0 && $0.columns % VisionTransformer.patch == 0 } ?? false
    let (channels, rows, columns) = isWhole ? image ?? (1, 28, 28) : (1, 28, 28)
    inputShape = [channels, rows, columns]
    patchCount = rows / VisionTransformer.patch * (columns / VisionTransformer.patch)
    patches = Conv2D(channels, 64, kernel: .square(VisionTransformer.patch), stride: .square(VisionTransformer.patch))
    positions = PositionEmbedding(patchCount, 64)
    blocks = Sequential {
      Block(64, heads: 4)
      Block(64, heads: 4)
    }
    out = Linear(64, samples?.outputs ?? 10)
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor {
    let embedded = try patches(x)
    let sequence = try embedded.reshaped([x.shape[0], 64, patchCount]).transposed([0, 2, 1])
    return try out(norm(blocks(positions(sequence))).mean(axes: [1]))
  }
}
