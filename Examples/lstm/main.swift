// Forecasts waves: an LSTM reads 24 values of a wave and says at each of them what the next one will be.
import Glibc
import Martlet

struct Forecaster: Layer {
  let lstm = LSTM(1, 24)
  let out = Linear(24, 1)

  /// `[N, T, 1]` to `[N, T, 1]`.
  func callAsFunction(_ x: Tensor) throws -> Tensor { try out(lstm(x)) }
}

/// 25 values of each of 16 waves of different frequencies and phases.
func waves(_ number: Int) -> [[Float]] {
  (0..<16).map { wave in
    let (frequency, phase) = (0.25 + 0.02 * Double((wave * 7 + number) % 16), 0.4 * Double((wave * 5 + number * 3) % 16))
    return (0..<25).map { Float(sin(frequency * Double($0) + phase)) }
  }
}

let net = Forecaster()
let weights = try Variables(net, seed: 0, on: .best())
let step = try TrainingStep(weights, .adam(), inputs: .f32(16, 24, 1), .f32(16, 24, 1)) { x, next in try net(x).meanSquaredError(next) }

for number in 1...400 {
  let batch = waves(number)
  let loss = try step(batch.flatMap { $0.dropLast() }, batch.flatMap { $0.dropFirst() }, learningRate: 5e-3)
  if number % 100 == 0 { print("step \(number), loss: \(loss)") }
}

// A step of the forecast keeps the states: the net goes on with what it has said itself.
let forecast = try Function(
  weights, inputs: [.f32(1, 1, 1), InputSpecification.f32(1, 1, 24).withoutBatch, InputSpecification.f32(1, 1, 24).withoutBatch]
) { inputs in
  let (output, hidden, cell) = try net.lstm.states(inputs[0], from: (inputs[1], inputs[2]))
  return NamedTensors(["next": try net.out(output), "hidden": hidden, "cell": cell])
}
var states = [[Float](repeating: 0, count: 24), [Float](repeating: 0, count: 24)]
var value: Float = 0
for position in 0..<36 {
  // The first 24 values are given, the others are the net's own.
  let given = Float(sin(0.3 * Double(position)))
  let results = try forecast.values([position < 24 ? given : value], states[0], states[1])
  value = Float(results.number("next") ?? 0)
  states = ["hidden", "cell"].map { results[$0]?.elements(as: Float.self) ?? [] }
  if position >= 24 { print("forecast \(value), wave \(sin(0.3 * Double(position + 1)))") }
}
