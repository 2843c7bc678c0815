// Marks discs in noisy images: a small U-Net gives a logit for each pixel.
import Martlet

struct UNet: Layer {
  let down = Sequential {
    Conv2D(1, 8, kernel: 3, padding: 1)
    ReLU()
  }
  let middle = Sequential {
    MaxPool2D(2)
    Conv2D(8, 16, kernel: 3, padding: 1)
    ReLU()
    ConvTranspose2D(16, 8, kernel: 2, stride: 2)
  }
  let out = Sequential {
    Conv2D(16, 8, kernel: 3, padding: 1)
    ReLU()
    Conv2D(8, 1, kernel: 1)
  }

  /// `[N, 1, H, W]` to `[N, 1, H, W]`: what was seen before the pooling goes around the middle.
  func callAsFunction(_ x: Tensor) throws -> Tensor {
    let near = try down(x)
    return try out(middle(near).concatenated([near], axis: 1))
  }
}

/// Eight images of 16 x 16 pixels, each with a disc in noise, and the masks of the discs.
func discs(_ number: Int) -> (images: [Float], masks: [Float]) {
  var (images, masks): ([Float], [Float]) = ([], [])
  var noise = UInt32(truncatingIfNeeded: number &* 2_654_435_761)
  for sample in 0..<8 {
    let (row, column, radius) = ((number * 5 + sample * 7) % 10 + 3, (number * 3 + sample * 11) % 10 + 3, 2 + (number + sample) % 3)
    for pixel in 0..<256 {
      let (y, x) = (pixel / 16 - row, pixel % 16 - column)
      noise = noise &* 1_664_525 &+ 1_013_904_223
      let isInside = y * y + x * x <= radius * radius
      masks.append(isInside ? 1 : 0)
      images.append((isInside ? 0.6 : 0) + Float(noise >> 8) / Float(1 << 24))
    }
  }
  return (images, masks)
}

let net = UNet()
let weights = try Variables(net, seed: 0, on: .best())
let step = try TrainingStep(weights, .adam(), inputs: .f32(8, 1, 16, 16), .f32(8, 1, 16, 16)) { x, mask in
  try net(x).binaryCrossEntropy(mask)
}
for number in 1...400 {
  let (images, masks) = discs(number)
  let loss = try step(images, masks, learningRate: 5e-3)
  if number % 100 == 0 { print("step \(number), loss: \(loss)") }
}

let segment = try Function(weights, inputs: .f32(8, 1, 16, 16)) { x in try net(x).sigmoid() }
let probabilities: [Float] = try segment(discs(1000).images)
for row in 0..<16 { print(String(probabilities[row * 16..<row * 16 + 16].map { $0 > 0.5 ? "#" : "." })) }
