import MartletCore
import MartletLoopIR
import MartletRuntime

/// The memory that a kernel reads, each once and under one shape.
final class OperandTable {
  struct Entry {
    let storage: Program.Storage
    let dtype: DType
    let shape: [Int]
    let space: MemorySpace
    let isSample: Bool
  }

  private(set) var entries: [Entry]

  init(_ entries: [Entry] = []) { self.entries = entries }

  /// The number of an operand, or nil if the same memory is read under another shape already.
  func number(_ storage: Program.Storage, _ dtype: DType, _ shape: [Int], _ space: MemorySpace, isSample: Bool) -> Int? {
    if let position = entries.firstIndex(where: { $0.storage == storage }) { return entries[position].shape == shape ? position : nil }
    entries.append(Entry(storage: storage, dtype: dtype, shape: shape, space: space, isSample: isSample))
    return entries.count - 1
  }

  func number(_ place: Place, _ tile: Int, isSample: Bool = false) -> Int? {
    number(place.storage, place.type.dtype, place.shape(tile: tile), place.space, isSample: isSample)
  }

  func entry(of storage: Program.Storage) -> (number: Int, shape: [Int])? {
    entries.firstIndex { $0.storage == storage }.map { ($0, entries[$0].shape) }
  }
}
