import MartletCore
import MartletGraph

/// A language model: for each token of `[N, T]` the logits of the next one, `[N, T, vocabulary]`. Its loss is the mean cross entropy over all tokens.
/// Source: A. Radford et al., "Language Models are Unsupervised Multitask Learners", 2019.
package struct GPT: LanguageModel {
  /// Causal attention and a network of two layers, each on normalised features and beside a way around it.
  package struct Block: Layer {
    package let attention: Sequential
    package let network: Sequential

    package init(_ features: Int, heads: Int, _ approximation: GELUApproximation) {
      attention = Sequential {
        LayerNorm(features)
        SelfAttention(features, heads: heads, isCausal: true)
      }
      network = Sequential {
        LayerNorm(features)
        Linear(features, 4 * features)
        GELU(approximation)
        Linear(4 * features, features)
      }
    }

    package func callAsFunction(_ x: Tensor) throws -> Tensor {
      let attended = try x + attention(x)
      return try attended + network(attended)
    }

    /// The same for one more position `[1, 1, features]`, with the keys and values of those before it.
    func decode(_ x: Tensor, position: Tensor, _ states: [Tensor]) throws -> (output: Tensor, states: [Tensor]) {
      guard let attend = attention.layers.last as? SelfAttention, let norm = attention.layers.first else {
        throw MartletError(LayerErrorCode.configuration, "a block of normalisation and attention is needed to decode token by token")
      }
      let (mixed, keys, values) = try attend.decode(norm(x), position: position, keys: states[0], values: states[1])
      let attended = try x + mixed
      return (try attended + network(attended), [keys, values])
    }
  }

  package let tokens: Embedding
  package let positions: Parameter
  package let blocks: Sequential
  package let norm: LayerNorm
  /// Nil where the output has the weights of the embedding.
  package let out: Linear?
  package let inputShape: Shape
  private let vocabulary: Int
  private let features: Int
  private let heads: Int

  package var inputEncoding: InputEncoding { .indices }

  /// Two blocks of four heads over 128 features, for windows of up to 64 bytes; 470,528 parameters.
  package static func small(for samples: SampleType? = nil) -> GPT {
    GPT(vocabulary: 256, positions: 64, features: 128, heads: 4, blocks: 2, isTied: false, .none, for: samples)
  }

  /// GPT-2 with twelve blocks of twelve heads over 768 features, for windows of 64 tokens of up to 1,024; 124,439,808 parameters.
  package static func gpt2(for samples: SampleType? = nil) -> GPT {
    GPT(vocabulary: 50257, positions: 1024, features: 768, heads: 12, blocks: 12, isTied: true, .tanh, for: samples)
  }

  /// Tokens in a window of a model as it was published.
  private static let window = 64

  /// With the window and the vocabulary of the samples, if they are tokens and there are positions enough.
  package init(
    vocabulary: Int, positions: Int, features: Int, heads: Int, blocks: Int, isTied: Bool, _ approximation: GELUApproximation,
    for samples: SampleType? = nil
  ) {
    let window = samples?.window.flatMap { $0 <= positions ? $0 : nil }
    inputShape = [window ?? min(GPT.window, positions)]
    self.vocabulary = window == nil ? vocabulary : samples?.outputs ?? vocabulary
    self.features = features
    self.heads = heads
    tokens = Embedding(self.vocabulary, features)
    self.positions = Parameter([positions, features], .normal(0.02))
    self.blocks = Sequential((0..<blocks).map { _ in Block(features, heads: heads, approximation) })
    norm = LayerNorm(features)
    out = isTied ? nil : Linear(features, self.vocabulary, bias: false)
  }

  package var samples: SampleType {
    SampleType(input: TensorType(.i32, inputShape), target: TensorType(.i32, inputShape), outputs: vocabulary)
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor {
    let used = try x.parameter(positions).slice(starts: [0, 0], limits: [x.shape[1], features])
    let hidden = try norm(blocks(tokens(x) + used))
    return try out.map { try $0(hidden) } ?? tokens.scores(hidden)
  }

  /// Keys and values of each block.
  package func decodingStates(positions: Int) -> [TensorType] {
    blocks.layers.flatMap { _ in
      [TensorType](repeating: TensorType(.f32, [1, heads, positions, features / heads]), count: 2)
    }
  }

  package func decode(_ token: Tensor, position: Tensor, _ states: [Tensor]) throws -> (logits: Tensor, states: [Tensor]) {
    var hidden = try tokens(token) + token.parameter(positions).gather(position)
    var kept: [Tensor] = []
    for (number, layer) in blocks.layers.enumerated() {
      guard let block = layer as? Block else {
        throw MartletError(LayerErrorCode.configuration, "block \(number) is not one of attention: it cannot be decoded token by token")
      }
      let (output, own) = try block.decode(hidden, position: position, Array(states[2 * number..<2 * number + 2]))
      hidden = output
      kept += own
    }
    hidden = try norm(hidden)
    return (try (out.map { try $0(hidden) } ?? tokens.scores(hidden)).reshaped([1, vocabulary]), kept)
  }
}
