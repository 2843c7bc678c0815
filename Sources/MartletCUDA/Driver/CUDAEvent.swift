import CCUDA

/// A point in a stream whose time the device notes when it comes there.
final class CUDAEvent {
  private let context: CUDAContext
  private let handle: cuda_handle?

  init(_ context: CUDAContext) throws {
    self.context = context
    var handle: cuda_handle?
    try context.driver.check(context.driver.functions.event_create(&handle, 0), "an event is made")
    self.handle = handle
  }

  deinit { _ = context.driver.functions.event_destroy(handle) }

  func record() throws { try context.driver.check(context.driver.functions.event_record(handle, context.stream), "an event is recorded") }

  /// Waits until the device has come here.
  func synchronize() throws {
    try context.driver.check(context.driver.functions.event_synchronize(handle), "the end of work on the GPU is awaited")
  }

  /// Both must have been reached.
  func seconds(since start: CUDAEvent) throws -> Double {
    var milliseconds: Float = 0
    try context.driver.check(
      context.driver.functions.event_elapsed(&milliseconds, start.handle, handle), "the time between two events is read")
    return Double(milliseconds) * 1e-3
  }
}
