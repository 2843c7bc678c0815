import Foundation
import MartletRuntime
import TestSupport
import Testing

@testable import MartletMPI
@testable import ProcessProbe

/// Parts of the watch, in one process.
@Suite struct Watches {
  @Test func cards() {
    let addresses = NetworkAddress.own()
    #expect(!addresses.isEmpty && addresses.allSatisfy { $0.bytes.count == NetworkAddress.byteCount })
    let card = WatchCard(port: 54_321, addresses: addresses)
    #expect(WatchCard(card.bytes) == card)
    let full = WatchCard(port: 0, addresses: [NetworkAddress](repeating: addresses[0], count: 40))
    #expect(full.addresses.count == 16 && full.bytes.count == card.bytes.count && WatchCard(full.bytes) == full)
    #expect(WatchCard(Array(card.bytes.dropLast())) == nil)
    var damaged = card.bytes
    damaged[WatchCard.tokenCount + 2] = 17
    #expect(WatchCard(damaged) == nil)
    #expect(WatchCard(port: 1, addresses: []).token != WatchCard(port: 1, addresses: []).token)
  }

  @Test func frames() throws {
    let frames: [WatchFrame] = [
      .end(code: 5), .goodbye, .failure(code: -3, text: "über\nzwei Zeilen"), .failure(code: 1, text: ""), .end(code: .min),
    ]
    var inbox = frames.flatMap(\.bytes)
    for frame in frames { #expect(try WatchFrame.next(&inbox) == frame) }
    #expect(inbox.isEmpty)
    // Bytes that come one by one.
    var part: [UInt8] = []
    for byte in frames[2].bytes.dropLast() {
      part.append(byte)
      #expect(try WatchFrame.next(&part) == nil)
    }
    let long = WatchFrame.failure(code: 1, text: String(repeating: "x", count: 100_000))
    var cut = long.bytes
    #expect(try WatchFrame.next(&cut) == .failure(code: 1, text: String(repeating: "x", count: WatchFrame.mostBytes)))
    for damage: [UInt8] in [[9, 0, 0, 0, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 1, 64, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0]] {
      var bytes = damage
      #expect(throws: WatchFrame.Damage.self) { try WatchFrame.next(&bytes) }
    }
  }

  /// Who does not know the token, or is no process of the run, is not answered; who is, is, and its goodbye counts.
  @Test func strangers() throws {
    let (first, second) = (try Listener(rank: 0), WatchCard(port: 0, addresses: []))
    let cards = [first.card, second]
    let ended = try first.start(cards)
    var forged = first.card
    forged.token[15] ^= 1
    #expect(WatchContact.reach([0], from: 1, [forged, second], milliseconds: 1000) == nil)
    // Process 2 of 2.
    #expect(WatchContact.reach([0], from: 2, cards + [second], milliseconds: 1000) == nil)
    // Nobody listens.
    #expect(WatchContact.reach([1], from: 1, cards, milliseconds: 1000) == nil)
    let (rank, socket) = try #require(WatchContact.reach([0], from: 1, cards, milliseconds: 3000))
    #expect(rank == 0)
    socket.send(WatchFrame.goodbye.bytes)
    first.loop?.send(.finish)
    #expect(ended.wait(timeout: .now() + 5) == .success)
    while socket.end == nil, socket.inbox.count < WatchFrame.goodbye.bytes.count { socket.receive() }
    #expect(try WatchFrame.next(&socket.inbox) == .goodbye)
  }

  /// A process with a higher number finds out whether this one is there; it does not believe one that does not know its token.
  @Test func electors() throws {
    let (middle, other) = (try Listener(rank: 1), WatchCard(port: 0, addresses: []))
    let cards = [other, middle.card, other]
    let ended = try middle.start(cards)
    #expect(WatchContact.reach([1], from: 2, [other, middle.card, WatchCard(port: 0, addresses: [])], milliseconds: 1000) == nil)
    #expect(WatchContact.reach([0, 1], from: 2, cards, milliseconds: 3000)?.rank == 1)
    #expect(WatchContact.reach([1], from: 2, cards, milliseconds: 3000)?.rank == 1)
    middle.loop?.send(.finish)
    #expect(ended.wait(timeout: .now() + 5) == .success)
  }

  /// A watch without a program.
  private final class Listener {
    let card: WatchCard
    private(set) var loop: WatchLoop?
    private let rank: Int
    private var socket: WatchSocket?

    init(rank: Int) throws {
      let listening = try #require(WatchSocket.listening())
      (self.rank, socket) = (rank, listening.socket)
      card = WatchCard(port: listening.port, addresses: NetworkAddress.own())
    }

    /// Runs it on a thread of its own, and signals its end.
    func start(_ cards: [WatchCard]) throws -> DispatchSemaphore {
      let loop = try #require(WatchLoop(rank: rank, cards: cards, listener: socket))
      (self.loop, socket) = (loop, nil)
      let ended = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        loop.run()
        ended.signal()
      }
      return ended
    }
  }

  @Test func messages() {
    #expect(
      ProcessWatch.printed(ProcessWatch.ended([2], of: 4)) == """
        error M1704: process 2 of 4, numbered from 0, has ended; the checkpoint, if there is one, is as it was saved last
          Go on with --resume, also with fewer processes.
        """)
    #expect("\(Terminations.message)" == ProcessWatch.printed(MPIProcessGroup.endedByLauncher()) + "\n")
    #expect(
      ProcessWatch.note([1], of: 3)
        == "process 1 of 3, numbered from 0, cannot connect to process 0: when it ends, only mpirun ends the others")
    #expect(ProcessWatch.note([1, 2], of: 3).hasSuffix("to process 0: when one of them ends, only mpirun ends the others"))
    #expect(
      ProcessWatch.note([0, 1, 2], of: 3) == "process 0 cannot be reached by the others: when a process ends, only mpirun ends the others")
    #expect(ProcessWatch.ended([0, 1], of: 4).message.hasPrefix("processes 0 and 1 of 4, numbered from 0, have ended; "))
    #expect(ProcessWatch.ended([3], of: 4, isSilent: true).message.hasPrefix("process 3 of 4, numbered from 0, does not answer; "))
    #expect(
      ProcessWatch.ended(Array(1...9), of: 16, isSilent: true).message.hasPrefix(
        "processes 1, 2, 3 and 6 more of 16, numbered from 0, do not"))
  }

  // MARK: Threads as processes

  @Test(arguments: [1, 2, 3, 5]) func threadsExchange(_ count: Int) throws {
    let ranks = try ThreadProcessGroup.run(count: count) { group in
      try Exchange(group, sizes: [0, 1, 2, 4096]).run()
      return group.rank
    }
    #expect(ranks == Array(0..<count))
  }

  @Test func threadsReportTheFirstError() {
    struct Mistake: Error {}
    #expect(throws: Mistake.self) {
      try ThreadProcessGroup.run(count: 3) { group in
        if group.rank == 1 { throw Mistake() }
        _ = try group.gather([1])
      }
    }
    #expect(throws: ThreadProcessGroup.GroupError.self) {
      try ThreadProcessGroup.run(count: 2) { try $0.gather([UInt8](repeating: 0, count: $0.rank)) }
    }
    #expect(throws: ThreadProcessGroup.GroupError.self) {
      try ThreadProcessGroup.run(count: 1) { group in
        var (sent, received) = ([UInt8](repeating: 1, count: 3), [UInt8](repeating: 0, count: 4))
        try sent.withUnsafeBytes { sent in
          try received.withUnsafeMutableBytes { try group.exchange([.send(sent, to: 0, tag: 0), .receive($0, from: 0, tag: 0)]) }
        }
      }
    }
  }

  /// Three watches in one process that begin and end well. No process listens to SIGTERM afterwards.
  @Test func watchesOfThreads() throws {
    let notes = try ThreadProcessGroup.run(count: 3) { group in
      let watch = try ProcessWatch.start(group)
      _ = try group.gather([UInt8(group.rank)])
      try watch.finish()
      return watch.notes
    }
    #expect(notes == [[], [], []])
  }
}
