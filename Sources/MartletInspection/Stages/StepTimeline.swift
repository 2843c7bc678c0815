import MartletCompiler
import MartletTraining
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// When each worker ran which kernel in one step on this machine, on random numbers: what the report draws and `--dump-dir` writes.
struct StepTimeline {
  struct Stretch {
    var kernel: String
    var worker: Int
    /// Microseconds since the step began.
    var start: Double
    var end: Double
  }

  let stretches: [Stretch]
  let workers: Int
  /// The same in the Trace Event Format.
  let chromeTrace: String

  /// Steps before the one that is kept: the first finds cold caches and unmapped pages.
  private static let unrecorded = 3

  /// Compiles and runs a program whose kernels were made for `target`. Throws `.usage` when the machine lacks those instructions, and
  /// `.unavailable` without LLVM.
  init(_ program: Program, of graph: Graph, _ target: Target, threads: Int?) throws {
    let backend = try CPUBackend(threads: threads, instructionSet: target.instructionSet)
    workers = backend.threads
    let profiler = Profiler(workers: workers + 1, capacity: 1 << 16)
    let executable = try backend.load(program, profiler: profiler)
    let arguments = try zip(program.parameters, graph.randomArguments(seed: 0)).map { parameter, tensor in
      let buffer = try backend.makeBuffer(parameter.type)
      try buffer.write(tensor)
      return buffer
    }
    let outputs = try program.results.filter { $0.updates == nil }.map { try backend.makeBuffer($0.type) }
    for _ in 0..<StepTimeline.unrecorded { try executable.run(arguments, outputs) }
    profiler.clear()
    try executable.run(arguments, outputs)
    chromeTrace = ChromeTrace.text(profiler, workers: workers, process: "a step of \(program.name)")
    let kernels = Set(program.kernels.map(\.kernel.name))
    let events = profiler.events().filter { kernels.contains($0.name) }
    let first = events.map(\.start).min() ?? 0
    stretches = events.map { event in
      Stretch(kernel: event.name, worker: event.worker, start: (event.start - first) * 1e6, end: (event.end - first) * 1e6)
    }
  }

  var json: JSONValue {
    .object([
      "workers": .integer(workers),
      "stretches": .list(
        stretches.map { stretch in
          .object([
            "kernel": .string(stretch.kernel), "worker": .integer(stretch.worker),
            "start": .number(NumberText.fixed(stretch.start, decimals: 2)), "end": .number(NumberText.fixed(stretch.end, decimals: 2)),
          ])
        }),
    ])
  }
}
