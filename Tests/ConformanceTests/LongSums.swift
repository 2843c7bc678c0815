import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import TestSupport
import Testing

/// Sums of many numbers stay within the bound of docs/numerics.md, whichever template or general lowering adds them up, below, at and above the lengths from
/// which they are cascaded: 512 in general lowering, 4,096 in templates.
@Suite struct LongSums {
  /// No number takes part in more additions than a plain sum has, or than so many levels of groups have (docs/numerics.md).
  static let mostAdditions = 1024.0
  /// Half a unit in the last place of 1.
  static let roundingUnit = 0x1p-24

  private static func devices() throws -> [CompilingDevice] {
    try HostProcessor.runnableTargets.map { CompilingDevice(try CPUBackend(threads: 2, instructionSet: $0.instructionSet)) }
  }

  /// Numbers of one sign: then the error of a sum is relative to the sum. Equal ones are the worst case, each addition rounds the same way.
  private static func arguments(_ graph: Graph, isConstant: Bool) -> [HostTensor] {
    graph.parameters.enumerated().map { index, parameter in
      isConstant ? HostTensor(repeating: 0.1, parameter.type) : fill(parameter.type, .uniform(0.1, 1), seed: UInt64(index))
    }
  }

  private static func check(_ text: String, _ devices: [CompilingDevice], additions: Double = mostAdditions) throws {
    let graph = try GraphParser.parse(text)
    for isConstant in [true, false] {
      let arguments = arguments(graph, isConstant: isConstant)
      let double = try graph.inDoublePrecision()
      let exact = try double.evaluate(zip(double.parameters, arguments).map { $1.converted(to: $0.type.dtype) })
      for device in devices {
        for isDepthFirst in [true, false] {
          let found = try device.run(graph, arguments, Lowering.Options(isDepthFirst: isDepthFirst))
          for (result, (a, b)) in zip(graph.results, zip(found, exact)) {
            let largest = zip(a.numbers, b.numbers).reduce(0) { max($0, abs($1.0 - $1.1) / $1.1) }
            #expect(
              largest <= additions * roundingUnit,
              "\(device.name), depth first \(isDepthFirst), equal numbers \(isConstant): \(result.name) is \(largest) away\n\(graph)")
          }
        }
      }
    }
  }

  @Test(arguments: [1, 31, 511, 512, 513, 4095, 4096, 4097, 5000, 40_000]) func generalSums(_ length: Int) throws {
    let devices = try LongSums.devices()
    try LongSums.check(
      """
      graph @sums(input %x: f32[3, \(length)], parameter %y: f32[\(length), 5]) -> (rows: f32[3], mean: f32[], columns: f32[5]) {
        %0 = reduce_sum(%x) {axes = [1]} : f32[3]
        %1 = reduce_mean(%x) {axes = [0, 1]} : f32[]
        %2 = reduce_sum(%y) {axes = [0]} : f32[5]
        return %0, %1, %2
      }
      """, devices)
  }

  /// The samples of a shard are added up one after the other.
  @Test(arguments: [255, 256, 257, 4096, 4097, 4111, 70_000]) func sumsOverTheBatch(_ samples: Int) throws {
    try LongSums.check(
      """
      graph @batch(input %x: f32[\(samples), 3] {batch = 0}) -> (y: f32[3], m: f32[]) {
        %0 = reduce_sum(%x) {axes = [0]} : f32[3]
        %1 = reduce_mean(%x) {axes = [0, 1]} : f32[]
        return %0, %1
      }
      """, LongSums.devices())
  }

  /// Both templates of a linear layer: dots along the features, sums of rows of weights.
  @Test(arguments: [4095, 4096, 4097, 4300, 9001]) func products(_ features: Int) throws {
    try LongSums.check(
      """
      graph @products(
        input %x: f32[5, \(features)] {batch = 0}, parameter %w: f32[3, \(features)], parameter %v: f32[\(features), 9]
      ) -> (dots: f32[5, 3], rows: f32[5, 9]) {
        %0 = matmul(%x, %w) {transpose_rhs = true} : f32[5, 3]
        %1 = matmul(%x, %v) : f32[5, 9]
        return %0, %1
      }
      """, LongSums.devices(), additions: 4096)
  }

  /// A direct convolution adds up channels and taps, a filter gradient pixels.
  @Test(arguments: [(455, 4), (456, 4), (520, 3), (2, 64), (2, 65), (3, 130)]) func convolutions(_ channels: Int, _ extent: Int) throws {
    try LongSums.check(
      """
      graph @convolutions(
        input %x: f32[2, \(channels), \(extent), \(extent)] {batch = 0}, parameter %w: f32[9, \(channels), 3, 3], input %dy: f32[2, 9, \(extent), \(extent)] {batch = 0}
      ) -> (y: f32[2, 9, \(extent), \(extent)], dw: f32[9, \(channels), 3, 3], db: f32[9]) {
        %0 = conv2d(%x, %w) {padding = [1, 1, 1, 1]} : f32[2, 9, \(extent), \(extent)]
        %1 = conv2d_filter_grad(%x, %dy) {padding = [1, 1, 1, 1], extent = [3, 3]} : f32[9, \(channels), 3, 3]
        %2 = reduce_sum(%dy) {axes = [0, 2, 3]} : f32[9]
        return %0, %1, %2
      }
      """, LongSums.devices(), additions: 4096)
  }

  /// 2^24 numbers, as one axis and as two: within 1e-5.
  @Test(arguments: [[1 << 24], [4096, 4096], [64, 1 << 18], [1 << 20, 16]]) func meansOfManyNumbers(_ extents: [Int]) throws {
    let shape = Shape(extents)
    let axes = Array(extents.indices)
    let graph = try GraphParser.parse(
      "graph @m(input %x: f32\(shape)) -> (m: f32[]) { %0 = reduce_mean(%x) {axes = \(axes)} : f32[] return %0 }")
    let argument = HostTensor(repeating: 0.1, graph.parameters[0].type)
    for device in try LongSums.devices() {
      let mean = try device.run(graph, [argument])[0].numbers[0]
      #expect(abs(mean - Double(Float(0.1))) <= 1e-5 * 0.1, "\(device.name): \(mean)")
    }
  }

  /// Threads of a GPU take every 32nd or 256th number, tiles a chunk of points at a time.
  @Test func onTheGPU() throws {
    try onTestGPU { device in
      for (text, most) in [
        ("input %x: f32[300000]) -> (y: f32[]) { %0 = reduce_mean(%x) {axes = [0]} : f32[] return %0 }", LongSums.mostAdditions),
        (
          "input %x: f32[16, 5000], parameter %w: f32[16, 5000]) -> (y: f32[16, 16]) { %0 = matmul(%x, %w) {transpose_rhs = true} : f32[16, 16] return %0 }",
          4096
        ),
      ] {
        let graph = try GraphParser.parse("graph @g(" + text)
        let arguments = LongSums.arguments(graph, isConstant: true)
        let double = try graph.inDoublePrecision()
        let exact = try double.evaluate(zip(double.parameters, arguments).map { $1.converted(to: $0.type.dtype) })
        let found = try device.run(graph, arguments)
        #expect(zip(found[0].numbers, exact[0].numbers).allSatisfy { abs($0 - $1) <= most * LongSums.roundingUnit * $1 }, "\(found)")
      }
    }
  }
}
