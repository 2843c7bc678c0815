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

func noise() -> [Float] { (0..<256).map { _ in .random(in: -1...1) } }
func circle() -> [Float] {
  (0..<128).flatMap { _ in
    let angle = Float.random(in: 0...2 * .pi)
    return [cos(angle), sin(angle)]
  }
}

let generate = try Function(weights, inputs: .f32(128, 2)) { noise in try generator(noise) }
for number in 1...3000 {
  try criticStep(noise(), circle(), learningRate: 1e-3)
  try generatorStep(noise(), learningRate: 1e-3)
  if number % 500 == 0 {
    let points: [Float] = try generate(noise())
    let distances = (0..<128).map { abs(hypot(points[2 * $0], points[2 * $0 + 1]) - 1) }
    print("step \(number), mean distance from the circle, loss: \(distances.reduce(0, +) / 128)")
  }
}
