import MartletCore
import MartletLoopIR

extension Profiler {
  /// What a stretch of time is spent on.
  package struct Label: Hashable, Sendable {
    package enum Category: String, CaseIterable, Sendable {
      case forward, backward, update
      /// Kernels and copies that only move data: packing weights, zeroing sums.
      case copy
      /// A worker has no more to do until the others reach the same point.
      case synchronization
      /// The next batch is written to where the step reads it.
      case data
      /// Messages to and from other processes.
      case exchange
      case step
      case compile
    }

    /// A property that all stretches of the label share.
    package struct Detail: Hashable, Sendable {
      package var key: String
      package var values: [String]
      /// Whether there may be several, though there is one.
      package var isList: Bool
    }

    package var name: String
    /// At least one; a fused kernel may belong to several.
    package var categories: [Category]
    package var details: [Detail] = []
    /// Of a kernel: its iterations in a step, and what they compute and move. Operations are nil where several kernels share them.
    package var iterations: Int?
    package var operations: Double?
    package var bytes: Double?

    package init(_ name: String, _ category: Category) { (self.name, categories) = (name, [category]) }
  }
}

extension Program {
  /// What a recording says of a kernel.
  func label(ofKernel index: Int) -> Profiler.Label {
    let lowered = kernels[index]
    let kernel = lowered.kernel
    let own = lowered.operations.map { operations[$0] }
    var label = Profiler.Label(kernel.name, .copy)
    let stages = own.compactMap(\.stage)
    if !own.isEmpty {
      label.categories = Operation.Stage.allCases.filter(stages.contains).map(\.category)
      if label.categories.isEmpty { label.categories = [.forward] }
    }
    if own.isEmpty, kernel.name.contains(".sum") { label.categories = [kernel.name.contains(".gradient.sum") ? .backward : .forward] }
    func add(_ key: String, _ values: [String], isList: Bool = false) {
      if !values.isEmpty { label.details.append(Profiler.Label.Detail(key: key, values: values, isList: isList)) }
    }
    func distinct(_ values: [String]) -> [String] {
      var seen: Set<String> = []
      return values.filter { seen.insert($0).inserted }
    }
    add("layer", distinct(own.compactMap(\.layer)))
    add("line", distinct(own.compactMap { $0.location?.description }))
    add(
      "nodes", own.map { $0.types.isEmpty ? $0.name : "\($0.name): \($0.types.map(\.description).joined(separator: ", "))" }, isList: true)
    add("made_by", [lowered.maker])
    label.iterations = kernel.over
    label.bytes = bytes(ofKernel: index)
    let sharing = kernels.indices.filter { $0 != index && !Set(kernels[$0].operations).isDisjoint(with: lowered.operations) }
    add("operations_shared_with", sharing.map { kernels[$0].kernel.name }, isList: true)
    // A kernel in a loop runs several times a step.
    let isInLoop = loops.contains { loop in launches[loop.launches].contains { $0.kernels.contains(index) } }
    let sum = own.reduce(0) { $0 + Double($1.realFloatingPointOperations) }
    if sharing.isEmpty, !isInLoop, sum > 0 { label.operations = sum }
    return label
  }

  /// What a kernel reads and writes in one execution, each parameter's memory counted once a sample or once.
  package func bytes(ofKernel index: Int) -> Double {
    let kernel = kernels[index].kernel
    return kernel.parameters.reduce(0) { sum, parameter in
      let bytes = Double(parameter.elementCount * parameter.element.byteCount) * (parameter.access == .update ? 2 : 1)
      switch parameter.space {
      case .global: return sum + bytes
      case .worker: return sum + bytes / Double(kernel.tile ?? 1) * Double(kernel.over)
      case .shard: return sum + bytes * Double(BatchRegion.shardCount(samples: kernel.over))
      }
    }
  }
}

extension Program.Operation.Stage {
  fileprivate var category: Profiler.Label.Category {
    switch self {
    case .forward: .forward
    case .backward: .backward
    case .update: .update
    }
  }
}

extension Program.Launch {
  /// The numbers of the kernels that it calls.
  fileprivate var kernels: [Int] {
    switch self {
    case .kernel(let index, _): [index]
    case .copy: []
    case .region(let region): region.calls.map(\.kernel)
    }
  }
}

extension Profiler {
  /// A number for each kernel of a program, to record it by.
  package func numbers(of program: Program) -> [UInt16] { program.kernels.indices.map { number(of: program.label(ofKernel: $0)) } }
}
