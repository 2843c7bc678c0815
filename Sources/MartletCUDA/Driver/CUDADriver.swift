import CCUDA
import MartletCore
import MartletRuntime

/// The driver's functions: of the GPU that is installed, or of the imitation that runs kernels on the processor.
///
/// Source: https://docs.nvidia.com/cuda/cuda-driver-api
final class CUDADriver: Sendable {
  let functions: cuda_driver
  let isImitation: Bool

  /// The driver of this machine. Throws `.unavailable` without one.
  static func installed() throws -> CUDADriver {
    var message: UnsafeMutablePointer<CChar>?
    let functions = withUnsafeTemporaryAllocation(of: cuda_driver.self, capacity: 1) { table -> cuda_driver? in
      guard let first = table.baseAddress, cuda_driver_load(first, &message) == 0 else { return nil }
      return first.pointee
    }
    guard let functions else {
      throw MartletError(
        CUDAErrorCode.noDriver, "the CUDA driver cannot be loaded: \(RuntimeCompiler.text(message))",
        advice: "Install NVIDIA's driver, or use --device cpu.")
    }
    return CUDADriver(functions, isImitation: false)
  }

  /// Kernels run on the processor; `seed` chooses the order of blocks and threads.
  static func imitated(seed: UInt32) throws -> CUDADriver {
    let functions = withUnsafeTemporaryAllocation(of: cuda_driver.self, capacity: 1) { table -> cuda_driver? in
      guard let first = table.baseAddress else { return nil }
      cuda_driver_imitate(first)
      return first.pointee
    }
    guard let functions else { throw MartletError(CUDAErrorCode.noDriver, "there is no room for a table of functions") }
    cuda_imitation_order(seed)
    return CUDADriver(functions, isImitation: true)
  }

  private init(_ functions: cuda_driver, isImitation: Bool) {
    self.functions = functions
    self.isImitation = isImitation
  }

  /// Throws when a call of the driver has failed, with CUDA's name of the error and what was being done.
  func check(_ status: Int32, _ what: @autoclosure () -> String) throws {
    guard status != 0 else { return }
    var name: UnsafePointer<CChar>?
    _ = functions.error_name(status, &name)
    let text = name.map { String(cString: $0) } ?? "error \(status)"
    // CUDA_ERROR_OUT_OF_MEMORY and CUDA_ERROR_NO_DEVICE.
    switch status {
    case 2:
      throw MartletError(
        CUDAErrorCode.outOfMemory, "\(what()): \(text)", advice: "Make the batch or the model smaller, or end what else uses the GPU.")
    case 100: throw MartletError(CUDAErrorCode.noDriver, "\(what()): \(text)", advice: "Use --device cpu.")
    default: throw MartletError(CUDAErrorCode.driverCall, "\(what()): \(text)")
    }
  }
}

/// A device with a stream on which everything happens in order.
final class CUDAContext {
  let driver: CUDADriver
  let stream: cuda_handle?
  let deviceName: String
  /// Compute capability 9.0 is 90.
  let capability: Int
  private let device: Int32

  /// Opens a device: the one of this number among those that the process sees, modulo their number. Throws `.unavailable` where there is none.
  init(_ driver: CUDADriver, number: Int = 0) throws {
    self.driver = driver
    let functions = driver.functions
    try driver.check(functions.`init`(0), "the CUDA driver is started")
    var count: Int32 = 0
    try driver.check(functions.device_count(&count), "GPUs are counted")
    guard count > 0 else { throw MartletError(CUDAErrorCode.noDriver, "the CUDA driver finds no GPU", advice: "Use --device cpu.") }
    let device = Int32(max(number, 0) % Int(count))
    self.device = device
    var name = [CChar](repeating: 0, count: 256)
    try driver.check(functions.device_name(&name, Int32(name.count), device), "the GPU's name is read")
    deviceName = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR.
    var (major, minor): (Int32, Int32) = (0, 0)
    try driver.check(functions.device_attribute(&major, 75, device), "the GPU's generation is read")
    try driver.check(functions.device_attribute(&minor, 76, device), "the GPU's generation is read")
    capability = Int(major) * 10 + Int(minor)
    var context: cuda_handle?
    try driver.check(functions.context_retain(&context, device), "the GPU's context is opened")
    do {
      try driver.check(functions.context_set_current(context), "the GPU's context is entered")
      var stream: cuda_handle?
      // Not synchronised with the default stream.
      try driver.check(functions.stream_create(&stream, 1), "a stream is made")
      self.stream = stream
    } catch {
      _ = functions.context_release(device)
      throw error
    }
  }

  deinit {
    _ = driver.functions.stream_destroy(stream)
    _ = driver.functions.context_release(device)
  }

  /// Where the device is in its machine: domain, bus and number of PCI, which are the same in all processes.
  func address() throws -> String {
    // CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID, _PCI_BUS_ID and _PCI_DEVICE_ID.
    try [Int32(50), 33, 34].map { attribute in
      var value: Int32 = 0
      try driver.check(driver.functions.device_attribute(&value, attribute, device), "the GPU's address is read")
      return "\(value)"
    }.joined(separator: ":")
  }

  /// Blocks until all submitted work is done.
  func synchronize() throws { try driver.check(driver.functions.stream_synchronize(stream), "the end of work on the GPU is awaited") }
}

/// Memory of the device; freed with its last reference.
final class CUDAMemory {
  let context: CUDAContext
  let address: cuda_address
  let byteCount: Int
  /// Whose memory this is a part of.
  private let owner: CUDAMemory?

  /// At least one byte. Throws `M1411` when the device has no room.
  init(_ context: CUDAContext, byteCount: Int) throws {
    self.context = context
    self.byteCount = max(byteCount, 1)
    owner = nil
    var address: cuda_address = 0
    try context.driver.check(
      context.driver.functions.memory_allocate(&address, self.byteCount), "\(byteCount) bytes of the GPU's memory are allocated")
    self.address = address
  }

  /// A part of other memory, which it keeps. Throws `M802` for a part that is not inside of it or not aligned as kernels expect.
  init(partOf owner: CUDAMemory, at offset: Int, byteCount: Int) throws {
    guard offset >= 0, offset % MemoryPlan.alignment == 0, byteCount >= 0, byteCount <= owner.byteCount,
      offset <= owner.byteCount - byteCount
    else {
      throw MartletError(
        RuntimeErrorCode.bufferBytes,
        "\(byteCount) bytes from byte \(offset) on are not inside of a GPU's buffer of \(owner.byteCount) bytes")
    }
    (context, self.owner, self.byteCount) = (owner.context, owner, byteCount)
    address = owner.address + UInt64(offset)
  }

  deinit { if owner == nil { _ = context.driver.functions.memory_free(address) } }

  func fill(_ byte: UInt8) throws {
    try context.driver.check(
      context.driver.functions.set_bytes(address, byte, byteCount, context.stream), "\(byteCount) bytes on the GPU are filled")
  }
}
