import CLLVM
import Glibc
import MartletCore
import MartletLoopIR
import Synchronization

/// LLVM, loaded when it is first needed.
package enum LLVMLibrary {
  private static let loaded = Mutex<Bool>(false)

  /// What a compilation gives.
  package enum Output: Sendable {
    case object, assembly, optimizedIR
  }

  /// Loads the library: the one that `$MARTLET_LLVM` names, else the newest installed. Throws `.unavailable`.
  package static func load() throws {
    try loaded.withLock { isLoaded in
      guard !isLoaded else { return }
      var message: UnsafeMutablePointer<CChar>?
      guard llvm_library_load(FileBytes.environment("MARTLET_LLVM") ?? "", &message) == 0 else {
        throw MartletError(
          CPUErrorCode.noLLVM, "LLVM cannot be loaded: \(text(message))",
          advice: "Run Tools/setup, or install libLLVM 19 or newer (Debian, Ubuntu: apt install libllvm19); "
            + "MARTLET_LLVM may name the library's file. Without LLVM, --device interpreter works.")
      }
      isLoaded = true
    }
  }

  /// The version and file name, after loading.
  package static var description: String { "LLVM \(llvm_library_version()) (\(String(cString: llvm_library_name())))" }

  /// Compiles the text of a kernel. Throws `.lowering` with LLVM's message; the text is saved and the error says where.
  package static func compile(
    _ text: String, name: String, _ instructionSet: InstructionSet, passes: String, output: Output = .object
  ) throws -> [UInt8] {
    try load()
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message: UnsafeMutablePointer<CChar>?
    let kind: llvm_output =
      switch output {
      case .object: LLVM_OUTPUT_OBJECT
      case .assembly: LLVM_OUTPUT_ASSEMBLY
      case .optimizedIR: LLVM_OUTPUT_OPTIMIZED_IR
      }
    let status = llvm_library_compile(
      text, text.utf8.count, HostProcessor.featureList(instructionSet), passes, kind, &bytes, &count, &message)
    guard status == 0, let bytes else {
      let reason = self.text(message)
      throw MartletError(CPUErrorCode.rejectedByLLVM, "LLVM rejects kernel @\(name): \(reason)", advice: save(text, name))
    }
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// Writes a rejected module to a file and returns its path.
  private static func save(_ text: String, _ name: String) -> String {
    let folder = FileBytes.environment("TMPDIR") ?? "/tmp"
    let path = "\(folder)/martlet-\(name)-\(getpid()).ll"
    do {
      try FileBytes.write(Array(text.utf8), to: path)
      return "This is a defect of Martlet. The module was saved as \(path)."
    } catch {
      return "This is a defect of Martlet. The module could not be saved in \(folder)."
    }
  }

  /// The message that C allocated, which is freed.
  static func text(_ message: UnsafeMutablePointer<CChar>?) -> String {
    guard let message else { return "no reason was given" }
    defer { free(message) }
    return String(cString: message)
  }
}

/// Objects in this process's memory, ready to be called.
final class JITModule {
  private let jit: llvm_jit_ref

  init(_ instructionSet: InstructionSet) throws {
    try LLVMLibrary.load()
    var created: llvm_jit_ref?
    var message: UnsafeMutablePointer<CChar>?
    guard llvm_jit_create(HostProcessor.featureList(instructionSet), PerformanceMap.isWanted ? 1 : 0, &created, &message) == 0, let created
    else {
      throw MartletError(CPUErrorCode.linking, "LLVM's JIT cannot be made: \(LLVMLibrary.text(message))")
    }
    jit = created
  }

  deinit { llvm_jit_dispose(jit) }

  func add(_ object: [UInt8], name: String) throws {
    var message: UnsafeMutablePointer<CChar>?
    guard llvm_jit_add_object(jit, object, object.count, &message) == 0 else {
      throw MartletError(CPUErrorCode.linking, "the object of kernel @\(name) cannot be linked: \(LLVMLibrary.text(message))")
    }
  }

  /// The function of a kernel in an object that was added; profilers that watch are told its name.
  func function(_ name: String, in object: [UInt8]) throws -> KernelFunction {
    var message: UnsafeMutablePointer<CChar>?
    guard let address = llvm_jit_look_up(jit, name, &message) else {
      throw MartletError(CPUErrorCode.linking, "kernel @\(name) is not in its object: \(LLVMLibrary.text(message))")
    }
    PerformanceMap.add(name, at: UInt(bitPattern: address), object)
    return unsafeBitCast(address, to: KernelFunction.self)
  }
}

/// A compiled kernel: the addresses of its buffers, and the range of iterations.
typealias KernelFunction = @convention(c) (UnsafePointer<UnsafeMutableRawPointer?>, Int, Int) -> Void
