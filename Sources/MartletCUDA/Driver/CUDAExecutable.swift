import CCUDA
import MartletCore
import MartletLoopIR
import MartletRuntime

/// A module on the device.
final class CUDAModule {
  let context: CUDAContext
  private let handle: cuda_handle?

  init(_ context: CUDAContext, image: [UInt8]) throws {
    self.context = context
    var handle: cuda_handle?
    try image.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      try context.driver.check(context.driver.functions.module_load(&handle, start), "compiled kernels are loaded")
    }
    self.handle = handle
  }

  deinit { _ = context.driver.functions.module_unload(handle) }

  fileprivate func function(_ kernel: Kernel) throws -> cuda_handle? {
    var function: cuda_handle?
    let name = CUDAEmitter.symbol(kernel)
    try context.driver.check(context.driver.functions.module_function(&function, handle, name), "kernel @\(kernel.name) is looked up")
    return function
  }
}

/// A kernel's function, which lives as long as its module.
struct CUDAFunction {
  let handle: cuda_handle?
  private let module: CUDAModule

  init(_ kernel: Kernel, _ module: CUDAModule) throws {
    handle = try module.function(kernel)
    self.module = module
  }
}

/// A program on the device. The first run with some buffers records all launches as a graph; each run is one launch of that graph.
/// Only reading a buffer blocks until it has ended.
final class CUDAExecutable: Executable, TimedExecutable {
  private let program: Program
  /// The kernels as they were emitted.
  private let kernels: [Kernel]
  private let functions: [CUDAFunction]
  private let geometries: [LaunchGeometry]
  private let launches: [(kernel: Int, storages: [Program.Storage])]
  /// The launches in the order in which they run, those of loops once a step, with the counters of the loops around them.
  private let order: [(launch: Int, counters: [Int])]
  private let context: CUDAContext
  private let arena: CUDAMemory
  private let tables: [CUDABuffer]
  /// For each temporary memory of its own, if `MARTLET_CHECKS=guard`.
  private let ownMemory: [CUDAMemory]
  private var recorded: cuda_handle?
  /// The addresses that the recorded graph holds.
  private var bound: [cuda_address] = []
  private var outputsHeld: [CUDABuffer] = []

  init(_ program: Program, _ kernels: [Kernel], _ functions: [CUDAFunction], _ context: CUDAContext) throws {
    self.program = program
    self.kernels = kernels
    self.functions = functions
    self.context = context
    geometries = try kernels.map { try LaunchGeometry($0) }
    launches = try program.launches.map { launch in
      guard case .kernel(let index, let storages) = launch else {
        throw MartletError(
          CUDAErrorCode.notMapped, "program \(program.name) has launches that are not kernels: it was lowered for a processor")
      }
      return (index, storages)
    }
    order = program.turns.flatMap { turn in program.phases[turn.phase].map { ($0, turn.counters) } }
    arena = try CUDAMemory(context, byteCount: program.memory.arenaByteCount)
    tables = try program.tables.map { table in
      let buffer = try CUDABuffer(table.tensor.type, context)
      try buffer.write(table.tensor)
      return buffer
    }
    ownMemory =
      RuntimeOptions.guardsTemporaries ? try program.temporaries.map { try CUDAMemory(context, byteCount: $0.type.byteCount) } : []
  }

  deinit { if let recorded { _ = context.driver.functions.graph_executable_destroy(recorded) } }

  var parameters: [Program.Parameter] { program.parameters }
  var results: [Program.Result] { program.results }

  func run(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws {
    try check(arguments, outputs)
    let held = try (arguments + outputs).map(own)
    let addresses = held.map(\.memory.address)
    if addresses != bound || recorded == nil {
      try record(Array(held[..<arguments.count]), Array(held[arguments.count...]))
      (bound, outputsHeld) = (addresses, held)
    }
    if RuntimeOptions.checks {
      try arena.fill(0xff)
      for memory in ownMemory { try memory.fill(0xff) }
    }
    try context.driver.check(context.driver.functions.graph_launch(recorded, context.stream), "program \(program.name) is launched")
  }

  /// Launches one kernel after the other, with an event between any two.
  func time(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws -> [Double] {
    try check(arguments, outputs)
    let address = try addresses(arguments.map(own), outputs.map(own))
    let events = try (0...order.count).map { _ in try CUDAEvent(context) }
    try events[0].record()
    for (number, (index, counters)) in order.enumerated() {
      try self.launch(launches[index].kernel, launches[index].storages.map { address($0, counters) })
      try events[number + 1].record()
    }
    try context.synchronize()
    var seconds = [Double](repeating: 0, count: kernels.count)
    for (number, launch) in order.map({ launches[$0.launch] }).enumerated() {
      seconds[launch.kernel] += try events[number + 1].seconds(since: events[number])
    }
    return seconds
  }

  private func own(_ buffer: any DeviceBuffer) throws -> CUDABuffer {
    guard let own = buffer as? CUDABuffer, own.memory.context === context else {
      throw MartletError(CUDAErrorCode.foreignBuffer, "the device takes buffers that it made")
    }
    return own
  }

  /// The addresses of everything in a run with some buffers.
  private func addresses(_ arguments: [CUDABuffer], _ outputs: [CUDABuffer]) -> (Program.Storage, [Int]) -> cuda_address {
    var remaining = outputs[...]
    let homes = program.results.map { $0.updates.map { arguments[$0] } ?? remaining.popFirst() }
    return { [arena, ownMemory, tables, program] storage, counters in
      var offset: UInt64 = 0
      if case .slice(_, let slice) = storage { offset = UInt64(slice.offset(counters)) }
      return switch storage.root {
      case .parameter(let index): arguments[index].memory.address + offset
      case .result(let index): (homes[index]?.memory.address ?? 0) + offset
      case .temporary(let index):
        (ownMemory.isEmpty ? arena.address + UInt64(program.offsets[index]) : ownMemory[index].address) + offset
      case .table(let index): tables[index].memory.address + offset
      case .slice: 0
      }
    }
  }

  /// Records all launches.
  private func record(_ arguments: [CUDABuffer], _ outputs: [CUDABuffer]) throws {
    let functions = context.driver.functions
    if let recorded { _ = functions.graph_executable_destroy(recorded) }
    recorded = nil
    let address = addresses(arguments, outputs)
    // Only calls of this thread are part of the capture: CU_STREAM_CAPTURE_MODE_THREAD_LOCAL.
    try context.driver.check(functions.capture_begin(context.stream, 1), "the recording of program \(program.name) begins")
    var graph: cuda_handle?
    let launched = Result {
      for (index, counters) in order { try self.launch(launches[index].kernel, launches[index].storages.map { address($0, counters) }) }
    }
    let status = functions.capture_end(context.stream, &graph)
    defer { if let graph { _ = functions.graph_destroy(graph) } }
    try launched.get()
    try context.driver.check(status, "the recording of program \(program.name) ends")
    var executable: cuda_handle?
    try context.driver.check(functions.graph_instantiate(&executable, graph, 0), "the recording of program \(program.name) is made ready")
    recorded = executable
  }

  private func launch(_ index: Int, _ addresses: [cuda_address]) throws {
    let (kernel, geometry) = (kernels[index], geometries[index])
    var cells = addresses
    var range = (Int32(0), Int32(kernel.over))
    let status = cells.withUnsafeMutableBufferPointer { cells in
      withUnsafeMutablePointer(to: &range.0) { begin in
        withUnsafeMutablePointer(to: &range.1) { end in
          var parameters: [UnsafeMutableRawPointer?] = cells.indices.map { position in
            cells.baseAddress.map { UnsafeMutableRawPointer($0 + position) }
          }
          parameters += [UnsafeMutableRawPointer(begin), UnsafeMutableRawPointer(end)]
          let (blocks, threads) = (geometry.blocks.map { UInt32($0) }, geometry.threads.map { UInt32($0) })
          return parameters.withUnsafeMutableBufferPointer { parameters in
            context.driver.functions.launch(
              functions[index].handle, blocks[0], blocks[1], blocks[2], threads[0], threads[1], threads[2], 0, context.stream,
              parameters.baseAddress, nil)
          }
        }
      }
    }
    try context.driver.check(status, "kernel @\(kernel.name) is launched")
  }
}
