import Foundation
import MartletCore
import MartletMPI
import MartletRuntime

/// A program that tests start with `mpirun`: its first argument says what it does. It is no part of the product.
///
/// Exit codes: 0 where all is as expected, 1 where it is not, those of Martlet's errors.
@main
enum ProcessProbe {
  static func main() {
    var watch: ProcessWatch?
    do {
      let arguments = Array(CommandLine.arguments.dropFirst())
      switch arguments.first {
      case "alone": try alone()
      case "exchange":
        let group = try started(piece: arguments.dropFirst().first.flatMap { Int($0) })
        try Exchange(group).run()
        print("process \(group.rank) of \(group.count): all is well with \(group.library)")
        try group.finish()
      case "thread": try onAnotherThread()
      case let mode?:
        let group = try started(piece: nil)
        // Before there is a watch.
        if mode == "early", arguments.contains("\(group.rank)") { kill(getpid(), SIGKILL) }
        let begun = try ProcessWatch.start(group)
        watch = begun
        for note in begun.notes { print("note: \(note)") }
        try Watched(group, begun, Array(arguments.dropFirst())).run(mode)
      case nil: throw Unexpected("alone, exchange, thread, early, work, kill, leave, fail or finish was expected")
      }
    } catch let error as MartletError {
      let text = "error \(error.code): \(error)"
      if let watch { watch.fail(text, exitCode: error.exitCode) }
      FileHandle.standardError.write(Data("\(text)\n".utf8))
      exit(error.exitCode)
    } catch {
      FileHandle.standardError.write(Data("probe: \(error)\n".utf8))
      exit(1)
    }
  }

  struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
  }

  static func expect(_ condition: Bool, _ text: @autoclosure () -> String) throws {
    if !condition { throw Unexpected(text()) }
  }

  static func started(piece: Int?) throws -> MPIProcessGroup {
    let group =
      if let piece, let launch = Launch.current {
        try MPIProcessGroup.started(launch, library: nil, piece: piece)
      } else {
        try MPIProcessGroup.started()
      }
    guard let group else { throw Unexpected("no launcher was found") }
    // One a process.
    try expect(try MPIProcessGroup.started() === group, "the second call has another group")
    return group
  }

  /// Without a launcher nothing is loaded.
  private static func alone() throws {
    try expect(try MPIProcessGroup.started() == nil, "a launcher was found")
    let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
    try expect(!maps.contains("libmpi"), "a library of MPI is loaded")
    print("alone")
  }

  /// The thread that starts MPI is neither the first of the process nor the one that calls later.
  private static func onAnotherThread() throws {
    let (finished, result) = (DispatchSemaphore(value: 0), Shared<Result<Void, any Error>>(.success(())))
    let group = Shared<MPIProcessGroup?>(nil)
    for step in 0..<2 {
      Thread.detachNewThread {
        result.value = Result {
          if step == 0 { group.value = try started(piece: nil) } else if let group = group.value { try Exchange(group).run() }
        }
        finished.signal()
      }
      finished.wait()
      try result.value.get()
    }
    print("threads: all is well")
    try group.value?.finish()
  }

  final class Shared<Value>: @unchecked Sendable {
    var value: Value

    init(_ value: Value) { self.value = value }
  }
}
