import Glibc
import Martlet
import TestSupport
import Testing

@testable import MartletCPU

/// `MARTLET_PERF=1`: profilers and debuggers know the kernels by name, and nothing else changes.
@Suite struct ProfilerNames {
  private static let graph = """
    graph @g(input %x: f32[5, 7]) -> (y: f32[5, 7], z: f32[5]) {
      %0 = tanh(%x) : f32[5, 7]
      %1 = reduce_sum(%0) {axes = [1]} : f32[5]
      return %0, %1
    }
    """

  @Test func theMapNamesEveryKernel() throws {
    let folder = try Repository.TemporaryFolder()
    let file = folder.path + "/g.gir"
    try FileBytes.write(Array(ProfilerNames.graph.utf8), to: file)
    try Npy.write(fill(TensorType(.f32, [5, 7]), .uniform(-1, 1), seed: 1), to: folder.path + "/x.npy")
    func run(_ output: String, _ environment: [String: String]) throws -> Int {
      let command =
        "echo PID $$; exec \(martletExecutable) run \(file) --device cpu --no-cache --input x=\(folder.path)/x.npy --output-dir \(output)"
      let result = try runProgram("/bin/sh", ["-c", command], environment: environment)
      #expect(result.code == 0, "\(result.errors)")
      return try #require(result.output.split(separator: "\n").first?.split(separator: " ").last.flatMap { Int($0) })
    }
    let process = try run(folder.path + "/named", ["MARTLET_PERF": "1"])
    let other = try run(folder.path + "/plain", [:])
    for name in ["y", "z"] {
      #expect(try Npy.read("\(folder.path)/named/\(name).npy") == Npy.read("\(folder.path)/plain/\(name).npy"))
    }
    let lines = try FileBytes.readText("/tmp/perf-\(process).map").split(separator: "\n").map { $0.split(separator: " ") }
    defer { unlink("/tmp/perf-\(process).map") }
    #expect(lines.allSatisfy { $0.count == 3 && Int($0[0], radix: 16) != nil && (Int($0[1], radix: 16) ?? 0) > 0 }, "\(lines)")
    let names = Set(lines.map { String($0[2]) })
    #expect(names == ["kernel.tanh", "kernel.tanh.body", "kernel.reduce_sum", "kernel.reduce_sum.body"], "\(names)")
    #expect(throws: MartletError.self) { try FileBytes.readText("/tmp/perf-\(other).map") }
  }

  /// The symbols of a real object; whatever is cut off or changed, the reader gives some or none and does not trap.
  @Test func objectsAreReadCarefully() throws {
    let graph = try GraphParser.parse(ProfilerNames.graph)
    let target = Target(.sse2)
    let kernel = try #require(try Lowering.lower(graph, for: target).kernels.first).kernel
    let compiler = KernelCompiler(target)
    let object = try compiler.compile(compiler.source(kernel), name: kernel.name)
    let functions = ELFObject(object).functions
    let entry = try #require(functions.first { $0.name == kernel.symbol })
    let body = try #require(functions.first { $0.name == kernel.symbol + ".body" })
    #expect(entry.section == body.section && entry.size > 0 && body.size > entry.size)
    #expect(max(entry.offset + entry.size, body.offset + body.size) < object.count)
    for count in stride(from: 0, to: object.count, by: 7) { _ = ELFObject(Array(object.prefix(count))).functions }
    var generator = PyTorchGenerator(seed: 5)
    for _ in 0..<5000 {
      var damaged = object
      // Mostly in the header and in the section headers at the end.
      let position = generator.below(2) == 0 ? generator.below(64) : object.count - 1 - generator.below(min(object.count, 1024))
      for offset in 0..<1 + generator.below(8) where position + offset < object.count {
        damaged[position + offset] = UInt8([0, 0x7f, 0xff, generator.below(256)][generator.below(4)])
      }
      _ = ELFObject(damaged).functions
    }
  }
}
