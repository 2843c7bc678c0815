import MartletCommandLine

@testable import MartletTraining

extension TrainingSession {
  /// A session with the options that tests vary.
  convenience init(
    _ model: any Model, name: String, device: any ExecutionDevice, optimizer: UpdateRule = .adam(AdamUpdate()), fuses: Bool = true,
    seed: UInt64, nonFinitePolicy: NonFinitePolicy = .stop
  ) throws {
    var options = Options()
    (options.fuses, options.seed, options.nonFinitePolicy) = (fuses, seed, nonFinitePolicy)
    try self.init(model, name: name, device: device, optimizer: optimizer, options: options)
  }
}

/// Images of bytes with the numbers of their classes.
func labelledImages(_ shape: Shape, _ pixels: [UInt8], _ labels: [UInt8]) throws -> TensorData {
  try TensorData([
    "image": HostTensor(Shape([labels.count] + shape.extents), elements: pixels),
    "label": HostTensor([labels.count], elements: labels.map { Int32($0) }),
  ])
}
