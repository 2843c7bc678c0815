import MartletCore
import MartletGraph
import MartletLoopIR

/// What general lowering makes one kernel of: elements at an index, and the memory they read and write.
struct PullKernel {
  /// Memory that is read.
  struct Operand {
    let name: String
    let dtype: DType
    /// The extents in memory; at least one axis.
    let shape: [Int]
    let space: MemorySpace
    /// Set when the kernel's result of that number is stored in the same memory: one `update` parameter.
    var updatedBy: Int?
  }

  struct Result {
    let name: String
    let dtype: DType
    let shape: [Int]
    let space: MemorySpace
    /// The operand in whose memory it is stored.
    let updates: Int?
    /// The subscripts of the element at an index that is walked.
    let subscripts: ([Index]) -> [Index]
    /// Whether the subscripts are the index itself.
    let isPlain: Bool
  }

  let name: String
  let operands: [Operand]
  let results: [Result]
  /// The axes that are walked.
  let extents: [Int]
  /// Set when the first axis is the batch, which callers divide into tiles of at most that many samples.
  let tile: Int?
  /// The elements of all results at an index of the axes that are walked; reads are numbered like `operands`, with subscripts in memory.
  let elements: (_ index: [Index], _ names: NameSupply) throws -> [Element]

  /// Whether trailing axes may be walked as one: the memory of every result has the order of the walk.
  var isMergeable: Bool { results.allSatisfy { $0.isPlain && $0.shape == extents } }
}
