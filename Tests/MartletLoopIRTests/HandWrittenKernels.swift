import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import TestSupport
import Testing

/// Kernels as templates will build them (register tiles, bit masks, local arrays, fences): the language, the interpreter and the JIT agree
/// on all of it, bit for bit.
@Suite struct HandWrittenKernels {
  static let names = Repository.files("Tests/MartletLoopIRTests/Kernels", suffix: ".kir")

  static func kernel(_ name: String) throws -> Kernel {
    try KernelParser.parse(try FileBytes.readText(Repository.path("Tests/MartletLoopIRTests/Kernels/\(name)")), file: name)
  }

  static func arguments(_ kernel: Kernel) -> [HostTensor] {
    kernel.parameters.enumerated().map { position, parameter in
      let type = TensorType(parameter.element == .i32 ? .i32 : .f32, Shape(parameter.shape))
      // Second moments are not negative; positions in a window are below 4.
      let range: OperationSample.Fill =
        parameter.element == .i32 ? .integers(0, 4) : kernel.name == "adam" && parameter.name == "v" ? .uniform(0, 1) : .uniform(-2, 2)
      return fill(type, range, seed: UInt64(position + 1))
    }
  }

  @Test(arguments: names) func roundTrip(_ name: String) throws {
    let kernel = try HandWrittenKernels.kernel(name)
    try kernel.verify()
    let text = kernel.description
    let parsed = try KernelParser.parse(text, file: "printed \(name)")
    #expect(parsed == kernel)
    #expect(parsed.description == text)
    let prepared = try kernel.prepared(for: Target(.avx2))
    #expect(try KernelParser.parse(prepared.description) == prepared)
  }

  @Test(arguments: names) func interpreterAndMachineCodeAgree(_ name: String) throws {
    let kernel = try HandWrittenKernels.kernel(name)
    let arguments = HandWrittenKernels.arguments(kernel)
    let range = 0..<(kernel.tile ?? kernel.over)
    let asBuilt = try KernelInterpreter.run(kernel, arguments, range: range)
    for target in HostProcessor.runnableTargets where target.hasFusedMultiplyAdd {
      let prepared = try KernelInterpreter.run(try kernel.prepared(for: target), arguments, range: range)
      let compiled = try CompiledKernel(kernel, target).run(arguments, range: range)
      for (position, parameter) in kernel.parameters.enumerated() {
        #expect(prepared[position] == compiled[position], "\(name) %\(parameter.name) on \(target)")
        // Contraction changes roundings; none of these kernels leaves it anything to contract but adam.
        if kernel.name != "adam" { #expect(prepared[position] == asBuilt[position], "\(name) %\(parameter.name)") }
      }
    }
  }

  /// A vector of 16 lanes, which this machine may not have, is emitted all the same.
  @Test func widthIsAParameter() throws {
    let text = """
      kernel @scale(%x: read global f32[4, 40], %y: write global f32[4, 40]) over 4 {
        for i in begin ..< end parallel { for j in 0 ..< 40 vectorized(16) { %y[i, j] = 2.0 * %x[i, j] } }
      }
      """
    let prepared = try KernelParser.parse(text).prepared(for: Target(.avx512))
    #expect(prepared.description.contains(": 16]"))
    #expect(prepared.description.contains("32 : 8]"))
  }
}
