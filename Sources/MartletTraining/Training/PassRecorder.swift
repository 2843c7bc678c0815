import MartletGraph
import MartletRuntime
import MartletTransforms

/// Records when each pass ran.
final class PassRecorder: Instrument {
  private let profiler: Profiler
  private let worker: Int
  private var start: UInt64 = 0

  init(_ profiler: Profiler, worker: Int) {
    self.profiler = profiler
    self.worker = worker
  }

  func begins(_ pass: Pass, at position: Int, on graph: Graph) { start = profiler.begin() }

  func ran(_ pass: Pass, before: Graph, after: Graph, log: RewriteLog) throws {
    profiler.record(profiler.number(of: "pass \(pass.name)", .compile), worker: worker, since: start)
  }
}
