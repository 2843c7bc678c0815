import Glibc
import MartletCore

/// The C++ compiler of this machine: Swift's toolchain brings one, clang.
enum HostCompiler {
  /// A shared library, as long as someone needs its file.
  struct Library {
    let folder: String
    var path: String { "\(folder)/kernels.so" }

    func remove() { for name in ["kernels.cpp", "kernels.so", "log", ""] { Glibc.remove("\(folder)/\(name)") } }
  }

  /// Compiles C++ to a shared library. Throws `.unavailable` without a compiler, `.lowering` with its message.
  static func compile(_ source: String) throws -> Library {
    let library = Library(folder: try temporaryFolder())
    do {
      let (file, log) = ("\(library.folder)/kernels.cpp", "\(library.folder)/log")
      try FileBytes.write(Array(source.utf8), to: file)
      let compiler = try find(named: FileBytes.environment("MARTLET_CXX"), searchPath: FileBytes.environment("PATH") ?? "/usr/bin")
      // Nothing is contracted and nothing vectorised with other rounding: the bits are the loop interpreter's.
      let options = ["-std=c++17", "-O1", "-shared", "-fPIC", "-ffp-contract=off", "-mfma", "-w", "-o", library.path, file]
      guard try run([compiler] + options, log: log) == 0 else {
        let message = (try? FileBytes.readText(log)) ?? ""
        throw MartletError(CUDAErrorCode.rejectedByCompiler, "\(compiler) rejects a kernel: \(message.prefix(4000))")
      }
    } catch {
      library.remove()
      throw error
    }
    return library
  }

  /// The compiler that is named, which `$MARTLET_CXX` does, or the first `clang++` on the search path.
  static func find(named: String?, searchPath: String) throws -> String {
    if let named { return named }
    for folder in searchPath.split(separator: ":") where access("\(folder)/clang++", X_OK) == 0 {
      return "\(folder)/clang++"
    }
    throw MartletError(
      CUDAErrorCode.noHostCompiler, "no clang++ is on the search path",
      advice: "Swift's toolchain has one: put its usr/bin on the PATH, or name a compiler by MARTLET_CXX.")
  }

  private static func temporaryFolder() throws -> String {
    guard let made = ChildProcess.temporaryFolder("emulation") else {
      throw MartletError(FileErrorCode.inaccessible, "no temporary folder can be made: \(String(cString: strerror(errno)))")
    }
    return made
  }

  /// Runs a program with its output in a file; returns its exit status.
  private static func run(_ arguments: [String], log: String) throws -> Int32 {
    do { return try ChildProcess.run(arguments, output: log) } catch {
      throw MartletError(CUDAErrorCode.noHostCompiler, "\(arguments[0]) cannot be run: \(error.reason)")
    }
  }
}
