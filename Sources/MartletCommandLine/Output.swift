import Glibc
import MartletCompiler
import MartletInspection
import MartletTraining
import MartletCore
import Synchronization

/// Lines on the standard streams, flushed at once: the reader of a pipe sees them as they come.
enum Output {
  private static let firstFailure = Mutex<String?>(nil)

  /// Why something could not be written to standard output; nil when all was.
  static var failure: String? { firstFailure.withLock { $0 } }

  /// Whether nothing is written, as in all processes of a run but one.
  static var isSilent: Bool {
    get { silent.load(ordering: .relaxed) }
    set { silent.store(newValue, ordering: .relaxed) }
  }

  private static let silent = Atomic<Bool>(false)

  static func write(_ text: String, to descriptor: Int32 = 1) { write(Array(text.utf8), to: descriptor) }

  static func write(_ bytes: [UInt8], to descriptor: Int32 = 1) {
    var bytes = bytes[...]
    if isSilent { return }
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

  /// How wide the terminal of a stream is at the moment; 80 where there is none.
  static func columns(of descriptor: Int32 = 1) -> Int {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Whether it is a terminal and NO_COLOR is not set. Source: https://no-color.org.
  static func hasColours(_ descriptor: Int32) -> Bool { isTerminal(descriptor) && (FileBytes.environment("NO_COLOR") ?? "").isEmpty }
}
