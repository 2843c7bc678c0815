import MartletCore
import MartletTraining
import TestSupport
import Testing

/// Pictures that `Tests/Fixtures/make_image_fixtures.py` made, and what Pillow makes of them.
struct ImageFixtures {
  static let folder = Repository.path("Tests/Fixtures/images")

  private let expected: [String: HostTensor]

  init() throws {
    let file = try Safetensors.read("\(ImageFixtures.folder)/expected.safetensors")
    expected = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0.tensor) })
  }

  static func path(_ name: String) -> String { "\(folder)/\(name)" }
  static func bytes(_ name: String) throws -> [UInt8] { try FileBytes.read(path(name)) }

  /// What is expected of a file or a computation.
  func image(_ name: String) throws -> DecodedImage {
    let tensor = try #require(expected[name], "no expectation \(name)")
    let pixels: [UInt8] = try #require(tensor.elements())
    return try DecodedImage(height: tensor.shape[0], width: tensor.shape[1], channels: tensor.shape[2], pixels: pixels)
  }

  /// The names of the files of which something is expected.
  var files: [String] { expected.keys.filter { !$0.utf8.contains(UInt8(ascii: "/")) }.sorted() }

  /// The largest difference of two pictures of one size; nil for two sizes.
  static func difference(_ a: DecodedImage, _ b: DecodedImage) -> Int? {
    guard a.shape == b.shape else { return nil }
    return zip(a.pixels, b.pixels).map { abs(Int($0) - Int($1)) }.max()
  }
}
