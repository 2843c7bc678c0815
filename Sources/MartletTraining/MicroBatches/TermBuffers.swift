import MartletCompiler
import MartletCore
import MartletRuntime

/// Memory for some neighbouring terms of a step's sums over micro-batches. They are parts of one block, so that one message carries any run of them.
final class TermBuffers {
  /// Which terms have memory here.
  let range: Range<Int>
  private let block: any DeviceBuffer
  private let buffers: [any DeviceBuffer]
  /// The host's memory for the bytes of all terms: the block itself where that is the host's.
  private var staging: HostBuffer?
  private let isInPlace: Bool
  private let layout: TermLayout

  init(_ layout: TermLayout, _ range: Range<Int>, on device: any ExecutionDevice) throws {
    self.range = range
    self.layout = layout
    let block = try device.makeBuffer(TensorType(.u8, [layout.bytes(range).count]))
    self.block = block
    staging = block as? HostBuffer
    isInPlace = staging != nil
    buffers = try range.map { try block.part(layout.terms[$0].type, at: layout.offsets[$0] - layout.bytes(range).lowerBound) }
  }

  subscript(_ term: Int) -> any DeviceBuffer { buffers[term - range.lowerBound] }

  /// The memory of some neighbouring terms, with the bytes between them.
  func run(_ terms: Range<Int>) throws -> any DeviceBuffer {
    let bytes = layout.bytes(terms)
    return try block.part(TensorType(.u8, [bytes.count]), at: bytes.lowerBound - layout.bytes(range).lowerBound)
  }

  /// The bytes of some terms in the host's memory. With `reads` they are what the terms hold; otherwise they may be overwritten, and `arrived` then gives
  /// them to the terms.
  func hostBytes(_ terms: Range<Int>, reads: Bool = true) throws -> UnsafeMutableRawBufferPointer {
    if staging == nil { staging = try HostBuffer(TensorType(.u8, [layout.bytes(range).count])) }
    guard let staging else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
    if !isInPlace, reads { for term in terms { try self[term].read(into: part(term, of: staging)) } }
    let bytes = layout.bytes(terms)
    let start = bytes.lowerBound - layout.bytes(range).lowerBound
    return UnsafeMutableRawBufferPointer(rebasing: staging.bytes[start..<start + bytes.count])
  }

  /// Gives the terms what was written to their bytes in the host's memory.
  func arrived(_ terms: Range<Int>) throws {
    guard !isInPlace, let staging else { return }
    for term in terms { try self[term].write(UnsafeRawBufferPointer(part(term, of: staging))) }
  }

  private func part(_ term: Int, of block: HostBuffer) -> UnsafeMutableRawBufferPointer {
    let start = layout.offsets[term] - layout.bytes(range).lowerBound
    return UnsafeMutableRawBufferPointer(rebasing: block.bytes[start..<start + layout.terms[term].type.byteCount])
  }
}
