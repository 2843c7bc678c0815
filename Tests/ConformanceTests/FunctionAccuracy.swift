import Foundation
import MartletCPU
import MartletCUDA
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime
import TestSupport
import Testing

/// log1p, expm1 and atan2 in units in the last place of the C library's f64, over the whole range and on every device.
@Suite struct FunctionAccuracy {
  private struct Case {
    var name: String
    var operation: any TensorOperation
    var inputs: [[Double]]
    var exact: ([Double]) -> Double
  }

  private static var cases: [Case] {
    let powers = (-36...36).flatMap { exponent in [1.0, 1.37, 1.9, 3.1].map { $0 * pow(10, Double(exponent)) } }
    let near = (0..<700).map { -0.99 + Double($0) * 0.004 } + [-1, -0.999999]
    let wide = (0..<1500).map { -110 + Double($0) * 0.137 }
    let special = [0, -0.0, .infinity, -.infinity, .nan]
    let small = powers + powers.map { -$0 }
    // Every quadrant and ratio, and both axes.
    let directions = (0..<720).map { Double($0) * .pi / 360 + 0.001 }
    let magnitudes = [1e-20, 1e-3, 1, 1e10, 3e37]
    let axes: [(Double, Double)] = special.flatMap { y in (special + [1, -1]).flatMap { x in [(y, x), (x, y)] } }
    let ratios = powers.flatMap { [($0, 1.0), (1.0, $0), ($0, -1.0), (-$0, -1.0)] }
    let points = directions.flatMap { angle in magnitudes.map { ($0 * sin(angle), $0 * cos(angle)) } } + axes + ratios
    return [
      Case(name: "log1p", operation: LogarithmOfOnePlus(), inputs: [near + small + special + [-1.5]]) { log1p($0[0]) },
      Case(name: "expm1", operation: ExponentialMinusOne(), inputs: [near + wide + small + special + [88.5, 709, 710]]) { expm1($0[0]) },
      Case(name: "atan2", operation: ArcTangent2(), inputs: [points.map(\.0), points.map(\.1)]) { atan2($0[0], $0[1]) },
    ]
  }

  private static func check(_ device: any ExecutionDevice, _ dtype: DType, within units: Double) throws {
    let smallest = dtype == .f32 ? Double(Float.leastNormalMagnitude) : Double.leastNormalMagnitude
    for example in cases {
      let type = TensorType(dtype, [example.inputs[0].count])
      let arguments = example.inputs.map { HostTensor(type, numbers: $0.map { abs($0) < smallest ? $0 * 0 : dtype.rounded($0) }) }
      let graph = try graph(of: example.operation, arguments.map(\.type))
      let found = try device.run(graph, arguments)[0].numbers
      for (position, result) in found.enumerated() {
        let inputs = arguments.map { $0.numbers[position] }
        let exact = dtype.rounded(example.exact(inputs))
        let ulp = dtype == .f32 ? Double(Float(exact).ulp) : exact.ulp
        // Denormals are flushed.
        let isTiny = abs(exact) <= 2 * smallest && abs(result) <= 2 * smallest
        let isRight =
          exact.isNaN
          ? result.isNaN : exact == result && exact.sign == result.sign || abs(result - exact) <= units * ulp || (isTiny && exact != 0)
        #expect(isRight, "\(device.name), \(dtype): \(example.name)\(inputs) = \(result), exactly \(exact)")
      }
    }
  }

  @Test(arguments: [DType.f32, .f64]) func evaluated(_ dtype: DType) throws { try Self.check(InterpreterDevice(), dtype, within: 1.5) }

  @Test(arguments: [DType.f32, .f64]) func loopInterpreter(_ dtype: DType) throws {
    for isPrepared in [true, false] {
      try Self.check(CompilingDevice(LoopInterpreterBackend(Target(.avx2), isPrepared: isPrepared)), dtype, within: 4)
    }
  }

  @Test(arguments: [DType.f32, .f64], HostProcessor.runnableTargets.compactMap(\.instructionSet))
  func processor(_ dtype: DType, _ level: InstructionSet) throws {
    try Self.check(CompilingDevice(try CPUBackend(threads: 1, instructionSet: level)), dtype, within: 4)
  }

  @Test func emulatedGPU() throws {
    let device = CompilingDevice(try CUDABackend.emulated())
    for dtype in [DType.f32, .f64] { try Self.check(device, dtype, within: 4) }
  }

  @Test func testGPU() throws {
    try onTestGPU { device in
      for dtype in [DType.f32, .f64] { try Self.check(device, dtype, within: 4) }
    }
  }
}
