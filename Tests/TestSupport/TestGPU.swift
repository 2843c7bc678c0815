import CCUDA
import MartletCompiler
import MartletCUDA
import MartletCore
import MartletGraph
import MartletLowering
import MartletRuntime

/// The GPU that tests run on: emulated, with blocks and threads in an order of their own; the machine's where `MARTLET_TEST_GPU=cuda` asks for it.
package func testGPU(order seed: UInt32 = 1) throws -> CUDABackend {
  FileBytes.environment("MARTLET_TEST_GPU") == "cuda" ? try CUDABackend() : try CUDABackend.emulated(seed: seed)
}

/// The orders that are worth trying: of a real GPU nobody chooses one.
package func testOrders(_ seeds: [UInt32]) -> [UInt32] {
  FileBytes.environment("MARTLET_TEST_GPU") == "cuda" ? Array(seeds.prefix(1)) : seeds
}

/// Runs checks on that GPU, with blocks and threads in several orders. One compilation a graph would take half a second each: the checks run once more
/// before, on a device that notes the graphs and interprets them; then they are compiled together. They must ask for the same graphs each time.
package func onTestGPU(orders seeds: [UInt32] = [1], _ checks: (any ExecutionDevice) throws -> Void) throws {
  let collector = CollectingDevice()
  try checks(collector)
  let backend = try testGPU()
  var executables: [any Executable] = []
  for start in stride(from: 0, to: collector.requests.count, by: CollectingDevice.compiledTogether) {
    let requests = collector.requests[start..<min(start + CollectingDevice.compiledTogether, collector.requests.count)]
    executables += try backend.load(all: requests.map { try Lowering.lower($0.graph, for: .cuda, $0.options) })
  }
  for seed in testOrders(seeds) {
    setOrder(seed)
    try checks(PreparedDevice(backend, Array(zip(collector.requests.map(\.graph), executables))))
  }
}

/// Blocks and threads of what this thread runs on an emulated GPU come in another order from now on.
package func setOrder(_ seed: UInt32) { cuda_imitation_order(seed) }

private final class CollectingDevice: ExecutionDevice {
  static let compiledTogether = 200
  private let interpreter = InterpreterDevice()
  private(set) var requests: [(graph: Graph, options: Lowering.Options)] = []

  let name = "cuda"
  let isRemote = true
  func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { try interpreter.makeBuffer(type) }
  func compile(_ graph: Graph, _ options: Lowering.Options) throws -> any Executable {
    requests.append((graph, options))
    return try interpreter.compile(graph, options)
  }
}

private final class PreparedDevice: ExecutionDevice {
  private let backend: CUDABackend
  private var prepared: ArraySlice<(Graph, any Executable)>

  init(_ backend: CUDABackend, _ prepared: [(Graph, any Executable)]) {
    self.backend = backend
    self.prepared = prepared[...]
  }

  let name = "cuda"
  let isRemote = true
  func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { try backend.makeBuffer(type) }
  func compile(_ graph: Graph, _ options: Lowering.Options) throws -> any Executable {
    guard let (expected, executable) = prepared.popFirst(), expected == graph else {
      throw MartletError(LoweringErrorCode.noKernel, "the checks ask for another graph the second time")
    }
    return executable
  }
}
