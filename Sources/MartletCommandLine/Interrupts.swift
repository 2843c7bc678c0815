import Glibc
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore
import Synchronization

/// Ctrl-C, SIGTERM and SIGHUP, which comes when a terminal is closed. While a run trains, the first signal sets a flag that the run reads after
/// every step, and a second Ctrl-C or SIGTERM ends the program at once. SIGTERM and SIGHUP end it within a second in any case.
enum Interrupts {
  /// The number of the signal that came; 0 for none.
  private static let received = Atomic<Int32>(0)

  /// Microseconds that the work has to save its state after SIGTERM or SIGHUP.
  private static let grace = 700_000

  /// SIGTERM ends this process, also where its parent blocked or ignored it.
  static func acceptTermination() {
    unblock()
    signal(SIGTERM, SIG_DFL)
  }

  /// From here on Ctrl-C ends the program at once, with code 130: there is nothing to save yet.
  static func endAtOnce() {
    unblock()
    signal(SIGINT) { _ in
      let text: StaticString = "error M1203: interrupted before the first step; the checkpoint, if there is one, is as it was saved last\n"
      if !Output.isSilent { Glibc.write(2, text.utf8Start, text.utf8CodeUnitCount) }
      _exit(MartletError.Kind.interrupted.rawValue)
    }
  }

  /// From here on signals set the flag.
  static func catchSignals() {
    unblock()
    // Made before a handler needs it.
    received.store(0, ordering: .relaxed)
    signal(SIGALRM) { _ in
      // The step takes longer than that.
      let text: StaticString = "error M1206: terminated; the checkpoint, if there is one, is as it was saved last\n"
      Glibc.write(2, text.utf8Start, text.utf8CodeUnitCount)
      signal(SIGTERM, SIG_DFL)
      kill(getpid(), SIGTERM)
    }
    // Under nohup a closed terminal ends nothing.
    for number in [SIGINT, SIGTERM] + (isIgnored(SIGHUP) ? [] : [SIGHUP]) {
      signal(number) { number in
        Interrupts.received.store(number, ordering: .relaxed)
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
        // The shell and the system may both send one.
        signal(SIGHUP, SIG_IGN)
        guard number != SIGINT else { return }
        var limit = itimerval()
        limit.it_value.tv_usec = Interrupts.grace
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &limit, nil)
      }
    }
  }

  /// Whether the process was started so that a signal does nothing.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == ignoring
  }

  /// SIG_IGN as a number.
  private static let ignoring = 1

  /// A parent's thread that blocks signals hands that down.
  private static func unblock() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGALRM] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  static var isInterrupted: Bool { received.load(ordering: .relaxed) != 0 }

  /// The error of an interrupted run, which says whether it was Ctrl-C, or SIGTERM or SIGHUP.
  static func naming(_ error: any Error, signal: Int32 = received.load(ordering: .relaxed)) -> any Error {
    guard signal == SIGTERM || signal == SIGHUP, let interruption = error as? MartletError, interruption.kind == .interrupted else {
      return error
    }
    return MartletError(TrainingErrorCode.terminated, "terminated: \(interruption.message)", advice: interruption.advice)
  }
}
