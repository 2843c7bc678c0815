import Martlet
import Testing

/// What PyTorch computed for the idioms of a page: Tests/Fixtures/from-pytorch-PAGE.safetensors.
struct PyTorchIdioms {
  static let sequences = PyTorchIdioms("sequences")
  static let functions = PyTorchIdioms("functions")

  private let file: Result<Safetensors, any Error>

  private init(_ page: String) { file = Result { try Safetensors.read(PyTorchNumbers.path("from-pytorch-\(page).safetensors")) } }

  /// Compares shapes, and numbers relative to the largest magnitude.
  func expect(
    _ found: HostTensor?, _ name: String, within tolerance: Double = 1e-5, sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let found = try #require(found, "\(name)", sourceLocation: sourceLocation)
    let expected = try #require(try file.get()[name], "\(name)", sourceLocation: sourceLocation)
    #expect(found.shape == expected.shape, "\(name)", sourceLocation: sourceLocation)
    try expect(numbers: found.numbers, name, within: tolerance, sourceLocation: sourceLocation)
  }

  /// Compares as many numbers.
  func expect(
    numbers found: [Double], _ name: String, within tolerance: Double = 1e-5, sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let expected = try #require(try file.get()[name], "\(name)", sourceLocation: sourceLocation).numbers
    #expect(found.count == expected.count, "\(name)", sourceLocation: sourceLocation)
    let size = expected.map(abs).max() ?? 0
    // A comparison with NaN is false, where `max` might miss it.
    let isNear = zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * size }
    let distance = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(isNear, "\(name): \(distance) away, of \(size)", sourceLocation: sourceLocation)
  }

  /// Compares as many numbers.
  func expect(
    numbers found: [Float], _ name: String, within tolerance: Double = 1e-5, sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    try expect(numbers: found.map(Double.init), name, within: tolerance, sourceLocation: sourceLocation)
  }

  /// Compares the loss, and the gradient of each parameter that has one in PyTorch, and no other.
  func expect(
    loss: Float, _ gradients: [String: HostTensor], of idiom: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    try expect(numbers: [loss], "\(idiom)/loss", sourceLocation: sourceLocation)
    let prefix = "\(idiom)/gradient/"
    let names = try file.get().tensors.map(\.name).filter { $0.hasPrefix(prefix) }
    #expect(Set(names) == Set(gradients.keys.map { prefix + $0 }), sourceLocation: sourceLocation)
    for (name, gradient) in gradients { try expect(gradient, prefix + name, sourceLocation: sourceLocation) }
  }

  /// A model with the initial weights of seed 0.
  static func fresh<Net: Layer>(_ net: Net) throws -> (net: Net, weights: Variables) {
    (net, try Variables(net, seed: 0, on: .cpu(threads: 2)))
  }

  /// Element i is `(i * 11 + step * 5) % number`, with one of these shapes.
  static func classes(_ shape: Shape, _ number: Int, step: Int = 0) throws -> HostTensor {
    try HostTensor(shape, elements: LibraryTests.classes(shape.elementCount, number, step: step))
  }

  static func numbers(_ shape: Shape, stream: Int = 0) throws -> HostTensor {
    try HostTensor(shape, elements: LibraryTests.numbers(shape.elementCount, step: 0, stream: stream))
  }
}
