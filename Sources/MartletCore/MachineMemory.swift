import Glibc

/// What this machine, or the limit that the process was given, has of memory. Asked before large allocations, for Swift ends the process
/// when memory is refused.
public enum MachineMemory {
  /// Physical memory, or the limit of the address space where that is lower; in bytes.
  public static var byteCount: Int {
    var limit = rlimit()
    let isLimited = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 && limit.rlim_cur < rlim_t(Int.max)
    let physical = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return isLimited ? min(physical, Int(limit.rlim_cur)) : physical
  }

  /// Throws `M153` unless so many bytes can be there.
  public static func expect(_ byteCount: Int, for purpose: @autoclosure () -> String) throws {
    // Small tensors are not worth a question.
    guard byteCount > 1 << 26, byteCount > self.byteCount else { return }
    throw refusal(byteCount, purpose())
  }

  public static func refusal(_ byteCount: Int, _ purpose: String) -> MartletError {
    MartletError(TensorErrorCode.noMemory, "\(purpose) takes \(byteCount) bytes, which this machine does not give")
  }
}
