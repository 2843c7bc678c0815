import Foundation
import MartletCore
import MartletMPI
import TestSupport
import Testing

/// Programs under `mpirun` of both libraries: messages, and what happens when a process ends. They are left out where a launcher is not installed.
@Suite(.serialized) struct ProcessRuns {
  // MARK: Messages

  @Test(arguments: MPILauncher.installed, [1, 2, 3, 4]) func everythingArrives(_ launcher: MPILauncher, _ count: Int) throws {
    let result = try launcher.run(count, ["exchange"])
    #expect(result.code == 0, "\(result.errors)")
    for rank in 0..<count { #expect(result.output.contains("process \(rank) of \(count): all is well with \(launcher.rawValue) ")) }
  }

  /// As messages above 2 GB go, with a smaller limit: 99,999 bytes and one more piece.
  @Test(arguments: MPILauncher.installed) func longMessagesGoInPieces(_ launcher: MPILauncher) throws {
    let result = try launcher.run(3, ["exchange", "99999"])
    #expect(result.code == 0, "\(result.errors)")
  }

  @Test(arguments: MPILauncher.installed) func anyThreadCalls(_ launcher: MPILauncher) throws {
    let result = try launcher.run(2, ["thread"])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.components(separatedBy: "threads: all is well").count == 3)
  }

  @Test func nothingIsLoadedWithoutALauncher() throws {
    let result = try runProgram(MPILauncher.probe, ["alone"])
    #expect(result.code == 0 && result.output == "alone\n", "\(result.errors)")
  }

  // MARK: Errors

  @Test(arguments: MPILauncher.installed) func missingLibrary(_ launcher: MPILauncher) throws {
    let result = try launcher.run(1, ["exchange"], environment: ["MARTLET_MPI": "/none/libmpi.so"])
    #expect(result.code == 5)
    #expect(result.errors.contains("error M1701: this is process 0 of 1, numbered from 0, started by mpirun of \(launcher.rawValue)"))
    #expect(result.errors.contains("/none/libmpi.so: cannot open shared object file"))
    #expect(result.errors.contains("MARTLET_MPI names this file: correct it, or unset it."))
  }

  @Test(arguments: MPILauncher.installed) func notALibraryOfMPI(_ launcher: MPILauncher) throws {
    let result = try launcher.run(1, ["exchange"], environment: ["MARTLET_MPI": "libc.so.6"])
    #expect(result.code == 5)
    #expect(result.errors.contains("error M1701: ") && result.errors.contains("libc.so.6: it has no MPI_Get_library_version"))
  }

  /// With the other library every process is alone.
  @Test(.enabled(if: MPILauncher.installed.count == 2), arguments: MPILauncher.installed) func otherLibrary(_ launcher: MPILauncher) throws
  {
    let (other, name) = launcher == .openMPI ? ("libmpich.so.12", "MPICH") : ("libmpi.so.40", "Open MPI")
    let result = try launcher.run(2, ["exchange"], environment: ["MARTLET_MPI": other])
    #expect(result.code == 5 || launcher == .mpich)
    #expect(result.errors.contains("error M1702: "), "\(result.errors)")
    #expect(result.errors.contains("\(name) ") && result.errors.contains("they do not belong together"))
  }

  // MARK: The watch

  @Test(arguments: MPILauncher.installed) func allFinish(_ launcher: MPILauncher) throws {
    for count in [1, 2, 4] {
      let result = try launcher.run(count, ["finish"])
      #expect(result.code == 0 && !result.output.contains("note"), "\(result.output)\(result.errors)")
      for rank in 0..<count { #expect(result.output.contains("process \(rank) has finished")) }
    }
  }

  /// Some processes of four end, and what the others print and return. A session of its own keeps the launcher's signals from them: they
  /// end by the watch alone.
  @Test(arguments: MPILauncher.installed, Ending.all) func theOthersEnd(_ launcher: MPILauncher, _ ending: Ending) throws {
    let folder = try Repository.TemporaryFolder()
    let script = """
      "$@"
      echo "${OMPI_COMM_WORLD_RANK:-$PMI_RANK} $?" >>\(folder.path)/codes
      """
    let start = ContinuousClock.now
    let result = try launcher.run(4, ending.arguments, wrapper: ["setsid", "--wait", "sh", "-c", script, "sh"])
    #expect(ContinuousClock.now - start < .seconds(10))
    let lines = try Self.lines(of: "\(folder.path)/codes", count: 4)
    #expect(lines == ending.codes.enumerated().map { "\($0.offset) \($0.element)" }, "\(ending.arguments): \(result.errors)")
    let messages = result.errors.split(separator: "\n").filter { $0.hasPrefix("error M") }.map(String.init)
    #expect(1...ending.mostMessages ~= messages.count && messages.allSatisfy(ending.messages.contains), "\(ending.arguments): \(messages)")
  }

  /// The sorted lines of a file that processes write which nobody waits for.
  private static func lines(of path: String, count: Int) throws -> [String] {
    let end = ContinuousClock.now + .seconds(10)
    while true {
      let lines = (try? FileBytes.readText(path))?.split(separator: "\n").map(String.init).sorted() ?? []
      if lines.count >= count || ContinuousClock.now > end { return lines }
      usleep(10_000)
    }
  }

  /// The same with the launcher's own measures: Open MPI's leave the time for the message, Hydra kills at once.
  @Test(arguments: MPILauncher.installed) func theLauncherEndsThemToo(_ launcher: MPILauncher) throws {
    for ending in [Ending.all[0], Ending.all[1]] {
      let start = ContinuousClock.now
      let result = try launcher.run(3, ending.arguments)
      #expect(ContinuousClock.now - start < .seconds(10))
      #expect(result.code != 0 && result.code != 124)
      let messages = result.errors.split(separator: "\n").filter { $0.hasPrefix("error M1704") }.count
      #expect(launcher == .openMPI ? messages == 1 : messages <= 1, "\(result.errors)")
    }
  }

  /// A process that ends before there is a watch: Open MPI sends SIGTERM to the others, which process 0 explains.
  @Test(.enabled(if: MPILauncher.openMPI.path != nil)) func endedEarly() throws {
    let start = ContinuousClock.now
    let result = try MPILauncher.openMPI.run(3, ["early", "2"])
    #expect(ContinuousClock.now - start < .seconds(10))
    #expect(result.errors.components(separatedBy: "error M1705").count == 2, "\(result.errors)")
  }

  /// SIGTERM for the launcher, as a scheduler sends it, ends all.
  @Test(arguments: MPILauncher.installed) func terminated(_ launcher: MPILauncher) throws {
    let start = ContinuousClock.now
    let result = try launcher.run(3, ["work"], seconds: 4)
    // The launcher's own end, or that of `timeout`.
    #expect(result.code == 124 && ContinuousClock.now - start < .seconds(20), "\(result.code): \(result.errors)")
  }

  struct Ending: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var codes: [Int]
    /// One of these is printed.
    var messages: [String]
    /// Where who prints may end a moment later, the next one prints, too.
    var mostMessages = 1

    var testDescription: String { arguments.joined(separator: " ") }

    private static func ended(_ ranks: [Int]) -> String {
      "error M1704: \(ProcessWatch.ended(ranks, of: 4).message)"
    }

    static let all = [
      Ending(arguments: ["kill", "2"], codes: [5, 5, 137, 5], messages: [ended([2])]),
      Ending(arguments: ["kill", "0"], codes: [137, 5, 5, 5], messages: [ended([0])]),
      Ending(arguments: ["kill", "1", "3"], codes: [5, 137, 5, 137], messages: [ended([1]), ended([3]), ended([1, 3])]),
      Ending(
        arguments: ["kill", "0", "1"], codes: [137, 137, 5, 5], messages: [ended([0]), ended([1]), ended([0, 1])], mostMessages: 2),
      Ending(arguments: ["leave", "1"], codes: [5, 0, 5, 5], messages: [ended([1])]),
      Ending(arguments: ["fail", "2"], codes: [3, 3, 3, 3], messages: ["error M1001: process 2 cannot go on"]),
      Ending(arguments: ["fail", "0"], codes: [3, 3, 3, 3], messages: ["error M1001: process 0 cannot go on"]),
      Ending(
        arguments: ["fail", "0", "1", "2", "3"], codes: [3, 3, 3, 3], messages: (0..<4).map { "error M1001: process \($0) cannot go on" }),
      Ending(arguments: ["call", "1"], codes: [5, 5, 5, 5], messages: ["error M1703: MPI: there is no process 99 among 4"]),
    ]
  }
}
