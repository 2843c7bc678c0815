// A language model of bytes learns a text and goes on with it: a file that is named, a text in the public domain that Debian has, or a rhyme.
import Glibc
import Martlet

let (window, features) = (24, 32)
struct Block: Layer {
  let attention = Residual {
    LayerNorm(features)
    SelfAttention(features, heads: 4, isCausal: true)
  }
  let network = Residual {
    LayerNorm(features)
    Linear(features, 4 * features)
    GELU()
    Linear(4 * features, features)
  }

  func callAsFunction(_ x: Tensor) throws -> Tensor { try network(attention(x)) }
}

struct GPT: Layer {
  let tokens = Embedding(256, features)
  let positions = Parameter([window, features], .normal(0.02))
  let blocks = Sequential { Block() }
  let norm = LayerNorm(features)

  /// Tokens `[N, T]` to logits `[N, T, 256]`; the output has the weights of the embedding.
  func callAsFunction(_ x: Tensor) throws -> Tensor { try tokens.scores(norm(blocks(tokens(x) + x.parameter(positions)))) }
}

let path = CommandLine.arguments.dropFirst().first ?? ["/usr/share/common-licenses/CC0-1.0"].first { access($0, R_OK) == 0 }
let line = "one, two, three, four, five, once I caught a fish alive; six, seven, eight, nine, ten, then I let it go again. "
let source =
  try path.map { try TextData.read($0, window: window, stride: 7) }
  ?? TextData(String(repeating: line, count: 12), window: window, stride: 7)

let net = GPT()
let weights = try Variables(net, seed: 0, on: .best())
let step = try TrainingStep(weights, .adam(), inputs: .i32(8, window), .i32(8, window)) { x, next in
  try net(x).reshaped([8 * window, 256]).crossEntropy(next.reshaped([8 * window]))
}
var number = 0
for epoch in 1...24 {
  let batches = try source.shuffled(seed: UInt64(epoch)).batched(8)
  while let batch = try batches.next(), batch.count == 8 {
    number += 1
    let loss = try step(batch[0], batch[1], learningRate: 5e-3)
    if number % 500 == 0 { print("step \(number), loss: \(loss)") }
  }
}

// The most likely byte each time, behind the last `window` bytes; the text begins as the file does.
let predict = try Function(weights, inputs: .i32(1, window)) { x in try net(x).argumentOfMaximum(axis: 2) }
var text = try source.batched(1).next()?[0].elements(as: Int32.self) ?? []
for _ in 0..<120 {
  let next: [Int32] = try predict(Array(text.suffix(window)))
  text.append(next[window - 1])
}
print(String(decoding: text.map { UInt8(clamping: $0) }, as: UTF8.self))
