import Glibc
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore
import Synchronization

/// Lines on the standard streams, written at once: whoever reads a pipe sees them as they come.
enum Output {
  private static let firstFailure = Mutex<String?>(nil)

  /// Why something could not be written to standard output; nil when all was.
  static var failure: String? { firstFailure.withLock { $0 } }

  static func write(_ text: String, to descriptor: Int32 = 1) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let reason = String(cString: strerror(errno))
        if descriptor == 1 { firstFailure.withLock { $0 = $0 ?? reason } }
        return
      }
      bytes = bytes.dropFirst(count)
    }
  }

  static func line(_ text: String) { write(text + "\n") }

  static func error(_ text: String) { write(text + "\n", to: 2) }

  /// What was done to the tensors of a file, a line each on standard error.
  static func notes(_ notes: LoadNotes) { for sentence in notes.sentences { error("note: \(sentence)") } }

  /// Whether bars and colours make sense on a stream.
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 && FileBytes.environment("TERM") != "dumb" }

  /// How wide the terminal is; 80 where there is none.
  static var columns: Int {
    var size = winsize()
    return ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// A terminal whose user has not asked for plain text. Source: https://no-color.org.
  static func hasColours(_ descriptor: Int32) -> Bool { isTerminal(descriptor) && (FileBytes.environment("NO_COLOR") ?? "").isEmpty }
}

/// A bar on the terminal, drawn over itself; nothing where there is no terminal.
struct ProgressBar {
  private let isShown: Bool
  private var drawn = ""
  private var lastDrawn: ContinuousClock.Instant?
  private static let width = 30
  /// Drawing at every step would cost more than it shows.
  private static let interval = Duration.milliseconds(50)

  init(isWanted: Bool) { isShown = isWanted && Output.isTerminal(2) }

  mutating func draw(_ title: String, _ done: Int, of total: Int, _ note: String = "") {
    guard isShown, total > 0 else { return }
    let now = ContinuousClock.now
    if let lastDrawn, now - lastDrawn < ProgressBar.interval, done < total { return }
    lastDrawn = now
    let filled = ProgressBar.width * done / total
    let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: ProgressBar.width - filled)
    let text = "\(title) [\(bar)] \(done)/\(total) \(note)"
    drawn = text
    Output.write("\r\u{1b}[K\(text)", to: 2)
  }

  /// Shows what is going on where no end is known.
  mutating func note(_ text: String) {
    guard isShown else { return }
    drawn = text
    Output.write("\r\u{1b}[K\(text)", to: 2)
  }

  /// Removes the bar, so that a line can be printed in its place.
  mutating func clear() {
    guard isShown, !drawn.isEmpty else { return }
    drawn = ""
    Output.write("\r\u{1b}[K", to: 2)
  }
}
