import CCUDA
import MartletCPU
import MartletCore
import MartletLoopIR
import MartletRuntime
import TestSupport
import Testing

@testable import MartletCUDA

/// What goes from GPU to GPU by NCCL: emulated GPUs, processes that are threads, and an imitation of NCCL among them that checks sizes, order, memory and
/// use.
@Suite struct BufferExchanges {
  /// A process with a GPU of its own.
  private struct Process {
    var backend: CUDABackend
    var group: any ProcessGroup
    var exchange: any BufferExchange

    var rank: Int { group.rank }
    var others: [Int] { (0..<group.count).filter { $0 != group.rank } }

    func buffer(_ bytes: [UInt8]) throws -> any DeviceBuffer {
      let buffer = try backend.makeBuffer(TensorType(.u8, [bytes.count]))
      try bytes.withUnsafeBytes { try buffer.write($0) }
      return buffer
    }
  }

  private static func bytes(_ buffer: any DeviceBuffer) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: buffer.type.byteCount)
    try bytes.withUnsafeMutableBytes { try buffer.read(into: $0) }
    return bytes
  }

  private static func run<Result>(_ count: Int, _ body: @escaping @Sendable (Process) throws -> Result) throws -> [Result] {
    try ThreadProcessGroup.run(count: count) { group in
      cuda_imitation_devices(Int32(count))
      let backend = try CUDABackend.emulated(number: group.rank, exchange: .imitation)
      let route = try backend.bufferRoute(among: group)
      let exchange = try #require(route.exchange)
      #expect(route.note == nil)
      return try body(Process(backend: backend, group: group, exchange: exchange))
    }
  }

  /// The error that a body throws, as text.
  private static func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing was thrown"
    } catch { return (error as? MartletError).map { "\($0.code) \($0.message)" } ?? "\(error)" }
  }

  /// Different in each byte, for each pair of processes and each message.
  private static func pattern(_ from: Int, _ to: Int, _ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: 131 * from + 31 * to + 7 * number + $0 + $0 >> 8) }
  }

  // MARK: What comes

  /// Everyone sends several messages of several sizes to everyone, in one group: they come in order, all bytes of them.
  @Test(arguments: [2, 3, 4]) func everyoneToEveryone(_ count: Int) throws {
    let sizes = [64, 0, 1, 63, 65, 4096, 100_003, 64]
    let results = try BufferExchanges.run(count) { process in
      for round in 0..<3 {
        var messages: [BufferMessage] = []
        var received: [(buffer: any DeviceBuffer, expected: [UInt8])] = []
        for other in process.others {
          for (number, size) in sizes.enumerated() {
            let sent = BufferExchanges.pattern(process.rank, other, number + round, size)
            messages.append(.send(try process.buffer(sent), to: other))
            let buffer = try process.buffer([UInt8](repeating: 1, count: size))
            messages.append(.receive(buffer, from: other))
            received.append((buffer, BufferExchanges.pattern(other, process.rank, number + round, size)))
          }
        }
        nccl_imitation_forget()
        try process.exchange.exchange(messages)
        for (buffer, expected) in received { #expect(try BufferExchanges.bytes(buffer) == expected) }
      }
      try process.exchange.finish()
      return (process.exchange.library, nccl_imitation_live(), nccl_imitation_calls("comm_destroy"), nccl_imitation_calls("comm_cancel"))
    }
    #expect(results.allSatisfy { $0 == ("NCCL 2.27.3", 0, 1, 0) })
  }

  /// One group an exchange, with the messages in the order in which they were given; those without bytes are left out.
  @Test func oneGroupAnExchange() throws {
    let logs = try BufferExchanges.run(2) { process in
      let other = 1 - process.rank
      let buffers = try [64, 0, 128].map { try process.buffer([UInt8](repeating: 1, count: $0)) }
      nccl_imitation_forget()
      try process.exchange.exchange(
        process.rank == 0
          ? [.receive(buffers[0], from: other), .send(buffers[1], to: other), .send(buffers[2], to: other)]
          : [.send(buffers[0], to: other), .receive(buffers[1], from: other), .receive(buffers[2], from: other)])
      try process.exchange.exchange([])
      return String(cString: nccl_imitation_log())
    }
    #expect(logs[0] == "group_start receive(1,64) send(1,128) group_end group_start group_end ")
    #expect(logs[1] == "group_start send(0,64) receive(0,128) group_end group_start group_end ")
  }

  /// A message may carry a part of a buffer; the bytes around it stay.
  @Test func partsAreSentAndReceived() throws {
    let results = try BufferExchanges.run(2) { process in
      let whole = try process.buffer([UInt8](repeating: UInt8(process.rank + 1), count: 320))
      let part = try whole.part(TensorType(.u8, [100]), at: 128)
      let number = try whole.part(TensorType(.f32, [2]), at: 256)
      try number.write(HostTensor([2], [Float(process.rank), 5]))
      try process.exchange.exchange(
        process.rank == 0 ? [.send(part, to: 1), .send(number, to: 1)] : [.receive(part, from: 0), .receive(number, from: 0)])
      #expect(try number.read().numbers == [0, 5])
      return try BufferExchanges.bytes(whole)
    }
    #expect(results[0][..<256].allSatisfy { $0 == 1 })
    #expect(results[1][..<128].allSatisfy { $0 == 2 } && results[1][128..<228].allSatisfy { $0 == 1 })
    #expect(results[1][228..<256].allSatisfy { $0 == 2 } && results[1][264...].allSatisfy { $0 == 2 })
  }

  @Test func partsAreInside() throws {
    let whole = try CUDABackend.emulated().makeBuffer(TensorType(.u8, [200]))
    for (count, offset) in [(64, 192), (201, 0), (8, 32), (8, -64), (1, 256)] {
      #expect(throws: MartletError.self) { try whole.part(TensorType(.u8, [count]), at: offset) }
    }
    _ = try whole.part(TensorType(.u8, [8]), at: 192)
  }

  /// The memory of a part lives as long as the part.
  @Test func partsKeepTheirMemory() throws {
    let before = cuda_imitation_live("memory")
    do {
      let backend = try CUDABackend.emulated()
      func part() throws -> any DeviceBuffer {
        let whole = try backend.makeBuffer(TensorType(.f32, [64]))
        try whole.write(fill(whole.type, .uniform(-1, 1), seed: 3))
        return try whole.part(TensorType(.f32, [16]), at: 64)
      }
      let kept = try part()
      #expect(try kept.read().numbers == Array(fill(TensorType(.f32, [64]), .uniform(-1, 1), seed: 3).numbers[16..<32]))
      #expect(cuda_imitation_live("memory") == before + 1)
    }
    #expect(cuda_imitation_live("memory") == before)
  }

  // MARK: Copies on a GPU

  @Test func copiesStayOnTheGPU() throws {
    let backend = try CUDABackend.emulated()
    let type = TensorType(.f32, [70])
    let (from, to) = (try backend.makeBuffer(type), try backend.makeBuffer(type))
    let tensor = fill(type, .uniform(-1, 1), seed: 4)
    try from.write(tensor)
    let reads = cuda_imitation_calls("copy_to_host")
    #expect(try from.copyOnDevice(to: to))
    #expect(cuda_imitation_calls("copy_to_host") == reads)
    #expect(try to.read() == tensor)
    // Another type, another GPU, the host.
    #expect(throws: MartletError.self) { try from.copyOnDevice(to: backend.makeBuffer(TensorType(.f32, [71]))) }
    #expect(try !from.copyOnDevice(to: CUDABackend.emulated().makeBuffer(type)))
    #expect(try !from.copyOnDevice(to: HostBuffer(type)))
    #expect(try !HostBuffer(type).copyOnDevice(to: from))
    cuda_imitation_fail("copy_on_device", 0, 719)
    #expect(throws: MartletError.self) { try from.copyOnDevice(to: to) }
  }

  // MARK: Errors

  /// Wherever NCCL fails, an error with its words comes out, nothing is left behind, and the others do not wait for ever.
  @Test(arguments: ["group_start", "send", "receive", "group_end", "comm_async_error"]) func everyCallIsChecked(_ function: String) throws {
    let results = try BufferExchanges.run(2) { process in
      let (sent, received) = (try process.buffer([1, 2, 3]), try process.buffer([0, 0, 0]))
      let messages: [BufferMessage] = [.send(sent, to: 1 - process.rank), .receive(received, from: 1 - process.rank)]
      try process.exchange.exchange(messages)
      if process.rank == 1 { nccl_imitation_fail(function, 0, 2) }
      let first = BufferExchanges.message { try process.exchange.exchange(messages) }
      // Process 0 had everything when process 1 was told of an error of before.
      let second = process.rank == 1 ? BufferExchanges.message { try process.exchange.exchange(messages) } : ""
      _ = try process.group.gather([])
      return (first, second, nccl_imitation_live())
    }
    #expect(results[1].0.hasPrefix("M1413 NCCL 2.27.3: ") && results[1].0.contains("unhandled system error"), "\(results[1].0)")
    #expect(results[1].0.contains("\(function) was told to fail"), "\(results[1].0)")
    #expect(results[1].1.contains("an error has ended the messages"), "\(results[1].1)")
    #expect(results[1].2 == 0)
    guard function != "comm_async_error" else { return }
    #expect(results[0].0.contains("remote process exited") && results[0].0.contains("rank 1 has left"), "\(results[0].0)")
    #expect(results[0].2 == 0)
  }

  @Test func joiningMayFail() throws {
    for function in ["comm_init_rank", "unique_id"] {
      #expect {
        _ = try ThreadProcessGroup.run(count: 2) { group in
          cuda_imitation_devices(2)
          nccl_imitation_patience(300)
          let backend = try CUDABackend.emulated(number: group.rank, exchange: .imitation)
          if group.rank == 0 { nccl_imitation_fail(function, 0, 2) }
          let text = BufferExchanges.message { _ = try backend.bufferRoute(among: group) }
          #expect(nccl_imitation_live() == 0)
          if group.rank == 0 { throw MartletError(CUDAErrorCode.exchangeCall, text) }
        }
      } throws: { error in
        let text = (error as? MartletError)?.message ?? ""
        return text.contains("M1413 NCCL 2.27.3: ") && text.contains("\(function) was told to fail")
      }
    }
  }

  /// What fails on the device later is an error of the next exchange, or of the end.
  @Test(arguments: [false, true]) func errorsOfTheDeviceAreFound(_ atEnd: Bool) throws {
    let results = try BufferExchanges.run(2) { process in
      _ = try process.group.gather([])
      nccl_imitation_break(6)
      let text = BufferExchanges.message { if atEnd { try process.exchange.finish() } else { try process.exchange.exchange([]) } }
      return (text, nccl_imitation_live(), nccl_imitation_calls("comm_cancel"))
    }
    for (text, live, aborts) in results {
      #expect(text.hasPrefix("M1413") && text.contains("remote process exited") && text.contains("submitted before"), "\(text)")
      #expect(live == 0 && aborts == 1)
    }
  }

  @Test func sizesMustBeEqual() throws {
    let results = try BufferExchanges.run(2) { process in
      let buffer = try process.buffer([UInt8](repeating: 1, count: process.rank == 0 ? 64 : 63))
      let text = BufferExchanges.message {
        try process.exchange.exchange(process.rank == 0 ? [.send(buffer, to: 1)] : [.receive(buffer, from: 0)])
      }
      _ = try process.group.gather([])
      return text
    }
    #expect(results[1].hasPrefix("M1413") && results[1].contains("rank 0 sends 64"), "\(results[1])")
    #expect(results[0].hasPrefix("M1413"), "\(results[0])")
  }

  /// Messages match in order: the second of one side is not the first of the other.
  @Test func orderMatters() throws {
    let results = try BufferExchanges.run(2) { process in
      let (small, large) = (try process.buffer([1]), try process.buffer([1, 2]))
      let text = BufferExchanges.message {
        try process.exchange.exchange(
          process.rank == 0 ? [.send(small, to: 1), .send(large, to: 1)] : [.receive(large, from: 0), .receive(small, from: 0)])
      }
      _ = try process.group.gather([])
      return text
    }
    #expect(results.allSatisfy { $0.hasPrefix("M1413") }, "\(results)")
  }

  /// In NCCL this would wait for ever; the imitation waits a moment.
  @Test func aProcessThatNeverComes() throws {
    let results = try BufferExchanges.run(2) { process in
      let buffer = try process.buffer([1, 2, 3])
      nccl_imitation_patience(200)
      let text = process.rank == 0 ? BufferExchanges.message { try process.exchange.exchange([.receive(buffer, from: 1)]) } : ""
      _ = try process.group.gather([])
      return text
    }
    #expect(results[0].hasPrefix("M1413") && results[0].contains("has waited 200 ms to receive from rank 1"), "\(results[0])")
  }

  /// What two processes send to each other belongs into one group: in two groups one behind the other, each waits for the second group of the other.
  @Test func groupsThatCrossWait() throws {
    let results = try BufferExchanges.run(2) { process in
      let (sent, received) = (try process.buffer([1, 2, 3]), try process.buffer([0, 0, 0]))
      nccl_imitation_patience(200)
      let text = BufferExchanges.message {
        try process.exchange.exchange([.send(sent, to: 1 - process.rank)])
        try process.exchange.exchange([.receive(received, from: 1 - process.rank)])
      }
      _ = try process.group.gather([])
      return text
    }
    #expect(results.allSatisfy { $0.hasPrefix("M1413") && $0.contains("has waited 200 ms to send to") }, "\(results)")
  }

  /// A process that ends without a farewell, because of an error of its own, does not wait for the others.
  @Test func aProcessThatLeaves() throws {
    let results = try ThreadProcessGroup.run(count: 2) { group -> String in
      cuda_imitation_devices(2)
      let backend = try CUDABackend.emulated(number: group.rank, exchange: .imitation)
      var route: BufferRoute? = try backend.bufferRoute(among: group)
      if group.rank == 1 {
        route = nil
        #expect(nccl_imitation_calls("comm_cancel") == 1 && nccl_imitation_calls("comm_destroy") == 0 && nccl_imitation_live() == 0)
        return ""
      }
      let buffer = try backend.makeBuffer(TensorType(.f32, [3]))
      return BufferExchanges.message { try route?.exchange?.exchange([.send(buffer, to: 1)]) }
    }
    #expect(results[0].hasPrefix("M1413") && results[0].contains("rank 1 has left"), "\(results[0])")
  }

  @Test func whatIsWrongIsRefused() throws {
    _ = try BufferExchanges.run(2) { process in
      let own = try process.buffer([1])
      let host = BufferExchanges.message { try process.exchange.exchange([.send(HostBuffer(TensorType(.u8, [1])), to: 0)]) }
      #expect(host.hasPrefix("M1408"))
      let other = BufferExchanges.message {
        try process.exchange.exchange([.send(CUDABackend.emulated().makeBuffer(TensorType(.u8, [1])), to: 0)])
      }
      #expect(other.hasPrefix("M1408"))
      for number in [-1, 2] {
        let text = BufferExchanges.message { try process.exchange.exchange([.send(own, to: number)]) }
        #expect(text == "M1413 NCCL: there is no process \(number) among 2")
      }
      // Nothing was begun: all goes on.
      try process.exchange.exchange(process.rank == 0 ? [.send(own, to: 1)] : [.receive(own, from: 0)])
      try process.exchange.finish()
      #expect(BufferExchanges.message { try process.exchange.exchange([]) }.hasPrefix("M1413"))
      // Twice is no error.
      try process.exchange.finish()
    }
  }

  /// The imitation itself refuses what NCCL refuses.
  @Test func theImitationIsStrict() throws {
    let texts = try BufferExchanges.run(2) { process in
      // Memory that is received into, used twice.
      let whole = try process.buffer([UInt8](repeating: 0, count: 128))
      let text = BufferExchanges.message {
        try process.exchange.exchange([
          .receive(try whole.part(TensorType(.u8, [64]), at: 64), from: 1 - process.rank), .send(whole, to: 1 - process.rank),
        ])
      }
      _ = try process.group.gather([])
      return text
    }
    #expect(texts.allSatisfy { $0.contains("invalid usage") && $0.contains("used twice") }, "\(texts)")
    let library = try NCCLLibrary.imitated()
    let functions = library.functions
    #expect(functions.group_end() == 5)
    var communicator: nccl_communicator?
    let noID = [UInt8](repeating: 3, count: 128)
    _ = try CUDABackend.emulated()
    #expect(withUnsafePointer(to: functions) { nccl_join($0, &communicator, 1, noID, 0) } == 4)
    let id = try library.uniqueID()
    #expect(withUnsafePointer(to: functions) { nccl_join($0, &communicator, 2, id, 2) } == 4)
    #expect(functions.send(nil, 1, 1, 0, nil, nil) == 4 && functions.comm_destroy(nil) == 4)
    // One process by itself.
    #expect(withUnsafePointer(to: functions) { nccl_join($0, &communicator, 1, id, 0) } == 0)
    #expect(functions.send(nil, 1, 1, 0, communicator, nil) == 4 && functions.send(nil, 0, 1, 1, communicator, nil) == 4)
    #expect(functions.comm_destroy(communicator) == 0 && functions.comm_destroy(communicator) == 4)
  }

  // MARK: Who can use it

  /// The notes of all processes, where buffers go through the host.
  private static func notes(
    _ count: Int, gpus: Int, _ source: @escaping @Sendable (Int) -> NCCLLibrary.Source
  ) throws -> [(note: String?, isDirect: Bool, joins: Int)] {
    try ThreadProcessGroup.run(count: count) { group in
      cuda_imitation_devices(Int32(gpus))
      let number = try GPUPlacement.number(in: group)
      let route = try CUDABackend.emulated(number: number, exchange: source(group.rank)).bufferRoute(among: group)
      return (route.note, route.exchange != nil, Int(nccl_imitation_calls("comm_init_rank")))
    }
  }

  @Test func allDecideAlike() throws {
    for (note, isDirect, joins) in try BufferExchanges.notes(3, gpus: 3, { _ in .imitation }) {
      #expect(note == nil && isDirect && joins == 1)
    }
    for (note, isDirect, joins) in try BufferExchanges.notes(3, gpus: 3, { $0 == 1 ? .missing("it is not there") : .imitation }) {
      #expect(note?.contains("process 1 cannot load NCCL (it is not there)") == true && !isDirect && joins == 0)
    }
    for (note, isDirect, joins) in try BufferExchanges.notes(3, gpus: 2, { _ in .imitation }) {
      #expect(note?.contains("processes 0 and 2 share a GPU") == true && !isDirect && joins == 0)
    }
    for (note, isDirect, joins) in try BufferExchanges.notes(2, gpus: 2, { _ in .none }) {
      #expect(note == nil && !isDirect && joins == 0)
    }
  }

  @Test func obstacles() {
    let cards = ["2.27.3", "2.27.3", "2.18.1"].enumerated().map { ExchangeCard(host: "a", gpu: "0:\($0.offset):0", version: $0.element) }
    #expect(cards.allSatisfy { ExchangeCard($0.text) == $0 })
    #expect(ExchangeCard.obstacle(Array(cards[..<2])) == nil)
    #expect(ExchangeCard.obstacle(cards)?.hasPrefix("process 0 has NCCL 2.27.3, process 2 has NCCL 2.18.1") == true)
    // GPUs of two machines may have one address.
    var other = cards[0]
    other.host = "b"
    #expect(ExchangeCard.obstacle([cards[0], other]) == nil)
    #expect(ExchangeCard.obstacle([cards[0], cards[0]])?.contains("share a GPU") == true)
    let missing = ExchangeCard(host: "a", gpu: "0", version: nil, absence: "two\nlines")
    #expect(ExchangeCard(missing.text).absence == "two lines" && ExchangeCard(missing.text).version == nil)
    #expect(ExchangeCard("") == ExchangeCard(host: "", gpu: "", version: nil))
  }

  @Test func processesOfAMachineTakeItsGPUsInTurn() throws {
    let hosts = ["a", "b", "a", "a", "b"]
    #expect(try ThreadProcessGroup.run(count: 5) { try GPUPlacement.number(in: $0, host: hosts[$0.rank]) } == [0, 0, 1, 2, 1])
    #expect(!GPUPlacement.host.isEmpty && !GPUPlacement.host.contains("\n"))
    let names = try ThreadProcessGroup.run(count: 3) { group in
      cuda_imitation_devices(2)
      return try CUDAContext(CUDADriver.imitated(seed: 1), number: group.rank).address()
    }
    #expect(names == ["0:1:0", "0:2:0", "0:1:0"])
  }

  /// One process, or a processor: nothing of NCCL is asked for.
  @Test func oneProcessLoadsNothing() throws {
    let counts = try ThreadProcessGroup.run(count: 1) { group in
      let route = try CUDABackend.emulated(exchange: .imitation).bufferRoute(among: group)
      #expect(route.exchange == nil && route.note == nil)
      return nccl_imitation_calls("version")
    }
    #expect(counts == [0])
    _ = try ThreadProcessGroup.run(count: 2) { group in
      let route = try CPUBackend(threads: 1).bufferRoute(among: group)
      #expect(route.exchange == nil && route.note == nil)
    }
  }

  // MARK: The library

  @Test func versions() throws {
    let numbers = [22703: "2.27.3", 21805: "2.18.5", 22005: "2.20.5", 2804: "2.8.4", 2708: "2.7.8"]
    for (number, text) in numbers { #expect(NCCLLibrary.version(number) == text) }
    nccl_imitation_fail("version", 0, 3)
    #expect(throws: NCCLLibrary.Absence.self) { try NCCLLibrary.imitated() }
  }

  @Test func aLibraryThatIsNone() {
    for (file, reason) in [("/none/libnccl.so.2", "/none/libnccl.so.2"), ("libc.so.6", "libc.so.6: it has no ncclGetVersion")] {
      #expect {
        _ = try NCCLLibrary.installed(named: file)
      } throws: {
        ($0 as? NCCLLibrary.Absence)?.reason.contains(reason) == true
      }
    }
  }

  /// Where the machine has the real library: its functions are found, and its words are those of the imitation.
  @Test func theRealLibrary() throws {
    guard let real = try? NCCLLibrary.installed() else { return }
    #expect(real.version.hasPrefix("2."))
    let imitation = try NCCLLibrary.imitated()
    for error in [Int32(0), 1, 2, 3, 4, 5] {
      let words = [real, imitation].map { $0.functions.error_string(error).map { String(cString: $0) } ?? "" }
      #expect(words[0].prefix(12) == words[1].prefix(12))
    }
    #expect(try real.uniqueID().count == 128)
  }
}
