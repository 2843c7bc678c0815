/// What went wrong, where, and what to do about it. Every error that the compiler, the runtime and the training loop throw is one of these.
///
/// The message says what was expected and what came; `advice` says what to do. `number` is that of an `ErrorCode` of the layer of the
/// program that throws; `kind` decides the exit code of the command line.
public struct MartletError: Error, Hashable, Sendable, CustomStringConvertible, Printed {
  /// The documented exit codes of the command line.
  public enum Kind: Int32, Hashable, Sendable, CaseIterable {
    /// A check failed: outputs differ, a verifier found damage that a pass of ours made.
    case checkFailed = 1
    /// Wrong usage: an unknown model, stage, pass or flag.
    case usage = 2
    /// A file is missing or malformed, text does not parse or verify, a tensor has another type than requested.
    case invalidInput = 3
    /// Our lowering, LLVM or NVRTC rejects a valid graph.
    case lowering = 4
    /// LLVM, CUDA or another library that the request needs is not available.
    case unavailable = 5
    /// The user interrupted the program.
    case interrupted = 130
    /// SIGTERM or SIGHUP ended the program.
    case terminated = 143
  }

  /// The number in `docs/errors.md`.
  public let number: Int
  /// Which of the documented exit codes of the command line it leads to.
  public let kind: Kind
  /// What was expected and what was found, without the location.
  public var message: String
  /// The line of the user's program or of the text that is wrong, where one is known.
  public var location: SourcePosition?
  /// What to do about it, in a sentence.
  public var advice: String?
  /// The line of the text that `location` names, with a mark.
  package var excerpt: SourceExcerpt?
  /// Further errors of the same text, in its order.
  package var others: [MartletError] = []
  /// How many more the text has that are not carried.
  package var omittedCount = 0

  /// Without advice of its own an error gives that of its number.
  package init(_ code: some ErrorCode, _ message: String, at location: SourcePosition? = nil, advice: String? = nil) {
    let explanation = code.explanation
    number = code.rawValue
    kind = explanation.kind
    self.message = message
    self.location = location
    self.advice = advice ?? explanation.remedy
  }

  /// An error that another one caused, with its number and advice and a message that says more.
  package init(_ cause: MartletError, _ message: String, at location: SourcePosition?) {
    self = cause
    self.message = message
    if location != self.location { excerpt = nil }
    self.location = location
  }

  /// As users see it: `M301`.
  public var code: String { "M\(number)" }

  package var exitCode: Int32 { kind.rawValue }

  package var printed: String {
    let place = location.map { "\($0): " } ?? ""
    let lines = excerpt.map { "\n\($0.printed)" } ?? ""
    let hint = advice.map { "\n  \($0)" } ?? ""
    return "\(place)\(message)\(lines)\(hint)\(printedOthers)"
  }

  /// The other errors of the text, each from a line of its own on, and the number of those that are left out.
  private var printedOthers: String {
    var text = others.map { "\nerror \($0.code): \($0)" }.joined()
    guard omittedCount > 0 else { return text }
    let isLowerBound = omittedCount + others.count + 1 >= TextErrors.mostCounted
    text += "\nand \(isLowerBound ? "at least " : "")\(omittedCount) more \(omittedCount == 1 ? "error" : "errors")"
    return text
  }

  /// The same error with a location, unless it has one already.
  package func located(at location: SourcePosition?) -> MartletError {
    guard self.location == nil else { return self }
    var copy = self
    copy.location = location
    return copy
  }
}

/// A place in a source file: the line of a layer in a user's program, or a line and column of IR text.
public struct SourcePosition: Hashable, Sendable, CustomStringConvertible, Printed {
  /// The path of a file, or `Module/File.swift` for a line of a program.
  public var file: String
  /// From 1.
  public var line: Int
  /// From 1; nil where only the line is known.
  public var column: Int?

  package init(file: String, line: Int, column: Int? = nil) {
    self.file = file
    self.line = line
    self.column = column
  }

  package var printed: String {
    if let column { return "\(file):\(line):\(column)" }
    return "\(file):\(line)"
  }
}
