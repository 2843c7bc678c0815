import MartletCore

/// Errors of kernels for GPUs.
package enum CUDAErrorCode: Int, ErrorCode {
  case notMapped = 1401
  case processorOnly = 1402
  case indexTooWide = 1403
  case blockTooLarge = 1404
  case noCompiler = 1405
  case rejectedByCompiler = 1406
  case noHostCompiler = 1407
  case foreignBuffer = 1408
  case sharedTooLarge = 1409
  case driverCall = 1410
  case outOfMemory = 1411
  case noDriver = 1412
  case exchangeCall = 1413

  package var explanation: ErrorExplanation {
    switch self {
    case .notMapped:
      ErrorExplanation(
        .lowering, "A kernel for a GPU has a parallel loop, or memory of a worker or shard: it was made for a processor.",
        "Lower the graph for the target cuda.")
    case .processorOnly:
      ErrorExplanation(
        .lowering, "A kernel for a GPU calls a library of the processor.",
        "Lower the graph for the target cuda.")
    case .indexTooWide:
      ErrorExplanation(
        .lowering, "A tensor has more elements than an index of a GPU's kernel can count.",
        "Make the batch or the model smaller: a tensor has at most 2147483647 elements.")
    case .blockTooLarge:
      ErrorExplanation(
        .lowering, "A block of a kernel has more threads than a GPU runs.",
        "Use at most 1024 threads a block.")
    case .sharedTooLarge:
      ErrorExplanation(
        .lowering, "A block of a kernel shares more memory than a GPU gives it.",
        "Use at most 49152 bytes a block.")
    case .driverCall:
      ErrorExplanation(
        .unavailable, "The CUDA driver reports an error; the message has its name and what was being done.",
        "NVIDIA's documentation explains the name; try --device cpu.")
    case .outOfMemory:
      ErrorExplanation(
        .unavailable, "The GPU has not enough memory left.",
        "Make the batch or the model smaller, or end what else uses the GPU.")
    case .noDriver:
      ErrorExplanation(
        .unavailable, "The device cuda needs an NVIDIA GPU and its driver; one of them is missing.",
        "Use --device cpu; martlet doctor says what is found.")
    case .exchangeCall:
      ErrorExplanation(
        .unavailable, "NCCL, which carries gradients between GPUs, reports an error; the message has its words and what was being done.",
        "See whether another process has ended; NCCL_DEBUG=WARN makes NCCL say more. Go on with --resume.")
    case .noCompiler:
      ErrorExplanation(
        .unavailable, "NVIDIA's run-time compiler, NVRTC, is missing or cannot be loaded.",
        "Install the CUDA toolkit, or pip install nvidia-cuda-nvrtc; MARTLET_NVRTC may name the library's file.")
    case .rejectedByCompiler:
      ErrorExplanation(
        .lowering, "NVRTC or clang rejects our text for a kernel: a mistake in the emitter.",
        "Report it with the kernel: martlet dump --stage cuda.")
    case .noHostCompiler:
      ErrorExplanation(
        .unavailable, "The device cuda-emulated needs a C++ compiler, and there is none.",
        "Put the usr/bin of Swift's toolchain on the PATH: it has clang++.")
    case .foreignBuffer:
      ErrorExplanation(
        .invalidInput, "A GPU, or its emulation, was given a buffer of another device.",
        "Make buffers with the device that runs the program.")
    }
  }
}
