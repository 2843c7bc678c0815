import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// Files with constants of many numbers in every command that takes a graph.
@Suite struct LargeConstants {
  private static let count = 5000
  private static let values = (0..<count).map { Float($0 % 97) / 8 }

  private static var text: String {
    let letters = values.withUnsafeBytes { Data($0).base64EncodedString() }
    return """
      graph @large(
        input %x: f32[\(count)]
      ) -> (y: f32[\(count)]) {
        %0 = constant() {values = base64 "\(letters)"} : f32[\(count)]
        %1 = add(%x, %0) : f32[\(count)]
        return %1
      }

      """
  }

  private func martlet(_ arguments: String...) throws -> String {
    let result = try runProgram(martletExecutable, arguments)
    #expect(result.code == 0, "\(arguments): \(result.errors)")
    return result.output
  }

  @Test func everyCommandTakesThem() throws {
    let folder = try Repository.TemporaryFolder()
    let path = folder.path + "/large.gir"
    try FileBytes.write(Array(Self.text.utf8), to: path)
    #expect(try martlet("opt", path) == Self.text)
    #expect(try martlet("dump", path, "--stage", "traced") == Self.text)
    let short = try martlet("dump", path, "--abbreviate")
    #expect(short.utf8.count < 400 && short.contains("...\"} : f32[5000]"), "\(short)")
    // JSON and Graphviz hold all bytes, or the first of them.
    for form in ["json", "dot"] {
      let whole = try martlet("dump", path, "--format", form)
      let abbreviated = try martlet("dump", path, "--format", form, "--abbreviate")
      #expect(whole.utf8.count > 26_000 && abbreviated.utf8.count < 3000, "\(form)")
      if form == "json" {
        for text in [whole, abbreviated] { #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any]) }
      }
    }
    // Readers get a short one.
    #expect(try martlet("explain", "kernels", "--model", path).utf8.count < 3000)
    #expect(try martlet("explain", "%1", "--model", path).utf8.count < 3000)
    #expect(try martlet("explain", "%0", "--model", path).utf8.count < 3000)
    #expect(try martlet("dump", path, "--stage", "schedule").contains("read constant %0"))
    #expect(try martlet("dump", path, "--stage", "kernels").utf8.count < 2000)
    let x = HostTensor([Self.count], (0..<Self.count).map { Float($0) })
    try Npy.write(x, to: folder.path + "/x.npy")
    for device in ["interpreter", "cpu", "cuda-emulated"] {
      _ = try martlet("run", path, "--device", device, "--output-dir", folder.path, "--input", "x=\(folder.path)/x.npy")
      let y: [Float] = try #require(try Npy.read(folder.path + "/y.npy").elements())
      #expect(zip(y, Self.values).enumerated().allSatisfy { $0.element.0 == Float($0.offset) + $0.element.1 }, "\(device)")
    }
  }

  /// The page of all stages holds a short text.
  @Test func reports() throws {
    let graph = try GraphParser.parse(Self.text)
    let compilation = Compilation(graph)
    #expect(try compilation.dump(.optimized, Target(.avx2), options: Graph.PrintOptions(abbreviates: true)).utf8.count < 400)
    #expect(try compilation.dump(.optimized, Target(.avx2), form: .svg).utf8.count < 20_000)
    // The plan of a program without intermediate values is a picture too.
    #expect(try compilation.dump(.plan, Target(.avx2), form: .svg).contains("bytes alive"))
    #expect(try compilation.dump(.optimized, Target(.avx2), form: .html).utf8.count < 100_000)
  }
}
