import Foundation
import MartletMPI
import MartletRuntime

/// What processes with a watch do, and how some of them end.
struct Watched {
  private let group: MPIProcessGroup
  private let watch: ProcessWatch
  private let arguments: [String]

  init(_ group: MPIProcessGroup, _ watch: ProcessWatch, _ arguments: [String]) {
    self.group = group
    self.watch = watch
    self.arguments = arguments
  }

  /// How many rounds those do that end on their own.
  private static let rounds = 100

  /// `kill 0 2`: these end by SIGKILL, the others go on. `leave 1`: it ends with code 0 and says nothing. `fail 1 2`: these report an error
  /// each, with code 3. `call 1`: it sends to a process that there is not. `finish`: all end well. `work`: all go on until somebody ends them.
  func run(_ mode: String) throws {
    let isChosen = arguments.contains("\(group.rank)")
    for round in 0... {
      try exchange(round)
      guard round == Watched.rounds else { continue }
      switch mode {
      case "finish":
        try watch.finish()
        return print("process \(group.rank) has finished")
      case "kill": if isChosen { kill(getpid(), SIGKILL) }
      case "leave": if isChosen { _exit(0) }
      case "fail": if isChosen { watch.fail("error M1001: process \(group.rank) cannot go on", exitCode: 3) }
      case "call": if isChosen { try group.begin([.receive(.init(start: nil, count: 0), from: 99, tag: 0)]).wait() }
      case "work", "early": break
      case _: throw ProcessProbe.Unexpected("\(mode) is unknown")
      }
    }
  }

  /// Everyone waits for everyone.
  private func exchange(_ round: Int) throws {
    let all = try group.gather([UInt8(truncatingIfNeeded: round)])
    try ProcessProbe.expect(all.allSatisfy { $0 == [UInt8(truncatingIfNeeded: round)] }, "round \(round): \(all)")
  }
}
