import CCUDA
import Foundation
import MartletMPI
import TestSupport

@testable import MartletCPU
@testable import MartletCUDA
@testable import MartletGraph
@testable import MartletLoopIR
@testable import MartletLowering
@testable import MartletRuntime
@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// For each number of an error something that leads to it, mostly as a user would.
struct Provocations {
  /// Those of one cause; the meaning of the number is their title in `Tests/Fixtures/messages.txt`.
  typealias Provocation = (number: Int, body: () throws -> Void)
  /// Those of a number that has several causes.
  typealias Titled = (number: Int, title: String, body: () throws -> Void)

  let folder: String
  private let exponential: Graph
  let cpu: CompilingDevice

  init(_ folder: String) throws {
    self.folder = folder
    exponential = try GraphParser.parse("graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  %0 = exp(%x) : f32[2]\n  return %0\n}")
    cpu = CompilingDevice(try CPUBackend(threads: 1))
    try GeneratedDigits.write(to: folder, training: 64, test: 64)
  }

  var all: [Titled] {
    let meanings = Dictionary(uniqueKeysWithValues: ErrorCatalogue.layers.flatMap(\.entries).map { ($0.number, $0.explanation.meaning) })
    return untitled.map { ($0.number, meanings[$0.number] ?? "", $0.body) } + operations + modelsInSwift + files(of: folder)
  }

  private var untitled: [Provocation] {
    files + tensors + text + graphs + layers + passes + kernels + lowering + runtime + machineCode + gpu + processes + data + checkpoints
      + training + steps + commandLine + Provocations.images(in: folder)
  }

  // MARK: Helpers

  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    try FileBytes.write(bytes, to: "\(folder)/\(name)")
    return "\(folder)/\(name)"
  }

  func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }

  func parse(_ body: String, parameters: String = "input %x: f32[2]", results: String = "y: f32[2]", returned: String = "%y") throws {
    _ = try GraphParser.parse("graph @f(\(parameters)) -> (\(results)) {\n  \(body)\n  return \(returned)\n}")
  }

  func kernel(_ body: String, parameters: String = "%x: read global f32[4], %y: write global f32[4]") throws -> Kernel {
    try KernelParser.parse("kernel @k(\(parameters)) over 4 {\n  for i in begin ..< end parallel { \(body) }\n}")
  }

  /// The command line in this process, with the error that it throws.
  func martlet(_ arguments: String...) throws {
    var command = try MartletCommand.parseAsRoot(arguments)
    try command.run()
  }

  /// The program itself in another environment; what its exit code and message say is thrown.
  func program(_ arguments: String..., environment: [String: String]) throws {
    let result = try runProgram(martletExecutable, arguments, environment: environment)
    let number = Int(result.errors.drop { $0 != "M" }.dropFirst().prefix { $0.isNumber }) ?? 0
    guard let entry = ErrorCatalogue.layers.flatMap(\.entries).first(where: { $0.number == number }) else { return }
    struct Seen: ErrorCode {
      static let allCases: [Seen] = []
      var rawValue: Int
      var explanation: ErrorExplanation
      init?(rawValue: Int) { nil }
      init(_ number: Int, _ explanation: ErrorExplanation) { (rawValue, self.explanation) = (number, explanation) }
    }
    guard result.code == entry.explanation.kind.rawValue else { return }
    // As it was before it was printed.
    let lines = result.errors.drop { $0 != ":" }.dropFirst(2).split(separator: "\n", omittingEmptySubsequences: false)
    let advice = lines.dropFirst().joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
    throw MartletError(Seen(number, entry.explanation), String(lines.first ?? ""), advice: advice)
  }

  func trace(_ input: Shape = [1, 8, 8], batch: Int = 2, _ body: @escaping @Sendable (Tensor) throws -> Tensor) throws {
    _ = try Tracer.trace(Inline(inputShape: input, body: body), name: "m", batch: batch, purpose: .inference)
  }

  private func node(_ operation: any TensorOperation, _ operands: [Int], _ results: [Int], _ type: TensorType) -> Node {
    Node(operation: operation, operands: operands.map(Value.init), results: results.map(Value.init), resultTypes: [type], origin: nil)
  }

  // MARK: Core

  private var files: [Provocation] {
    [
      (101, { _ = try FileBytes.read("\(folder)/none") }),
      (102, { _ = try FileBytes.read(folder) }),
      (
        102,
        {
          let pipe = "\(folder)/pipe"
          guard mkfifo(pipe, 0o600) == 0 else { return }
          _ = try FileBytes.read(pipe)
        }
      ),
      (103, { _ = try FileBytes.read(try file("two", [1, 2]), limit: 1) }),
      (104, { _ = try FileBytes.readText(try file("latin", [0x66, 0xe9])) }),
      (105, { _ = try Npy.read(try file("x.npy", "NUMPY")) }),
      (
        106,
        {
          let header = "{'descr': '>u4', 'fortran_order': False, 'shape': ()}"
          let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + [255, 255, 255, 255]
          _ = try Npy.read(try file("large.npy", bytes))
        }
      ),
    ]
  }

  private var tensors: [Provocation] {
    [
      (151, { _ = try HostTensor([2, 3], elements: [Float](repeating: 0, count: 5)) }),
      (151, { _ = try HostTensor(shape: [2], storage: .f32([1])) }),
      (152, { _ = try [UInt8](repeating: 0, count: 3).withUnsafeBytes { try HostTensor(TensorType(.f32, [2]), bytes: $0) } }),
      (153, { _ = try HostBuffer(TensorType(.f32, [1 << 40])) }),
      (
        153,
        {
          let graph = try GraphParser.parse(
            """
            graph @f() -> (y: f32[549755813888]) {
              %0 = constant() {value = 1} : f32[]
              %1 = broadcast(%0) {shape = [549755813888], axes = []} : f32[549755813888]
              return %1
            }
            """)
          _ = try graph.evaluate([])
        }
      ),
    ]
  }

  private var text: [Provocation] {
    [
      (201, { try parse("%y = exp(%x) : f32[2] \u{e9}") }),
      (202, { try parse("%y = exp %x : f32[2]") }),
      (203, { try parse("%y = exp(%x) : f32[2]\n  %y = exp(%x) : f32[2]") }),
      (204, { try parse("%y = exp(%z) : f32[2]") }),
      (205, { try parse("%y = exp(%x) : f32[2]", parameters: "constant %x: f32[2]") }),
      (205, { try parse("%y = exp(%x) : f16[2]") }),
      (206, { try parse("%y = slice(%x) {starts = 0x} : f32[2]") }),
      (206, { try parse("%y = constant() {value = 1e999} : f32[2]") }),
      (207, { try parse("%y = exp(%x) : f32[2]", parameters: "input %x: f32[99999999999999]") }),
      (208, { try parse("%y = exp(%x) : f32[2]", results: "y: f32[2], z: f32[2]") }),
      (209, { try parse("%y = exp(%x) : f32[3]") }),
      (210, { _ = try kernel("%y[i * i] = %x[i]") }),
      (210, { _ = try kernel("%y[i / 0] = %x[i]") }),
      (211, { _ = try kernel("%y[i] = \(String(repeating: "(", count: 1000))%x[i]") }),
    ]
  }

  // MARK: Graphs

  private var graphs: [Provocation] {
    let type = TensorType(.f32, [4])
    let x = Graph.Parameter("x", .input, type)
    return [
      (301, { try parse("%y = lgamma(%x) : f32[2]") }),
      (302, { try parse("%y = reduce_sum(%x) {axes = 3} : f32[2]") }),
      (303, { try parse("%y = exp(%x) {base = 2} : f32[2]") }),
      (304, { try parse("%y = exp() : f32[2]") }),
      (318, { try parse("%y = constant() {value = 1.5} : i32[2]") }),
      (318, { _ = try GraphBuilder(name: "g").add(Constant(256, TensorType(.u8, []))) }),
      (305, { try parse("%y = add(%x, %k) : f32[2]", parameters: "input %x: f32[2], input %k: i32[2]") }),
      (306, { try parse("%y, %z = constant() {value = 1} : f32[2], f32[2]") }),
      (
        307,
        {
          let builder = GraphBuilder(name: "g")
          for _ in 0..<2 { _ = try builder.parameter("x", .input, type) }
        }
      ),
      (308, { _ = try GraphBuilder(name: "g").parameter("x", .input, TensorType(.f32, [-1])) }),
      (
        309,
        {
          try Graph(name: "g", parameters: [x], nodes: [node(Negate(), [2], [1], type), node(Negate(), [0], [2], type)], results: [])
            .verify()
        }
      ),
      (310, { try Graph(name: "g", parameters: [x], nodes: [node(Negate(), [0], [1], TensorType(.f32, [5]))], results: []).verify() }),
      (311, { try parse("%y = exp(%x) : f32[2]", results: "x: f32[2]") }),
      (312, { try parse("%y = exp(%x) : f32[2]", parameters: "input %x: f32[2], state %s: f32[3]", results: "s: f32[2]") }),
      (313, { _ = try exponential.evaluate([]) }),
      (314, { _ = try exponential.evaluate([HostTensor(repeating: 0, TensorType(.i32, [2]))]) }),
      (
        315,
        {
          _ = try graph(of: Mistaken(), [type]).evaluate([HostTensor(repeating: 0, type)])
        }
      ),
      (
        316,
        {
          let builder = GraphBuilder(name: "g")
          _ = try AdjointContext(builder: builder, operands: [], results: [], resultAdjoints: [nil], isNeeded: []).adjoint()
        }
      ),
      (317, { try parse("%y = exp(%x) : f32[2]", parameters: "input %x: f32[2] {batch = 1}") }),
      (317, { try parse("%y = exp(%x) : f32[2]", parameters: "input %x: f32[2] {batch = 0}, input %z: f32[3] {batch = 0}") }),
      (317, { try parse("%y = exp(%x) : f32[2]", parameters: "parameter %x: f32[2] {batch = 0}") }),
      (317, { _ = try exponential.declaringBatch(["z": 0]) }),
    ]
  }

  private var layers: [Provocation] {
    let misplaced = Linear(64, 3)
    return [
      (401, { try trace { try Conv2D(0, 1, kernel: 3)($0) } }),
      (401, { try trace { try Dropout(1.5)($0) } }),
      (402, { try trace { try Conv2D(3, 1, kernel: 3)($0) } }),
      (402, { try trace { try LayerNorm(9)($0) } }),
      (403, { try trace { try $0 + $0.flatten(from: 1) } }),
      (404, { try trace { try $0.flatten(from: 9) } }),
      (405, { try trace { try misplaced($0.flatten(from: 1)) } }),
      (406, { try trace(batch: 0) { $0 } }),
      (410, { _ = try Augmentation.parse("shift=2,spin=3") }),
      (
        411,
        {
          try trace { input in
            var kept = input
            _ = try input.scan([]) { _, element in
              kept = element
              return ScanStep(carried: [], stacked: [element])
            }
            return try kept + kept
          }
        }
      ),
    ]
  }

  private var passes: [Provocation] {
    func run(_ passes: [Pass], _ text: String) throws { _ = try Pipeline(passes).run(try GraphParser.parse(text)) }
    let scalar = "graph @f(parameter %w: f32[]) -> (loss: f32[]) { return %w }"
    return [
      (501, { try run([.applyOptimizer(.adam(AdamUpdate()))], scalar) }),
      (502, { try run([.differentiate, .clipGradients(-1)], scalar) }),
      (503, { try run([.differentiate], "graph @f(parameter %w: f32[]) -> (y: f32[]) { return %w }") }),
      (504, { try run([.differentiate], "graph @f(parameter %w: f32[2]) -> (loss: f32[2]) { return %w }") }),
      (505, { try run([.differentiate, .differentiate], scalar) }),
      (
        506,
        {
          try run(
            [.differentiate],
            """
            graph @f(parameter %w: f32[2], input %x: f32[2]) -> (loss: f32[]) {
              %0 = relu_grad(%w, %x) : f32[2]
              %1 = reduce_sum(%0) {axes = [0]} : f32[]
              return %1
            }
            """)
        }
      ),
      (507, { _ = try Pipeline([.differentiate]).run(Mistaken.trained()) }),
      (
        508,
        {
          do { _ = try PassRegistry.pass(named: "simplfy") } catch var error as MartletError {
            // Other tests add passes of their own.
            error.advice = error.advice?.replacing(#/and \d+ more/#, with: "and N more")
            throw error
          }
        }
      ),
      (509, { _ = try PassRegistry.pass(named: "apply-optimizer=lion") }),
      (509, { _ = try PassRegistry.pass(named: "clip-gradients=much") }),
      (509, { _ = try PassRegistry.pass(named: "average-parameters=much") }),
      (
        510,
        {
          let damaged = Graph(name: "g", parameters: [], nodes: [], results: [Graph.Result("y", Value(id: 3))])
          try VerifyInstrument().ran(.differentiate, before: exponential, after: damaged, log: RewriteLog())
        }
      ),
      (
        511,
        {
          let wrong = Pass("negate", "negates what it should leave alone") { graph in
            try graph.rebuilt { builder, index, operands in
              guard graph.nodes[index].operation is Exponential else { return nil }
              return [try builder.negate(builder.add(graph.nodes[index].operation, operands)[0])]
            }
          }
          try BisectionReport(names: ["negate"], passes: [wrong], seed: 0, tolerance: 0).run(exponential, device: nil)
        }
      ),
      (512, { try run([.differentiate, .clipGradientValues(0)], scalar) }),
      (513, { try run([.averageParameters(decay: 1)], scalar) }),
      (514, { try run([.averageParameters(decay: 0.9)], scalar) }),
    ]
  }

  // MARK: Kernels and programs

  private var kernels: [Provocation] {
    [
      (
        601,
        {
          let environment = try TypeEnvironment(kernel("%y[i] = %x[i]"))
          _ = try environment.type(of: .binary(.add, .load(Access("x", [Index(0)])), .name("nowhere")))
        }
      ),
      (602, { _ = try TypeEnvironment(kernel("%y[i] = %x[i]")).type(of: .load(.init("z", [Index(0)]))) }),
      (
        603,
        { _ = try kernel("%y[i] = exp(%k[i])", parameters: "%k: read global i32[4], %y: write global i32[4]").prepared(for: Target(.avx2)) }
      ),
      (604, { try kernel("%y[i + 1] = %x[i]").verify() }),
      (605, { _ = try KernelInterpreter.run(kernel("%y[i] = %x[i]"), []) }),
      (
        606,
        {
          let x = HostTensor(repeating: 1, TensorType(.f32, [4]))
          _ = try KernelInterpreter.run(kernel("%y[i + 1] = %x[i]"), [x, x])
        }
      ),
    ]
  }

  private var lowering: [Provocation] {
    [
      (
        701,
        {
          let graph = try GraphParser.parse(
            """
            graph @f(parameter %w: f32[2]) -> (w: f32[2], loss: f32[]) {
              %0 = exp(%w) : f32[2]
              %1 = reduce_sum(%0) {axes = [0]} : f32[]
              return %0, %1
            }
            """)
          _ = try Lowering.lower(graph, for: cpu.backend.target, Lowering.Options(guardingResult: "loss"))
        }
      ),
      (
        702,
        {
          // Its elements are values that no fold carries.
          _ = try Lowering.lower(graph(of: Mistaken(), [TensorType(.f32, [4])]), for: cpu.backend.target)
        }
      ),
      (703, { _ = try cpu.run(exponential, []) }),
      (704, { try martlet("dump", "mnist-cnn", "--stage", "plan", "--memory", "100K", "--isa", "sse2", "--threads", "1") }),
    ]
  }

  private var runtime: [Provocation] {
    let type = TensorType(.f32, [2])
    return [
      (801, { try HostBuffer(type).write(HostTensor(repeating: 0, TensorType(.f32, [3]))) }),
      (802, { try [UInt8](repeating: 0, count: 3).withUnsafeBytes { try HostBuffer(type).write($0) } }),
      (803, { try cpu.compile(exponential).run([], []) }),
      (
        807,
        {
          // A kernel for four elements on memory for two.
          let k = KernelBuilder(name: "short")
          let y = k.parameter("y", .write, .global, .f32, [4])
          k.parallel("i") { i in y.store(.number(0), [i]) }
          _ = try Program(
            name: "p", parameters: [], results: [Program.Result(name: "y", type: type, updates: nil)],
            kernels: [LoweredKernel(k.finish(over: 4))],
            launches: [.kernel(0, [.result(0)])], temporaries: [])
        }
      ),
      (
        808,
        {
          let executable = try cpu.compile(exponential)
          let buffer = try cpu.makeBuffer(executable.parameters[0].type)
          try executable.run([buffer], [buffer])
        }
      ),
      (
        804,
        {
          let graph = try GraphParser.parse(
            """
            graph @f(input %table: f32[3, 2], input %k: i32[2]) -> (y: f32[2, 2]) {
              %0 = gather(%table, %k) : f32[2, 2]
              return %0
            }
            """)
          _ = try cpu.run(graph, [HostTensor(repeating: 0, TensorType(.f32, [3, 2])), HostTensor([2], [Int32(0), 3])])
        }
      ),
      (
        805,
        {
          let requests = [0, 1].map { MemoryPlan.Request(name: "v\($0)", byteCount: 100, lifetime: 0...2) }
          try MemoryPlan(requests: requests, offsets: [0, 64], arenaByteCount: 256).check()
        }
      ),
      (
        806,
        {
          // Each thread reserves the space of its stack.
          let result = try runProgram(
            "/bin/sh", ["-c", "ulimit -v 8000000; exec \(martletExecutable) train --data \(folder) --threads 4000 --max-steps 1"])
          guard result.code == 5, let line = result.errors.split(separator: "\n").first(where: { $0.hasPrefix("error M806: ") }) else {
            return
          }
          throw MartletError(RuntimeErrorCode.noThread, String(line.dropFirst("error M806: ".count)))
        }
      ),
    ]
  }

  private var machineCode: [Provocation] {
    [
      (901, { try cpu.compile(exponential).run([ForeignBuffer()], [ForeignBuffer()]) }),
      (902, { _ = try CompiledKernel(kernel("%y[i] = %x[i]"), cpu.backend.target).run([]) }),
      (
        903,
        {
          let fused = try kernel("%y[i] = fma(%x[i], %x[i], %x[i])")
          _ = try KernelCompiler(Target(.sse2)).source(fused)
        }
      ),
      (904, { _ = try HostProcessor.chosenInstructionSet(cap: .avx512, machine: .avx2) }),
      (905, { try program("train", "--data", folder, environment: ["MARTLET_ISA": "mmx"]) }),
      (906, { try program("train", "--data", folder, environment: ["MARTLET_LLVM": "/none/libLLVM.so"]) }),
      (907, { _ = try LLVMLibrary.compile("define nothing", name: "damaged", .sse2, passes: "default<O1>") }),
      (908, { _ = try JITModule(.sse2).function("absent", in: []) }),
    ]
  }

  private var gpu: [Provocation] {
    [
      (1401, { _ = try CUDAEmitter.function(kernel("%y[i] = %x[i]")) }),
      (
        1402,
        {
          let product = "sgemm(false, false, 2, 2, 2, 1.0, %x[0], 2, %x[0], 2, 0.0, %y[0], 2)"
          _ = try CUDAEmitter.function(kernel(product).mappedToThreads(.cuda))
        }
      ),
      (
        1403,
        {
          let wide = "%x: read global u8[3000000000], %y: write global f32[4]"
          _ = try CUDAEmitter.function(kernel("%y[i] = 1.0", parameters: wide).prepared(for: .cuda))
        }
      ),
      (
        1404,
        {
          let text = "kernel @k(%y: write global f32[2048]) over 2048 { for t in 0 ..< 2048 thread(x) { %y[t] = 1.0 } }"
          _ = try CUDAEmitter.function(KernelParser.parse(text))
        }
      ),
      (
        1409,
        {
          let text =
            "kernel @k(%y: write global f32[2]) over 2 { for b in begin ..< end block(x) { array %a: f32[20000] shared; %y[b] = 1.0 } }"
          _ = try CUDAEmitter.function(KernelParser.parse(text))
        }
      ),
      (
        1410,
        {
          let gpu = CompilingDevice(try CUDABackend.emulated())
          cuda_imitation_fail("launch", 0, 719)
          _ = try gpu.run(exponential, [HostTensor(repeating: 0, TensorType(.f32, [2]))])
        }
      ),
      (
        1411,
        {
          let gpu = try CUDABackend.emulated()
          cuda_imitation_fail("memory_allocate", 0, 2)
          _ = try gpu.makeBuffer(TensorType(.f32, [2]))
        }
      ),
      (
        1412,
        {
          cuda_imitation_fail("init", 0, 100)
          _ = try CUDABackend.emulated()
        }
      ),
      (
        1413,
        {
          nccl_imitation_fail("unique_id", 0, 2)
          _ = try NCCLLibrary.imitated().uniqueID()
        }
      ),
      (1405, { throw RuntimeCompiler.loadError("MARTLET_NVRTC") }),
      (1406, { _ = try HostCompiler.compile("not C++") }),
      (1407, { _ = try HostCompiler.find(named: nil, searchPath: "/none") }),
      (1408, { try CompilingDevice(try CUDABackend.emulated()).compile(exponential).run([ForeignBuffer()], [ForeignBuffer()]) }),
    ]
  }

  // MARK: Several processes

  /// What needs a launcher is in MartletMPITests.
  private var processes: [Provocation] {
    [
      (1701, { _ = try MPIProcessGroup.started(Launch(launcher: .openMPI, rank: 0, count: 2), library: "/none/libmpi.so") }),
      (1702, { throw MPIProcessGroup.wrongLauncher("MPI cannot be started: MPI_Init_thread: unknown error (code 16)") }),
      (1703, { throw MPIProcessGroup.callError("MPI_Testall: message truncated (code 15)") }),
      (1704, { throw ProcessWatch.ended([2], of: 4) }),
      (1705, { throw MPIProcessGroup.endedByLauncher() }),
    ]
  }

  // MARK: Training

  private var data: [Provocation] {
    [
      (1001, { try martlet("train", "--data", try DataSet.copy(of: folder, "t10k-images-idx3-ubyte") { $0 = [0x1f, 0x8b, 8, 0] }) }),
      (1002, { try martlet("train", "--data", try DataSet.copy(of: folder, "t10k-images-idx3-ubyte") { $0[3] = 1 }) }),
      (
        1003,
        {
          let cifar = "\(folder)/cifar"
          try FileBytes.makeFolder(cifar)
          for name in ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"] {
            try FileBytes.write([1, 2, 3], to: "\(cifar)/\(name).bin")
          }
          try martlet("train", "--data", cifar)
        }
      ),
      (
        1004,
        {
          let cifar = "\(folder)/labels"
          try FileBytes.makeFolder(cifar)
          for name in CIFAR10.trainingFiles + [CIFAR10.testFile] {
            try FileBytes.write([10] + [UInt8](repeating: 0, count: 3072), to: "\(cifar)/\(name)")
          }
          try martlet("train", "resnet8", "--data", cifar)
        }
      ),
      (
        1005,
        {
          // As many bytes, with rows and columns of another length.
          try martlet("train", "--data", try DataSet.copy(of: folder, "t10k-images-idx3-ubyte") { ($0[11], $0[15]) = (14, 56) })
        }
      ),
      (
        1006,
        { _ = try DataSet.load(folder: try DataSet.copy(of: folder, without: "t10k-labels-idx1-ubyte")) }
      ),
      (
        1007,
        {
          try martlet(
            "train", "--data",
            try DataSet.copy(of: folder, "train-labels-idx1-ubyte") {
              $0[7] -= 1
              $0.removeLast()
            })
        }
      ),
      (
        1008,
        {
          let folder = try DataSet.copy(of: folder, "train-images-idx3-ubyte") {
            $0 = Array($0.prefix(4)) + [0, 0, 0, 0] + Array($0[8..<16])
          }
          try FileBytes.write([0, 0, 8, 1, 0, 0, 0, 0], to: "\(folder)/train-labels-idx1-ubyte")
          try martlet("train", "--data", folder)
        }
      ),
      (1009, { try program("train", environment: ["MARTLET_DATA": "/none", "XDG_CACHE_HOME": "/proc/none"]) }),
      (
        1010,
        { try martlet("train", "vgg-small", "--data", DataFixture.path("numbers.csv")) }
      ),
    ] + sources
  }

  private var sources: [Provocation] {
    func table(_ text: String) throws -> CSVTable { try CSVTable(Array(text.utf8), file: "t.csv") }
    func numbers(_ count: Int) throws -> TensorData { try TensorData(["n": HostTensor(repeating: 0, TensorType(.f32, [count]))]) }
    return [
      (1035, { try martlet("train", "mlp", "--data", try file("some.txt", String(repeating: "words and words. ", count: 40))) }),
      (1021, { _ = try numbers(2).subset([2]) }),
      (1022, { _ = try numbers(2).batched(0) }),
      (1023, { _ = try TensorData(["x": HostTensor([2], [Float(1), 2]), "y": HostTensor([1], [Int32(1)])]) }),
      (1024, { _ = try DataFiles.read(try file("cut.npz", [0x50, 0x4b, 3, 4])) }),
      (1025, { _ = try DataFiles.read(DataFixture.path("zip64.npz")) }),
      (1026, { _ = try DataFiles.read(try file("ragged.csv", "a,b\n1,2\n3\n")) }),
      (1027, { _ = try DataFiles.read(try file("missing.csv", "a,b\n,2\n3,4\n")) }),
      (1028, { _ = try DataFiles.read(try file("words.csv", "a,b\nred,2\n3,4\n")) }),
      (1029, { _ = try table("a,b\n1,2\n").numbers(["c"]) }),
      (1030, { _ = try DataFiles.read(try file("one.csv", "a,b\n1,2\n3,2\n")) }),
      (1031, { _ = try DataFiles.read(try file("photo.bin", "?")) }),
      (1032, { _ = try DataFiles.read(try file("short.txt", "to be")) }),
      (
        1033,
        { _ = try PrefetchedBatches(BatchPlan(try numbers(2), size: 1, dropsRest: false), from: 0, ahead: 1, stackByteCount: 1 << 46) }
      ),
      (1034, { _ = try TextVocabulary.characters(of: "abc").tokens(of: "d") }),
    ]
  }

  private var checkpoints: [Provocation] {
    func tensors(_ metadata: [(String, String)], _ tensors: [(String, HostTensor)]) throws -> String {
      try file("weights.safetensors", Safetensors(metadata: metadata, tensors: tensors).encoded())
    }
    let model = ModelStructure(MNISTCNN()).initialVariables(seed: 0)
    return [
      (1101, { _ = try Checkpoint.read(try tensors([], model)) }),
      (1040, { try martlet("predict", "--checkpoint", try tensors([], model), "--images", try file("nothing.npy", "")) }),
      (
        1102,
        {
          let settings = Checkpoint.Settings(model: "mnist-cnn", optimizer: "adam", batch: 64, seed: 0, shuffles: false)
          let checkpoint = Checkpoint(settings: settings, progress: .init(epoch: 1, step: 0), tensors: [])
          var other = settings
          other.batch = 32
          try checkpoint.expect(other, path: "run.safetensors")
        }
      ),
      (
        1107,
        {
          let good = [
            ("format", "martlet-checkpoint-1"), ("model", "m"), ("optimizer", "adam"), ("batch", "64"), ("seed", "0"), ("shuffle", "false"),
            ("step", "0"),
          ]
          _ = try Checkpoint.read(try tensors(good + [("epoch", "-1")], model))
        }
      ),
      (1103, { _ = try Safetensors.decode([3, 0, 0, 0, 0, 0, 0, 0] + Array("{a}".utf8), file: "f") }),
      (1104, { _ = try Safetensors.decode([255, 255, 255], file: "f") }),
      (1105, { try martlet("eval", "--data", folder, "--checkpoint", try tensors([], Array(model.dropLast()))) }),
      (
        1106,
        {
          let changed = Array(model.dropLast()) + [(model[model.count - 1].name, HostTensor(repeating: 0, TensorType(.f32, [3])))]
          try martlet("eval", "--data", folder, "--checkpoint", try tensors([], changed))
        }
      ),
    ]
  }

  private var training: [Provocation] {
    func add(_ metric: some Metric, _ outputs: HostTensor, _ labels: [Int32]) throws {
      var metric = metric
      try metric.add(outputs: outputs, labels: labels)
    }
    return [
      (1201, { try martlet("train", "--data", folder, "--batch", "16", "--epochs", "1", "--lr", "1e30") }),
      (
        1202,
        {
          try martlet(
            "train", "--data", folder, "--batch", "64", "--epochs", "1", "--lr", "inf", "--checkpoint", "\(folder)/damaged.safetensors")
        }
      ),
      (
        1203,
        {
          let session = try TrainingSession(MNISTCNN(), name: "mnist-cnn", device: cpu)
          let settings = Checkpoint.Settings(model: "mnist-cnn", optimizer: "adam", batch: 16, seed: 0, shuffles: false)
          try Trainer(session, try DataSet.load(folder: folder), Trainer.Options(), settings: settings, isInterrupted: { true }) { _ in }
            .run()
        }
      ),
      (1207, { try add(Accuracy(), HostTensor([1, 2], [0, 1] as [Float]), [2]) }),
      (1208, { _ = try MetricNames.metric(named: "goodness") }),
      (1209, { _ = try CSVLog("\(folder)/run.csv", columns: ["step"]) }),
      (
        1211,
        {
          var set = try DataSet.load(folder: folder)
          set.samples.outputs = 11
          try TrainingSession(MNISTCNN(), name: "mnist-cnn", device: cpu).expectOutputs(set)
        }
      ),
      (1212, { try TrainingSession.expectMicroBatches(2, processes: 3) }),
      (1213, { try TrainingSession.expectMicroBatches(0, processes: 1) }),
      (
        1214,
        {
          _ = try ThreadProcessGroup.run(count: 2) { group in
            let settings = Checkpoint.Settings(
              model: "mnist-cnn", optimizer: "adam", batch: group.rank == 0 ? 16 : 32, seed: 0, shuffles: false)
            try SameSettings.expect(settings, [], in: group)
          }
        }
      ),
      (
        1216,
        {
          let linear = Linear(4, 4)
          let step = try TrainingStep(Variables(linear, on: .interpreter), inputs: [.f32(3, 4)], options: .init(accumulating: 2)) {
            inputs in
            let y = try linear(inputs[0])
            return StepResult(loss: try y.mean(axes: [0, 1]), ["columns": try y.transposed([1, 0])])
          }
          _ = try step.values([Float](repeating: 1, count: 12), learningRate: 0.1)
        }
      ),
      (
        1215,
        {
          let (linear, normalization) = (Linear(4, 4), BatchNorm2D(1))
          let weights = try Variables(["linear": linear, "normalization": normalization], on: .interpreter)
          let step = try TrainingStep(
            weights, inputs: [.f32(3, 4)], training: ParameterGroup(linear), options: .init(accumulating: 2)
          ) { inputs in
            let y = try linear(inputs[0])
            // Running statistics of one sample alone.
            guard y.shape[0] == 1 else { return try y.mean(axes: [0, 1]) }
            return try normalization(y.reshaped([1, 1, 2, 2])).mean(axes: [0, 1, 2, 3])
          }
          try step([Float](repeating: 1, count: 12), learningRate: 0.1)
        }
      ),
      (1210, { _ = try LearningRateRange(from: 1, to: 1, steps: 10) }),
      (
        1206,
        {
          let interruption = MartletError(TrainingErrorCode.interrupted, "interrupted in epoch 1 after step 2; nothing was saved")
          throw Interrupts.naming(interruption, signal: SIGHUP)
        }
      ),
      (1204, { _ = try TrainingSession.required(Int?.none, "a result loss") }),
      (
        1205,
        {
          let type = TensorType(.f32, [2])
          _ = try StepBenchmark.distance(
            HostTensor(repeating: 1, type), HostTensor(repeating: 1.1, type), HostTensor(repeating: 1.1, type), "loss")
        }
      ),
    ]
  }

  /// A layer that reads a parameter that it does not list.
  private struct Forgetful: PrimitiveLayer {
    let identity = LayerIdentity(#fileID, #line)
    var summary: String { "Forgetful()" }
    var parameters: [ParameterSpecification] { [] }
    func callAsFunction(_ input: Tensor) throws -> Tensor { try input.applying(self) { try $0 * $0.parameter("scale", of: self) } }
  }

  /// An optimizer that does not give its state.
  private struct Stateless: TensorOptimizer {
    let stateNames = ["average"]
    func update(_ step: OptimizerStep) throws -> OptimizerUpdate { OptimizerUpdate(parameter: step.parameter) }
  }

  func variables(_ layer: any Layer = Linear(2, 1)) throws -> Variables { try Variables(layer, on: Device(cpu)) }

  /// Variables, training steps and functions.
  private var steps: [Provocation] {
    [
      (
        407,
        {
          let layer = Forgetful()
          _ = try Function(variables(layer), inputs: .f32(1, 2)) { try layer($0) }
        }
      ),
      (
        408,
        {
          var kept: Tensor?
          for _ in 0..<2 {
            _ = try Function(variables(), inputs: .f32(1, 2)) { x in
              kept = kept ?? x
              return try x + (kept ?? x)
            }
          }
        }
      ),
      (
        409,
        {
          let layer = Linear(2, 1)
          _ = try TrainingStep(variables(layer), Stateless(), inputs: .f32(1, 2)) { try layer($0).mean(axes: [0, 1]) }
        }
      ),
      (1501, { _ = try Function(variables(), inputs: .f32(1, 2)) { NamedTensors(["weight": $0]) } }),
      (1502, { _ = try variables()["out.weight"] }),
      (
        1503,
        {
          let weights = try variables()
          try weights.writing { _ = try weights.tensors() }
        }
      ),
      (
        1504,
        {
          let function = try Function(variables(), inputs: .f32(1, 2)) { try $0.exp() }
          _ = try function.values()
        }
      ),
      (1505, { try variables().set("weight", to: HostTensor(repeating: 0, TensorType(.f32, [3]))) }),
      (1506, { _ = try TrainingStep(variables(), inputs: .f32(1, 2)) { try $0.mean(axes: [0, 1]) } }),
    ]
  }

  private var commandLine: [Provocation] {
    let graph = "graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  %0 = exp(%x) : f32[2]\n  return %0\n}\n"
    return [
      (1301, { try martlet("train", "resnet") }),
      (1302, { try martlet("dump", "--stage", "lowered") }),
      (1303, { try martlet("dump", "--stage", "asm", "--format", "dot") }),
      (1304, { try martlet("dump", "--format", "xml") }),
      (1305, { try martlet("opt") }),
      (1306, { try martlet("train", "--device", "tpu") }),
      (1307, { try martlet("train", "--device", "mps") }),
      (1308, { try martlet("train", "--optimizer", "lion") }),
      (1309, { try martlet("train", "--momentum", "0.9") }),
      (1310, { try martlet("dump", "--isa", "mmx") }),
      (1311, { try martlet("train", "--batch", "0") }),
      (1312, { try martlet("train", "--clip-norm", "0") }),
      (1313, { try martlet("train", "--nan", "maybe") }),
      (1314, { try martlet("train", "--resume") }),
      (1343, { try martlet("train", "--trace-steps", "20") }),
      (1345, { try martlet("train", "--memory", "512MB") }),
      (1315, { try martlet("run", try file("g.gir", graph), "--input", "x", "--output-dir", folder) }),
      (1316, { try martlet("bench", "--device", "interpreter") }),
      (1331, { try martlet("data", "--data", folder, "--show", "--start", "64") }),
      (1332, { try martlet("data", "--data", folder, "--count", "3") }),
      (1330, { try martlet("opt", Repository.path("IR/mnist-cnn/traced.gir"), "--batch", "images") }),
      (1337, { try martlet("opt", Repository.path("IR/mnist-cnn/traced.gir"), "--bisect", "--time-passes") }),
      (
        1317,
        {
          try Npy.write(HostTensor([3], [Float](repeating: 1, count: 3)), to: "\(folder)/three.npy")
          try martlet("run", try file("g.gir", graph), "--input", "x=\(folder)/three.npy", "--output-dir", folder)
        }
      ),
      (1318, { try martlet("explain", "M1") }),
      (1320, { try martlet("explain", "nothing") }),
      (
        1321,
        {
          let network = MultilayerPerceptron()
          _ = try TextGenerator(network, Variables(network, on: .interpreter))
        }
      ),
      (
        1322,
        {
          var sampler = TokenSampler(temperature: 0, seed: 0)
          _ = try sampler.choose([.nan])
        }
      ),
      (1323, { _ = try TextVocabulary(outputs: 7, names: nil) }),
      (1325, { try MartletCommand.expectCommand(["tarin"]) }),
      (1324, { try martlet("generate", "--checkpoint", "none.safetensors", "--prompt", "") }),
      (1319, { try martlet("dump", "--stage", "kernels", "--kernel", "none") }),
    ]
  }
}

/// A model of one closure.
struct Inline: Model {
  let inputShape: Shape
  let body: @Sendable (Tensor) throws -> Tensor
  func callAsFunction(_ x: Tensor) throws -> Tensor { try body(x) }
}

/// Memory of no device.
private final class ForeignBuffer: DeviceBuffer {
  let type = TensorType(.f32, [2])
  func write(_ bytes: UnsafeRawBufferPointer) throws {}
  func read(into bytes: UnsafeMutableRawBufferPointer) throws {}
}

/// An operation whose author made every mistake that inference cannot see: another type comes out, elements have no value, and there are
/// too many adjoints.
private struct Mistaken: TensorOperation {
  static let mnemonic = "mistaken"
  static let samples: [OperationSample] = []
  init() {}
  init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {}
  var attributes: [Attribute] { [] }
  func resultTypes(_ operands: [TensorType]) throws -> [TensorType] { operands }
  func differentiability(operand: Int) -> Differentiability { .differentiable }
  func adjoints(_ context: AdjointContext) throws -> [Value?] { [nil, nil] }
  func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] { [HostTensor(repeating: 0, TensorType(.i32, [9]))] }
  func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    [Element(.carried(Fold.Carried(), 0), .f32)]
  }
  func floatingPointOperations(_ operands: [TensorType]) -> Int { 0 }

  /// A loss that depends on a parameter through it.
  static func trained() throws -> Graph {
    let builder = GraphBuilder(name: "trained")
    let x = try builder.parameter("x", .parameter, TensorType(.f32, [4]))
    builder.result("loss", try builder.reduceSum(builder.add(Mistaken(), x), axes: [0]))
    return try builder.finish()
  }
}
