import MartletCore
import MartletTraining

/// What Tests/Fixtures/make_layer_fixtures.py wrote: tensors under GROUP/CASE/NAME.
public enum LayerFixture {
  private static let file = Result { try Safetensors.read(Repository.path("Tests/Fixtures/layers.safetensors")) }

  public static func tensor(_ name: String) throws -> HostTensor {
    guard let tensor = try file.get()[name] else {
      throw MartletError(FileErrorCode.inaccessible, "Tests/Fixtures/layers.safetensors has no tensor '\(name)'")
    }
    return tensor
  }

  public static func numbers(_ name: String) throws -> [Double] { try tensor(name).numbers }

  /// Names of the tensors of a case that end in `.gradient` or are `gradient`, without the case.
  public static func gradients(of name: String) throws -> [String] {
    try file.get().tensors.map(\.name).filter { $0.hasPrefix(name + "/") && $0.hasSuffix("gradient") }.map {
      String($0.dropFirst(name.count + 1))
    }
  }

  /// Class i is `(i * 11 + stream * 5) % count`, as in the script.
  public static func classes(_ number: Int, _ count: Int, stream: Int) -> [Int32] {
    (0..<number).map { Int32(($0 * 11 + stream * 5) % count) }
  }
}
