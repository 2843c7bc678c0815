import Glibc
import MartletCore
import Synchronization

/// SIGTERM in a process of several. `mpirun` of Open MPI sends it to the others when a process ends, and SIGKILL after a second: the watch has to
/// find out first what happened. Where the program handles SIGTERM itself, nothing here changes that.
enum Terminations {
  private static let prints = Atomic<Bool>(false)
  private static let descriptor = Atomic<Int32>(-1)
  /// The address of the handler that was set last; 0 for none.
  private static let own = Atomic<Int>(0)

  /// `MPIProcessGroup.endedByLauncher` as it is printed: a handler of a signal makes no text.
  static let message: StaticString = """
    error M1705: ended by the program that started it before all processes had met, as when one of them ends
      Read what mpirun says of the others, and start again.

    """

  /// The byte that SIGTERM writes to the watch's pipe.
  static let mark: UInt8 = 15

  /// Until there is a watch, SIGTERM ends the process with code 5, and one process says so.
  static func expect(prints: Bool) {
    guard current == 0 else { return }
    self.prints.store(prints, ordering: .relaxed)
    set { _ in
      if Terminations.prints.load(ordering: .relaxed) {
        Glibc.write(2, Terminations.message.utf8Start, Terminations.message.utf8CodeUnitCount)
      }
      ProcessEnd.now(MartletError.Kind.unavailable.rawValue)
    }
  }

  /// From here on SIGTERM writes a byte to the watch's pipe.
  static func notify(_ descriptor: Int32) {
    guard current == 0 || isOwn else { return }
    self.descriptor.store(descriptor, ordering: .relaxed)
    set { _ in
      let number = errno
      var byte = Terminations.mark
      Glibc.write(Terminations.descriptor.load(ordering: .relaxed), &byte, 1)
      errno = number
    }
  }

  /// SIGTERM ends the process again; a handler of the program stays.
  static func restore() {
    if isOwn { signal(SIGTERM, SIG_DFL) }
    own.store(0, ordering: .relaxed)
  }

  /// What SIGTERM does without a watch.
  static func terminate() {
    restore()
    kill(getpid(), SIGTERM)
  }

  private static func set(_ handler: @escaping @convention(c) (Int32) -> Void) {
    signal(SIGTERM, handler)
    own.store(current, ordering: .relaxed)
  }

  private static var isOwn: Bool {
    let address = own.load(ordering: .relaxed)
    return address != 0 && current == address
  }

  /// The address of the handler of SIGTERM; 0 is the default.
  private static var current: Int {
    var action = sigaction()
    guard sigaction(SIGTERM, nil, &action) == 0 else { return -1 }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
  }
}
