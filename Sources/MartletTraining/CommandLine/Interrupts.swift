import Glibc
import Synchronization

/// Ctrl-C: the first sets a flag that long work asks for, the second ends the program at once.
enum Interrupts {
  private static let flag = Atomic<Bool>(false)

  static func catchSignals() {
    // A parent's thread that blocks signals hands that down.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interrupts.flag.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }

  static var isInterrupted: Bool { flag.load(ordering: .relaxed) }
}
