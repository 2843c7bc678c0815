import MartletCore
import MartletTraining

/// What Tests/Fixtures/make_loop_fixtures.py wrote: tensors under GROUP/CASE/NAME.
public enum LoopFixture {
  private static let file = Result { try Safetensors.read(Repository.path("Tests/Fixtures/loop.safetensors")) }

  public static func tensor(_ name: String) throws -> HostTensor {
    guard let tensor = try file.get()[name] else {
      throw MartletError(FileErrorCode.inaccessible, "Tests/Fixtures/loop.safetensors has no tensor '\(name)'")
    }
    return tensor
  }

  public static func numbers(_ name: String) throws -> [Double] { try tensor(name).numbers }

  public static func number(_ name: String) throws -> Double { try tensor(name).numbers.first ?? .nan }

  public static func labels(_ name: String) throws -> [Int32] { try tensor(name).elements(as: Int32.self) ?? [] }

  /// Element i is `((i * 37 + stream * 59) % 127 - 63) / 32`, as in the script.
  public static func data(_ count: Int, stream: Int) -> [Float] { (0..<count).map { Float(($0 * 37 + stream * 59) % 127 - 63) / 32 } }
}
