import CCUDA
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import TestSupport
import Testing

@testable import MartletCUDA

/// What is asked of the driver: launches, graphs, and what happens when a call fails. The imitated driver counts.
@Suite struct DriverCalls {
  private static let kinds = ["memory", "module", "stream", "graph", "graph executable", "context", "event", "host memory"]

  private static func live() -> [Int] { kinds.map { Int(cuda_imitation_live($0)) } }

  private static let graph = """
    graph @step(input %x: f32[3, 700], parameter %w: f32[700]) -> (loss: f32[], w: f32[700]) {
      %0 = broadcast(%w) {shape = [3, 700], axes = [1]} : f32[3, 700]
      %1 = mul(%x, %0) : f32[3, 700]
      %2 = reduce_sum(%1) {axes = [0, 1]} : f32[]
      %3 = reduce_sum(%x) {axes = [0]} : f32[700]
      %4 = sub(%w, %3) : f32[700]
      return %2, %4
    }
    """

  /// A whole life: a device, buffers, a program, runs, results.
  private static func live(runs: Int, isTimed: Bool = false, between: (Int) -> Void = { _ in }) throws -> [HostTensor] {
    let graph = try GraphParser.parse(Self.graph)
    let device = CompilingDevice(try CUDABackend.emulated())
    let executable = try device.compile(graph, Lowering.Options(guardingResult: "loss"))
    let arguments = try executable.parameters.enumerated().map { position, parameter in
      let buffer = try device.makeBuffer(parameter.type)
      try buffer.write(fill(parameter.type, .uniform(-1, 1), seed: UInt64(position)))
      return buffer
    }
    let loss = try device.makeBuffer(TensorType(.f32, []))
    for run in 0..<runs {
      try executable.run(arguments, [loss])
      between(run)
    }
    let arrived = try loss.readLater()
    if isTimed { _ = try (executable as? any TimedExecutable)?.time(arguments, [loss]) }
    #expect(try arrived.wait() == loss.read() || isTimed)
    return [try loss.read(), try arguments[1].read()]
  }

  /// A step is one launch of a graph, which nobody waits for; kernels are launched one by one while it is recorded only.
  @Test func aStepIsOneGraph() throws {
    var counts: [(launches: Int, graphs: Int, waits: Int, recordings: Int)] = []
    let results = try DriverCalls.live(runs: 4) { _ in
      counts.append(
        (
          Int(cuda_imitation_calls("launch")), Int(cuda_imitation_calls("graph_launch")), Int(cuda_imitation_calls("stream_synchronize")),
          Int(cuda_imitation_calls("capture_begin"))
        ))
    }
    for (before, after) in zip(counts, counts.dropFirst()) {
      #expect(after.launches == before.launches && after.graphs == before.graphs + 1 && after.waits == before.waits)
      #expect(after.recordings == before.recordings)
    }
    let graph = try GraphParser.parse(DriverCalls.graph)
    var w = fill(TensorType(.f32, [700]), .uniform(-1, 1), seed: 1)
    let x = fill(TensorType(.f32, [3, 700]), .uniform(-1, 1), seed: 0)
    var loss = w
    for _ in 0..<4 {
      let step = try graph.evaluate([x, w])
      (loss, w) = (step[0], step[1])
    }
    #expect(distance(results[0], loss) <= 1e-5 && distance(results[1], w) <= 1e-5)
  }

  /// Another buffer is another recording; the old one is given back.
  @Test func anotherBufferIsRecordedAnew() throws {
    let before = DriverCalls.live()
    do {
      let device = CompilingDevice(try CUDABackend.emulated())
      let graph = try GraphParser.parse("graph @f(input %x: f32[5]) -> (y: f32[5]) {\n  %0 = exp(%x) : f32[5]\n  return %0\n}")
      let executable = try device.compile(graph)
      let x = fill(TensorType(.f32, [5]), .uniform(-1, 1), seed: 3)
      for _ in 0..<3 {
        let (input, output) = (try device.makeBuffer(x.type), try device.makeBuffer(x.type))
        try input.write(x)
        let recordings = cuda_imitation_calls("capture_begin")
        for _ in 0..<2 { try executable.run([input], [output]) }
        #expect(cuda_imitation_calls("capture_begin") == recordings + 1)
        #expect(try distance(output.read(), graph.evaluate([x])[0]) <= 1e-6)
      }
    }
    #expect(DriverCalls.live() == before)
  }

  /// Wherever the driver fails, an error with its name comes out and nothing is left behind.
  @Test(arguments: [
    "init", "device_count", "device_name", "device_attribute", "context_retain", "context_set_current", "stream_create", "module_load",
    "module_function", "memory_allocate", "set_bytes", "copy_to_device", "copy_to_host", "stream_synchronize", "capture_begin", "launch",
    "capture_end", "graph_instantiate", "graph_launch", "event_create", "event_record", "event_elapsed",
    "event_synchronize", "host_allocate",
  ]) func everyCallIsChecked(_ function: String) throws {
    let before = DriverCalls.live()
    var failures = 0
    while failures < 40 {
      let calls = cuda_imitation_calls(function)
      cuda_imitation_fail(function, Int32(failures), 719)
      do {
        _ = try DriverCalls.live(runs: 2, isTimed: true)
        // So many calls there are not.
        cuda_imitation_fail("none", 0, 0)
        #expect(Int(cuda_imitation_calls(function) - calls) <= failures)
        break
      } catch let error as MartletError {
        #expect(error.kind == .unavailable && error.message.contains("error 719"), "\(error)")
      }
      #expect(DriverCalls.live() == before, "\(function), call \(failures + 1)")
      failures += 1
    }
    #expect(failures > 0, "\(function) is never called")
    #expect(DriverCalls.live() == before)
  }

  /// What `--device auto` asks a GPU for before it takes it.
  @Test func aGPUThatWorksIsTaken() throws {
    try CUDABackend.emulated().checkAddition()
    cuda_imitation_fail("graph_launch", 0, 700)
    #expect(throws: MartletError.self) { try CUDABackend.emulated().checkAddition() }
    // Without a GPU there is nothing to ask.
    if FileBytes.environment("MARTLET_TEST_GPU") != "cuda" { #expect(throws: MartletError.self) { try CUDABackend.checked() } }
  }

  /// Each kernel is timed by the events around it, and what is computed is what a run computes.
  @Test func kernelsAreTimed() throws {
    let graph = try GraphParser.parse(DriverCalls.graph)
    let backend = try CUDABackend.emulated()
    let program = try Lowering.lower(graph, for: .cuda)
    let timed = try backend.loadTimed(program)
    let arguments = try graph.parameters.enumerated().map { position, parameter in
      let buffer = try backend.makeBuffer(parameter.type)
      try buffer.write(fill(parameter.type, .uniform(-1, 1), seed: UInt64(position)))
      return buffer
    }
    let expected = try graph.evaluate(try arguments.map { try $0.read() })
    let loss = try backend.makeBuffer(TensorType(.f32, []))
    let seconds = try timed.time(arguments, [loss])
    #expect(seconds.count == program.kernels.count && seconds.allSatisfy { $0 > 0 && $0 < 10 }, "\(seconds)")
    #expect(try distance(loss.read(), expected[0]) <= 1e-5 && distance(arguments[1].read(), expected[1]) <= 1e-5)
  }

  /// The geometry that reaches the driver is the kernel's, and no launch is larger than a GPU allows.
  @Test func geometry() throws {
    let device = CompilingDevice(try CUDABackend.emulated())
    let graph = try GraphParser.parse("graph @f(input %x: f32[1000]) -> (y: f32[1000]) {\n  %0 = exp(%x) : f32[1000]\n  return %0\n}")
    _ = try device.run(graph, [fill(TensorType(.f32, [1000]), .uniform(-1, 1), seed: 3)])
    var six = [UInt32](repeating: 0, count: 6)
    cuda_imitation_geometry(&six)
    #expect(six == [4, 1, 1, 256, 1, 1])
  }

  /// A loss that is not finite: the GPU itself leaves the variables alone, and nothing had to be asked.
  @Test func theUpdateWaitsForTheLoss() throws {
    let graph = try GraphParser.parse(DriverCalls.graph)
    let device = CompilingDevice(try CUDABackend.emulated())
    let w = fill(TensorType(.f32, [700]), .uniform(-1, 1), seed: 1)
    for bad in [Double.nan, .infinity] {
      let x = HostTensor(TensorType(.f32, [3, 700]), numbers: [bad] + [Double](repeating: 1, count: 2099))
      let results = try device.run(graph, [x, w], Lowering.Options(guardingResult: "loss"))
      #expect(!results[0].isFinite && results[1] == w)
      #expect(try device.run(graph, [x, w])[1] != w)
    }
  }
}
