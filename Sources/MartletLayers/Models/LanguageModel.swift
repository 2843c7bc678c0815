import MartletCore

/// A model that predicts the next token of a text, and that can read a text token by token.
///
/// A whole window `i32[N, T]` gives logits `[N, T, vocabulary]`. Token by token, what the model keeps of the tokens so far are values of one
/// sequence that begin as zeros: keys and values of attention, or hidden states. Both ways give the same logits up to rounding.
package protocol LanguageModel: Model {
  /// What is kept for a sequence of at most `positions` tokens.
  func decodingStates(positions: Int) -> [TensorType]
  /// The logits `[1, vocabulary]` behind one more token `i32[1, 1]`, and the new states. `position` `i32[1]` counts the tokens before it.
  func decode(_ token: Tensor, position: Tensor, _ states: [Tensor]) throws -> (logits: Tensor, states: [Tensor])
}
