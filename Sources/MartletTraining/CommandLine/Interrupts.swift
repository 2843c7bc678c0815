import Glibc
import Synchronization

/// Ctrl-C: the first sets a flag that long work asks for, the second ends the program at once.
enum Interrupts {
  private static let flag = Atomic<Bool>(false)

  static func catchSignals() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interrupts.flag.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }

  static var isInterrupted: Bool { flag.load(ordering: .relaxed) }
}
