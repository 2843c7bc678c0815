import MartletRuntime

/// Messages of all kinds between all processes, and what arrives.
struct Exchange {
  private let group: any ProcessGroup
  private let sizes: [Int]

  /// Sizes below, at and above what libraries send at once; 5 MB are several pieces where pieces are small.
  init(_ group: any ProcessGroup, sizes: [Int] = [0, 1, 2, 4095, 4096, 4097, 65_536, 1_000_000, 5_000_001]) {
    self.group = group
    self.sizes = sizes
  }

  func run() throws {
    for size in sizes { try pairs(size) }
    try order()
    for size in sizes { try advances(size) }
    try advancedErrors()
    try gathers()
    for _ in 0..<200 { try pairs(64) }
  }

  /// A number that depends on both processes, the tag and the place.
  private static func byte(_ from: Int, _ to: Int, _ tag: Int, _ index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: (from * 31 + to * 17 + tag * 7 + 1) &* (index &* 2_654_435_761 >> 7 &+ 1) &+ index)
  }

  /// Everyone sends to everyone, itself too, with several tags, all at once; the receives begin in another order.
  private func pairs(_ size: Int) throws {
    let tags = size > 1_000_000 ? [5] : [0, 3, 32_767]
    var sent: [UnsafeMutableRawBufferPointer] = []
    var received: [(from: Int, tag: Int, memory: UnsafeMutableRawBufferPointer)] = []
    defer { for memory in sent + received.map(\.memory) { memory.deallocate() } }
    var messages: [ProcessMessage] = []
    for tag in tags {
      for other in 0..<group.count {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        for index in 0..<size { memory[index] = Exchange.byte(group.rank, other, tag, index) }
        sent.append(memory)
        messages.append(.send(UnsafeRawBufferPointer(memory), to: other, tag: tag))
      }
    }
    for other in (0..<group.count).reversed() {
      for tag in tags.reversed() {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0xee)
        received.append((other, tag, memory))
        messages.append(.receive(memory, from: other, tag: tag))
      }
    }
    try group.begin(messages).wait()
    for message in received {
      for index in 0..<size where message.memory[index] != Exchange.byte(message.from, group.rank, message.tag, index) {
        throw ProcessProbe.Unexpected("\(size) bytes from \(message.from), tag \(message.tag): byte \(index) is \(message.memory[index])")
      }
    }
  }

  /// Messages with one tag arrive in the order in which they were sent, though their sizes differ.
  private func order() throws {
    let sizes = [1, 300_000, 7, 70_000, 0, 3]
    let (next, previous) = ((group.rank + 1) % group.count, (group.rank + group.count - 1) % group.count)
    let sent = sizes.indices.map { [UInt8](repeating: UInt8($0 + 1), count: sizes[$0]) }
    var received = sizes.map { [UInt8](repeating: 0, count: $0) }
    let sources = sent.map { source in
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 16)
      memory.copyBytes(from: source)
      return memory
    }
    let targets = sizes.map { UnsafeMutableRawBufferPointer.allocate(byteCount: $0, alignment: 16) }
    defer { for memory in sources + targets { memory.deallocate() } }
    let first = try group.begin(sources.prefix(3).map { .send(UnsafeRawBufferPointer($0), to: next, tag: 1) })
    let second = try group.begin(targets.map { .receive($0, from: previous, tag: 1) })
    let third = try group.begin(sources.dropFirst(3).map { .send(UnsafeRawBufferPointer($0), to: next, tag: 1) })
    for pending in [third, second, first] { try pending.wait() }
    for (number, target) in targets.enumerated() { received[number] = Array(target) }
    try ProcessProbe.expect(received == sent, "messages with one tag came in another order")
  }

  /// Messages that are moved along while the process does other things, and then waited for twice.
  private func advances(_ size: Int) throws {
    let (next, previous) = ((group.rank + 1) % group.count, (group.rank + group.count - 1) % group.count)
    let (sent, target) = (Exchange.memory(size), Exchange.memory(size))
    defer { for memory in [sent, target] { memory.deallocate() } }
    for index in 0..<size { sent[index] = Exchange.byte(group.rank, next, 9, index) }
    let receiving = try group.begin([.receive(target, from: previous, tag: 9)])
    let sending = try group.begin([.send(UnsafeRawBufferPointer(sent), to: next, tag: 9)])
    // Without waiting, long messages are done after some calls.
    for _ in 0..<2000 { for pending in [sending, receiving] { pending.advance() } }
    for pending in [receiving, sending, receiving, sending] { try pending.wait() }
    for index in 0..<size where target[index] != Exchange.byte(previous, group.rank, 9, index) {
      throw ProcessProbe.Unexpected("\(size) bytes that were moved along: byte \(index) is \(target[index])")
    }
  }

  /// A message of another length is an error of the wait, also where an earlier call has found it. Of a short message that a process sends to itself Open MPI
  /// 4.1 cuts off silently what does not fit: these are long.
  private func advancedErrors() throws {
    let (sent, target) = (Exchange.memory(20_000), Exchange.memory(40_000))
    defer { for memory in [sent, target] { memory.deallocate() } }
    for (sentBytes, received) in [(20_000, 40_000), (20_000, 10_000)] {
      let receiving = try group.begin([
        .receive(UnsafeMutableRawBufferPointer(rebasing: target[..<received]), from: group.rank, tag: 10)
      ])
      let sending = try group.begin([
        .send(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(sent)[..<sentBytes]), to: group.rank, tag: 10)
      ])
      for _ in 0..<100 { for pending in [sending, receiving] { pending.advance() } }
      try ProcessProbe.expect(
        (try? receiving.wait()) == nil, "\(sentBytes) bytes were received as \(received)")
      // A library may report it to the sender, too.
      try? sending.wait()
    }
  }

  private static func memory(_ size: Int) -> UnsafeMutableRawBufferPointer {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0xee)
    return memory
  }

  private func gathers() throws {
    for size in [0, 1, 16, 1000, 100_001] {
      let own = (0..<size).map { Exchange.byte(group.rank, 0, 0, $0) }
      let all = try group.gather(own)
      let wanted = (0..<group.count).map { rank in (0..<size).map { Exchange.byte(rank, 0, 0, $0) } }
      try ProcessProbe.expect(all == wanted, "gather of \(size) bytes")
    }
  }
}
