import MartletCore
import TestSupport
import Testing

/// What can be made of tensors and shapes with the public interface is whole, or throws.
@Suite struct TensorsFromOutside {
  private func refuses(_ body: () throws -> Void) throws {
    let error = try #require(throws: MartletError.self) { try body() }
    #expect(error.number == 151 || error.number == 152 || error.number == 153, "\(error)")
  }

  @Test func countsAreChecked() throws {
    try refuses { _ = try HostTensor([2, 3], elements: [Float](repeating: 0, count: 5)) }
    try refuses { _ = try HostTensor([2, 3], elements: [Int32](repeating: 0, count: 7)) }
    try refuses { _ = try HostTensor(shape: [2, 3], storage: .bool([true])) }
    try refuses { _ = try HostTensor(shape: [-2, -3], storage: .u8([UInt8](repeating: 0, count: 6))) }
    try refuses { _ = try HostTensor([.max, .max], elements: [Double]()) }
    try refuses { _ = try HostTensor(TensorType(.f32, [-1]), repeating: 0) }
    try refuses { _ = try HostTensor(TensorType(.f32, [1 << 30, 1 << 30]), repeating: 0) }
    try refuses { _ = try HostTensor(TensorType(.f64, [1 << 39]), repeating: 0) }
    try refuses { _ = try [UInt8]().withUnsafeBytes { try HostTensor(TensorType(.f32, [-1, .max]), bytes: $0) } }
    let tensor = try HostTensor([2, 3], elements: [Float](repeating: 1, count: 6))
    #expect(try tensor == HostTensor(TensorType(.f32, [2, 3]), repeating: 1))
    try refuses { _ = try tensor.reshaped([5]) }
  }

  /// Even a tensor that only this package can make is not written as a file that nobody can read.
  @Test func brokenTensorsAreNotWritten() throws {
    try refuses { _ = try Npy.encode(HostTensor([2, 3], [Float](repeating: 0, count: 5))) }
  }

  /// The header of thousands of axes has a length of four bytes.
  @Test func headersOfAnyLength() throws {
    let tensor = try HostTensor(Shape([Int](repeating: 1, count: 30_000)), elements: [Float(7)])
    #expect(try Npy.decode(Npy.encode(tensor), file: "x.npy") == tensor)
  }

  @Test func absurdShapesDoNotTrap() {
    let vast: Shape = [.max, .max, 2]
    #expect(vast.elementCount == .max && TensorType(.f64, vast).byteCount == .max && vast.strides.count == 3)
    #expect(Shape([0, 4]).index(ofElement: 3).count == 2)
  }

  /// Digests of pieces of any length are those of the whole.
  @Test func digestsOfPieces() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for size in [1, 3, 63, 64, 65, 128, 999] {
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: size) {
        bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { hash.update($0) }
      }
      #expect(hash.hexDigest() == SHA256.hexDigest(bytes), "pieces of \(size)")
    }
  }
}
