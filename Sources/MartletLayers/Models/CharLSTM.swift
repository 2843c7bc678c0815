import MartletCore
import MartletGraph

/// A language model of bytes with one LSTM: for each token of `[N, T]` the logits of the next one, `[N, T, vocabulary]`.
/// Source: A. Graves, "Generating Sequences With Recurrent Neural Networks", 2013.
package struct CharLSTM: LanguageModel {
  package let tokens: Embedding
  package let lstm: LSTM
  package let out: Linear
  package let inputShape: Shape
  private let vocabulary: Int

  private static let features = 64
  private static let hidden = 256
  /// Tokens in a window of the model as it was published.
  private static let window = 64

  package var inputEncoding: InputEncoding { .indices }

  /// With the window and the vocabulary of the samples, if they are tokens; 411,904 parameters for bytes.
  package init(for samples: SampleType? = nil) {
    let window = samples?.window
    inputShape = [window ?? CharLSTM.window]
    vocabulary = window == nil ? 256 : samples?.outputs ?? 256
    tokens = Embedding(vocabulary, CharLSTM.features)
    lstm = LSTM(CharLSTM.features, CharLSTM.hidden)
    out = Linear(CharLSTM.hidden, vocabulary)
  }

  package var samples: SampleType {
    SampleType(input: TensorType(.i32, inputShape), target: TensorType(.i32, inputShape), outputs: vocabulary)
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor { try out(lstm(tokens(x))) }

  package func decodingStates(positions: Int) -> [TensorType] {
    [TensorType](repeating: TensorType(.f32, [1, 1, CharLSTM.hidden]), count: 2)
  }

  package func decode(_ token: Tensor, position: Tensor, _ states: [Tensor]) throws -> (logits: Tensor, states: [Tensor]) {
    let (output, hidden, cell) = try lstm.states(tokens(token), from: (states[0], states[1]))
    return (try out(output).reshaped([1, vocabulary]), [hidden, cell])
  }
}
