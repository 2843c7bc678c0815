import Foundation
import TestSupport

@testable import MartletCommandLine
@testable import MartletTraining

/// What users read: the messages of all provocations in one file, `Tests/Fixtures/messages.txt`, by number.
///
/// `MARTLET_RECORD=1 … --filter NumberedErrors` writes it anew: read each difference as the user who made the mistake. Does the message say
/// what was expected, what came, and where? Does the advice fit this error, or only others of its number?
struct ReviewedMessages {
  private struct Entry {
    let number: Int
    let title: String
    let text: String
  }

  static let path = Repository.path("Tests/Fixtures/messages.txt")
  private let folder: String
  private var entries: [Entry] = []

  /// For provocations whose files are in a folder, the path of which messages have.
  init(folder: String) { self.folder = folder }

  /// Keeps what a user sees of an error.
  mutating func add(_ title: String, _ error: MartletError) {
    entries.append(Entry(number: error.number, title: title, text: withoutPlaces("error \(error.code): \(error)")))
  }

  /// The messages by number, in the order in which they were added.
  var text: String {
    var result =
      "Written by the tests (NumberedErrors) from Provocations*.swift: run them with MARTLET_RECORD=1 and read each difference.\n"
    let numbers = Dictionary(grouping: entries, by: \.number)
    for layer in ErrorCatalogue.layers {
      for entry in layer.entries.sorted(by: { $0.number < $1.number }) {
        result += "\n== M\(entry.number): \(entry.explanation.meaning)\n"
        for message in numbers[entry.number] ?? [] { result += "\n-- \(message.title)\n\(message.text)\n" }
      }
    }
    return result
  }

  /// The text without what differs from machine to machine and from edit to edit: paths, and line numbers of tests.
  private func withoutPlaces(_ text: String) -> String {
    var result = text.replacingOccurrences(of: folder, with: "FOLDER").replacingOccurrences(of: Repository.root, with: "CHECKOUT")
    let identifier = "[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}"
    let patterns = [
      (#"\.swift:[0-9]+"#, ".swift:LINE"), ("/[^ ':]*martlet-test-" + identifier, "FOLDER"), (identifier, "COPY"),
      (#"/[^ ]*/martlet-damaged-[0-9]+\.ll"#, "TEMPORARY.ll"), (#"/[^ ]*/martlet-emulation-[A-Za-z0-9]+/"#, "TEMPORARY/"),
      (#"/[^ ]*/clang\+\+"#, "clang++"), ("worker thread [0-9]+", "worker thread NUMBER"),
      // Other tests register operations of their own meanwhile.
      ("and [0-9]+ more; martlet ops", "and NUMBER more; martlet ops"),
    ]
    for (pattern, replacement) in patterns {
      result = result.replacingOccurrences(of: pattern, with: replacement, options: .regularExpression)
    }
    return result.replacingOccurrences(of: #" +\n"#, with: "\n", options: .regularExpression)
  }
}
