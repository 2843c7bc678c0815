import Foundation
import MartletCore
import MartletGraph
import MartletTransforms
import TestSupport
import Testing

/// Every case under Cases/: a graph, passes, and what LLVM's FileCheck must find in the text afterwards.
@Suite struct FileCheckCases {
  static let cases = Repository.files("Tests/MartletTransformsTests/Cases", suffix: ".gir")

  /// The FileCheck of the newest LLVM that is installed.
  static let fileCheck: String? = {
    let folders = (19...40).reversed().map { "/usr/lib/llvm-\($0)/bin" }
    return folders.map { "\($0)/FileCheck" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  @Test(
    .enabled(if: fileCheck != nil, "FileCheck is not installed: Tools/setup"), arguments: cases)
  func check(_ name: String) throws {
    let path = Repository.path("Tests/MartletTransformsTests/Cases/\(name)")
    let text = try FileBytes.readText(path)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("// PASSES: ") }, "\(name) names no passes")
    let passes = try line.dropFirst("// PASSES: ".count).split(separator: ",").map { try PassRegistry.pass(named: String($0)) }
    let graph = try Pipeline(passes, instruments: [VerifyInstrument(), RoundTripInstrument()]).run(try GraphParser.parse(text, file: name))
    let result = try runProgram(try #require(FileCheckCases.fileCheck), [path], input: graph.description)
    #expect(result.code == 0, "\(result.errors)\n\(graph)")
  }

  /// A check that cannot fail would be no check.
  @Test(.enabled(if: fileCheck != nil, "FileCheck is not installed: Tools/setup")) func wrongTextIsRefused() throws {
    let path = Repository.path("Tests/MartletTransformsTests/Cases/cse_equal_nodes.gir")
    let unchanged = try GraphParser.parse(try FileBytes.readText(path)).description
    #expect(try runProgram(try #require(FileCheckCases.fileCheck), [path], input: unchanged).code != 0)
  }

  /// Passes find nothing more to do in what they made.
  @Test(arguments: cases) func idempotent(_ name: String) throws {
    let text = try FileBytes.readText(Repository.path("Tests/MartletTransformsTests/Cases/\(name)"))
    let cleaning: [Pass] = [.simplify, .foldConstants, .eliminateCommonSubexpressions, .eliminateDeadCode]
    let once = try Pipeline(cleaning + cleaning).run(try GraphParser.parse(text, file: name))
    #expect(try Pipeline(cleaning).run(once) == once)
  }
}
