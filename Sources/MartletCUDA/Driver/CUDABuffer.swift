import CCUDA
import MartletCore
import MartletRuntime

/// A tensor in the device's memory. Writing is asynchronous, reading blocks.
final class CUDABuffer: DeviceBuffer, HostWrittenBuffer {
  let type: TensorType
  let memory: CUDAMemory
  /// Memory of the host for copies that are on their way, used again when they have arrived.
  private var landings: [CUDALanding] = []
  /// Of the integers that the host has written last; of a part it is not known, for others write the same memory.
  private(set) var writtenRange: ClosedRange<Int32>?
  private let isPart: Bool

  /// Zeros.
  init(_ type: TensorType, _ context: CUDAContext) throws {
    self.type = type
    isPart = false
    memory = try CUDAMemory(context, byteCount: type.byteCount)
    try memory.fill(0)
    if type.dtype == .i32 { writtenRange = 0...0 }
  }

  private init(_ type: TensorType, partOf owner: CUDABuffer, at offset: Int) throws {
    self.type = type
    isPart = true
    memory = try CUDAMemory(partOf: owner.memory, at: offset, byteCount: type.byteCount)
  }

  func part(_ type: TensorType, at offset: Int) throws -> any DeviceBuffer {
    writtenRange = nil
    return try CUDABuffer(type, partOf: self, at: offset)
  }

  /// The device writes it without the host.
  func forgetWrittenRange() { writtenRange = nil }

  func copyOnDevice(to other: any DeviceBuffer) throws -> Bool {
    guard let other = other as? CUDABuffer, other.memory.context === memory.context else { return false }
    guard other.type == type else {
      throw MartletError(RuntimeErrorCode.bufferType, "a buffer of type \(other.type) cannot take a tensor of type \(type)")
    }
    other.forgetWrittenRange()
    guard type.byteCount > 0 else { return true }
    let context = memory.context
    try context.driver.check(
      context.driver.functions.copy_on_device(other.memory.address, memory.address, type.byteCount, context.stream),
      "\(type) is copied on the GPU")
    return true
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    guard bytes.count == type.byteCount else {
      throw MartletError(RuntimeErrorCode.bufferBytes, "\(type) takes \(type.byteCount) bytes, found \(bytes.count)")
    }
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    if type.dtype == .i32, !isPart {
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

  func readLater() throws -> any PendingRead {
    let landing = try landings.popLast() ?? CUDALanding(type, memory.context)
    try landing.begin(memory.address)
    return CUDAPendingRead(landing) { [weak self] in self?.landings.append(landing) }
  }
}

/// A copy that the device makes when it comes to it.
private final class CUDAPendingRead: PendingRead {
  private let landing: CUDALanding
  private let giveBack: () -> Void

  init(_ landing: CUDALanding, _ giveBack: @escaping () -> Void) {
    self.landing = landing
    self.giveBack = giveBack
  }

  func wait() throws -> HostTensor {
    let tensor = try landing.tensor()
    giveBack()
    return tensor
  }
}

/// Memory of the host that the device writes by itself: it does not move, so that nothing has to be copied in between.
private final class CUDALanding {
  private let type: TensorType
  private let context: CUDAContext
  private let bytes: UnsafeMutableRawPointer
  private let arrived: CUDAEvent
  private var isOnItsWay = false

  init(_ type: TensorType, _ context: CUDAContext) throws {
    arrived = try CUDAEvent(context)
    var bytes: UnsafeMutableRawPointer?
    try context.driver.check(
      context.driver.functions.host_allocate(&bytes, max(type.byteCount, 1), 0), "memory for a copy of \(type) is allocated")
    guard let bytes else { throw MartletError(CUDAErrorCode.driverCall, "the driver gave no memory for a copy of \(type)") }
    (self.type, self.context, self.bytes) = (type, context, bytes)
  }

  deinit {
    if isOnItsWay { try? arrived.synchronize() }
    _ = context.driver.functions.host_free(bytes)
  }

  func begin(_ address: cuda_address) throws {
    try context.driver.check(
      context.driver.functions.copy_to_host(bytes, address, type.byteCount, context.stream), "\(type) is copied from the GPU")
    try arrived.record()
    isOnItsWay = true
  }

  func tensor() throws -> HostTensor {
    try arrived.synchronize()
    isOnItsWay = false
    return try HostTensor(type, bytes: UnsafeRawBufferPointer(start: bytes, count: type.byteCount))
  }
}
