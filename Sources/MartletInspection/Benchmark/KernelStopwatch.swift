import MartletCore
import MartletLoopIR
import MartletRuntime

/// A kernel of its own that is run again and again for the time that it takes.
final class KernelStopwatch {
  /// Of a processor.
  private let executable: (any Executable)?
  /// Of a GPU, which has a clock of its own: reading a result back would take longer than the kernel.
  private let timed: (any TimedExecutable)?
  private let inputs: [any DeviceBuffer]
  private let output: any DeviceBuffer

  /// The kernel's parameters are the inputs and then the output. Throws `M153` where the device lacks the memory.
  init(_ kernel: Kernel, inputs types: [TensorType], output type: TensorType, on backend: any TimingBackend) throws {
    let kernel = try kernel.mappedToThreads(backend.target)
    let program = try Program(
      name: kernel.name,
      parameters: zip(kernel.parameters, types).map { Program.Parameter(name: $0.name, role: .input, type: $1) },
      results: [Program.Result(name: "result", type: type, updates: nil)], kernels: [LoweredKernel(kernel)],
      launches: [.kernel(0, types.indices.map { .parameter($0) } + [.result(0)])], temporaries: [])
    executable = backend.target.mapsToThreads ? nil : try backend.load(program)
    timed = backend.target.mapsToThreads ? try backend.loadTimed(program) : nil
    inputs = try types.map { try backend.makeBuffer($0) }
    output = try backend.makeBuffer(type)
  }

  /// The seconds of one run by all threads.
  func run() throws -> Double {
    if let timed { return try timed.time(inputs, [output]).reduce(0, +) }
    let start = ContinuousClock.now
    try executable?.run(inputs, [output])
    return (ContinuousClock.now - start).seconds
  }

  /// The seconds of several runs, in ascending order. None begins after `seconds`; there is at least one.
  func times(runs: Int, seconds: Double) throws -> [Double] {
    let start = ContinuousClock.now
    var times = [try run()]
    while times.count < runs, (ContinuousClock.now - start).seconds < seconds { times.append(try run()) }
    return times.sorted()
  }
}
