import Glibc

/// What this machine, or the limit that the process was given, has of memory. Asked before large allocations, for Swift ends the process
/// when memory is refused.
package enum MachineMemory {
  /// Physical memory, or the limit of the address space where that is lower; in bytes.
  package static var byteCount: Int {
    var limit = rlimit()
    let isLimited = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 && limit.rlim_cur < rlim_t(Int.max)
    let physical = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return isLimited ? min(physical, Int(limit.rlim_cur)) : physical
  }

  /// Headroom beside the bytes themselves, so that the small allocations around them succeed too.
  private static let reserve = 4 << 20

  /// Throws `M153` unless so many bytes can be there: not more than the machine has, and the system gives the process that much room, of
  /// which a limit (`ulimit -v`) may have left little.
  package static func expect(_ byteCount: Int, for purpose: @autoclosure () -> String) throws {
    // Small tensors are not worth a question.
    guard byteCount > 1 << 20 else { return }
    guard byteCount <= 1 << 26 || byteCount <= self.byteCount, hasRoom(byteCount) else { throw refusal(byteCount, purpose()) }
  }

  /// Whether the system gives the process so much more. Asked with mmap: compilers leave out a malloc that is freed at once.
  private static func hasRoom(_ byteCount: Int) -> Bool {
    let (size, overflow) = byteCount.addingReportingOverflow(reserve)
    guard !overflow else { return false }
    let room = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard room != MAP_FAILED else { return false }
    munmap(room, size)
    return true
  }

  /// What compiling and training need of the main thread's stack.
  private static let stackByteCount = 256 << 10

  /// Throws `M153` where the limit of the stack (`ulimit -s`) is lower than what the program needs: it would end without a message.
  package static func expectStack() throws { try expectStack(stackByteCount) }

  /// Throws `M153` where the limit of the stack is lower than so many bytes.
  package static func expectStack(_ byteCount: Int) throws {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(byteCount) else { return }
    throw MartletError(
      TensorErrorCode.noMemory, "the stack may have \(limit.rlim_cur) bytes, the program needs \(byteCount)",
      advice: "Allow more before the command: ulimit -s 8192.")
  }

  package static func refusal(_ byteCount: Int, _ purpose: String) -> MartletError {
    MartletError(TensorErrorCode.noMemory, "\(purpose): \(byteCount) bytes are needed, more than is available")
  }
}
