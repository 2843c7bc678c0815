import MartletRuntime

/// The memory that a program takes, in bytes.
package struct MemoryUse: Hashable, Sendable {
  /// Parameters and states, constants of many numbers too.
  package var variables: Int
  package var inputs: Int
  /// Results that are not variables' new values.
  package var results: Int
  /// Intermediate values: the plan that all workers share.
  package var shared: Int
  /// Intermediate values of the samples in flight, of all workers together.
  package var workers: Int
  /// What the caller keeps beside the program, sums of gradients for example.
  package var beside: Int

  package init(_ program: Program, workers: Int, beside: Int = 0) {
    func bytes(_ isIncluded: (Program.Parameter) -> Bool) -> Int {
      program.parameters.filter(isIncluded).reduce(0) { $0 + $1.type.byteCount }
    }
    variables = bytes { $0.role != .input } + program.tables.reduce(0) { $0 + $1.tensor.type.byteCount }
    inputs = bytes { $0.role == .input }
    results = program.results.filter { $0.updates == nil }.reduce(0) { $0 + $1.type.byteCount }
    shared = program.memory.arenaByteCount
    self.workers = program.workerMemory.arenaByteCount * workers
    self.beside = beside
  }

  package var total: Int { variables + inputs + results + shared + workers + beside }
}
