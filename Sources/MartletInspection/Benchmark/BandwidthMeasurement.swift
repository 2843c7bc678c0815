import MartletCore
import MartletLoopIR
import MartletRuntime

/// The bytes that all threads together move to and from memory, or their level-2 caches, by the triad `a[i] = b[i] + s * c[i]`: three floats an
/// element. Source: J. D. McCalpin, "STREAM: Sustainable Memory Bandwidth in High Performance Computers".
package enum BandwidthMeasurement {
  private static let runs = 12
  private static let longestSeconds = 0.3
  /// Of each of the three arrays. They are twice as large as the last cache where that is known, within these.
  private static let smallestMegabytes = 16
  private static let largestMegabytes = 256
  /// Elements of an array that a thread takes at a time.
  private static let chunk = 4096
  /// A GPU that needs longer for the smallest arrays is imitated: it is not given larger ones.
  private static let secondsOfAnImitation = 0.002
  /// How often a thread goes through arrays in its cache in one run.
  private static let repetitions = 400

  /// The bytes of each array for a last cache of so many bytes, or one that is not known.
  static func arrayBytes(lastCache: Int?) -> Int {
    min(max(lastCache ?? 0, smallestMegabytes << 19), largestMegabytes << 19) * 2
  }

  /// Bytes a second to and from memory.
  package static func memory(of backend: any TimingBackend) throws -> Double {
    let mapsToThreads = backend.target.mapsToThreads
    var bytes = mapsToThreads ? smallestMegabytes << 20 : arrayBytes(lastCache: ProcessorCaches.last)
    while true {
      do {
        let stopwatch = try triad(backend, over: bytes / 4 / (mapsToThreads ? 1 : chunk), length: mapsToThreads ? 1 : chunk, repetitions: 1)
        // The first run finds pages that no thread has touched.
        let first = min(try stopwatch.run(), try stopwatch.run())
        guard !mapsToThreads || bytes == largestMegabytes << 20 || first > secondsOfAnImitation else {
          bytes = largestMegabytes << 20
          continue
        }
        return 3 * Double(bytes) / min(first, try stopwatch.times(runs: runs, seconds: longestSeconds)[0])
      } catch let error as MartletError where error.number == TensorErrorCode.noMemory.rawValue && bytes > smallestMegabytes << 20 {
        bytes = max(bytes / 2, smallestMegabytes << 20)
      }
    }
  }

  /// Bytes a second to and from the level-2 caches, of which the arrays of a thread fill half; nil for a GPU and where the size is not known.
  package static func cache(of backend: any TimingBackend, threads: Int) throws -> Double? {
    guard !backend.target.mapsToThreads, let size = ProcessorCaches.second, size >= 1 << 16 else { return nil }
    let length = size / 2 / 3 / 4 / 64 * 64
    let stopwatch = try triad(backend, over: threads, length: length, repetitions: repetitions)
    let seconds = try stopwatch.times(runs: runs, seconds: longestSeconds)[0]
    return 3 * 4 * Double(length) * Double(repetitions) * Double(threads) / seconds
  }

  private static func triad(_ backend: any TimingBackend, over: Int, length: Int, repetitions: Int) throws -> KernelStopwatch {
    let target = backend.target
    let lanes = target.mapsToThreads ? 1 : target.lanes(.f32)
    let k = KernelBuilder(name: "triad")
    let b = k.parameter("b", .read, .global, .f32, [over, length])
    let c = k.parameter("c", .read, .global, .f32, [over, length])
    let a = k.parameter("a", .write, .global, .f32, [over, length])
    func element(_ n: Index, _ i: Index) {
      let sum = target.multiplyAdd(.number(3), c[[n, i], lanes: lanes], b[[n, i], lanes: lanes])
      a.store(sum, [n, i], lanes: lanes)
    }
    k.parallel("n") { n in
      guard length > 1 else { return element(n, Index(0)) }
      k.loop(0..<repetitions, .serial, "r") { _ in
        k.fence()
        k.loop(Index(0), Index(length), step: Index(lanes), .serial, "i") { i in element(n, i) }
      }
    }
    let type = TensorType(.f32, [over, length])
    return try KernelStopwatch(k.finish(over: over), inputs: [type, type], output: type, on: backend)
  }
}
