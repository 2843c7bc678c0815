/// The numbered errors of one layer of the program. A number is never used for something else; `docs/errors.md` lists them all.
///
/// To add one: a case with the next number, its explanation, and a row in `Tests/MartletTrainingTests/Provocations.swift` that provokes it.
public protocol ErrorCode: RawRepresentable, CaseIterable, Hashable, Sendable where RawValue == Int {
  var explanation: ErrorExplanation { get }
}

/// What a number stands for.
public struct ErrorExplanation: Hashable, Sendable {
  /// Decides the exit code.
  public var kind: MartletError.Kind
  /// What happened.
  public var meaning: String
  /// What to do, where the place that throws knows nothing better.
  public var remedy: String

  public init(_ kind: MartletError.Kind, _ meaning: String, _ remedy: String) {
    self.kind = kind
    self.meaning = meaning
    self.remedy = remedy
  }
}
