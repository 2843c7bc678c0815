import Glibc
import Synchronization

/// OpenBLAS, loaded when it is first asked for. Kernels call it by name.
package enum MatrixLibrary {
  private static let found = Mutex<(isKnown: Bool, name: String?)>((false, nil))

  /// The file that was loaded; nil when there is none.
  package static var name: String? {
    found.withLock { found in
      guard !found.isKnown else { return found.name }
      found.isKnown = true
      for name in ["libopenblas.so.0", "libopenblas.so"] {
        // Global, so that the JIT finds its functions among the process's.
        guard let handle = dlopen(name, RTLD_NOW | RTLD_GLOBAL) else { continue }
        guard dlsym(handle, "cblas_sgemm") != nil else {
          dlclose(handle)
          continue
        }
        // Our workers divide the work; a call stays on its thread.
        if let setThreads = dlsym(handle, "openblas_set_num_threads") {
          unsafeBitCast(setThreads, to: (@convention(c) (Int32) -> Void).self)(1)
        }
        found.name = name
        break
      }
      return found.name
    }
  }
}
