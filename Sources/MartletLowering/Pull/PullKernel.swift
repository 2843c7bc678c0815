import MartletCore
import MartletGraph
import MartletLoopIR

/// What general lowering makes one kernel of: elements at an index, and the memory they read and write.
struct PullKernel {
  /// A tensor in memory.
  struct Operand {
    var name: String
    var type: TensorType
    /// Set when the kernel's result of that number is stored in the same memory: one `update` parameter.
    var updatedBy: Int?
  }

  struct Result {
    var name: String
    var type: TensorType
    /// The operand in whose memory it is stored.
    var updates: Int?
  }

  var name: String
  var operands: [Operand]
  var results: [Result]
  /// The elements of all results at an index; reads are numbered like `operands`.
  var elements: (_ index: [Index], _ names: NameSupply) throws -> [Element]

  /// All results have this shape; a scalar has one axis of extent 1.
  var extents: [Int] {
    let extents = results[0].type.shape.extents
    return extents.isEmpty ? [1] : extents
  }
}
