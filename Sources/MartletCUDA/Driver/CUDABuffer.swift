import CCUDA
import MartletCore
import MartletRuntime

/// A tensor in the device's memory. Writing is asynchronous, reading waits.
final class CUDABuffer: DeviceBuffer, HostWrittenBuffer {
  let type: TensorType
  let memory: CUDAMemory
  /// Of the integers that the host has written last.
  private(set) var writtenRange: ClosedRange<Int32>?

  /// Zeros.
  init(_ type: TensorType, _ context: CUDAContext) throws {
    self.type = type
    memory = try CUDAMemory(context, byteCount: type.byteCount)
    try memory.fill(0)
    if type.dtype == .i32 { writtenRange = 0...0 }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    guard bytes.count == type.byteCount else {
      throw MartletError(RuntimeErrorCode.bufferBytes, "\(type) takes \(type.byteCount) bytes, found \(bytes.count)")
    }
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    if type.dtype == .i32 {
      let numbers = bytes.bindMemory(to: Int32.self)
      writtenRange = (numbers.min() ?? 0)...(numbers.max() ?? 0)
    }
    let driver = memory.context.driver
    try driver.check(
      driver.functions.copy_to_device(memory.address, start, bytes.count, memory.context.stream), "\(type) is copied to the GPU")
  }

  func read(into bytes: UnsafeMutableRawBufferPointer) throws {
    guard bytes.count == type.byteCount else {
      throw MartletError(RuntimeErrorCode.bufferBytes, "\(type) has \(type.byteCount) bytes, found room for \(bytes.count)")
    }
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    let driver = memory.context.driver
    try driver.check(
      driver.functions.copy_to_host(start, memory.address, bytes.count, memory.context.stream), "\(type) is copied from the GPU")
    try memory.context.synchronize()
  }
}
