import MartletCore
import MartletLoopIR

/// Runs programs with the loop interpreter: what machine code is compared with, bit for bit. For tests; slow.
package struct LoopInterpreterBackend: Backend {
  package let target: Target
  /// Run kernels as the emitters see them, or as they were built.
  package let isPrepared: Bool

  package init(_ target: Target, isPrepared: Bool = true) {
    self.target = target
    self.isPrepared = isPrepared
  }

  package var name: String { "loop-interpreter" }
  package func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { try HostBuffer(type) }

  package func load(_ program: Program) throws -> any Executable {
    var prepared = program
    if isPrepared {
      for index in program.kernels.indices { prepared.kernels[index].kernel = try program.kernels[index].kernel.prepared(for: target) }
    }
    return LoopInterpreterExecutable(prepared)
  }
}

private final class LoopInterpreterExecutable: Executable {
  private let program: Program

  init(_ program: Program) { self.program = program }

  var parameters: [Program.Parameter] { program.parameters }
  var results: [Program.Result] { program.results }

  func run(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws {
    try check(arguments, outputs)
    var memory = InterpretedMemory(program)
    for (index, argument) in arguments.enumerated() { memory[.parameter(index)] = try argument.read() }
    for (index, table) in program.tables.enumerated() { memory[.table(index)] = table.tensor }
    for (time, counters) in program.turns.flatMap({ turn in program.phases[turn.phase].map { ($0, turn.counters) } }) {
      if let updateGuard = program.updateGuard, time == updateGuard.launch {
        guard memory[.result(updateGuard.result)].isFinite else { break }
      }
      memory.counters = counters
      switch program.launches[time] {
      case .copy(let source, let target): memory[target] = try memory[source].reshaped(program.type(of: target).shape)
      case .kernel(let index, let storages): try memory.run(program.kernels[index].kernel, storages)
      case .region(let region):
        for shard in 0..<region.shards {
          memory.enter(shard, of: region)
          try region.forEachTile(ofShard: shard) { tile in
            for call in region.calls {
              guard let range = tile.range(of: call) else { continue }
              try memory.run(program.kernels[call.kernel].kernel, call.storages, range: range, shard: (shard, region.shards))
            }
          }
        }
      }
    }
    var remaining = outputs[...]
    for (index, result) in program.results.enumerated() {
      if let updates = result.updates {
        try arguments[updates].write(memory[.parameter(updates)])
      } else {
        try remaining.popFirst()?.write(memory[.result(index)])
      }
    }
  }
}

/// The tensors behind the storages of a program; what has not been written is NaN.
private struct InterpretedMemory {
  private let program: Program
  private var tensors: [Program.Storage: HostTensor] = [:]
  /// Of the loops around the launch that runs.
  var counters: [Int] = []

  init(_ program: Program) { self.program = program }

  subscript(_ storage: Program.Storage) -> HostTensor {
    get {
      guard case .slice(let base, let slice) = storage else {
        return tensors[storage] ?? HostTensor(repeating: .nan, program.type(of: storage))
      }
      return HostTensor(slice.type, numbers: Array(self[base].numbers[range(slice)]))
    }
    set {
      guard case .slice(let base, let slice) = storage else { return tensors[storage] = newValue }
      let whole = self[base]
      var numbers = whole.numbers
      numbers.replaceSubrange(range(slice), with: newValue.numbers)
      self[base] = HostTensor(whole.type, numbers: numbers)
    }
  }

  /// The elements of a part now.
  private func range(_ slice: Program.Slice) -> Range<Int> {
    let start = slice.offset(counters) / slice.type.dtype.byteCount
    return start..<start + slice.type.elementCount
  }

  /// Zeroes a shard of all sums that a region adds to.
  mutating func enter(_ shard: Int, of region: BatchRegion) {
    let sums = region.calls.flatMap { call in
      zip(program.kernels[call.kernel].kernel.parameters, call.storages).filter { $0.0.space == .shard && $0.0.access == .update }.map(\.1)
    }
    for case .temporary(let index) in Set(sums) {
      let whole = self[.temporary(index)]
      let count = whole.count / region.shards
      var numbers = whole.numbers
      for position in shard * count..<(shard + 1) * count { numbers[position] = 0 }
      self[.temporary(index)] = HostTensor(whole.type, numbers: numbers)
    }
  }

  mutating func run(_ kernel: Kernel, _ storages: [Program.Storage], range: Range<Int>? = nil, shard: (index: Int, count: Int)? = nil)
    throws
  {
    // A shard may be longer than what the kernel sees of it.
    func part(_ storage: Program.Storage, _ parameter: KernelParameter) -> Range<Int>? {
      guard let shard, parameter.space == .shard, case .temporary(let index) = storage else { return nil }
      let start = program.temporaries[index].type.elementCount / shard.count * shard.index
      return start..<start + parameter.elementCount
    }
    let arguments = zip(kernel.parameters, storages).map { parameter, storage in
      let whole = self[storage]
      guard let part = part(storage, parameter) else { return whole }
      return HostTensor(TensorType(whole.dtype, Shape(parameter.shape)), numbers: Array(whole.numbers[part]))
    }
    let computed = try KernelInterpreter.run(kernel, arguments, range: range)
    for ((storage, parameter), value) in zip(zip(storages, kernel.parameters), computed) {
      if let part = part(storage, parameter) {
        var numbers = self[storage].numbers
        numbers.replaceSubrange(part, with: value.numbers)
        self[storage] = HostTensor(self[storage].type, numbers: numbers)
      } else {
        self[storage] = value
      }
    }
  }
}
