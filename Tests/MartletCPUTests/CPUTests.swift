import Foundation
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import TestSupport
import Testing

@testable import MartletCPU

@Suite struct HostFeatures {
  /// Every feature of the list is named with its sign: nothing is left to a processor's name.
  @Test func negativesAreExplicit() {
    #expect(HostProcessor.featureList(.avx2).contains("+avx2"))
    #expect(HostProcessor.featureList(.avx2).contains("-avx512f"))
    #expect(HostProcessor.featureList(.sse2).contains("-avx2"))
    #expect(!HostProcessor.featureList(.sse2).contains("+"))
    #expect(HostProcessor.featureList(.avx512).split(separator: ",").count == HostProcessor.features.count)
  }

  /// What we read from CPUID and XCR0 is what the kernel says.
  @Test func agreesWithTheKernel() throws {
    let flags = try FileBytes.readText("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("flags") }
    let words = Set(try #require(flags).split(separator: " ").map(String.init))
    #expect((HostProcessor.instructionSet >= .avx2) == (words.contains("avx2") && words.contains("fma") && words.contains("bmi2")))
    #expect(
      (HostProcessor.instructionSet >= .avx512) == ["avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512cd"].allSatisfy(words.contains))
  }
}

/// Kernels that cover every construct of the loop IR: machine code equals the loop interpreter, on every instruction set of this machine.
@Suite struct Constructs {
  static let bodies: [(name: String, body: String)] = [
    ("unary", "%y[i] = sqrt(abs(%x[i])) + floor(%x[i]) - round(%x[i])"),
    ("exp", "%y[i] = exp(40.0 * %x[i])"), ("log", "%y[i] = log(%x[i])"), ("tanh", "%y[i] = tanh(2.0 * %x[i])"),
    ("maximum", "%y[i] = max(%x[i], %z[i]) + min(%x[i], %z[i]) + max(0.0, %x[i]) + max(%x[i], 0.5)"),
    ("comparisons", "%y[i] = select(%x[i] < %z[i] and not(%x[i] == 0.5) or isnan(%x[i]) or %x[i] >= 1.5, %x[i], %z[i])"),
    ("negation", "%y[i] = -%x[i] * -(%z[i] + 1.0) / 3.0"),
    (
      "integers",
      "let %a = i32(8.0 * %x[i]); let %b = (%a & 15 | 64) ^ (%a << 2) + (%a >> 28) * 3\n %y[i] = f32(max(%b, -5) - popcount(%a))"
    ),
    ("wide integers", "let %a = i64(i32(8.0 * %x[i])) * 3\n %y[i] = f32(ctz(%a | 4096) + %a)"),
    ("bits of floats", "%y[i] = bitcast f32(bitcast i32(%x[i]) & 0x7fffffff)"),
    ("doubles", "let %d = f64(%x[i]) / 3.0\n %y[i] = f32(exp(%d) + log(abs(%d)) + tanh(%d) + sqrt(abs(%d)))"),
    ("variables", "var %a: f32 = 1.0\n for j in 0 ..< 5 { %a = %a * %x[i] + %z[j] }\n %y[i] = %a"),
    (
      "registers",
      "registers %r: f32[2, 3] = %x[i]\n for j in 0 ..< 3 unrolled { %r[1, j] = %r[0, j] + %z[j] }\n %y[i] = %r[1, 2] - %r[0, 1]"
    ),
    ("arrays", "array %a: f32[7] local\n for j in 0 ..< 7 { %a[j] = %x[i] * %z[j] }\n %y[i] = %a[(i + 3) % 7]"),
    ("conditions", "when i in 3 ..< 9 and i in 4 ..< 40 { %y[i] = %x[i] } else { %y[i] = %z[i] }"),
    ("masks", "when %x[i] > 0.0 { %y[i] = 1.0 } else { %y[i] = 2.0 }"),
    ("conditional loads", "%y[i] = (%x[i + 5] if i + 5 in 0 ..< 32 else 7.0) + (%x[i - 3] if i - 3 in 0 ..< 32 else %z[0])"),
    ("indices", "%y[i] = f32(i32(3 * i - i / 4 + (i - 9) % 5 + (i - 9) / 4))"),
    ("tables", "for k in 0 ..< 2 unrolled { %y[i] = %x[[5, 9][k]] + %z[i] }"),
    ("data indices", "let k = index(i32(max(0.0, min(31.0, 8.0 * %x[i]))), 0 ..< 32)\n %y[i] = %z[k]"),
    ("bit loops", "var %a: f32 = 0.0\n for k in bits(i64(i32(8.0 * abs(%x[i]))) | 17, 32) { %a = %a + %z[k] }\n %y[i] = %a"),
    ("library", "%y[i] = sin(%x[i]) + cos(%x[i]) + pow(abs(%x[i]), 1.5) + erf(%x[i])"),
    (
      "vectors",
      "let %v = %x[0 : 8]; let %w = shuffle(%v, %z[8 : 8], [0, 8, 1, 9, 7, 15, 2, 3])\n %y[i] = sum(%w * %v) + maximum(%w) + extract(%w, 3)"
    ),
    ("masked tails", "let %v = %x[24 : 8 first 5]\n %y[i] = sum(%v)"),
    (
      "permutations",
      "let %v = %x[8 : 8]\n %y[i] = extract(permute4(%v, [3, 2, 1, 0, 1, 1, 2, 2]), 5) + extract(permute(%v, [7, 6, 5, 4, 3, 2, 1, 0]), 1)"
    ),
    ("movemask", "%y[i] = f32(movemask(%x[0 : 8] > %z[0 : 8]))"),
    ("opaque", "fence\n %y[i] = opaque(%x[i]) + sum(opaque(%z[0 : 4]))"),
    ("vector constants", "%y[i] = sum(%x[0 : 4] * [1.0, -2.0, 3.0, -4.0] + splat4(%z[1]))"),
  ]

  @Test(arguments: bodies) func machineCodeEqualsInterpreter(_ sample: (name: String, body: String)) throws {
    let text =
      "kernel @sample(%x: read global f32[32], %z: read global f32[32], %y: write global f32[32]) over 32 {\n for i in begin ..< end parallel {\n \(sample.body)\n } }"
    let kernel = try KernelParser.parse(text)
    try kernel.verify()
    #expect(try KernelParser.parse(kernel.description) == kernel)
    var x = fill(TensorType(.f32, [32]), .uniform(-4, 4), seed: 5).numbers
    // Special values, but not where a data index would be made of them.
    if !["integers", "wide integers", "data indices", "bit loops"].contains(sample.name) {
      x[20...26] = [.nan, .infinity, -.infinity, 0, -0.0, 1e-39, 2]
    }
    let arguments = [
      HostTensor(TensorType(.f32, [32]), numbers: x), fill(TensorType(.f32, [32]), .uniform(-4, 4), seed: 6),
      HostTensor(repeating: 0, TensorType(.f32, [32])),
    ]
    for target in HostProcessor.runnableTargets {
      let expected = try KernelInterpreter.run(try kernel.prepared(for: target), arguments)[2].numbers
      let found = try CompiledKernel(kernel, target).run(arguments)[2].numbers
      for (position, (a, b)) in zip(found, expected).enumerated() {
        // Library functions are not promised to have equal bits; NaN has many.
        let close = sample.name == "library" && abs(a - b) < 1e-5
        #expect(
          a == b || a.isNaN && b.isNaN || close, "\(sample.name) on \(target), element \(position): \(a), interpreter \(b)")
      }
    }
  }

  /// exp, log and tanh against the C library over their whole range, special values included.
  @Test(arguments: [DType.f32, .f64]) func polynomialsAreAccurate(_ dtype: DType) throws {
    let functions: [(name: UnaryFunction, inputs: [Double])] = [
      (.exp, (0..<2000).map { -110 + Double($0) * 0.1 }),
      (.log, (0..<1000).map { 1e-30 * Foundation.pow(1.15, Double($0)) } + (0..<500).map { 0.5 + Double($0) * 0.002 }),
      (.tanh, (0..<1000).map { -12 + Double($0) * 0.024 } + [1e-6, -1e-3]),
    ]
    for (function, inputs) in functions {
      let special: [Double] = [.nan, .infinity, -.infinity, 0, -0.0, -1, 88.7, 89, -104, 710, -746]
      let x = (inputs + special).filter { dtype == .f64 || abs($0) < 3e38 || !$0.isFinite }
      let element = dtype.rawValue
      let kernel = try KernelParser.parse(
        "kernel @f(%x: read global \(element)[\(x.count)], %y: write global \(element)[\(x.count)]) over \(x.count) {\n for i in begin ..< end parallel { %y[i] = \(function.rawValue)(%x[i]) } }"
      )
      let type = TensorType(dtype, [x.count])
      let tensor = HostTensor(type, numbers: x)
      let target = Target(HostProcessor.instructionSet)
      let y = try CompiledKernel(kernel, target).run([tensor, HostTensor(repeating: 0, type)])[1].numbers
      for (input, result) in zip(tensor.numbers, y) {
        var exact = function(input)
        if dtype == .f32 { exact = Double(Float(exact)) }
        // Denormals are flushed.
        let smallest = dtype == .f32 ? Double(Float.leastNormalMagnitude) : Double.leastNormalMagnitude
        if abs(exact) < smallest { exact = 0 }
        let ulp = dtype == .f32 ? Double(Float(exact).ulp) : exact.ulp
        let isClose =
          exact.isNaN
          ? result.isNaN
          : exact == result || abs(result - exact) <= 2.5 * ulp || (abs(exact) <= 2 * smallest && abs(result) <= 2 * smallest)
        #expect(isClose, "\(function.rawValue)(\(input)) = \(result), exactly \(exact)")
      }
    }
  }
}

@Suite struct Emission {
  private func kernel(_ level: InstructionSet) throws -> (Kernel, Target) {
    let target = Target(level)
    let graph = try GraphParser.parse(
      """
      graph @f(input %x: f32[2, 3, 20, 40], input %w: f32[4, 3, 3, 3]) -> (y: f32[2, 4, 20, 40]) {
        %0 = conv2d(%x, %w) {padding = [1, 1, 1, 1]} : f32[2, 4, 20, 40]
        return %0
      }
      """)
    return (try Lowering.lower(graph, for: target, Lowering.Options(usesTemplates: false)).kernels[0].kernel, target)
  }

  /// Code for instruction sets that this machine may lack is made and assembled all the same, in registers of their width.
  @Test(arguments: [(InstructionSet.sse2, 4, "%xmm"), (.avx2, 8, "%ymm"), (.avx512, 16, "%zmm")])
  func everyInstructionSetAssembles(_ level: InstructionSet, _ lanes: Int, _ register: String) throws {
    let target = Target(level)
    let wide = try KernelParser.parse(
      """
      kernel @scale(%x: read global f32[4, 43], %z: read global f32[43], %y: write global f32[4, 43]) over 4 {
        for i in begin ..< end parallel { for j in 0 ..< 43 vectorized(\(lanes)) { %y[i, j] = %x[i, j] * %z[j] + 2.0 } }
      }
      """)
    #expect(target.lanes(.f32) == lanes)
    for kernel in [wide, try kernel(level).0] {
      let compiler = KernelCompiler(target)
      let source = try compiler.source(kernel)
      let assembly = String(decoding: try compiler.compile(source, name: "k", .assembly), as: UTF8.self)
      // General lowering stays at 32 bytes.
      #expect(assembly.contains(kernel == wide ? register : level == .sse2 ? "%xmm" : "%ymm"))
      #expect(assembly.contains("vfmadd") == (level != .sse2))
      #expect(try !compiler.compile(source, name: "k").isEmpty)
      #expect(String(decoding: try compiler.compile(source, name: "k", .optimizedIR), as: UTF8.self).contains("define void @"))
    }
  }

  /// No fast-math flag anywhere, and no batch size in the text of a kernel over the batch.
  @Test func textHoldsNoFlagsAndNoBatch() throws {
    let (kernel, target) = try kernel(.avx2)
    let text = try KernelCompiler(target).source(kernel).text
    for flag in [" fast ", " contract ", " reassoc ", " nnan ", "llvm.fmuladd"] { #expect(!text.contains(flag)) }
    let graph = try GraphParser.parse(
      """
      graph @f(input %x: f32[7, 3, 20, 40], input %w: f32[4, 3, 3, 3]) -> (y: f32[7, 4, 20, 40]) {
        %0 = conv2d(%x, %w) {padding = [1, 1, 1, 1]} : f32[7, 4, 20, 40]
        return %0
      }
      """)
    #expect(
      try KernelCompiler(target).source(
        Lowering.lower(graph, for: target, Lowering.Options(usesTemplates: false)).kernels[0].kernel
      ).text == text)
  }

  @Test func rejectedModulesAreSaved() throws {
    let folder = try Repository.TemporaryFolder()
    setenv("TMPDIR", folder.path, 1)
    defer { unsetenv("TMPDIR") }
    let error = try #require(throws: MartletError.self) {
      try LLVMLibrary.compile("define void @f() { this is no IR }", name: "broken", .sse2, passes: KernelCompiler.shortPipeline)
    }
    #expect(error.exitCode == 4)
    let saved = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
    #expect(saved.hasPrefix("martlet-broken-") && error.description.contains(saved))
    #expect(try FileBytes.readText("\(folder.path)/\(saved)").contains("this is no IR"))
  }
}
