import CCUDA
import MartletCore
import MartletRuntime

/// Messages between GPUs by NCCL's send and receive, on the stream on which everything else happens.
///
/// No function of NCCL adds numbers here: the order of its sums is its own.
final class NCCLExchange: BufferExchange {
  let library: String
  private let nccl: NCCLLibrary
  private let context: CUDAContext
  private let count: Int
  /// Nil once an error has ended it.
  private var communicator: nccl_communicator?

  /// NCCL where every process can use it, else the host's memory and the reason. All processes call it together. Throws M1413 where NCCL reports an error.
  static func route(among group: any ProcessGroup, _ context: CUDAContext, _ source: NCCLLibrary.Source) throws -> BufferRoute {
    if group.count < 2 { return BufferRoute() }
    if case .none = source { return BufferRoute() }
    let loaded = Result { try NCCLLibrary.load(source) }
    var card = ExchangeCard(host: GPUPlacement.host, gpu: try context.address(), version: nil)
    do { card.version = try loaded.get()?.version } catch {
      card.absence = (error as? NCCLLibrary.Absence)?.reason ?? "\(error)"
    }
    let cards = try group.gatherTexts(card.text).map { ExchangeCard($0) }
    if let obstacle = ExchangeCard.obstacle(cards) {
      return BufferRoute(note: "GPUs exchange gradients through the memory of their machines: \(obstacle)")
    }
    guard let nccl = try loaded.get() else { return BufferRoute() }
    let id = try group.distribute(group.rank == 0 ? nccl.uniqueID() : [])
    return BufferRoute(try NCCLExchange(nccl, context, id: id, rank: group.rank, count: group.count))
  }

  /// Waits until all processes have joined. Throws M1413.
  private init(_ nccl: NCCLLibrary, _ context: CUDAContext, id: [UInt8], rank: Int, count: Int) throws {
    library = nccl.description
    (self.nccl, self.context, self.count) = (nccl, context, count)
    guard id.count == MemoryLayout<nccl_unique_id>.size else {
      throw MartletError(CUDAErrorCode.exchangeCall, "\(nccl.description): process 0 sent \(id.count) bytes in place of an identifier")
    }
    var made: nccl_communicator?
    let status = id.withUnsafeBytes { id in
      id.baseAddress.map { start in withUnsafePointer(to: nccl.functions) { nccl_join($0, &made, Int32(count), start, Int32(rank)) } } ?? 4
    }
    try nccl.check(status, "process \(rank) joins the GPUs of \(count) processes")
    communicator = made
  }

  // NCCL's own end waits for the other processes, which an error may keep from coming here.
  deinit { cancel() }

  func exchange(_ messages: [BufferMessage]) throws {
    guard let communicator else { throw NCCLExchange.ended(nccl) }
    let parts = try messages.map { try Part($0, in: context, count: count) }
    do {
      try nccl.check(nccl.functions.group_start(), "messages between GPUs begin")
      let submitted = Result { for part in parts { try submit(part, communicator) } }
      // A group that was begun must end, whatever happened in it.
      let status = nccl.functions.group_end()
      try submitted.get()
      try nccl.check(status, "\(parts.count) message\(parts.count == 1 ? "" : "s") between GPUs are submitted")
      try expectNoError(communicator)
    } catch {
      cancel()
      throw error
    }
    for part in parts where part.isReceived { part.buffer.forgetWrittenRange() }
  }

  func finish() throws {
    guard let communicator else { return }
    do {
      try context.synchronize()
      try expectNoError(communicator)
    } catch {
      cancel()
      throw error
    }
    self.communicator = nil
    try nccl.check(nccl.functions.comm_destroy(communicator), "the connection between the GPUs is closed")
  }

  /// What a message is for NCCL.
  private struct Part {
    var buffer: CUDABuffer
    var other: Int
    var isReceived: Bool

    init(_ message: BufferMessage, in context: CUDAContext, count: Int) throws {
      let buffer: any DeviceBuffer
      switch message {
      case .send(let sent, let to): (buffer, other, isReceived) = (sent, to, false)
      case .receive(let received, let from): (buffer, other, isReceived) = (received, from, true)
      }
      guard let own = buffer as? CUDABuffer, own.memory.context === context else {
        throw MartletError(CUDAErrorCode.foreignBuffer, "NCCL takes buffers of the GPU that it was started for")
      }
      guard 0..<count ~= other else {
        throw MartletError(CUDAErrorCode.exchangeCall, "NCCL: there is no process \(other) among \(count)")
      }
      self.buffer = own
    }
  }

  private func submit(_ part: Part, _ communicator: nccl_communicator) throws {
    let byteCount = part.buffer.type.byteCount
    // Both sides leave out a message without bytes.
    guard byteCount > 0 else { return }
    let address = UnsafeMutableRawPointer(bitPattern: UInt(part.buffer.memory.address))
    let (functions, type, other) = (nccl.functions, Int32(NCCL_TYPE_BYTE), Int32(part.other))
    if part.isReceived {
      try nccl.check(
        functions.receive(address, byteCount, type, other, communicator, context.stream),
        "\(byteCount) bytes are received from the GPU of process \(part.other)")
    } else {
      try nccl.check(
        functions.send(address, byteCount, type, other, communicator, context.stream),
        "\(byteCount) bytes are sent to the GPU of process \(part.other)")
    }
  }

  /// Throws M1413 where something has failed on the device meanwhile.
  private func expectNoError(_ communicator: nccl_communicator) throws {
    var error: Int32 = 0
    try nccl.check(nccl.functions.comm_async_error(communicator, &error), "errors of NCCL are read")
    try nccl.check(error, "messages between GPUs that were submitted before")
  }

  /// Ends what is on its way.
  private func cancel() {
    guard let communicator else { return }
    self.communicator = nil
    _ = nccl.functions.comm_cancel(communicator)
  }

  private static func ended(_ nccl: NCCLLibrary) -> MartletError {
    MartletError(CUDAErrorCode.exchangeCall, "\(nccl.description): an error has ended the messages between GPUs before")
  }
}
