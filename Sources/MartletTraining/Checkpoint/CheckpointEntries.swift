import MartletCore

/// The metadata of a checkpoint. Each entry is checked against what a run can have written: a file is not trusted.
package struct CheckpointEntries {
  private let file: Safetensors
  private let path: String

  package init(_ file: Safetensors, path: String) {
    self.file = file
    self.path = path
  }

  package func text(_ key: String) throws -> String {
    guard let text = file.metadata(key) else {
      throw MartletError(
        CheckpointErrorCode.notACheckpoint, "\(path) is not a checkpoint of a training run: its metadata lack '\(key)'")
    }
    return text
  }

  package func integer<Number: FixedWidthInteger>(_ key: String, _ range: ClosedRange<Number>) throws -> Number {
    let text = try text(key)
    guard let number = Number(text), range.contains(number) else {
      throw refusal(key, text, "an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  package func flag(_ key: String) throws -> Bool {
    let text = try text(key)
    guard let flag = Bool(text) else { throw refusal(key, text, "true or false") }
    return flag
  }

  /// The text of an entry that older checkpoints lack.
  package func optional(_ key: String, _ allowed: String, _ isAllowed: (String) -> Bool) throws -> String? {
    guard let text = file.metadata(key) else { return nil }
    guard isAllowed(text) else { throw refusal(key, text, allowed) }
    return text
  }

  package func data() throws -> DataIdentity? {
    let digest = try optional(DataIdentity.digestEntry, "64 hexadecimal digits") { text in
      text.utf8.count == 64 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }
    guard let name = file.metadata(DataIdentity.nameEntry), let digest else { return nil }
    return DataIdentity(name: name, digest: digest)
  }

  static let darkBackgroundEntry = "dark-background"

  /// Whether the training images have a dark background; false where the file does not say.
  package func hasDarkBackground() throws -> Bool {
    let text = try optional(CheckpointEntries.darkBackgroundEntry, "true or false") { Bool($0) != nil }
    return text.flatMap { Bool($0) } ?? false
  }

  private func refusal(_ key: String, _ text: String, _ allowed: String) -> MartletError {
    MartletError(CheckpointErrorCode.entryValue, "\(path): the entry '\(key)' is '\(text)', it must be \(allowed)")
  }
}
