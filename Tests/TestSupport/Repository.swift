import Foundation

/// Files of the checkout that the tests were built from.
package enum Repository {
  package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
    .path

  package static func path(_ relative: String) -> String { "\(root)/\(relative)" }

  /// The names in a folder, sorted.
  package static func files(_ relative: String, suffix: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path(relative))) ?? []
    return names.filter { $0.hasSuffix(suffix) }.sorted()
  }

  /// A fresh folder that goes away with the object.
  package final class TemporaryFolder {
    package let path: String

    package init() throws {
      path = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-test-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  /// The folder of MNIST's four files, where there is one.
  package static var mnist: String? {
    guard let folder = ProcessInfo.processInfo.environment["MARTLET_DATA"],
      FileManager.default.fileExists(atPath: "\(folder)/train-images-idx3-ubyte.gz")
    else { return nil }
    return folder
  }
}

/// The result of a program.
package struct ProgramResult: Sendable {
  package var code: Int32
  package var output: String
  package var errors: String

  package init(code: Int32, output: String, errors: String) {
    self.code = code
    self.output = output
    self.errors = errors
  }
}

/// Runs a program to its end.
package func runProgram(_ path: String, _ arguments: [String], environment: [String: String] = [:], input: String = "") throws
  -> ProgramResult
{
  let process = Process()
  process.executableURL = URL(fileURLWithPath: path)
  process.arguments = arguments
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  let (output, errors, source) = (Pipe(), Pipe(), Pipe())
  process.standardOutput = output
  process.standardError = errors
  process.standardInput = source
  try process.run()
  source.fileHandleForWriting.write(Data(input.utf8))
  try source.fileHandleForWriting.close()
  // Errors are few; the output is read while the program runs, so that its pipe never fills.
  let text = output.fileHandleForReading.readDataToEndOfFile()
  let errorText = errors.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return ProgramResult(
    code: process.terminationStatus, output: String(decoding: text, as: UTF8.self), errors: String(decoding: errorText, as: UTF8.self))
}

/// The built command line, beside the tests' own binary.
package let martletExecutable: String = {
  let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
  let candidates = [folder, Repository.path(".build/release"), Repository.path(".build/x86_64-unknown-linux-gnu/release")]
  return candidates.map { "\($0)/martlet" }.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "martlet"
}()
