import Glibc
import MartletCore

/// Writes an event file that TensorBoard shows: numbers over the steps, under tags.
///
/// ```swift
/// let board = try TensorBoardWriter(folder: "runs/first")
/// try board.add("loss/training", loss, step: 120)
/// ```
///
/// Every number is in the file when `add` returns; a run that is killed leaves whole records. A run that goes on makes a second file in the
/// same folder, which TensorBoard joins with the first.
public final class TensorBoardWriter {
  /// The event file: `events.out.tfevents.SECONDS.HOST.PROCESS.NUMBER` in the folder.
  package let path: String
  private let file: AppendedFile

  /// Makes the folder, if need be, and a new file in it. Throws M101 where that fails.
  public init(folder: String) throws {
    try FileBytes.makeFolder(folder)
    let now = TensorBoardWriter.now()
    let stem = "\(folder)/events.out.tfevents.\(TensorBoardWriter.padded(Int(now), 10)).\(TensorBoardWriter.host).\(getpid())"
    // Two writers of one program in one second.
    let number = (0...).first { !FileBytes.isPresent("\(stem).\($0)") } ?? 0
    path = "\(stem).\(number)"
    file = try AppendedFile(path)
    try file.append(TensorBoardRecord.version(wallTime: now))
  }

  /// Adds a number. A slash in the tag makes groups: `loss/training`. TensorBoard keeps f32 numbers; NaN and infinities are shown as such.
  /// `wallTime` is in seconds since 1970, the clock's by default.
  public func add(_ tag: String, _ value: Double, step: Int, wallTime: Double? = nil) throws {
    try file.append(TensorBoardRecord.scalar(tag, Float(value), step: step, wallTime: wallTime ?? TensorBoardWriter.now()))
  }

  /// Returns when everything is on the disk, where it survives a loss of power.
  public func flush() throws { try file.synchronize() }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Sorted by name the files are sorted by time.
  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(width - text.count, 0)) + text
  }

  /// The machine's name, of what a file's name may hold.
  private static var host: String {
    var name = utsname()
    guard uname(&name) == 0 else { return "localhost" }
    let text = withUnsafeBytes(of: &name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let kept = text.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    return kept.isEmpty ? "localhost" : kept
  }
}
