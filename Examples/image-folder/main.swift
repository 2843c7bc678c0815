// Classifies images in folders, a folder a class: `image-folder FOLDER`, or the circles, crosses and squares beside this file.
import Martlet

let folder = CommandLine.arguments.dropFirst().first ?? "image-folder/shapes"
// Grey images of 16 x 16 pixels: others are converted.
let images = try ImageFolder.load(folder, shape: [1, 16, 16])
print("\(images.train.count) images of \(images.classes.joined(separator: ", "))")
images.notes.forEach { print($0) }

struct Net: Layer {
  let features = Sequential {
    Conv2D(1, 8, kernel: 3, padding: 1)
    ReLU()
    MaxPool2D(2)
    Conv2D(8, 16, kernel: 3, padding: 1)
    ReLU()
    MaxPool2D(2)
    Flatten()
  }
  let out: Linear

  init(classes: Int) { out = Linear(16 * 4 * 4, classes) }

  func callAsFunction(_ x: Tensor) throws -> Tensor { try out(features(x)) }
}

let net = Net(classes: images.classes.count)
let weights = try Variables(net, seed: 0, on: .best())
// The bytes of the pixels are divided by 255 in the compiled step.
let step = try TrainingStep(weights, .adam(), inputs: .u8(16, 1, 16, 16), .i32(16)) { pixels, labels in
  try net(pixels.scaled()).crossEntropy(labels)
}
let classify = try Function(weights, inputs: .u8(1, 1, 16, 16)) { pixels in try net(pixels.scaled()).argumentOfMaximum(axis: 1) }

let data = try TensorData(["pixels": images.train.pixels, "label": images.train.labels])
let (training, rest) = try data.split(0.8, seed: 0)
for epoch in 1...30 {
  let batches = try training.shuffled(seed: 0, epoch: epoch).batched(16)
  var sum: Float = 0
  while let batch = try batches.next() { sum += try step(batch[0], batch[1], learningRate: 3e-3) }
  if epoch % 5 == 0 { print("epoch \(epoch), loss: \(sum / Float(batches.count))") }
}

if let batch = try rest.batched(rest.count).next() {
  let found: HostTensor = try classify(batch[0])
  let right = try zip(found.numbers, batch[1].numbers).count { $0 == $1 }
  print("\(right) of \(rest.count) images that were not trained on are recognised")
}
