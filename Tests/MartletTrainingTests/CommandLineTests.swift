import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// The program as users run it: output, files and exit codes.
@Suite struct CommandLineTests {
  private func martlet(_ arguments: String..., environment: [String: String] = [:], input: String = "") throws -> ProgramResult {
    try runProgram(martletExecutable, arguments, environment: environment, input: input)
  }

  private func expect(_ code: Int32, _ message: String, _ result: ProgramResult) {
    #expect(result.code == code, "\(result.output)\(result.errors)")
    #expect((result.errors + result.output).contains(message), "\(result.output)\(result.errors)")
  }

  /// Every command that reads a graph shows all errors with their lines.
  @Test func errorsOfGraphsShowTheirLines() throws {
    let text = "graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  %0 = exq(%x) : f32[2]\n  %1 = exp(%x) : f32[3]\n  return %0\n}\n"
    let folder = try Repository.TemporaryFolder()
    let path = folder.path + "/a.gir"
    try FileBytes.write(Array(text.utf8), to: path)
    for arguments in [["opt", path], ["dump", path], ["run", path, "--output-dir", folder.path], ["opt", "-", "--bisect"]] {
      let result = try runProgram(martletExecutable, arguments, input: text)
      let name = arguments[1] == "-" ? "<stdin>" : path
      #expect(result.code == 3 && result.output.isEmpty)
      let lines = result.errors.split(separator: "\n").map(String.init)
      #expect(lines.first == "error M301: \(name):2:8: unknown operation 'exq'", "\(result.errors)")
      #expect(lines.dropFirst().prefix(2) == ["   2 |   %0 = exq(%x) : f32[2]", "     |        ^~~"], "\(result.errors)")
      #expect(
        lines.contains("error M209: \(name):3:8: exp gives f32[2], but f32[3] is written")
          && lines.contains("   3 |   %1 = exp(%x) : f32[3]"))
    }
  }

  /// The table goes to standard error, also for the passes before one that fails.
  @Test func passesAreTimed() throws {
    let path = Repository.path("IR/mnist-cnn/traced.gir")
    let plain = try martlet("opt", path, "--passes", "differentiate,simplify,fuse")
    let timed = try martlet("opt", path, "--passes", "differentiate,simplify,fuse", "--time-passes")
    #expect(timed.code == 0 && timed.output == plain.output && plain.errors.isEmpty)
    let rows = timed.errors.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(
      rows.map(\.first) == ["pass", "differentiate", "simplify", "fuse", "total"] && rows.allSatisfy { $0.count == 7 }, "\(timed.errors)")
    let failed = try martlet("opt", path, "--passes", "simplify,apply-optimizer", "--time-passes")
    #expect(
      failed.code != 0 && failed.errors.hasPrefix("pass ") && failed.errors.contains("\ntotal ") && failed.errors.contains("error M501"))
  }

  static let tenNodes = """
    // Ten nodes by hand.
    graph @ten(input %x: f32[4, 6], input %w: f32[5, 6], input %b: f32[5], input %k: i32[4]) -> (y: f32[4, 5], total: f32[], mask: bool[4]) {
      %product = matmul(%x, %w) {transpose_rhs = true} : f32[4, 5]
      %bias = broadcast(%b) {shape = [4, 5], axes = [1]} : f32[4, 5]
      %sum = add(%product, %bias) : f32[4, 5]
      %active = tanh(%sum) : f32[4, 5]
      %square = mul(%active, %active) : f32[4, 5]
      %root = sqrt(%square) : f32[4, 5]
      %total = reduce_sum(%root) {axes = [0, 1]} : f32[]
      %double = add(%k, %k) : i32[4]
      %three = constant() {value = 3} : i32[4]
      %mask = compare(%double, %three) {direction = gt} : bool[4]
      return %active, %total, %mask
    }

    """

  @Test func runAgreesWithNumPy() throws {
    let folder = try Repository.TemporaryFolder()
    let graph = folder.path + "/ten.gir"
    try FileBytes.write(Array(CommandLineTests.tenNodes.utf8), to: graph)
    let (x, w, b) = (
      fill(TensorType(.f32, [4, 6]), .uniform(-1, 1), seed: 1), fill(TensorType(.f32, [5, 6]), .uniform(-1, 1), seed: 2),
      fill(TensorType(.f32, [5]), .uniform(-1, 1), seed: 3)
    )
    let k = HostTensor([4], [Int32](0..<4))
    for (name, tensor) in [("x", x), ("w", w), ("b", b), ("k", k)] { try Npy.write(tensor, to: "\(folder.path)/\(name).npy") }
    let inputs = ["x", "w", "b", "k"].map { "\($0)=\(folder.path)/\($0).npy" }
    var outputs: [String: HostTensor] = [:]
    for device in ["interpreter", "cpu"] {
      let out = "\(folder.path)/\(device)"
      let result = try runProgram(martletExecutable, ["run", graph, "--device", device, "--output-dir", out, "--input"] + inputs)
      #expect(result.code == 0, "\(result.errors)")
      for name in ["y", "total", "mask"] { outputs["\(device) \(name)"] = try Npy.read("\(out)/\(name).npy") }
    }
    // What NumPy gives: written out here, and checked with NumPy itself where it is installed.
    var (y, total) = ([Double](), 0.0)
    for i in 0..<4 {
      for j in 0..<5 {
        let sum = (0..<6).reduce(b.numbers[j]) { $0 + x.numbers[i * 6 + $1] * w.numbers[j * 6 + $1] }
        y.append(tanh(sum))
        total += abs(tanh(sum))
      }
    }
    for device in ["interpreter", "cpu"] {
      for (a, expected) in zip(try #require(outputs["\(device) y"]).numbers, y) { #expect(abs(a - expected) < 1e-6) }
      #expect(abs(try #require(outputs["\(device) total"]).numbers[0] - total) < 1e-5)
      #expect(outputs["\(device) mask"] == HostTensor([4], [false, false, true, true]))
    }
    let script = """
      import numpy as n
      d='\(folder.path)/'; x,w,b,k=(n.load(d+f+'.npy') for f in 'xwbk')
      for v in ('interpreter','cpu'):
        y=n.tanh(x@w.T+b); g=n.load(d+v+'/y.npy'); assert g.dtype==n.float32 and n.abs(g-y).max()<1e-6
        t=n.load(d+v+'/total.npy'); assert t.shape==() and abs(t-n.sqrt(y*y).sum())<1e-5
        m=n.load(d+v+'/mask.npy'); assert m.dtype==bool and (m==(k+k>3)).all()
      print('agrees')
      """
    let python = try runProgram("/usr/bin/env", ["python3", "-c", script])
    if !python.errors.contains("No module named") && python.code != 127 { expect(0, "agrees", python) }
  }

  @Test func optGivesTheSameBytes() throws {
    for stage in ["traced", "differentiated", "optimized"] {
      let dump = try martlet("dump", "--stage", stage, "--batch", "3")
      #expect(dump.code == 0)
      let opt = try martlet("opt", "-", input: dump.output)
      #expect(opt.output == dump.output && opt.code == 0)
      let again = try martlet("dump", "-", "--stage", "traced", input: dump.output)
      #expect(again.output == dump.output)
    }
    let traced = try martlet("dump", "--stage", "traced").output
    let passes = try martlet("opt", "-", "--passes", "differentiate,apply-optimizer", input: traced)
    #expect(passes.output == (try martlet("dump", "--stage", "differentiated").output))
    expect(0, "after fuse", try martlet("opt", "-", "--passes", "simplify,fuse", "--print-after-all", input: traced))
    expect(0, "differentiate", try martlet("opt", "--list-passes"))
  }

  @Test func everyStagePrints() throws {
    for (stage, text) in [
      ("schedule", "launches"), ("kernels", "kernel @conv1.0.conv2d_add_max_pool2d_relu"),
      ("llvm", "define void @kernel.conv1.0.conv2d_add_max_pool2d_relu"),
      ("llvm-optimized", "define void @kernel.conv2.0.conv2d_add_max_pool2d_relu"), ("asm", "vfmadd"), ("plan", "lower bound"),
    ] {
      expect(0, text, try martlet("dump", "--stage", stage, "--isa", "avx2", "--batch", "8"))
    }
    expect(0, "digraph", try martlet("dump", "--format", "dot"))
    expect(0, "%images", try martlet("dump", "--inference"))
    #expect(try !martlet("dump", "--inference").output.contains("labels"))
    #expect(try !martlet("dump", "--no-fuse").output.contains("fusion"))
    expect(0, "conv2d(", try martlet("ops"))
    expect(0, "LLVM", try martlet("doctor"))
    expect(0, "0.1.0", try martlet("--version"))
    expect(0, "dump", try martlet("--help"))
  }

  /// Kernel by kernel and the whole step, as a table, as JSON and as a picture.
  @Test func benchMeasures() throws {
    let folder = try Repository.TemporaryFolder()
    let plot = "\(folder.path)/plot.svg"
    expect(0, "whole step: fused", try martlet("bench", "--batch", "16", "--threads", "2", "--plot", plot))
    let picture = try FileBytes.readText(plot)
    #expect(picture.hasPrefix("<svg") && picture.contains("Roofline") && picture.contains("conv2.0.conv2d_add_max_pool2d_relu"))
    let result = try martlet("bench", "lenet5", "--batch", "8", "--json")
    #expect(result.code == 0)
    let lines = result.output.split(separator: "\n").map { Data($0.utf8) }
    let events = try lines.map { try #require(try JSONSerialization.jsonObject(with: $0) as? [String: Any]) }
    let kernels = events.filter { $0["event"] as? String == "kernel" }
    #expect(kernels.count > 8)
    let machine = try #require(events.first { $0["event"] as? String == "machine" })
    let isSteady = try #require(machine["steady"] as? Bool)
    for key in ["peak_gflops", "lowest_peak_gflops", "memory_gb_per_s"] { #expect(machine[key] as? Double ?? 0 > 0.1, "\(machine)") }
    #expect(isSteady == !result.errors.contains("the machine is busy"), "\(result.errors)")
    for kernel in kernels {
      #expect(kernel["percent_of_peak"] is NSNull == !isSteady, "\(kernel)")
      for key in ["fused_us", "unfused_us", "ratio", "gflops", "gflops_padded", "bytes", "error"] {
        #expect(kernel[key] is Double || kernel[key] is Int, "\(key) of \(kernel)")
      }
      #expect(kernel["reference"] as? String == "interpreter")
    }
    #expect(try #require(events.last)["event"] as? String == "step")
    // The same on a GPU, whose kernels are timed by events.
    let emulated = try martlet("bench", "mlp", "--batch", "2", "--device", "cuda-emulated")
    expect(0, "multiply-add peak of the GPU", emulated)
    expect(0, "layers.1", emulated)
    expect(2, "interpreter", try martlet("bench", "--device", "interpreter"))
    expect(5, "cuda", try martlet("bench", "--device", "cuda"))
    expect(2, "unknown model", try martlet("bench", "no-such-model"))
  }

  /// A trace holds compilations, data and the kernels of the workers.
  @Test func traceIsWritten() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path, training: 200, test: 40)
    let trace = "\(folder.path)/trace.json"
    expect(
      0, "trace.json",
      try martlet("train", "--data", folder.path, "--max-steps", "3", "--threads", "2", "--trace", trace, "--test-every", "0", "--no-cache")
    )
    let object = try JSONSerialization.jsonObject(with: Data(try FileBytes.read(trace))) as? [String: Any]
    let events = try #require(object?["traceEvents"] as? [[String: Any]])
    let names = Set(events.compactMap { $0["name"] as? String })
    #expect(
      names.isSuperset(of: [
        "pass fuse", "compile", "compile out.matmul_add", "data", "step", "out.matmul_add", "conv1.0.conv2d_add_max_pool2d_relu",
      ]))
    let workers = Set(events.filter { $0["name"] as? String == "out.matmul_add" }.compactMap { $0["tid"] as? Int })
    // A worker that gets no processor in time takes no sample.
    #expect(!workers.isEmpty && workers.isSubset(of: [2, 3]))
    expect(3, "cannot", try martlet("train", "--trace", "\(folder.path)/no/such/folder/trace.json"))
  }

  @Test func trainEvalPredict() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path)
    let checkpoint = "\(folder.path)/run.safetensors"
    let train = try martlet(
      "train", "--data", folder.path, "--epochs", "2", "--batch", "32", "--checkpoint", checkpoint, "--log-every", "10",
      "--plot", "\(folder.path)/run.svg")
    #expect(try FileBytes.readText("\(folder.path)/run.svg").contains("mnist-cnn on 640 images of 28 x 28: adam, learning rate 0.01"))
    for text in ["Using cpu device", "Data: 640 images", "(conv1): Sequential(", "Epoch 2", "[number:20]", "Test result:", "images/s"] {
      expect(0, text, train)
    }
    #expect(!train.output.contains("\u{1b}") && !train.errors.contains("\u{1b}"))
    let eval = try martlet("eval", "--data", folder.path, "--checkpoint", checkpoint)
    let line = try #require(train.output.split(separator: "\n").last { $0.contains("Accuracy") })
    expect(0, String(line), eval)
    expect(0, "predicted\ntrue", eval)
    let predict = try martlet("predict", "--checkpoint", checkpoint, "--images", "\(folder.path)/t10k-images-idx3-ubyte")
    #expect(predict.output.split(separator: "\n").count == 160)
    expect(0, "image 159: ", predict)
    // The same images as .npy.
    try Npy.write(try IDX.read("\(folder.path)/t10k-images-idx3-ubyte", axes: 3), to: "\(folder.path)/images.npy")
    #expect(try martlet("predict", "--checkpoint", checkpoint, "--images", "\(folder.path)/images.npy").output == predict.output)
    try Npy.write(HostTensor([2, 28, 28], [Float](repeating: 0, count: 1568)), to: "\(folder.path)/floats.npy")
    expect(3, "takes u8 of shape", try martlet("predict", "--checkpoint", checkpoint, "--images", "\(folder.path)/floats.npy"))
    expect(
      0, "a new run", try martlet("train", "--data", folder.path, "--epochs", "0", "--checkpoint", "\(folder.path)/new", "--resume"))
    expect(0, "training: 640 images", try martlet("data", "--data", folder.path, "--show", "--png", "\(folder.path)/images.png"))
    #expect(try FileBytes.read("\(folder.path)/images.png").starts(with: [0x89, 0x50, 0x4e, 0x47]))
    expect(3, "cannot", try martlet("data", "--data", folder.path, "--png", "\(folder.path)/no/such/folder.png"))
    let json = try martlet("train", "--data", folder.path, "--epochs", "1", "--json", "--log-every", "7", "--test-every", "1")
    let events = try json.output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    #expect(events.map { $0["event"] as? String } == ["start", "compile", "loss", "epoch", "test"])
    #expect((events.last?["weights_sha256"] as? String)?.count == 64)
  }

  /// Ctrl-C saves and exits 130; without a checkpoint it says that nothing was saved.
  @Test func interruptsSave() throws {
    let folder = try Repository.TemporaryFolder()
    try GeneratedDigits.write(to: folder.path)
    func interrupted(_ arguments: [String]) throws -> ProgramResult {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: martletExecutable)
      process.arguments = ["train", "--data", folder.path, "--epochs", "100000", "--log-every", "1", "--test-every", "0"] + arguments
      let (output, errors) = (Pipe(), Pipe())
      process.standardOutput = output
      process.standardError = errors
      try process.run()
      // Wait for the first steps.
      var text = Data()
      while !String(decoding: text, as: UTF8.self).contains("[number:3]") {
        let chunk = output.fileHandleForReading.availableData
        if chunk.isEmpty { break }
        text += chunk
      }
      kill(process.processIdentifier, SIGINT)
      text += output.fileHandleForReading.readDataToEndOfFile()
      let message = errors.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return ProgramResult(
        code: process.terminationStatus, output: String(decoding: text, as: UTF8.self), errors: String(decoding: message, as: UTF8.self))
    }
    expect(130, "nothing was saved", try interrupted([]))
    let checkpoint = "\(folder.path)/run.safetensors"
    expect(130, "saved in", try interrupted(["--checkpoint", checkpoint]))
    let progress = try Checkpoint.read(checkpoint).progress
    #expect(progress.epoch >= 1 && progress.epoch * 10 + progress.step > 10)
    // What a killed process left half written goes; what a living one writes stays.
    let (dead, alive) = ("\(checkpoint).4194305.tmp", "\(checkpoint).\(ProcessInfo.processInfo.processIdentifier).tmp")
    for path in [dead, alive] { try FileBytes.write([1], to: path) }
    expect(0, "Resumed from", try martlet("train", "--data", folder.path, "--epochs", "1", "--checkpoint", checkpoint, "--resume"))
    #expect(!FileBytes.exists(dead) && FileBytes.exists(alive))
    // Rates may change, and the run says so.
    let changed = try martlet(
      "train", "--data", folder.path, "--epochs", "1", "--checkpoint", checkpoint, "--resume", "--lr", "0.001", "--clip-norm", "2",
      "--schedule", "step", "--json")
    #expect(changed.code == 0 && changed.output.contains("{\"event\": \"resumed\", "), "\(changed)")
    #expect(changed.errors.contains("note: --lr is 0.001 from here on, the checkpoint was made with 0.01"), "\(changed)")
    #expect(changed.errors.contains("note: --clip-norm is 2.0 from here on, the checkpoint was made with none"), "\(changed)")
    #expect(changed.errors.contains("note: --schedule is step (3 epochs, factor 0.1) from here on"), "\(changed)")
  }
}
