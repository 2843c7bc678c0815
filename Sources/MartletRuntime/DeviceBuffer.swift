import Glibc
import MartletCore

/// Memory of a device that holds one tensor.
public protocol DeviceBuffer: AnyObject {
  var type: TensorType { get }
  /// Replaces all bytes; there must be `type.byteCount` of them.
  func write(_ bytes: UnsafeRawBufferPointer) throws
  /// Copies all bytes out.
  func read(into bytes: UnsafeMutableRawBufferPointer) throws
}

extension DeviceBuffer {
  public func write(_ tensor: HostTensor) throws {
    guard tensor.type == type else {
      throw MartletError(.invalidInput, "a buffer of type \(type) cannot take a tensor of type \(tensor.type)")
    }
    try tensor.withUnsafeBytes { try write($0) }
  }

  public func read() throws -> HostTensor {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: type.byteCount, alignment: 64)
    defer { bytes.deallocate() }
    try read(into: bytes)
    return try HostTensor(type, bytes: UnsafeRawBufferPointer(bytes))
  }
}

/// Host memory, begun on 64 bytes as kernels expect.
public final class HostBuffer: DeviceBuffer, @unchecked Sendable {
  /// Bytes of a large page.
  private static let hugePage = 2 << 20

  public let type: TensorType
  public let bytes: UnsafeMutableRawBufferPointer

  /// Zeros.
  public init(_ type: TensorType) {
    self.type = type
    if type.byteCount >= HostBuffer.hugePage / 8 {
      // Few entries of the processor's table of pages cover it then.
      let byteCount = (type.byteCount + HostBuffer.hugePage - 1) / HostBuffer.hugePage * HostBuffer.hugePage
      bytes = .allocate(byteCount: byteCount, alignment: HostBuffer.hugePage)
      if let base = bytes.baseAddress { madvise(base, byteCount, MADV_HUGEPAGE) }
    } else {
      bytes = .allocate(byteCount: max(type.byteCount, 64), alignment: 64)
    }
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { bytes.deallocate() }

  public func write(_ source: UnsafeRawBufferPointer) throws {
    guard source.count == type.byteCount else {
      throw MartletError(.invalidInput, "\(type) takes \(type.byteCount) bytes, found \(source.count)")
    }
    bytes.copyMemory(from: source)
  }

  public func read(into target: UnsafeMutableRawBufferPointer) throws {
    guard target.count == type.byteCount else {
      throw MartletError(.invalidInput, "\(type) has \(type.byteCount) bytes, found room for \(target.count)")
    }
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<type.byteCount]))
  }
}
