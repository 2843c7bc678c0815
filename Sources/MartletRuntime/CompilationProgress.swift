import Synchronization

/// Who is told how many kernels of a program are compiled, while a backend compiles them: a display of progress.
package enum CompilationProgress {
  /// Called from any thread, one call at a time, with the kernels that are done and all of them.
  package typealias Observer = @Sendable (_ done: Int, _ total: Int) -> Void

  private static let observer = Mutex<Observer?>(nil)

  package static func observe(_ new: Observer?) { observer.withLock { $0 = new } }

  package static func report(_ done: Int, of total: Int) { observer.withLock { $0?(done, total) } }
}
