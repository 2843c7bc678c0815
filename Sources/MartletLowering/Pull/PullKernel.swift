import MartletCore
import MartletGraph
import MartletLoopIR

/// What general lowering makes one kernel of: elements at an index, and the memory they read and write.
struct PullKernel {
  /// Memory that is read.
  struct Operand {
    var name: String
    var dtype: DType
    /// The extents in memory; at least one axis.
    var shape: [Int]
    var space = MemorySpace.global
    /// Set when the kernel's result of that number is stored in the same memory: one `update` parameter.
    var updatedBy: Int?
  }

  struct Result {
    var name: String
    var dtype: DType
    var shape: [Int]
    var space = MemorySpace.global
    /// The operand in whose memory it is stored.
    var updates: Int?
    /// The subscripts of the element at an index that is walked.
    var subscripts: ([Index]) -> [Index]
    /// Whether the subscripts are the index itself.
    var isPlain: Bool
  }

  var name: String
  var operands: [Operand]
  var results: [Result]
  /// The axes that are walked.
  var extents: [Int]
  /// Set when the first axis is the batch, which callers divide into tiles of at most that many samples.
  var tile: Int?
  /// The elements of all results at an index of the axes that are walked; reads are numbered like `operands`, with subscripts in memory.
  var elements: (_ index: [Index], _ names: NameSupply) throws -> [Element]

  /// Whether trailing axes may be walked as one: the memory of every result has the order of the walk.
  var isMergeable: Bool { results.allSatisfy { $0.isPlain && $0.shape == extents } }
}
