/// The numbered errors of one layer of the program. A number is never used for something else; `docs/errors.md` lists them all.
///
/// To add one: a case with the next number, its explanation, and a row in `Tests/MartletTrainingTests/Provocations.swift` that provokes it.
package protocol ErrorCode: RawRepresentable, CaseIterable, Hashable, Sendable where RawValue == Int {
  var explanation: ErrorExplanation { get }
}

/// What a number stands for.
package struct ErrorExplanation: Hashable, Sendable {
  /// Decides the exit code.
  package var kind: MartletError.Kind
  /// What happened.
  package var meaning: String
  /// What to do, where the place that throws knows nothing better.
  package var remedy: String

  package init(_ kind: MartletError.Kind, _ meaning: String, _ remedy: String) {
    self.kind = kind
    self.meaning = meaning
    self.remedy = remedy
  }
}
