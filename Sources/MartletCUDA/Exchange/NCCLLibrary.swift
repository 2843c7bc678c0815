import CCUDA
import Glibc
import MartletCore

/// NCCL, NVIDIA's library that moves memory between GPUs, loaded when several processes train on GPUs; or its imitation, for tests.
///
/// Source: https://docs.nvidia.com/deeplearning/nccl/user-guide/docs
package final class NCCLLibrary: Sendable {
  /// Where the functions come from.
  package enum Source: Sendable {
    /// Nothing is loaded; buffers go through the host's memory.
    case none
    case installed
    case imitation
    /// A library that cannot be loaded, for this reason.
    case missing(String)
  }

  let functions: nccl_functions
  /// `2.27.3`.
  package let version: String
  /// The name or path under which it was found.
  package let file: String

  /// Why the library cannot be used: no error of a run, which goes on without it.
  package struct Absence: Error {
    package let reason: String
  }

  private init(_ functions: nccl_functions, file: String) throws {
    self.functions = functions
    self.file = file
    var number: Int32 = 0
    let status = functions.version(&number)
    guard status == 0 else {
      throw Absence(reason: "\(file): its version cannot be read: \(NCCLLibrary.text(functions.error_string(status)))")
    }
    version = NCCLLibrary.version(Int(number))
  }

  /// The library: the one that `$MARTLET_NCCL` names, else the one that the loader finds, else that of a Python environment. Throws `Absence`.
  package static func installed(named: String? = FileBytes.environment("MARTLET_NCCL")) throws -> NCCLLibrary {
    let paths = (named.map { [$0] } ?? candidates()).map { strdup($0) }
    defer { for path in paths { free(path) } }
    var (name, message): (UnsafePointer<CChar>?, UnsafeMutablePointer<CChar>?)
    let loaded = paths.map { UnsafePointer($0) }.withUnsafeBufferPointer { list in
      list.withMemoryRebound(to: UnsafePointer<CChar>.self) { names in
        withUnsafeTemporaryAllocation(of: nccl_functions.self, capacity: 1) { table -> nccl_functions? in
          guard let table = table.baseAddress, let first = names.baseAddress,
            nccl_library_load(table, first, names.count, &name, &message) == 0
          else { return nil }
          return table.pointee
        }
      }
    }
    guard let loaded else { throw Absence(reason: RuntimeCompiler.text(message)) }
    return try NCCLLibrary(loaded, file: text(name))
  }

  /// Works among the threads of this process, with buffers of the imitated driver. Throws `Absence` where it was told to.
  package static func imitated() throws -> NCCLLibrary {
    let functions = withUnsafeTemporaryAllocation(of: nccl_functions.self, capacity: 1) { table -> nccl_functions? in
      guard let table = table.baseAddress else { return nil }
      nccl_imitate(table)
      return table.pointee
    }
    guard let functions else { throw Absence(reason: "there is no room for a table of functions") }
    return try NCCLLibrary(functions, file: "the imitation")
  }

  /// The library of a source; nil for none. Throws `Absence`.
  static func load(_ source: Source) throws -> NCCLLibrary? {
    switch source {
    case .none: nil
    case .installed: try installed()
    case .imitation: try imitated()
    case .missing(let reason): throw Absence(reason: reason)
    }
  }

  package var description: String { "NCCL \(version)" }

  /// `2.27.3` of 22703; up to 2.8 it was `2.8.4` of 2804.
  static func version(_ number: Int) -> String {
    let (major, minor) = number < 10_000 ? (number / 1000, number % 1000 / 100) : (number / 10_000, number % 10_000 / 100)
    return "\(major).\(minor).\(number % 100)"
  }

  private static func candidates() -> [String] {
    let name = "libnccl.so.2"
    guard let environment = FileBytes.environment("VIRTUAL_ENV") else { return [name] }
    return [name] + RuntimeCompiler.matches("\(environment)/lib/python3*/site-packages/nvidia/nccl/lib/\(name)")
  }

  /// Throws M1413 when a call has failed, with NCCL's words and what was being done.
  func check(_ status: Int32, _ what: @autoclosure () -> String) throws {
    guard status != 0 else { return }
    // The text of the last error belongs to the thread; a communicator need not live for it.
    let last = functions.last_error.map { NCCLLibrary.text($0(nil)) } ?? ""
    let detail = last.split(separator: "\n").first.map { "; \($0)" } ?? ""
    throw MartletError(
      CUDAErrorCode.exchangeCall, "\(description): \(what()): \(NCCLLibrary.text(functions.error_string(status)))\(detail)")
  }

  /// 128 bytes that tell the processes of a run from those of others; one of them makes them, for all. Throws M1413.
  func uniqueID() throws -> [UInt8] {
    try withUnsafeTemporaryAllocation(of: nccl_unique_id.self, capacity: 1) { id in
      guard let first = id.baseAddress else { return [] }
      try check(functions.unique_id(first), "the run's identifier is made")
      return Array(UnsafeRawBufferPointer(id))
    }
  }

  private static func text(_ words: UnsafePointer<CChar>?) -> String { words.map { String(cString: $0) } ?? "" }
}
