import MartletCore

/// A text for language models: sample k has the `window` tokens from k · `stride` on (`tokens`, i32[window]) and those one place further
/// (`next`, i32[window]), which a model predicts.
public struct TextData: DataSource, BuiltInSource {
  /// What the tokens stand for.
  public let vocabulary: TextVocabulary
  /// Tokens in a sample.
  package let window: Int
  /// Tokens from the beginning of a sample to that of the next one.
  package let stride: Int
  package let length: Int
  package let parts: [DataElement]
  /// A byte each where the vocabulary is no larger.
  private let tokens: Tokens

  private enum Tokens: Sendable {
    case narrow([UInt8])
    case wide([Int32])
  }

  /// A text in windows. `stride` is `window` without it: each token is then in one sample. `vocabulary` is all bytes without it; a second
  /// text is read with the vocabulary of the first one.
  ///
  /// Throws M1022 for a window or stride below 1, M1032 for a text that has fewer tokens than a window and one, M1034 for a character that
  /// the vocabulary does not have.
  public init(_ text: String, window: Int, stride: Int? = nil, vocabulary: TextVocabulary = .bytes) throws {
    if vocabulary.unit == .bytes {
      try self.init(.narrow(Array(text.utf8)), window, stride, vocabulary)
    } else {
      let tokens = try vocabulary.tokens(of: text)
      try self.init(vocabulary.count <= 256 ? .narrow(tokens.map { UInt8(clamping: $0) }) : .wide(tokens), window, stride, vocabulary)
    }
  }

  /// Bytes in windows, whatever they are. Throws as with a text.
  public init(bytes: [UInt8], window: Int, stride: Int? = nil) throws { try self.init(.narrow(bytes), window, stride, .bytes) }

  /// The text of a file in windows of bytes or of characters. Throws M104 for characters of a file that is no UTF-8, M101 to M103 where the
  /// system does not give it, else as with a text.
  public static func read(_ path: String, window: Int, stride: Int? = nil, unit: TextVocabulary.Unit = .bytes) throws -> TextData {
    guard unit == .characters else { return try TextData(bytes: try FileBytes.read(path), window: window, stride: stride) }
    let text = try FileBytes.readText(path)
    return try TextData(text, window: window, stride: stride, vocabulary: .characters(of: text))
  }

  private init(_ tokens: Tokens, _ window: Int, _ stride: Int?, _ vocabulary: TextVocabulary) throws {
    let stride = stride ?? window
    for (name, value) in [("window", window), ("stride", stride)] where value < 1 {
      throw MartletError(DataErrorCode.impossibleChoice, "a \(name) of \(value) tokens is not possible", advice: "Give at least 1.")
    }
    let tokenCount =
      switch tokens {
      case .narrow(let tokens): tokens.count
      case .wide(let tokens): tokens.count
      }
    guard tokenCount > window else {
      throw MartletError(
        DataErrorCode.tooFewSamples, "the text has \(tokenCount) tokens; a window of \(window) needs one more than it has itself",
        advice: "Use a longer text, or a smaller window.")
    }
    self.tokens = tokens
    self.vocabulary = vocabulary
    self.window = window
    self.stride = stride
    length = (tokenCount - 1 - window) / stride + 1
    parts = ["tokens", "next"].map { DataElement($0, .i32, [window], classes: vocabulary.names) }
  }

  package func copy(_ element: Int, of samples: [Int], to memory: UnsafeMutableRawBufferPointer) throws {
    try checkWrite(element, of: samples, to: memory)
    let target = memory.bindMemory(to: Int32.self)
    for (position, sample) in samples.enumerated() {
      let (from, to) = (sample * stride + element, position * window)
      switch tokens {
      case .narrow(let tokens): for token in 0..<window { target[to + token] = Int32(tokens[from + token]) }
      case .wide(let tokens): for token in 0..<window { target[to + token] = tokens[from + token] }
      }
    }
  }
}
