import Glibc
import MartletCompiler
import MartletTraining
import MartletCore
import MartletLoopIR
import MartletRuntime

/// The multiply-adds that this machine does, measured in this process: what kernels are compared with.
package final class PeakMeasurement {
  private static let runs = 25
  /// A GPU that is imitated takes this long for one.
  private static let longestSeconds = 0.25
  /// Threads that fill every GPU.
  private static let threadsOfAGPU = 1 << 18

  private let stopwatch: KernelStopwatch
  private let operations: Double

  /// `threads` are all of the backend's.
  package init(of backend: any TimingBackend, threads: Int) throws {
    let target = backend.target
    let lanes = target.mapsToThreads ? 1 : target.lanes(.f32)
    let threads = target.mapsToThreads ? PeakMeasurement.threadsOfAGPU : threads
    let iterations = target.mapsToThreads ? 256 : 20_000
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
    stopwatch = try KernelStopwatch(
      k.finish(over: threads), inputs: [TensorType(.f32, [2, 16])], output: TensorType(.f32, [threads, 16]), on: backend)
    operations = Double(2 * iterations * accumulators * lanes) * (target.mapsToThreads ? Double(threads) : 1)
  }

  /// Floating-point operations a second of one thread while all threads are busy, or of a whole GPU; the median of several runs, as kernels have
  /// medians: the best one would not show a busy machine.
  package func perThread() throws -> Double {
    let times = try stopwatch.times(runs: PeakMeasurement.runs, seconds: PeakMeasurement.longestSeconds)
    return operations / times[times.count / 2]
  }
}
