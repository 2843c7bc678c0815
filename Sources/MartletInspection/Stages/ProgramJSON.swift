import MartletCompiler
import MartletTraining
import MartletCore
import MartletLoopIR
import MartletRuntime

/// A program's schedule and memory plan as JSON.
enum ProgramJSON {
  /// `{"program", "launches": [{"phase", "kernel" or "copy" or "region", …}], "loops": [{"first", "last", "steps"}], "kernels": [{"name",
  /// "template", "operations", "flop"}]}`; loops are ranges of launches, and there only where a program has some.
  static func schedule(_ program: Program) -> JSONValue {
    func place(_ storage: Program.Storage) -> String {
      switch storage {
      case .parameter(let index): program.parameters[index].name
      case .result(let index): program.results[index].name
      case .temporary(let index): program.temporaries[index].name
      case .slice(let base, _): place(base)
      case .table(let index): program.tables[index].name
      }
    }
    func call(_ number: Int, _ storages: [Program.Storage]) -> [JSONValue.Member] {
      let kernel = program.kernels[number].kernel
      let arguments = zip(kernel.parameters, storages).map { parameter, storage in
        JSONValue.object([
          "access": .string(parameter.access.rawValue), "space": .string(parameter.space.rawValue), "storage": .string(place(storage)),
        ])
      }
      return [
        .init(key: "kernel", value: .string(kernel.name)),
        .init(key: "over", value: .integer(kernel.over)),
        .init(key: "arguments", value: .list(arguments)),
      ]
    }
    let launches = program.phases.enumerated().flatMap { number, phase in
      phase.map { index -> JSONValue in
        let first = JSONValue.Member(key: "phase", value: .integer(number))
        switch program.launches[index] {
        case .kernel(let kernel, let storages): return .object([first] + call(kernel, storages))
        case .copy(let source, let target):
          let ends = JSONValue.object(["from": .string(place(source)), "to": .string(place(target))])
          return .object([first, .init(key: "copy", value: ends)])
        case .region(let region):
          let calls = region.calls.map { inner -> JSONValue in
            .object(call(inner.kernel, inner.storages) + [.init(key: "once_per_shard", value: .flag(inner.isOncePerShard))])
          }
          return .object([
            first, .init(key: "samples", value: .integer(region.samples)), .init(key: "shards", value: .integer(region.shards)),
            .init(key: "tile", value: .integer(region.tile)), .init(key: "calls", value: .list(calls)),
          ])
        }
      }
    }
    let kernels = program.kernels.map { lowered -> JSONValue in
      let operations = lowered.operations.map { program.operations[$0] }
      return .object([
        "name": .string(lowered.kernel.name), "made_by": .string(lowered.maker),
        "operations": .list(operations.map { .string($0.name) }),
        "flop": .integer(operations.reduce(0) { $0 + $1.floatingPointOperations }),
      ])
    }
    let loops = program.loops.map { loop -> JSONValue in
      .object([
        "first": .integer(loop.launches.lowerBound), "last": .integer(loop.launches.upperBound - 1), "steps": .integer(loop.count),
      ])
    }
    return .object([
      "program": .string(program.name), "launches": .list(launches), "loops": loops.isEmpty ? nil : .list(loops),
      "kernels": .list(kernels),
    ])
  }

  /// `{"program", "shared": {"arena_bytes", "lower_bound_bytes", "values": [{"name", "offset", "bytes", "first", "last"}]}, "worker": {…}}`; within a
  /// limit also `"memory": {"allowed_bytes", "bytes", "bytes_before", "micro_batches", "operations", "computed_twice": [{"names", "layer",
  /// "operation", "bytes", "operations"}]}`.
  static func plan(_ program: Program, _ fit: MemoryFit? = nil) -> JSONValue {
    func value(_ plan: MemoryPlan) -> JSONValue {
      let values = plan.requests.enumerated().map { index, request in
        JSONValue.object([
          "name": .string(request.name), "offset": .integer(plan.offsets[index]), "bytes": .integer(request.byteCount),
          "first": .integer(request.lifetime.lowerBound), "last": .integer(request.lifetime.upperBound),
        ])
      }
      return .object([
        "arena_bytes": .integer(plan.arenaByteCount), "lower_bound_bytes": .integer(plan.lowerBound), "values": .list(values),
      ])
    }
    return .object([
      "program": .string(program.name), "memory": fit.map(memory), "shared": value(program.memory), "worker": value(program.workerMemory),
    ])
  }

  private static func memory(_ fit: MemoryFit) -> JSONValue {
    .object([
      "allowed_bytes": .integer(fit.byteCount), "bytes": .integer(fit.after.total), "bytes_before": .integer(fit.before.total),
      "micro_batches": .integer(fit.microBatches), "operations": .integer(fit.operations),
      "computed_twice": .list(
        fit.repetitions.map { repetition in
          .object([
            "names": .list(repetition.names.map { .string($0) }), "layer": repetition.layer.map { .string($0) },
            "operation": .string(repetition.operation), "bytes": .integer(repetition.byteCount),
            "operations": .integer(repetition.operations),
          ])
        }),
    ])
  }
}
