import MartletCore

/// Errors of machine code for the CPU.
package enum CPUErrorCode: Int, ErrorCode {
  case foreignBuffer = 901
  case arguments = 902
  case noInstruction = 903
  case missingInstructionSet = 904
  case unknownInstructionSet = 905
  case noLLVM = 906
  case rejectedByLLVM = 907
  case linking = 908

  package var explanation: ErrorExplanation {
    switch self {
    case .foreignBuffer:
      ErrorExplanation(
        .invalidInput, "The CPU was given a buffer of another device.",
        "Make buffers with the device that runs the program.")
    case .arguments:
      ErrorExplanation(
        .checkFailed, "A compiled kernel was given tensors that it does not take.",
        "Give one tensor a parameter, of its type.")
    case .noInstruction:
      ErrorExplanation(
        .lowering, "A kernel has something that cannot be written as LLVM IR for the target.",
        "Report it with the kernel: martlet dump --stage kernels.")
    case .missingInstructionSet:
      ErrorExplanation(
        .unavailable, "MARTLET_ISA asks for instructions that the machine does not have.",
        "Unset MARTLET_ISA, or set a smaller one.")
    case .unknownInstructionSet:
      ErrorExplanation(
        .usage, "MARTLET_ISA names no instruction set.",
        "It is sse2, avx2 or avx512.")
    case .noLLVM:
      ErrorExplanation(
        .unavailable, "The LLVM library is not there or cannot be loaded.",
        "Run Tools/setup.")
    case .rejectedByLLVM:
      ErrorExplanation(
        .lowering, "LLVM rejects our text for a kernel: a mistake in the emitter.",
        "Report it with the file that the message names.")
    case .linking:
      ErrorExplanation(
        .lowering, "LLVM's JIT does not take an object.",
        "Try again with --no-cache; report it if that fails too.")
    }
  }
}
