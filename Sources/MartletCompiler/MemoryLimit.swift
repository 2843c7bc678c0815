import MartletLoopIR

/// How much memory a step may take, and on what it runs.
package struct MemoryLimit: Sendable {
  /// For variables, inputs, results and intermediate values together.
  package var byteCount: Int
  package var target: Target
  /// Threads: each has memory of its own.
  package var workers: Int
  /// Gets what was done for each graph that is compiled within the limit.
  package var report: (@Sendable (MemoryFit) -> Void)?

  package init(_ byteCount: Int, _ target: Target, workers: Int, report: (@Sendable (MemoryFit) -> Void)? = nil) {
    self.byteCount = byteCount
    self.target = target
    self.workers = workers
    self.report = report
  }
}
