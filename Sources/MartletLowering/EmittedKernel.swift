import MartletLoopIR
import MartletRuntime

/// A kernel while its graph is lowered.
struct EmittedKernel {
  var kernel: Kernel
  /// The node that it computes; nil for what moves data.
  var node: Int?
  /// The level on which it runs.
  var level: Int
  var note: String?
  var alternatives: [String]

  /// The kernel of a program, given the numbers of the operations of each node.
  func lowered(_ operations: [[Int]]) -> LoweredKernel {
    LoweredKernel(kernel, note: note, alternatives: alternatives, operations: node.map { operations[$0] } ?? [], level: level)
  }
}
