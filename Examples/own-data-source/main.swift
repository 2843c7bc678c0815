// A data set that is computed: waves, and how many of them there are. Any type with three members is a source; Martlet shuffles, splits, batches
// and reads it ahead.
import Foundation
import Martlet

/// Sample i is a sine over 32 points with a phase of its own; its label is the number of waves less one.
struct Waves: DataSource {
  let count: Int
  let elements = [
    DataElement("wave", .f32, [32]), DataElement("label", .i32, [], classes: ["one", "two", "three", "four"]),
  ]

  func write(_ element: Int, of samples: [Int], to memory: UnsafeMutableRawBufferPointer) throws {
    try checkWrite(element, of: samples, to: memory)
    for (place, sample) in samples.enumerated() {
      let waves = sample % 4 + 1
      guard element == 0 else {
        memory.storeBytes(of: Int32(waves - 1), toByteOffset: 4 * place, as: Int32.self)
        continue
      }
      for point in 0..<32 {
        let angle = 2 * Float.pi * (Float(waves * point) / 32 + Float(sample) * 0.618)
        memory.storeBytes(of: sin(angle), toByteOffset: 4 * (32 * place + point), as: Float.self)
      }
    }
  }
}

struct Net: Layer {
  let hidden = Linear(32, 64)
  let out = Linear(64, 4)

  func callAsFunction(_ x: Tensor) throws -> Tensor { try out(hidden(x).relu()) }
}

let net = Net()
let weights = try Variables(net, seed: 0, on: .best())
let step = try TrainingStep(weights, .adam(), inputs: .f32(32, 32), .i32(32)) { waves, labels in
  try net(waves).crossEntropy(labels)
}
let test = try Function(weights, inputs: .f32(32, 32), .i32(32)) { waves, labels in try net(waves).accuracy(labels) }

let (training, rest) = try Waves(count: 2000).split(0.9, seed: 0)
for epoch in 0..<5 {
  let batches = try training.shuffled(seed: 0, epoch: epoch).batched(32).prefetched()
  var sum: Float = 0
  while let batch = try batches.next() {
    sum += try step(batch["wave"], batch["label"], learningRate: 3e-3)
  }
  print("epoch \(epoch + 1), loss: \(sum / Float(batches.count))")
}
if let all = try rest.batched(rest.count).next() {
  let share: HostTensor = try test(all[0], all[1])
  print("accuracy on \(rest.count) other waves: \(share.numbers[0])")
}
