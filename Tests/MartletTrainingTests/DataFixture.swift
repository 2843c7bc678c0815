import MartletCore
import TestSupport
import Testing

/// Files of Tests/Fixtures/data, which Tests/Fixtures/make_data_fixtures.py makes.
enum DataFixture {
  static func path(_ name: String) -> String { Repository.path("Tests/Fixtures/data/\(name)") }
}

/// Expects an error of a number whose text has some words.
func expectError<Value>(
  _ code: some ErrorCode, _ words: String..., location: Testing.SourceLocation = #_sourceLocation, _ body: () throws -> Value
) {
  do {
    _ = try body()
    Issue.record("nothing was thrown for \(code)", sourceLocation: location)
  } catch let error as MartletError {
    #expect(error.number == code.rawValue, "\(error)", sourceLocation: location)
    for word in words { #expect(error.description.contains(word), "'\(word)' is missing in: \(error)", sourceLocation: location) }
    #expect(error.advice?.isEmpty == false, sourceLocation: location)
  } catch {
    Issue.record("\(error)", sourceLocation: location)
  }
}
