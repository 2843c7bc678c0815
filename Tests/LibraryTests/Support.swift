import Martlet
import Testing

// These tests use what any program may use: `import Martlet`, and nothing of the package beside.

/// Element i of step s is `((i * 37 + s * 101 + stream * 59) % 127 - 63) / 64`, as in Tests/Fixtures/make_library_fixtures.py.
func numbers(_ count: Int, step: Int, stream: Int = 0) -> [Float] {
  (0..<count).map { Float(($0 * 37 + step * 101 + stream * 59) % 127 - 63) / 64 }
}

func classes(_ count: Int, _ number: Int, step: Int) -> [Int32] { (0..<count).map { Int32(($0 * 11 + step * 5) % number) } }

/// What PyTorch computed for the same programs, in double precision.
struct Expectation {
  private static let file = Result {
    let parts = #filePath.split(separator: "/").dropLast(2)
    return try Safetensors.read("/" + parts.joined(separator: "/") + "/Fixtures/library.safetensors")
  }

  let program: String

  func numbers(_ name: String) throws -> [Double] {
    try #require(try Expectation.file.get()["\(program)/\(name)"], "\(program)/\(name)").numbers
  }

  /// Compares, relative to the largest magnitude.
  func expect(_ found: [Double], _ name: String, within tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let expected = try numbers(name)
    #expect(found.count == expected.count, "\(program)/\(name)", sourceLocation: sourceLocation)
    let size = expected.map(abs).max() ?? 0
    let distance = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(distance <= tolerance * size, "\(program)/\(name): \(distance) away, of \(size)", sourceLocation: sourceLocation)
  }

  func expectLosses(_ losses: [Float], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let expected = try numbers("losses")
    #expect(losses.count == expected.count, sourceLocation: sourceLocation)
    for (step, (found, right)) in zip(losses, expected).enumerated() {
      // The first losses differ by rounding alone; later ones carry the updates' rounding on.
      let tolerance = step < 3 ? 1e-6 : 1e-5
      #expect(
        abs(Double(found) - right) <= tolerance * right, "\(program), step \(step): \(found), not \(right)", sourceLocation: sourceLocation)
    }
  }

  /// Every gradient that PyTorch has, and no other.
  func expectGradients(_ gradients: [String: HostTensor], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let prefix = "\(program)/gradient/"
    let names = try Expectation.file.get().tensors.map(\.name).filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    #expect(Set(names) == Set(gradients.keys), sourceLocation: sourceLocation)
    for name in names {
      try expect(#require(gradients[name]).numbers, "gradient/\(name)", within: 1e-5, sourceLocation: sourceLocation)
    }
  }
}
