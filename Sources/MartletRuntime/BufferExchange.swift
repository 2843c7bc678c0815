/// Carries the memory of devices from process to process without the host's memory in between.
package protocol BufferExchange: AnyObject {
  /// Name and version of the library that carries the messages, such as `NCCL 2.27.3`.
  var library: String { get }

  /// Enqueues the messages on the device as one group, behind the work submitted so far: what is submitted later finds them done. It returns without
  /// waiting for them, but for the first messages to a process, which connect to it. There are no tags: of two processes, the messages from one to the other
  /// match in the order in which each gives them, and have as many bytes on both sides. A device does one group after the other: put what two processes send to
  /// each other into one group on both sides. In two groups each process would wait in its first for the other's second.
  ///
  /// Throws M1413 where the library reports an error, also one of messages before, and M1408 for buffers of another device. It can then carry no more.
  func exchange(_ messages: [BufferMessage]) throws

  /// Waits until everything is done and leaves the other processes: all call it, at the end of a run where all went well. Without it the last reference
  /// ends what is on its way. Throws M1413.
  func finish() throws
}

/// Bytes of a device on the way from one process to another.
package enum BufferMessage {
  case send(any DeviceBuffer, to: Int)
  /// Into memory whose bytes count no longer.
  case receive(any DeviceBuffer, from: Int)
}

/// How the memory of a device comes to the other processes of a run.
package struct BufferRoute {
  /// Nil where it goes through the host's memory and the messages of the group.
  package var exchange: (any BufferExchange)?
  /// Why a device that could be faster goes through the host's memory, for people.
  package var note: String?

  /// Through the host's memory.
  package init(note: String? = nil) { self.note = note }

  package init(_ exchange: any BufferExchange) { self.exchange = exchange }
}
