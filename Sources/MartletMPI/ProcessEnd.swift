import Glibc

/// The end of this process when a run of several ends, from any thread.
enum ProcessEnd {
  /// Ends the process at once: what other threads are doing is not waited for.
  static func now(_ code: Int32) -> Never { _exit(code) }

  /// Writes a message and its line break to standard error, with one call.
  static func write(_ text: String) {
    let bytes = Array((text.hasSuffix("\n") ? text : text + "\n").utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
  }
}
