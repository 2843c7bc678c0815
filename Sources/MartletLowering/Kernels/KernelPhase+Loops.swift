import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

// Scans: the region is lowered like a graph of its own, and its launches run in a loop.
//
// A step reads its elements of the scanned operands, and stores its stacked results, as slices of the whole tensors. A carried value has one
// memory: the step updates it in place where that is safe, and otherwise computes the new value beside it and copies it.

extension KernelPhase {
  /// Lowers the region of a scan and adds the loop. The number of steps is not 0.
  func emitLoop(_ scan: Scan, _ node: Node, _ slot: Levels.Slot) throws {
    let results = node.results.compactMap { memory.written($0)?.place }
    let operands = try node.operands.map { try place(of: $0, in: .rowMajor(graph.type(of: $0).shape)).storage }
    let region = LoopRegion(scan, node, graph, analysis.batch)
    var options = analysis.options
    options.guardingResult = nil
    options.isLoopBody = true
    let body = try Lowering.program(try region.graph, for: target, options)
    let imported = importKernels(of: body, for: slot, prefix: results.isEmpty ? scan.name : analysis.name(of: node.results[0]))

    var loop = LoopStorages(scan)
    for index in 0..<scan.carriedCount {
      loop.parameters.append(results[index].storage)
      add([.launch(.copy(from: operands[index], to: results[index].storage))], at: slot)
    }
    for index in scan.carriedCount..<scan.firstWhole {
      let type = scan.region.parameters[index].type
      loop.parameters.append(loop.element(of: operands[index], type) { newTemporary("\(region.names[index]).element", type) })
    }
    loop.parameters += operands[scan.firstWhole...]
    for index in body.results.indices {
      let type = body.results[index].type
      if body.results[index].updates != nil {
        loop.results.append(results[index].storage)
      } else if index < scan.carriedCount {
        loop.results.append(loop.next(results[index].storage, newTemporary("\(analysis.name(of: node.results[index])).next", type)))
      } else {
        loop.results.append(
          loop.stacked(in: results[index].storage, type) { newTemporary("\(analysis.name(of: node.results[index])).element", type) })
      }
    }
    let steps = loop.copiesIn + loop.mapped(body.steps, imported) + loop.copiesOut
    add([.loop(count: scan.length, steps)], at: slot)
  }

  /// Adds the kernels, temporaries and constants of another program; returns the numbers of the first ones, and of each constant.
  private func importKernels(
    of body: Program, for slot: Levels.Slot, prefix: String
  ) -> (kernels: Int, temporaries: Int, tables: [Int]) {
    let numbers = body.tables.map { table(Program.Table(name: "\(prefix).\($0.name)", tensor: $0.tensor)) }
    let first = (kernels: kernels.count, temporaries: temporaries.all.count, tables: numbers)
    for kernel in body.kernels {
      var own = kernel
      own.kernel.name = freshKernelName(kernel.kernel.name)
      // What only moves data computes nothing of the loop.
      own.operations = kernel.operations.isEmpty ? [] : slot.node.map { operations.ofNode[$0] } ?? []
      own.level = slot.level
      add(own)
    }
    for temporary in body.temporaries { _ = newTemporary("\(prefix).\(temporary.name)", temporary.type, temporary.space) }
    return first
  }
}

/// The region of a scan as a graph that can be lowered: with variables and with inputs that are divided into samples.
private struct LoopRegion {
  private let scan: Scan
  private let samples: Int?
  private let isSample: [Bool]

  init(_ scan: Scan, _ node: Node, _ graph: Graph, _ batch: BatchAnalysis) {
    self.scan = scan
    samples = batch.samples
    isSample = scan.region.parameters.enumerated().map { index, parameter in
      guard let samples = batch.samples, parameter.type.shape.extents.first == samples else { return false }
      return index < scan.firstWhole || batch.roles[node.operands[index].id] == .sample
    }
  }

  var names: [String] { scan.region.parameters.map(\.name) }

  /// Carried values that are not divided into samples are variables: a sum of gradients is added to in place.
  var graph: Graph {
    get throws {
      let region = scan.region
      let parameters = region.parameters.enumerated().map { index, parameter in
        let isVariable = index < scan.carriedCount && !isSample[index]
        return Graph.Parameter(parameter.name, isVariable ? .state : .input, parameter.type, batchAxis: isSample[index] ? 0 : nil)
      }
      let results = region.results.enumerated().map { index, result in
        index < scan.carriedCount && !isSample[index] ? Graph.Result(parameters[index].name, result.value) : result
      }
      let made = Graph(name: region.name, parameters: parameters, nodes: region.nodes, results: results)
      try made.verify()
      return made
    }
  }
}

/// Which memory of the whole program a step of a loop uses.
private struct LoopStorages {
  private let scan: Scan
  /// For each parameter of the region, and for each of its results.
  var parameters: [Program.Storage] = []
  var results: [Program.Storage] = []
  /// What runs before and behind the launches of a step.
  private(set) var copiesIn: [Program.Step] = []
  private(set) var copiesOut: [Program.Step] = []

  init(_ scan: Scan) { self.scan = scan }

  private func slice(of storage: Program.Storage, _ type: TensorType) -> Program.Storage {
    // A single step moves nothing.
    let stride = scan.length == 1 ? 0 : type.byteCount
    return .slice(
      of: storage,
      Program.Slice(
        type: type, start: scan.isReversed ? (scan.length - 1) * stride : 0, strides: [scan.isReversed ? -stride : stride]))
  }

  /// Kernels read memory that begins on a cache line.
  private func isAligned(_ type: TensorType) -> Bool { scan.length == 1 || type.byteCount % MemoryPlan.alignment == 0 }

  /// A step's element of a scanned operand: a slice, or a copy of one.
  mutating func element(of storage: Program.Storage, _ type: TensorType, _ temporary: () -> Program.Storage) -> Program.Storage {
    guard !isAligned(type) else { return slice(of: storage, type) }
    let copy = temporary()
    copiesIn.append(.launch(.copy(from: slice(of: storage, type), to: copy)))
    return copy
  }

  /// Where a step stores its element of a stacked result.
  mutating func stacked(in storage: Program.Storage, _ type: TensorType, _ temporary: () -> Program.Storage) -> Program.Storage {
    guard !isAligned(type) else { return slice(of: storage, type) }
    let copy = temporary()
    copiesOut.append(.launch(.copy(from: copy, to: slice(of: storage, type))))
    return copy
  }

  /// Where a step stores the new value of a carried one that it still reads.
  mutating func next(_ carried: Program.Storage, _ temporary: Program.Storage) -> Program.Storage {
    copiesOut.append(.launch(.copy(from: temporary, to: carried)))
    return temporary
  }

  /// The steps of the region's program with the memory and the kernels of the whole program.
  func mapped(_ steps: [Program.Step], _ imported: (kernels: Int, temporaries: Int, tables: [Int])) -> [Program.Step] {
    let (kernels, temporaries, tables) = imported
    func own(_ storage: Program.Storage) -> Program.Storage {
      switch storage {
      case .parameter(let index): return parameters[index]
      case .result(let index): return results[index]
      case .temporary(let index): return .temporary(temporaries + index)
      case .table(let index): return .table(tables[index])
      case .slice(let base, let slice):
        // The counter of this loop stands before those of the loops inside it.
        var moved = Program.Slice(type: slice.type, start: slice.start, strides: [0] + slice.strides)
        let outer = own(base)
        guard case .slice(let root, let own) = outer else { return .slice(of: outer, moved) }
        moved.start += own.start
        for (depth, stride) in own.strides.enumerated() { moved.strides[depth] += stride }
        return .slice(of: root, moved)
      }
    }
    return steps.map { step in
      switch step {
      case .loop(let count, let inner): return .loop(count: count, mapped(inner, imported))
      case .launch(.copy(let source, let target)): return .launch(.copy(from: own(source), to: own(target)))
      case .launch(.kernel(let kernel, let storages)): return .launch(.kernel(kernel + kernels, storages.map(own)))
      case .launch(.region(let region)):
        var copy = region
        for index in copy.calls.indices {
          copy.calls[index].kernel += kernels
          copy.calls[index].storages = copy.calls[index].storages.map(own)
        }
        return .launch(.region(copy))
      }
    }
  }
}
