import MartletCompiler
import Martlet
import TestSupport
import Testing

/// The multiply-add loops of the templates stay in registers: assembly is read, and what is spilled may only fall.
@Suite struct TemplateAssembly {
  /// Moves of whole vectors to the stack and from it, in the blocks that multiply and add. A block ends at a label.
  private static func spills(_ assembly: String) -> Int {
    var (total, inBlock, multiplies) = (0, 0, false)
    for line in assembly.split(separator: "\n").map(String.init) + [":"] {
      if line.hasSuffix(":") {
        if multiplies { total += inBlock }
        (inBlock, multiplies) = (0, false)
      }
      if line.contains("vfmadd") { multiplies = true }
      if (line.contains("%ymm") || line.contains("%zmm")) && line.contains("(%rsp)") { inBlock += 1 }
    }
    return total
  }

  /// A convolution of one input channel has no loop over channels: its epilogue, which needs registers of its own beside all accumulators,
  /// stands in the same block as the taps.
  private static let known = ["avx512 mnist-cnn conv1.0.conv2d_add_max_pool2d_relu": 4]

  @Test(
    arguments: [
      ("mnist-cnn", InstructionSet.avx2), ("mnist-cnn", .avx512), ("lenet5", .avx2), ("resnet8", .avx2), ("resnet8", .avx512),
      ("vgg-small", .avx2),
    ])
  func loopsStayInRegisters(_ name: String, _ level: InstructionSet) throws {
    let model = try #require(BuiltInModels.all.first { $0.name == name }).make()
    let target = Target(level)
    let program = try Compilation(model, name: name).program(target)
    let compiler = KernelCompiler(target)
    var found: [String: Int] = [:]
    var count = 0
    for lowered in program.kernels {
      guard let note = lowered.note else { continue }
      // What adds up shards multiplies nothing.
      if note.hasPrefix("sum of"), note.contains("shards") { continue }
      let kernel = lowered.kernel
      let text = kernel.description
      guard !text.contains("array %") else { continue }
      count += 1
      let assembly = String(decoding: try compiler.compile(compiler.source(kernel), name: kernel.name, .assembly), as: UTF8.self)
      #expect(assembly.contains("vfmadd"))
      let spills = TemplateAssembly.spills(assembly)
      if spills > 0 { found["\(level) \(name) \(kernel.name)"] = spills }
    }
    #expect(count >= 6)
    for (kernel, spills) in found { #expect(spills <= TemplateAssembly.known[kernel, default: 0], "\(kernel) spills \(spills)") }
  }
}
