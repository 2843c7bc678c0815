import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletCompiler
@testable import MartletInspection
@testable import MartletTraining

/// What users get wrong: files, IR, flags, shapes and the machine around the program. Each ends with the documented code, a number and a
/// message that names the place; none by a signal.
@Suite struct BadInputs {
  private struct Kind {
    var title: String
    var code: Int32
    /// In what is written to standard error.
    var message: String
    var arguments: [String]
    var environment: [String: String] = [:]
    var input = ""
    /// What a shell does before it becomes the program.
    var preparation: String?
  }

  private let temporary: Repository.TemporaryFolder
  private let folder: String

  init() throws {
    temporary = try Repository.TemporaryFolder()
    folder = temporary.path
    try GeneratedDigits.write(to: folder, training: 64, test: 64)
  }

  @Test func eachHasItsCode() throws {
    let kinds = try files() + data() + graphs() + flags() + tensors() + checkpoints() + surroundings()
    #expect(kinds.count >= 60 && Set(kinds.map(\.title)).count == kinds.count, "\(kinds.count) kinds")
    for kind in kinds {
      let result: ProgramResult
      if let preparation = kind.preparation {
        let words = ([martletExecutable] + kind.arguments).map { "'\($0)'" }.joined(separator: " ")
        result = try runProgram("/bin/sh", ["-c", "\(preparation); exec \(words)"], environment: kind.environment, input: kind.input)
      } else {
        result = try runProgram(martletExecutable, kind.arguments, environment: kind.environment, input: kind.input)
      }
      #expect(result.code == kind.code, "\(kind.title): \(result.output.suffix(500))\(result.errors)")
      #expect(kind.message.isEmpty || result.errors.contains(kind.message), "\(kind.title): \(result.errors)")
      #expect(kind.code == 2 || kind.code == 0 || result.errors.contains("error M"), "\(kind.title): \(result.errors)")
    }
  }

  // MARK: Helpers

  private func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    try FileBytes.write(bytes, to: "\(folder)/\(name)")
    return "\(folder)/\(name)"
  }

  private func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }

  private func training(_ title: String, _ code: Int32, _ message: String, _ more: String...) -> Kind {
    Kind(title: title, code: code, message: message, arguments: ["train", "--data", folder] + more)
  }

  // MARK: Kinds

  private func files() throws -> [Kind] {
    let latin = try file("latin.gir", [0x67, 0xe9])
    return [
      Kind(
        title: "no such file", code: 3, message: "cannot open \(folder)/none.gir: No such file", arguments: ["opt", "\(folder)/none.gir"]),
      Kind(title: "a folder for a file", code: 3, message: "is a folder", arguments: ["opt", folder]),
      Kind(title: "no text", code: 3, message: "not UTF-8", arguments: ["opt", latin]),
      Kind(title: "an empty file", code: 3, message: "empty.gir:1:1: expected", arguments: ["opt", try file("empty.gir", "")]),
      Kind(title: "an empty standard input", code: 3, message: "<stdin>:1:1: expected", arguments: ["opt", "-"]),
      Kind(
        title: "ten thousand nested lists", code: 3, message: "nested", arguments: ["opt", "-"],
        input: "graph @f(input %x: f32[2]) -> () {\n%0 = exp(%x) {a = " + String(repeating: "[", count: 10_000)),
    ]
  }

  private func data() throws -> [Kind] {
    let images = "t10k-images-idx3-ubyte"
    let cut = try DataSet.copy(of: folder, images) { _ in }
    #expect(try runProgram("/bin/gzip", ["\(cut)/\(images)"]).code == 0)
    let whole = try FileBytes.read("\(cut)/\(images).gz")
    try FileBytes.write(Array(whole.prefix(whole.count / 2)), to: "\(cut)/\(images).gz")
    let flipped = try DataSet.copy(of: folder, images) { _ in }
    #expect(try runProgram("/bin/gzip", ["\(flipped)/\(images)"]).code == 0)
    var damaged = whole
    damaged[whole.count / 2] ^= 0xff
    try FileBytes.write(damaged, to: "\(flipped)/\(images).gz")
    func train(_ title: String, _ message: String, _ data: String) -> Kind {
      Kind(title: title, code: 3, message: message, arguments: ["train", "--data", data, "--max-steps", "1"])
    }
    let empty = "\(folder)/nothing"
    try FileBytes.makeFolder(empty)
    return [
      train("a cut gzip file", "it ends in the middle", cut), train("a damaged gzip file", "is not a whole gzip file", flipped),
      train("a wrong magic number", "magic number", try DataSet.copy(of: folder, images) { $0[3] = 1 }),
      train("missing images", "but only", try DataSet.copy(of: folder, images) { $0.removeLast(100) }),
      train("bytes after the images", "are left over", try DataSet.copy(of: folder, images) { $0.append(0) }),
      train("a huge extent", "too large", try DataSet.copy(of: folder, images) { $0.replaceSubrange(4..<8, with: [255, 255, 255, 255]) }),
      train("a header that is cut", "the header alone", try DataSet.copy(of: folder, images) { $0 = Array($0.prefix(7)) }),
      train("a folder without test labels", "no file t10k-labels", try DataSet.copy(of: folder, without: "t10k-labels-idx1-ubyte")),
      train(
        "more images than labels", "has 64 images",
        try DataSet.copy(of: folder, "train-labels-idx1-ubyte") {
          $0[7] -= 1
          $0.removeLast()
        }),
      train("an empty folder", "empty folder", empty), train("no folder", "there is no file or folder", "\(folder)/none"),
      train("images of two shapes", "those of another part", try DataSet.copy(of: folder, images) { ($0[11], $0[15]) = (14, 56) }),
      Kind(
        title: "no data at all", code: 3, message: "no data set found", arguments: ["train"],
        environment: ["MARTLET_DATA": "/none", "XDG_CACHE_HOME": "/proc/none"]),
      Kind(
        title: "a model for other inputs", code: 3, message: "takes inputs of shape",
        arguments: ["train", "resnet8", "--data", Repository.path("Tests/Fixtures/data/numbers.csv")]),
    ]
  }

  private func graphs() throws -> [Kind] {
    func graph(_ title: String, _ message: String, _ body: String, parameters: String = "input %x: f32[2]", result: String = "y: f32[2]")
      -> Kind
    {
      Kind(
        title: title, code: 3, message: "<stdin>:" + message, arguments: ["opt", "-"],
        input: "graph @f(\(parameters)) -> (\(result)) {\n  \(body)\n  return %y\n}\n")
    }
    return [
      Kind(
        title: "no name", code: 3, message: "<stdin>:1:7: expected the graph's name", arguments: ["opt", "-"],
        input: "graph f() -> () { return }"),
      graph("an unknown operation", "2:8: unknown operation 'lgamma'", "%y = lgamma(%x) : f32[2]"),
      graph("a wrong result type", "2:8: exp gives f32[2]", "%y = exp(%x) : f32[3]"),
      graph("an undefined value", "2:12: %z is not defined", "%y = exp(%z) : f32[2]"),
      graph("a value defined twice", "3:3: %y is defined twice", "%y = exp(%x) : f32[2]\n  %y = exp(%x) : f32[2]"),
      graph(
        "operands of two types", "2:8: add: operands must have equal types", "%y = add(%x, %k) : f32[2]",
        parameters: "input %x: f32[2], input %k: i32[2]"),
      graph("one operand too few", "2:8: add takes 2 operands, found 1", "%y = add(%x) : f32[2]"),
      graph("an unknown attribute", "2:8: exp: unknown attribute 'base'", "%y = exp(%x) {base = 2} : f32[2]"),
      graph("an attribute of another kind", "2:8: reduce_sum: attribute 'axes' must be", "%y = reduce_sum(%x) {axes = yes} : f32[2]"),
      graph("an axis out of range", "2:8: reduce_sum", "%y = reduce_sum(%x) {axes = [7]} : f32[2]"),
      graph("an unknown role", "1:10: unknown role 'constant'", "%y = exp(%x) : f32[2]", parameters: "constant %x: f32[2]"),
      graph("an unknown element type", "1:20: unknown element type 'f16'", "%y = exp(%x) : f32[2]", parameters: "input %x: f16[2]"),
      graph("a shape of a trillion elements", "1:23: the shape", "%y = exp(%x) : f32[2]", parameters: "input %x: f32[99999999999999]"),
      graph("a negative extent", "1:", "%y = exp(%x) : f32[2]", parameters: "input %x: f32[-2]"),
      graph("too few results", "1:", "%y = exp(%x) : f32[2]", result: "y: f32[2], z: f32[2]"),
      graph("an input with a new value", "", "%y = exp(%x) : f32[2]", result: "x: f32[2]"),
      graph("a character that is no ASCII", "2:", "%y = exp(%x) : f32[2] é"),
      graph("a stride of zero", "2:8: ", "%y = slice(%x) {starts = [0], limits = [2], strides = [0]} : f32[2]"),
      graph(
        "a window larger than the image", "2:8: max_pool2d",
        "%y = max_pool2d(%x) {window = [9, 9], stride = [1, 1], padding = [0, 0, 0, 0]} : f32[1, 1, 1, 1]",
        parameters: "input %x: f32[1, 1, 4, 4]"),
    ].map { kind in
      var kind = kind
      // Where the verifier speaks of the whole graph there is no line.
      if kind.message == "<stdin>:" { kind.message = "error M3" }
      return kind
    }
  }

  private func flags() throws -> [Kind] {
    func wrong(_ title: String, _ message: String, _ arguments: String...) -> Kind {
      Kind(title: title, code: 2, message: message, arguments: arguments)
    }
    let graph = try file("identity.gir", "graph @f(input %x: f32[2]) -> (y: f32[2]) { return %x }")
    return [
      wrong("an unknown subcommand", "fly", "fly"), wrong("an unknown flag", "--fast", "train", "--fast"),
      wrong("an unknown model", "unknown model 'resnet'", "train", "resnet"),
      wrong("an unknown stage", "The stages are traced", "dump", "--stage", "lowered"),
      wrong("an unknown pass", "The passes are", "opt", graph, "--passes", "vectorize"),
      wrong("an unknown device", "The devices are", "train", "--device", "tpu"),
      wrong("an unknown optimizer", "The optimizers are", "train", "--optimizer", "lion"),
      wrong("an unknown schedule", "The schedules are", "train", "--schedule", "sawtooth"),
      wrong("an unknown instruction set", "The instruction sets are sse2", "dump", "--isa", "mmx"),
      wrong("an unknown format", "The formats are", "dump", "--format", "xml"),
      wrong("a number that is none", "--epochs", "train", "--epochs", "many"),
      wrong("a batch of 0", "--batch must be at least 1", "train", "--batch", "0"),
      wrong("a negative number of epochs", "--epochs", "train", "--epochs", "-1"),
      wrong("a momentum for adam", "has no momentum", "train", "--momentum", "0.9"),
      wrong("resume without a checkpoint", "--checkpoint", "train", "--resume"),
      wrong("a norm of nan", "--clip-norm is a positive number", "train", "--clip-norm", "nan"),
      wrong("an unknown error", "no error has", "explain", "M9999"),
      Kind(title: "a device of another system", code: 5, message: "Apple only", arguments: ["train", "--device", "mps"]),
    ]
  }

  private func tensors() throws -> [Kind] {
    let graph = try file("exp.gir", "graph @f(input %x: f32[2]) -> (y: f32[2]) {\n  %0 = exp(%x) : f32[2]\n  return %0\n}\n")
    try Npy.write(HostTensor([3], [Float](repeating: 1, count: 3)), to: "\(folder)/three.npy")
    let whole = try Npy.encode(HostTensor([2], [Float(1), 2]))
    let cut = try file("cut.npy", Array(whole.dropLast(3)))
    let objects = try file("objects.npy", String(decoding: whole.prefix(128), as: UTF8.self).replacingOccurrences(of: "<f4", with: "|O8"))
    let table = try file(
      "table.gir",
      "graph @f(input %t: f32[3, 2], input %k: i32[2]) -> (y: f32[2, 2]) {\n  %0 = gather(%t, %k) : f32[2, 2]\n  return %0\n}\n")
    try Npy.write(HostTensor(repeating: 1, TensorType(.f32, [3, 2])), to: "\(folder)/t.npy")
    try Npy.write(HostTensor([2], [Int32(0), -1]), to: "\(folder)/k.npy")
    func run(_ title: String, _ code: Int32, _ message: String, _ inputs: [String], graph: String) -> Kind {
      let options = inputs.isEmpty ? [] : ["--input"] + inputs
      return Kind(title: title, code: code, message: message, arguments: ["run", graph, "--output-dir", folder] + options)
    }
    let vast = try file(
      "vast.gir",
      """
      graph @f(input %x: f32[2]) -> (y: f32[2, 274877906944]) {
        %0 = broadcast(%x) {shape = [2, 274877906944], axes = [0]} : f32[2, 274877906944]
        %1 = exp(%0) : f32[2, 274877906944]
        return %1
      }

      """)
    try Npy.write(HostTensor([2], [Float(1), 2]), to: "\(folder)/two.npy")
    return [
      run("a tensor of another shape", 3, "holds f32[3], but %x is f32[2]", ["x=\(folder)/three.npy"], graph: graph),
      run("no tensor", 2, "no file was given for %x", [], graph: graph),
      run("a tensor that is not there", 3, "cannot open", ["x=\(folder)/none.npy"], graph: graph),
      run("a cut .npy file", 3, "is not a .npy file", ["x=\(cut)"], graph: graph),
      run("objects in a .npy file", 3, "is not a .npy file", ["x=\(objects)"], graph: graph),
      run("an unknown parameter", 2, "the graph has no parameter 'z'", ["z=\(folder)/two.npy"], graph: graph),
      run("an index below 0", 3, "used as an index below 3", ["t=\(folder)/t.npy", "k=\(folder)/k.npy"], graph: table),
      run("more memory than there is", 5, "error M153", ["x=\(folder)/two.npy"], graph: vast),
      Kind(
        title: "more memory than there is, in the interpreter", code: 5, message: "error M153",
        arguments: ["run", vast, "--output-dir", folder, "--device", "interpreter", "--input", "x=\(folder)/two.npy"]),
    ]
  }

  private func checkpoints() throws -> [Kind] {
    let path = "\(folder)/run.safetensors"
    let made = try runProgram(
      martletExecutable, ["train", "--data", folder, "--epochs", "1", "--batch", "32", "--checkpoint", path, "--test-every", "0"])
    #expect(made.code == 0)
    let whole = try FileBytes.read(path)
    let cut = try file("cut.safetensors", Array(whole.dropLast(100)))
    let garbage = try file("garbage.safetensors", [UInt8](repeating: 0x7b, count: 100))
    var vast = whole
    vast.replaceSubrange(0..<8, with: [255, 255, 255, 255, 255, 255, 255, 127])
    let header = try file("header.safetensors", vast)
    return [
      training("a cut checkpoint", 3, "is not a whole safetensors file", "--checkpoint", cut, "--resume"),
      training("a checkpoint of garbage", 3, "garbage.safetensors", "--checkpoint", garbage, "--resume"),
      training("a header of 2^63 bytes", 3, "is not a whole safetensors file", "--checkpoint", header, "--resume"),
      training("a checkpoint of another batch", 3, "was made with batch 32", "--checkpoint", path, "--resume", "--batch", "16"),
      training(
        "a checkpoint of another optimizer", 3, "was made with optimizer", "--checkpoint", path, "--resume", "--batch", "32", "--optimizer",
        "sgd"),
      Kind(
        title: "weights of another model", code: 3, message: "has no tensor",
        arguments: ["eval", "lenet5", "--data", folder, "--checkpoint", path]),
      training("a loss that is not finite", 1, "the first operation whose result is not finite", "--lr", "1e30", "--batch", "16"),
    ]
  }

  private func surroundings() throws -> [Kind] {
    let small = "\(folder)/small.safetensors"
    func changed(_ title: String, _ code: Int32, _ message: String, _ environment: [String: String], _ more: String...) -> Kind {
      var kind = training(title, code, message)
      kind.arguments += ["--max-steps", "1"] + more
      kind.environment = environment
      return kind
    }
    var full = training("a full disk", 3, "cannot write \(small)", "--epochs", "1", "--checkpoint", small)
    // The size of files is limited: the write fails as on a full disk.
    full.preparation = "ulimit -f 16"
    full.environment = ["XDG_CACHE_HOME": "/proc/none"]
    var threads = training("more threads than the system gives", 5, "cannot start worker thread", "--threads", "4000")
    threads.preparation = "ulimit -v 8000000"
    var output = Kind(title: "a full standard output", code: 3, message: "cannot write to standard output", arguments: ["dump"])
    output.preparation = "exec >/dev/full"
    return [
      full, threads, output,
      training("a checkpoint in a folder that is not there", 3, "cannot write to the folder", "--checkpoint", "/none/run.safetensors"),
      training("a folder for a checkpoint", 3, "is not a file", "--checkpoint", folder),
      training("a trace that cannot be written", 3, "cannot write to the folder", "--trace", "/proc/none/trace.json"),
      changed("no LLVM", 5, "Tools/setup", ["MARTLET_LLVM": "/none/libLLVM.so"]),
      changed("a library that is no LLVM", 5, "LLVM cannot be loaded", ["MARTLET_LLVM": try file("libLLVM.so", "no library")]),
      changed("an unknown instruction set in the environment", 2, "It is one of sse2, avx2, avx512", ["MARTLET_ISA": "mmx"]),
      // Not an error: it is only slower.
      changed("a cache that cannot be written", 0, "", ["XDG_CACHE_HOME": "/proc/none"], "--test-every", "0"),
    ]
  }
}
