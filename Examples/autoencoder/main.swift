// Compresses images of 64 pixels to 4 numbers. The loss compares the output with the input itself: there are no labels.
import Martlet

struct Autoencoder: Layer {
  let encoder = Sequential {
    Linear(64, 32)
    Tanh()
    Linear(32, 4)
  }
  let decoder = Sequential {
    Linear(4, 32)
    Tanh()
    Linear(32, 64)
    Sigmoid()
  }

  func callAsFunction(_ x: Tensor) throws -> Tensor { try decoder(encoder(x)) }
}

/// Images of 8 x 8 pixels, each with one bright row or column: sixteen different ones.
func images(_ numbers: Range<Int>) -> [Float] {
  numbers.flatMap { number in
    (0..<64).map { pixel in
      let line = number % 16 < 8 ? pixel / 8 : pixel % 8
      return line == number % 8 ? 1 : 0
    }
  }
}

let net = Autoencoder()
let weights = try Variables(net, seed: 0, on: .best())
let step = try TrainingStep(weights, .adam(), inputs: .f32(16, 64)) { x in try net(x).meanSquaredError(x) }

for number in 1...2000 {
  let loss = try step(images(0..<16), learningRate: 5e-3)
  if number % 400 == 0 { print("step \(number), loss: \(loss)") }
}

// Parts of the trained net are functions too.
let encode = try Function(weights, inputs: .f32(1, 64)) { x in try net.encoder(x) }
let decode = try Function(weights, inputs: .f32(1, 4)) { code in try net.decoder(code) }

let code: [Float] = try encode(images(3..<4))
let image: [Float] = try decode(code)
print("The fourth image is \(code). Decoded:")
for row in 0..<8 {
  print(String(image[row * 8..<row * 8 + 8].map { $0 > 0.5 ? "#" : "." }))
}
