import MartletLoopIR

/// A kernel of a program, and what lowering says of it.
package struct LoweredKernel: Hashable, Sendable {
  package var kernel: Kernel
  /// Which strategy made it and why; nil: general lowering.
  package var note: String?
  /// What could have been done instead, with estimates; the best first, which is what was done.
  package var alternatives: [String]
  /// The numbers in `Program.operations` of what it computes; none for a kernel that only moves data.
  package var operations: [Int]
  /// The level on which the schedule runs it; nil where it may run as soon as it can.
  package var level: Int?

  package init(_ kernel: Kernel, note: String? = nil, alternatives: [String] = [], operations: [Int] = [], level: Int? = nil) {
    self.kernel = kernel
    self.note = note
    self.alternatives = alternatives
    self.operations = operations
    self.level = level
  }

  /// What made it, for texts.
  package var maker: String { note ?? "general lowering" }
}
