// A generator learns to make points on a circle; a critic learns to tell them from real ones. Two steps share one set of variables, and each trains
// one of the two networks.
import Foundation
import Martlet

let generator = Sequential {
  Linear(2, 32)
  ReLU()
  Linear(32, 32)
  ReLU()
  Linear(32, 2)
}
let critic = Sequential {
  Linear(2, 32)
  ReLU()
  Linear(32, 32)
  ReLU()
  Linear(32, 1)
}

let weights = try Variables(["generator": generator, "critic": critic], seed: 0, on: .best())

let criticStep = try TrainingStep(
  weights, .adam(beta1: 0.5), inputs: .f32(128, 2), .f32(128, 2), training: critic
) { noise, real in
  let (onReal, onFake) = (try critic(real), try critic(generator(noise)))
  // Binary cross entropy with the labels 1 and 0.
  return try (onReal * -1).softplus().mean(axes: [0, 1]) + onFake.softplus().mean(axes: [0, 1])
}

let generatorStep = try TrainingStep(
  weights, .adam(beta1: 0.5), inputs: .f32(128, 2), training: generator
) { noise in
  try (critic(generator(noise)) * -1).softplus().mean(axes: [0, 1])
}

/// SplitMix64, so that every run draws the same numbers: Swift's own generator cannot be seeded.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

var numbers = SeededGenerator(state: 0)
@MainActor func noise() -> [Float] { (0..<256).map { _ in .random(in: -1...1, using: &numbers) } }
@MainActor func circle() -> [Float] {
  (0..<128).flatMap { _ in
    let angle = Float.random(in: 0...2 * .pi, using: &numbers)
    return [cos(angle), sin(angle)]
  }
}

let generate = try Function(weights, inputs: .f32(128, 2)) { noise in try generator(noise) }
for number in 1...3000 {
  // The rate falls to 0: two networks that play against each other do not settle at a constant one.
  let learningRate = 1e-3 * (1 - Double(number - 1) / 3000)
  try criticStep(noise(), circle(), learningRate: learningRate)
  try generatorStep(noise(), learningRate: learningRate)
  if number % 500 == 0 {
    let points: [Float] = try generate(noise())
    let distances = (0..<128).map { abs(hypot(points[2 * $0], points[2 * $0 + 1]) - 1) }
    print("step \(number), mean distance from the circle, loss: \(distances.reduce(0, +) / 128)")
  }
}
