import MartletCore
import MartletLoopIR
import MartletRuntime

/// A program in machine code: runs its launches one after the other, each divided among the workers.
final class CPUExecutable: Executable {
  private let program: Program
  /// Keeps the code in memory.
  private let module: JITModule
  private let functions: [KernelFunction]
  private let pool: WorkerPool
  private let arena: HostBuffer
  /// The addresses of all launches' buffers, one launch after the other.
  private let addresses: UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>
  private let starts: [Int]
  private let storages: [Program.Storage]

  init(_ program: Program, _ module: JITModule, _ functions: [KernelFunction], _ pool: WorkerPool) throws {
    self.program = program
    self.module = module
    self.functions = functions
    self.pool = pool
    arena = HostBuffer(TensorType(.u8, [program.memory.arenaByteCount]))
    var starts: [Int] = []
    var storages: [Program.Storage] = []
    for launch in program.launches {
      starts.append(storages.count)
      storages += launch.storages
    }
    self.starts = starts
    self.storages = storages
    addresses = .allocate(capacity: max(storages.count, 1))
    addresses.initialize(repeating: nil)
  }

  deinit { addresses.deallocate() }

  var parameters: [Program.Parameter] { program.parameters }
  var results: [Program.Result] { program.results }

  func run(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws {
    try check(arguments, outputs)
    try bind(arguments, outputs)
    if RuntimeOptions.checks {
      // A launch at a time, so that freed memory can be poisoned in between.
      for index in program.launches.indices {
        pool.run { worker in launch(index, worker) }
        poison(after: index)
      }
      return
    }
    pool.run { worker in
      for index in program.launches.indices {
        launch(index, worker)
        pool.barrier()
      }
    }
  }

  private func bind(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws {
    func host(_ buffer: any DeviceBuffer) throws -> UnsafeMutableRawPointer? {
      guard let host = buffer as? HostBuffer else { throw MartletError(.invalidInput, "the cpu device takes buffers that it made") }
      return host.bytes.baseAddress
    }
    let argumentAddresses = try arguments.map(host)
    var outputAddresses: [UnsafeMutableRawPointer?] = []
    var next = 0
    for result in program.results {
      outputAddresses.append(result.updates == nil ? try host(outputs[next]) : nil)
      if result.updates == nil { next += 1 }
    }
    for (position, storage) in storages.enumerated() {
      addresses[position] =
        switch storage {
        case .parameter(let index): argumentAddresses[index]
        case .result(let index): outputAddresses[index]
        case .temporary(let index): arena.bytes.baseAddress.map { $0 + program.memory.offsets[index] }
        }
    }
  }

  private func launch(_ index: Int, _ worker: Int) {
    switch program.launches[index] {
    case .kernel(let kernel, _):
      let range = pool.range(program.kernels[kernel].over, worker: worker, multiple: program.kernels[kernel].multiple)
      guard !range.isEmpty, let base = addresses.baseAddress else { return }
      functions[kernel](UnsafePointer(base + starts[index]), range.lowerBound, range.upperBound)
    case .copy(let source, _):
      guard worker == 0, let from = addresses[starts[index]], let to = addresses[starts[index] + 1] else { return }
      to.copyMemory(from: from, byteCount: program.type(of: source).byteCount)
    }
  }

  /// Fills what died with this launch with bytes that are NaN as f32 and f64.
  private func poison(after index: Int) {
    for (temporary, request) in program.memory.requests.enumerated() where request.lifetime.upperBound == index {
      let start = program.memory.offsets[temporary]
      for position in start..<start + request.byteCount { arena.bytes[position] = 0xff }
    }
  }
}
