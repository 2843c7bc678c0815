import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletRuntime
import MartletTransforms
import TestSupport
import Testing

/// `sgemm`: a product by the BLAS library.
@Suite struct LibraryProducts {
  private static let text = """
    kernel @product(%a: read global f32[5, 12], %b: read global f32[9, 5], %c: update global f32[2, 3, 10]) over 2 {
      for i in begin ..< end parallel {
        sgemm(true, true, 3, 9, 5, 2.0, %a[0, 6 * i], 12, %b[0, 0], 5, 0.5, %c[i, 0, 0], 10)
      }
    }
    """

  private static func parse(_ old: String = "", _ new: String = "") throws -> Kernel {
    var text = LibraryProducts.text
    if let range = text.firstRange(of: old) { text.replaceSubrange(range, with: new) }
    return try KernelParser.parse(text, file: "product.kir")
  }

  @Test func roundTrip() throws {
    let kernel = try LibraryProducts.parse()
    try kernel.verify()
    #expect(try KernelParser.parse(kernel.description) == kernel)
  }

  /// Small integers are exact in every order.
  @Test(.enabled(if: MatrixLibrary.name != nil, "OpenBLAS is not installed")) func interpreterAndLibraryAgree() throws {
    let kernel = try LibraryProducts.parse()
    let arguments = kernel.parameters.enumerated().map {
      fill(TensorType(.f32, Shape($0.element.shape)), .integers(-3, 4), seed: UInt64($0.offset))
    }
    let expected = try KernelInterpreter.run(kernel, arguments, range: 0..<2)
    #expect(expected[2] != arguments[2])
    for target in HostProcessor.runnableTargets {
      #expect(try CompiledKernel(kernel, target).run(arguments, range: 0..<2) == expected)
    }
  }

  /// A matrix that leaves its memory, overlapping rows, an operand that is the result, a result that only may be read.
  @Test(arguments: [
    ("6 * i], 12", "10 * i], 12"), ("%b[0, 0], 5", "%b[1, 0], 5"), ("%b[0, 0], 5", "%b[0, 0], 4"), ("%b[0, 0], 5", "%c[i, 0, 0], 5"),
    ("update global", "read global"), ("update global", "write global"), ("3, 9, 5", "0, 9, 5"), ("%c[i, 0, 0]", "%c[0, 0, 0]"),
    ("f32[9, 5]", "i32[9, 5]"),
  ]) func damageIsFound(_ old: String, _ new: String) throws {
    #expect(throws: MartletError.self) { try LibraryProducts.parse(old, new).verify() }
  }

  /// Products of whole matrices with what is fused behind them, transposed or not, are kernels of their own, whether there is a library or not.
  @Test(arguments: [false, true], [false, true])
  func productsOfGraphsNeedNoLibrary(_ transposesLeft: Bool, _ transposesRight: Bool) throws {
    let (left, right) = (transposesLeft ? "[70, 150]" : "[150, 70]", transposesRight ? "[33, 70]" : "[70, 33]")
    let attributes = [transposesLeft ? "transpose_lhs = true" : nil, transposesRight ? "transpose_rhs = true" : nil].compactMap { $0 }
    let graph = try GraphParser.parse(
      """
      graph @f(parameter %a: f32\(left), parameter %b: f32\(right), parameter %bias: f32[33], parameter %s: f32[2, 2])
        -> (y: f32[150, 33], t: f32[2, 2]) {
        %0 = matmul(%a, %b) {\(attributes.joined(separator: ", "))} : f32[150, 33]
        %1 = broadcast(%bias) {shape = [150, 33], axes = [1]} : f32[150, 33]
        %2 = add(%0, %1) : f32[150, 33]
        %3 = relu(%2) : f32[150, 33]
        %4 = matmul(%s, %s) : f32[2, 2]
        return %3, %4
      }
      """)
    let arguments = graph.parameters.enumerated().map { fill($0.element.type, .integers(-3, 4), seed: UInt64($0.offset)) }
    let expected = try graph.evaluate(arguments)
    for fuses in [true, false] {
      let optimized = try Pipeline(Pipeline.optimization(fuses: fuses)).run(graph)
      for target in [Target(.avx2), Target(.avx2, hasMatrixLibrary: true)] {
        let kernels = try Lowering.lower(optimized, for: target).kernels
        #expect(!kernels.contains { $0.kernel.description.contains("sgemm(") })
        #expect(kernels.count { $0.note?.hasPrefix("product of matrices") ?? false } == 2)
      }
      for threads in 1...3 { #expect(try CompilingDevice(try CPUBackend(threads: threads)).run(optimized, arguments) == expected) }
    }
  }

  /// A sum in place: the product must not overwrite what is still to be added.
  @Test func updatesInPlaceAreRight() throws {
    let graph = try GraphParser.parse(
      """
      graph @f(parameter %w: f32[80, 80], parameter %a: f32[80, 80]) -> (w: f32[80, 80]) {
        %0 = matmul(%a, %a) : f32[80, 80]
        %1 = add(%w, %0) : f32[80, 80]
        return %1
      }
      """)
    let arguments = graph.parameters.enumerated().map { fill($0.element.type, .integers(-3, 4), seed: UInt64($0.offset)) }
    let optimized = try Pipeline(Pipeline.optimization()).run(graph)
    #expect(try CompilingDevice(try CPUBackend(threads: 2)).run(optimized, arguments) == graph.evaluate(arguments))
  }
}
