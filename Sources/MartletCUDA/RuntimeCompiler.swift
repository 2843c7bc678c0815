import CCUDA
import Glibc
import MartletCore
import Synchronization

/// NVRTC, NVIDIA's compiler as a library, loaded when it is first needed. It compiles for any GPU on any machine.
///
/// Source: https://docs.nvidia.com/cuda/nvrtc
package enum RuntimeCompiler {
  private static let loaded = Mutex<Bool>(false)

  /// A GPU's instruction set: compute capability 9.0 is `sm_90`.
  package static let defaultArchitecture = "sm_90"

  /// What came out of a compilation.
  package struct Result: Sendable {
    /// The binary for the architecture, or PTX, which a driver compiles for the GPU that it finds.
    package var binary: [UInt8]
    /// For each function how many registers a thread has, and how many bytes of them live in memory.
    package var functions: [FunctionUsage]
    /// What the compiler says beside that; empty when all is well.
    package var warnings: [String]
  }

  package struct FunctionUsage: Hashable, Sendable {
    package var name: String
    package var registers: Int
    /// Bytes that are stored because registers do not suffice.
    package var spilledBytes: Int
    /// Bytes of memory of a block.
    package var sharedBytes: Int
  }

  /// Loads the library: the one that `$MARTLET_NVRTC` names, else the toolkit's, else that of a Python environment. Throws `.unavailable`.
  package static func load() throws {
    try loaded.withLock { isLoaded in
      guard !isLoaded else { return }
      var message: UnsafeMutablePointer<CChar>?
      let paths = candidates().map { strdup($0) }
      defer { for path in paths { free(path) } }
      let status = paths.map { UnsafePointer($0) }.withUnsafeBufferPointer { list in
        list.withMemoryRebound(to: UnsafePointer<CChar>.self) { names in
          names.baseAddress.map { nvrtc_library_load($0, names.count, &message) } ?? 1
        }
      }
      guard status == 0 else {
        throw loadError(text(message))
      }
      isLoaded = true
    }
  }

  static func loadError(_ reason: String) -> MartletError {
    MartletError(
      CUDAErrorCode.noCompiler, "NVRTC cannot be loaded: \(reason)",
      advice: "Install the CUDA toolkit, or pip install nvidia-cuda-nvrtc in the Python environment that is active; "
        + "MARTLET_NVRTC may name the library's file.")
  }

  /// The version and the path of the library, after loading.
  package static var description: String {
    var (major, minor): (Int32, Int32) = (0, 0)
    nvrtc_library_version(&major, &minor)
    return "NVRTC \(major).\(minor) (\(String(cString: nvrtc_library_name())))"
  }

  /// The paths where the library may be, the likeliest first.
  private static func candidates() -> [String] {
    if let named = FileBytes.environment("MARTLET_NVRTC") { return [named] }
    let versions = ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"]
    var folders = ["CUDA_HOME", "CUDA_PATH"].compactMap { FileBytes.environment($0) }.map { "\($0)/lib64" }
    folders += ["/usr/local/cuda/lib64"]
    var paths = folders.flatMap { folder in versions.map { "\(folder)/\($0)" } } + versions
    for root in [FileBytes.environment("VIRTUAL_ENV")].compactMap({ $0 }) {
      for pattern in ["lib/python3*/site-packages/nvidia/*/lib/libnvrtc.so.1[0-9]"] { paths += matches("\(root)/\(pattern)") }
    }
    return paths
  }

  /// The files that a pattern of the shell names.
  static func matches(_ pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, 0, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).reversed().compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
  }

  /// The oldest architecture whose PTX has all that kernels use.
  package static let portableArchitecture = "compute_80"

  /// Compiles CUDA C for an architecture: to a binary for `sm_90`, to PTX for `compute_80`. Throws `.unavailable` without NVRTC, `.lowering` with the
  /// compiler's message.
  package static func compile(_ source: String, for architecture: String = defaultArchitecture) throws -> Result {
    try load()
    let isPTX = architecture.hasPrefix("compute_")
    let options =
      CUDAEmitter.options + ["--gpu-architecture=\(architecture)", "--std=c++17"] + (isPTX ? [] : ["--ptxas-options=--verbose"])
    var bytes: UnsafeMutablePointer<UInt8>?
    var (log, message): (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?)
    var count = 0
    let texts = options.map { strdup($0) }
    defer { for text in texts { free(text) } }
    let status = texts.map { UnsafePointer($0) }.withUnsafeBufferPointer { list in
      list.withMemoryRebound(to: UnsafePointer<CChar>.self) { names in
        names.baseAddress.map { nvrtc_library_compile(source, $0, Int32(names.count), isPTX ? 1 : 0, &bytes, &count, &log, &message) } ?? 1
      }
    }
    defer {
      free(bytes)
      free(log)
    }
    let report = log.map { String(cString: $0) } ?? ""
    guard status == 0, let bytes else {
      throw MartletError(CUDAErrorCode.rejectedByCompiler, "NVRTC rejects a kernel: \(text(message))\n\(report)")
    }
    let (functions, warnings) = CompilerLog.read(report)
    return Result(binary: Array(UnsafeBufferPointer(start: bytes, count: count)), functions: functions, warnings: warnings)
  }

  static func text(_ message: UnsafeMutablePointer<CChar>?) -> String {
    guard let message else { return "no reason was given" }
    defer { free(message) }
    return String(cString: message)
  }
}

/// What ptxas says with `--verbose`: a few lines a function.
enum CompilerLog {
  static func read(_ log: String) -> (functions: [RuntimeCompiler.FunctionUsage], warnings: [String]) {
    var functions: [RuntimeCompiler.FunctionUsage] = []
    var warnings: [String] = []
    func number(_ line: Substring, before word: String) -> Int {
      let words = line.split { $0 == " " || $0 == "," }
      guard let position = words.indices.dropFirst().first(where: { line[words[$0].startIndex...].hasPrefix(word) }) else { return 0 }
      return Int(words[position - 1]) ?? 0
    }
    for line in log.split(separator: "\n") {
      if let range = line.firstRange(of: "Compiling entry function '"), let end = line[range.upperBound...].firstIndex(of: "'") {
        functions.append(.init(name: String(line[range.upperBound..<end]), registers: 0, spilledBytes: 0, sharedBytes: 0))
      } else if line.contains("bytes spill stores"), let last = functions.indices.last {
        functions[last].spilledBytes = number(line, before: "bytes spill stores")
      } else if line.contains("Used "), line.contains("registers"), let last = functions.indices.last {
        functions[last].registers = number(line, before: "registers")
        functions[last].sharedBytes = number(line, before: "bytes smem")
      } else if line.contains("warning") {
        warnings.append(String(line))
      }
    }
    return (functions, warnings)
  }
}
