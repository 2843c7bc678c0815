import Foundation
import MartletCore
import TestSupport
import Testing

/// Lowering stays readable: short files, functions of few parameters, a short list of steps, and no question of which machine it is.
@Suite struct SourceShape {
  private static let mostLines = 350
  private static let mostParameters = 6

  @Test func loweringIsInShortFiles() throws {
    let sources = try SourceShape.sources(in: "Sources/MartletLowering")
    #expect(sources.count > 60)
    for (name, text) in sources {
      let lines = SourceShape.lineCount(text)
      #expect(lines <= SourceShape.mostLines, "\(name) has \(lines) lines")
    }
    let steps = try #require(sources["Sources/MartletLowering/Lower.swift"])
    #expect(SourceShape.lineCount(steps) <= 80)
  }

  @Test func loweringTakesFewParameters() throws {
    var functions = 0
    for (name, text) in try SourceShape.sources(in: "Sources/MartletLowering") {
      let found = SourceShape.functions(in: text)
      functions += found.count
      for (function, parameters) in found where parameters > SourceShape.mostParameters {
        Issue.record("\(name): \(function) has \(parameters) parameters")
      }
    }
    #expect(functions > 500)
  }

  /// Targets are asked what they can do.
  @Test func noSourceAsksForAGPU() throws {
    let sources = try SourceShape.sources(in: "Sources")
    #expect(sources.count > 200)
    for (name, text) in sources where text.contains("isGPU") { Issue.record("\(name) asks `isGPU`") }
  }

  /// The count finds what it counts, and no more.
  @Test func parametersAreCounted() {
    let text = """
      /// func described(a, b, c)
      func none() -> (Int, Int) { f(1, 2, 3) }
      private static func seven<T: P, U>(
        _ a: [String: Int], b: (Int, Int) -> Void, _ c: T = f(1, 2),
        d: Dictionary<Int, T>, // one, two
        e: String = "x, y", f: [Int] = [1, 2], _ g: U
      ) throws {
        func inner(_ x: Int, _ y: Int) {}
        self.init(1, 2, 3, 4)
      }
      init?(_ a: Int, limit: Int) { self.init(a, limit, 3) }
      init<T>(each values: T,) {}
      static func < (a: Self, b: Self) -> Bool { true }
      let finite = reinit(1, 2)
      """
    let found = SourceShape.functions(in: text).map { "\($0.name) \($0.parameters)" }
    #expect(found == ["none 0", "seven 7", "inner 2", "init 2", "init 1", "< 2"])
  }

  @Test func linesAreCounted() {
    #expect(SourceShape.lineCount("a\n\nb\n") == 3)
    #expect(SourceShape.lineCount("a\nb") == 2)
  }

  // MARK: Reading sources

  /// The texts of all sources in a folder, by their paths.
  private static func sources(in folder: String) throws -> [String: String] {
    let root = URL(fileURLWithPath: Repository.path(folder))
    let files = (FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects ?? [])
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    return try Dictionary(
      uniqueKeysWithValues: files.map { file in
        (folder + file.path.dropFirst(root.path.count), try FileBytes.readText(file.path))
      })
  }

  private static func lineCount(_ text: String) -> Int {
    text.split(separator: "\n", omittingEmptySubsequences: false).count - (text.hasSuffix("\n") ? 1 : 0)
  }

  /// All functions and initializers that a source declares, with the number of their parameters.
  private static func functions(in text: String) -> [(name: String, parameters: Int)] {
    let code = Array(text.split(separator: "\n", omittingEmptySubsequences: false).map(withoutStringsAndComments).joined(separator: "\n"))
    var result: [(name: String, parameters: Int)] = []
    var position = 0
    while position < code.count {
      guard isNameCharacter(code[position]) else {
        position += 1
        continue
      }
      let isCall = position > 0 && code[position - 1] == "."
      let word = String(code[position...].prefix(while: isNameCharacter))
      position += word.count
      guard word == "func" || word == "init" && !isCall, let open = code[position...].firstIndex(of: "(") else { continue }
      // An operator is no name: what stands before the parameters or before those of the type.
      let name = code[position..<open].drop { $0 == " " }
      let isOperator = name.first.map { !isNameCharacter($0) } ?? true
      let end = name.firstIndex { isOperator ? $0 == " " : !isNameCharacter($0) } ?? name.endIndex
      result.append((word == "init" ? word : String(name[..<end]), parameterCount(code[(open + 1)...])))
    }
    return result
  }

  private static func isNameCharacter(_ character: Character) -> Bool { character.isLetter || character.isNumber || character == "_" }

  /// Parameters up to the bracket that closes their list: what commas outside of other brackets divide.
  private static func parameterCount(_ code: ArraySlice<Character>) -> Int {
    var (depth, count, isEmpty, last) = (0, 0, true, Character("("))
    for character in code {
      switch character {
      case "(", "[", "{": depth += 1
      case "<" where isNameCharacter(last): depth += 1
      case ">" where last != "-": depth -= 1
      case ")" where depth == 0: return count + (isEmpty ? 0 : 1)
      case ")", "]", "}": depth -= 1
      default: break
      }
      if depth == 0, character == "," {
        count += 1
        isEmpty = true
      } else if !character.isWhitespace {
        isEmpty = false
      }
      last = character
    }
    return count
  }

  /// A line of code: a string is left as its quotation marks.
  private static func withoutStringsAndComments(_ line: Substring) -> String {
    var (code, isInString, isEscaped) = ("", false, false)
    for character in line {
      if isInString {
        if character == "\"", !isEscaped { isInString = false }
        isEscaped = character == "\\" && !isEscaped
      } else if character == "\"" {
        isInString = true
        code += "\"\""
      } else {
        code.append(character)
        if code.hasSuffix("//") { return String(code.dropLast(2)) }
      }
    }
    return code
  }
}
