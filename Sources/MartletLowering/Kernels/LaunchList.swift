import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// The program of all kernels: on each level the launches over whole tensors, then the regions.
struct LaunchList {
  let analysis: AnalyzedGraph
  let schedule: BatchSchedule
  let phase: KernelPhase

  func program() throws -> Program {
    let graph = analysis.graph
    let limits = try graph.inputIndexLimits()
    let (temporaries, numbers) = phase.temporaries.ordered
    let ordered = steps.map { $0.mappingStorages { $0.renumbered(numbers) } }
    let (steps, updateGuard) = try guarded(ordered)
    let (launches, loops) = Program.Step.list(steps)
    var program = try Program(
      name: graph.name,
      parameters: graph.parameters.enumerated().map {
        Program.Parameter(name: $0.element.name, role: $0.element.role, type: $0.element.type, indexLimit: limits[$0.offset])
      },
      results: phase.memory.results, kernels: phase.kernels, launches: launches, temporaries: temporaries, tables: phase.tables,
      operations: phase.operations.all, updateGuard: updateGuard, loops: loops)
    program.batchNotes = analysis.batchNotes
    return program
  }

  private var steps: [Program.Step] {
    (0...schedule.levels.levelCount).flatMap { level -> [Program.Step] in
      let own = phase.steps.filter { $0.slot.level == level }
      let launches = own.filter { $0.slot.region == nil }.flatMap { step -> [Program.Step] in
        switch step.content {
        case .kernel(let number, let storages): [.launch(.kernel(number, storages))]
        case .steps(let steps): steps
        }
      }
      let regions = (0..<schedule.levels.regionCounts[level]).compactMap { region in
        launch(of: own.filter { $0.slot.region == region })
      }
      return Program.Step.byDepth(launches, phase.kernels) + regions
    }
  }

  /// The batch region of all calls; nil when there are none.
  private func launch(of steps: [KernelPhase.ScheduledStep]) -> Program.Step? {
    let calls = steps.compactMap { step -> BatchRegion.Call? in
      guard case .kernel(let number, let storages) = step.content else { return nil }
      return BatchRegion.Call(kernel: number, storages: storages, isOncePerShard: step.slot.isOncePerShard)
    }
    guard !calls.isEmpty else { return nil }
    return .launch(.region(BatchRegion(samples: analysis.samples, shards: analysis.shards, tile: schedule.tile, calls: calls)))
  }

  /// The steps with all updates behind the result that guards them, if the options name one.
  private func guarded(_ steps: [Program.Step]) throws -> ([Program.Step], Program.UpdateGuard?) {
    let results = phase.memory.results
    guard let name = analysis.options.guardingResult,
      let position = results.firstIndex(where: { $0.name == name && $0.updates == nil }), results[position].type == TensorType(.f32, [])
    else { return (steps, nil) }
    guard let (free, held) = Program.guarding(steps, phase.kernels, by: position) else {
      throw MartletError(
        LoweringErrorCode.updatesCannotWait,
        "graph @\(analysis.graph.name): the result \(name) is ready only when variables have been updated: it cannot guard them")
    }
    // Where each kernel that changes a variable reads the result itself none is skipped; all of them stand behind the result too.
    let first = Program.Step.list(analysis.target.checksGuardsInKernels ? free + held : free).launches.count
    return (free + held, Program.UpdateGuard(result: position, launch: first))
  }
}

extension Program.Storage {
  /// The same memory where temporaries have other numbers.
  fileprivate func renumbered(_ numbers: [Int]) -> Program.Storage {
    switch self {
    case .temporary(let index): .temporary(numbers[index])
    case .slice(let base, let slice): .slice(of: base.renumbered(numbers), slice)
    case .parameter, .result, .table: self
    }
  }
}

extension Program.Step {
  /// The same step with other memory.
  fileprivate func mappingStorages(_ map: (Program.Storage) -> Program.Storage) -> Program.Step {
    switch self {
    case .loop(let count, let inner): return .loop(count: count, inner.map { $0.mappingStorages(map) })
    case .launch(.copy(let source, let target)): return .launch(.copy(from: map(source), to: map(target)))
    case .launch(.kernel(let kernel, let storages)): return .launch(.kernel(kernel, storages.map(map)))
    case .launch(.region(let region)):
      var copy = region
      for index in copy.calls.indices { copy.calls[index].storages = copy.calls[index].storages.map(map) }
      return .launch(.region(copy))
    }
  }
}
