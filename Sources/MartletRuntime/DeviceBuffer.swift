import Glibc
import MartletCore

/// Memory of a device that holds one tensor.
package protocol DeviceBuffer: AnyObject {
  var type: TensorType { get }
  /// Replaces all bytes; there must be `type.byteCount` of them.
  func write(_ bytes: UnsafeRawBufferPointer) throws
  /// Copies all bytes out.
  func read(into bytes: UnsafeMutableRawBufferPointer) throws
  /// Enqueues a copy to the host behind the work submitted so far and returns at once; `wait()` blocks until it has arrived.
  func readLater() throws -> any PendingRead
  /// A buffer of a part of this one's memory, from a byte on, which keeps it; what is written to one is in the other. Throws `M802` for a part that is not
  /// inside of it or not aligned as kernels expect.
  func part(_ type: TensorType, at offset: Int) throws -> any DeviceBuffer
  /// Enqueues a copy to another buffer of the same type where the device can do it by itself; false, with nothing done, where it cannot. Throws `M801` for
  /// another type.
  func copyOnDevice(to other: any DeviceBuffer) throws -> Bool
}

/// A tensor on its way from a device.
package protocol PendingRead {
  func wait() throws -> HostTensor
}

/// A tensor that has arrived.
private struct ArrivedRead: PendingRead {
  let tensor: HostTensor
  func wait() -> HostTensor { tensor }
}

extension DeviceBuffer {
  package func readLater() throws -> any PendingRead { ArrivedRead(tensor: try read()) }

  package func part(_ type: TensorType, at offset: Int) throws -> any DeviceBuffer {
    throw MartletError(RuntimeErrorCode.bufferBytes, "a buffer of this kind has no parts")
  }

  package func copyOnDevice(to other: any DeviceBuffer) throws -> Bool { false }

  package func write(_ tensor: HostTensor) throws {
    guard tensor.type == type else {
      throw MartletError(RuntimeErrorCode.bufferType, "a buffer of type \(type) cannot take a tensor of type \(tensor.type)")
    }
    try tensor.withUnsafeBytes { try write($0) }
  }

  package func read() throws -> HostTensor {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: type.byteCount, alignment: 64)
    defer { bytes.deallocate() }
    try read(into: bytes)
    return try HostTensor(type, bytes: UnsafeRawBufferPointer(bytes))
  }
}

/// A buffer that remembers what the host wrote: reading it back for a check would block until the device is idle.
package protocol HostWrittenBuffer: DeviceBuffer {
  /// From the smallest to the largest of the integers that were written last; nil where they are not known.
  var writtenRange: ClosedRange<Int32>? { get }
}

/// Host memory, begun on 64 bytes as kernels expect.
package final class HostBuffer: DeviceBuffer, @unchecked Sendable {
  /// Bytes of a large page.
  private static let hugePage = 2 << 20

  package let type: TensorType
  /// At least `type.byteCount` bytes.
  package let bytes: UnsafeMutableRawBufferPointer
  private let guarded: GuardedMemory?
  /// Whose memory this is a part of.
  private let owner: HostBuffer?

  /// A part of another buffer's memory, which it keeps. Throws `M802` for a part that is not inside of it or not aligned as kernels expect.
  package init(_ type: TensorType, partOf owner: HostBuffer, at offset: Int) throws {
    guard offset >= 0, offset % MemoryPlan.alignment == 0, offset + type.byteCount <= owner.bytes.count else {
      throw MartletError(
        RuntimeErrorCode.bufferBytes, "\(type) at byte \(offset) is not inside of a buffer of \(owner.bytes.count) bytes")
    }
    self.type = type
    self.owner = owner
    guarded = nil
    bytes = UnsafeMutableRawBufferPointer(rebasing: owner.bytes[offset...])
  }

  /// Zeros. Throws `M153` when the machine does not give the memory.
  package init(_ type: TensorType) throws {
    self.type = type
    owner = nil
    try MachineMemory.expect(type.byteCount, for: "a tensor \(type)")
    if RuntimeOptions.checks {
      guard let memory = GuardedMemory(byteCount: type.byteCount) else { throw MachineMemory.refusal(type.byteCount, "a tensor \(type)") }
      guarded = memory
      bytes = memory.bytes
      return
    }
    guarded = nil
    // Few entries of the processor's table of pages cover large pages.
    let isLarge = type.byteCount >= HostBuffer.hugePage / 8
    let byteCount =
      isLarge ? (type.byteCount + HostBuffer.hugePage - 1) / HostBuffer.hugePage * HostBuffer.hugePage : max(type.byteCount, 64)
    var base: UnsafeMutableRawPointer?
    guard posix_memalign(&base, isLarge ? HostBuffer.hugePage : 64, byteCount) == 0, let base else {
      throw MachineMemory.refusal(type.byteCount, "a tensor \(type)")
    }
    if isLarge { madvise(base, byteCount, MADV_HUGEPAGE) }
    bytes = UnsafeMutableRawBufferPointer(start: base, count: byteCount)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit {
    guard owner == nil else { return }
    if let guarded { guarded.release() } else { free(bytes.baseAddress) }
  }

  package func part(_ type: TensorType, at offset: Int) throws -> any DeviceBuffer { try HostBuffer(type, partOf: self, at: offset) }

  package func write(_ source: UnsafeRawBufferPointer) throws {
    guard source.count == type.byteCount else {
      throw MartletError(RuntimeErrorCode.bufferBytes, "\(type) takes \(type.byteCount) bytes, found \(source.count)")
    }
    bytes.copyMemory(from: source)
  }

  package func read(into target: UnsafeMutableRawBufferPointer) throws {
    guard target.count == type.byteCount else {
      throw MartletError(RuntimeErrorCode.bufferBytes, "\(type) has \(type.byteCount) bytes, found room for \(target.count)")
    }
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<type.byteCount]))
  }
}
