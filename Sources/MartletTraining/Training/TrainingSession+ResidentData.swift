import MartletCompiler
import MartletCore
import MartletGraph
import MartletRuntime

/// Steps that take their batches from data that stay on the device.
extension TrainingSession {
  /// Whether steps should take their batches from data that stay on the device: where copying and waiting costs more than a step.
  package var keepsDataOnDevice: Bool { device.isRemote }

  /// A step that takes batches from the device's copy of a data set.
  struct ResidentStep {
    var bound: CompiledGraphs.Bound
    var batch: Int
    /// The rows of the tables as the host has written them.
    var order: [Int32]
    var rates: [Float]
    var keys: [Int32]
    /// The row of the next step that will be submitted.
    var next = 0
    /// Steps submitted whose losses have not been read yet.
    var inFlight = 0
    /// Which step runs next, and the losses of the last ones.
    var counter: any DeviceBuffer
    var losses: any DeviceBuffer

    var capacity: Int { rates.count }
  }

  /// Steps that were submitted, and their losses on the way.
  struct ResidentSteps {
    let count: Int
    fileprivate let first: Int
    fileprivate let losses: any PendingRead
    fileprivate let counter: any PendingRead
  }

  /// Copies a data set to the device and compiles the step that reads it; `steps` is how many can be submitted before the losses of the first are
  /// read.
  func keepOnDevice(_ source: any DataSource, batch: Int, steps: Int) throws {
    let step = try ResidentFeed.graph(compilation(.training, batch).differentiated(), samples: source.count, steps: steps)
    let counter = try device.makeBuffer(TensorType(.i32, []))
    let losses = try device.makeBuffer(TensorType(.f32, [steps]))
    let own = CompiledGraphs(
      named: [], device, Compiler(fuses: options.fuses, guardedResult: nonFinitePolicy == .stop ? StepNames.loss : nil),
      variable: { [state] name, type in
        switch name {
        case ResidentFeed.step: counter
        case ResidentFeed.losses: losses
        default: try state.buffer(name, type)
        }
      }, make: { _ in step })
    if let compiling = graphs[.training]?.compiling { own.compiling = compiling }
    let bound = try own.bind(step)
    let all = Array(0..<source.count)
    try bound.fill(ResidentFeed.images) { try source.write(0, of: all, to: $0) }
    try bound.fill(ResidentFeed.labels) { try source.write(1, of: all, to: $0) }
    resident = ResidentStep(
      bound: bound, batch: batch, order: [Int32](repeating: 0, count: steps * batch), rates: [Float](repeating: 0, count: steps),
      keys: [Int32](repeating: 0, count: steps * 2), counter: counter, losses: losses)
  }

  /// Submits steps on samples of the data set on the device, `batch` of them each, and returns at once. `firstNumber` is the
  /// number of the first over all epochs. Steps submitted before may still be running.
  func begin(samples: [Int32], learningRates: [Float], firstNumber: Int) throws -> ResidentSteps {
    let count = learningRates.count
    guard var own = resident, count > 0, samples.count == count * own.batch, own.inFlight + count <= own.capacity else {
      throw MartletError(TrainingErrorCode.inconsistentGraph, "the data set is not on the device, or not for so many steps")
    }
    let first = own.next
    for number in 0..<count {
      let row = (first + number) % own.capacity
      own.order.replaceSubrange(row * own.batch..<(row + 1) * own.batch, with: samples[number * own.batch..<(number + 1) * own.batch])
      own.rates[row] = learningRates[number]
      (own.keys[row * 2], own.keys[row * 2 + 1]) = (
        Int32(truncatingIfNeeded: options.seed), Int32(truncatingIfNeeded: firstNumber + number)
      )
    }
    own.next = (first + count) % own.capacity
    own.inFlight += count
    resident = own
    // The device copies in order: steps before these still see the tables as they were.
    try own.order.withUnsafeBytes { try own.bound.inputs[ResidentFeed.order]?.write($0) }
    try own.rates.withUnsafeBytes { try own.bound.inputs[ResidentFeed.rates]?.write($0) }
    try own.keys.withUnsafeBytes { try own.bound.inputs[ResidentFeed.keys]?.write($0) }
    for _ in 0..<count { try run(own.bound) }
    return ResidentSteps(count: count, first: first, losses: try own.losses.readLater(), counter: try own.counter.readLater())
  }

  /// Waits for steps and returns their losses. If the policy is to stop, the first loss that is not finite is the last: steps submitted
  /// after it do nothing.
  func losses(of steps: ResidentSteps) throws -> [Float] {
    guard var own = resident else { return [] }
    let table = try steps.losses.wait().numbers
    own.inFlight -= steps.count
    resident = own
    // A loss that is not finite is not noted, and the counter stands still from there on.
    let counter = Int(try steps.counter.wait().numbers.first ?? 0)
    let isDone = nonFinitePolicy != .stop || counter == (steps.first + steps.count) % own.capacity
    let done = isDone ? steps.count : (counter - steps.first + own.capacity) % own.capacity
    let losses = (0..<done).map { Float(table[(steps.first + $0) % own.capacity]) }
    return isDone ? losses : losses + [try loss(own.bound)]
  }
}
