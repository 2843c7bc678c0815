import Foundation
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
@testable import MartletTransforms
import TestSupport
import Testing

/// Graphs of many nodes in a row: passes and lowering walk with stacks of their own, and a kernel has no more nodes than compile quickly.
@Suite struct LongChains {
  /// `tanh(x)`, `tanh(x) + x`, …, or views that are stored only now and then.
  private static func chain(_ count: Int, _ step: (GraphBuilder, Value, Int) throws -> Value) throws -> Graph {
    let builder = GraphBuilder(name: "chain")
    var value = try builder.parameter("x", .input, TensorType(.f32, [4, 6]), batchAxis: 0)
    for number in 0..<count { value = try step(builder, value, number) }
    builder.result("y", value)
    return try builder.finish()
  }

  /// On both sides of the most nodes that a fusion and a kernel of a GPU take.
  @Test(arguments: [63, 64, 65, 200, 20_000]) func areCutIntoKernels(_ count: Int) throws {
    let graph = try LongChains.chain(count) { builder, value, number in
      number % 2 == 0 ? try builder.hyperbolicTangent(value) : try builder.add(value, value)
    }
    for fuses in [true, false] {
      let optimized = try Pipeline(Pipeline.optimization(fuses: fuses)).run(graph)
      let program = try Lowering.lower(optimized, for: Target(.avx2), Lowering.Options(isDepthFirst: fuses))
      let least = fuses ? (count + Fuser.mostNodes - 1) / Fuser.mostNodes : count
      #expect(program.kernels.count == least)
      if fuses { #expect(program.kernels.allSatisfy { $0.operations.count <= Fuser.mostNodes }) }
    }
    let gpu = try Lowering.lower(try Pipeline(Pipeline.optimization()).run(graph), for: .cuda)
    #expect(gpu.kernels.count >= count / 128)
  }

  @Test(arguments: [63, 64, 65, 5000]) func viewsAreStoredNowAndThen(_ count: Int) throws {
    let graph = try LongChains.chain(count) { builder, value, number in
      try builder.pad(builder.slice(value, starts: [0, 1], limits: [4, 6]), low: [0, 0], high: [0, 1])
    }
    let arguments = [fill(TensorType(.f32, [4, 6]), .uniform(-1, 1), seed: 3)]
    let expected = try graph.evaluate(arguments)
    let found = try InterpreterDevice().run(graph, arguments)
    #expect(found == expected)
    #expect(throws: Never.self) { try Lowering.lower(graph, for: Target(.avx2)) }
  }

  /// With a stack of 256 KB, as a thread of another program may have.
  @Test(arguments: [[], ["--no-fuse"], ["--device", "cuda-emulated"]]) func littleStackIsEnough(_ options: [String]) throws {
    let folder = try Repository.TemporaryFolder()
    let graph = try LongChains.chain(options.contains("--device") ? 3000 : 16_000) { builder, value, _ in try builder.add(value, value) }
    try FileBytes.write(Array(graph.description.utf8), to: folder.path + "/chain.gir")
    try Npy.write(HostTensor(repeating: 0, TensorType(.f32, [4, 6])), to: folder.path + "/x.npy")
    let command = "ulimit -s 256; exec \"$0\" run chain.gir --input x=x.npy --output-dir . \"$@\""
    let result = try runProgram(
      "/usr/bin/env", ["-C", folder.path, "bash", "-c", command, martletExecutable] + options)
    #expect(result.code == 0, "\(result.errors)")
  }
}
