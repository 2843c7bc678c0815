// Predicts the price of a house from the other columns of a CSV file.
import Martlet

struct Net: Layer {
  let hidden = Linear(4, 32)
  let out = Linear(32, 1)

  func callAsFunction(_ x: Tensor) throws -> Tensor { try out(hidden(x).relu()) }
}

let table = try CSVTable.read("regression/houses.csv")
print("\(table.rows) houses: \(table.columns.map(\.name).joined(separator: ", "))")
// Two elements a sample: the other columns, f32[4], and the price, f32[1].
let data = try table.data(targets: ["price"])

let net = Net()
let weights = try Variables(net, seed: 0, on: .best())
let step = try TrainingStep(weights, .adam(), inputs: .f32(32, 4), .f32(32, 1)) { features, price in
  try net(features).meanSquaredError(price)
}
let test = try Function(weights, inputs: .f32(32, 4), .f32(32, 1)) { features, price in
  try net(features).meanSquaredError(price)
}

let (training, rest) = try data.split(0.9, seed: 0)
for epoch in 1...100 {
  let batches = try training.shuffled(seed: 0, epoch: epoch).batched(32)
  var sum: Float = 0
  while let batch = try batches.next() { sum += try step(batch[0], batch[1], learningRate: 1e-2) }
  if epoch % 20 == 0 { print("epoch \(epoch), loss: \(sum / Float(batches.count))") }
}
if let houses = try rest.batched(rest.count).next() {
  let error: [Float] = try test(houses[0], houses[1])
  print("mean squared error of the \(rest.count) houses that were not trained on: \(error[0])")
}
