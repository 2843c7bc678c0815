import MartletCompiler
import MartletTraining
import MartletCore
import MartletLoopIR
import MartletRuntime

/// The multiply-adds that this machine does, measured in this process: what kernels are compared with.
package enum PeakMeasurement {
  private static let runs = 25
  /// A GPU that is imitated takes this long for one.
  private static let longestSeconds = 0.25
  /// Threads that fill every GPU.
  private static let threadsOfAGPU = 1 << 18

  /// Floating-point operations a second of one thread while all `threads` are busy, or of a whole GPU; the best of several runs.
  package static func perThread(of backend: any Backend, threads: Int) throws -> Double {
    let target = backend.target
    let lanes = target.isGPU ? 1 : target.lanes(.f32)
    let threads = target.isGPU ? threadsOfAGPU : threads
    let iterations = target.isGPU ? 256 : 20_000
    // Enough to hide the latency of a multiply-add on both units.
    let accumulators = target.has(.avx512) ? 24 : 12
    let k = KernelBuilder(name: "peak")
    let x = k.parameter("x", .read, .global, .f32, [2, 16])
    let y = k.parameter("y", .write, .global, .f32, [threads, 16])
    k.parallel("n") { n in
      let a = k.let(x[[Index(0), Index(0)], lanes: lanes])
      let b = k.let(x[[Index(1), Index(0)], lanes: lanes])
      let sums = k.registers(.f32(lanes), [accumulators], .number(0), "acc")
      k.loop(0..<iterations, .serial, "i") { _ in
        k.fence()
        k.loop(0..<accumulators, .unrolled, "u") { u in sums[u] = target.multiplyAdd(a, b, sums[u]) }
      }
      let total = k.variable(.f32(lanes), sums[Index(0)], "total")
      k.loop(1..<accumulators, .unrolled, "u") { u in total.value = total.value + sums[u] }
      y.store(total.value, [n, Index(0)], lanes: lanes)
    }
    let types = (TensorType(.f32, [2, 16]), TensorType(.f32, [threads, 16]))
    var kernel = try k.finish(over: threads)
    if target.isGPU { kernel = try kernel.mappedToThreads(target) }
    let program = try Program(
      name: "peak", parameters: [Program.Parameter(name: "x", role: .input, type: types.0)],
      results: [Program.Result(name: "y", type: types.1, updates: nil)], kernels: [kernel],
      launches: [.kernel(0, [.parameter(0), .result(0)])], temporaries: [])
    let executable = try backend.load(program)
    let (input, output) = (try backend.makeBuffer(types.0), try backend.makeBuffer(types.1))
    var best = Double.infinity
    for _ in 0..<runs where best == .infinity || best < longestSeconds {
      let start = ContinuousClock.now
      try executable.run([input], [output])
      if target.isGPU { _ = try output.read() }
      best = min(best, (ContinuousClock.now - start).seconds)
    }
    return Double(2 * iterations * accumulators * lanes) * (target.isGPU ? Double(threads) : 1) / best
  }
}
