import Glibc

/// SIGABRT in a process of several. UCX, which carries MPICH's messages, aborts the process when the other side of a message is gone. The watch finds out
/// which process has ended, prints that and ends this one: it gets the time to do so.
enum LibraryAborts {
  /// Microseconds.
  private static let delay: UInt32 = 3_000_000

  /// UCX writes no text and no stack of its own, unless the user says otherwise. Before the library is loaded.
  static func keepLibrariesQuiet() {
    setenv("UCX_HANDLE_ERRORS", "none", 0)
    setenv("UCX_LOG_LEVEL", "fatal", 0)
  }

  /// From here on an abort waits for the watch before it ends the process.
  static func waitForWatch() {
    signal(SIGABRT) { _ in
      usleep(LibraryAborts.delay)
      signal(SIGABRT, SIG_DFL)
    }
  }
}
