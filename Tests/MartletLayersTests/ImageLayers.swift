import MartletCompiler
import MartletCPU
import MartletCore
import MartletGraph
import MartletLayers
import MartletLowering
import MartletTraining
import MartletTransforms
import TestSupport
import Testing

/// Layers and functions of images and sequences, and their gradients, are PyTorch's: Tests/Fixtures/make_layer_fixtures.py.
@Suite struct ImageLayers {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var shape: Shape
    var layer: any Layer
    /// Whether the input has whole numbers, of which many are equal.
    var hasTies = false
    var testDescription: String { name }
  }

  private struct Called: Layer {
    let body: @Sendable (Tensor) throws -> Tensor
    func callAsFunction(_ input: Tensor) throws -> Tensor { try body(input) }
  }

  /// The input is a parameter, so that it has a gradient.
  private struct Trained: Layer {
    let x: Parameter
    let inner: any Layer
    func callAsFunction(_ input: Tensor) throws -> Tensor { try inner(input.parameter(x)) }
  }

  static let adaptive: [Case] = [
    ("overlapping", [2, 3, 7, 9], 3, 4), ("larger", [1, 2, 5, 6], 7, 6), ("divided", [2, 2, 8, 8], 4, 2),
    ("one-axis", [1, 2, 6, 11], 1, 5),
    ("stretched", [1, 2, 4, 3], 8, 5), ("prime", [1, 1, 13, 17], 5, 7),
  ].flatMap { (name: String, shape: Shape, rows: Int, columns: Int) in
    [
      Case(name: "adaptive-average/\(name)", shape: shape, layer: AdaptiveAvgPool2D(rows, columns)),
      Case(name: "adaptive-max/\(name)", shape: shape, layer: AdaptiveMaxPool2D(rows, columns), hasTies: true),
    ]
  }

  static let interpolations: [Case] = [("nearest", .nearest), ("bilinear", .bilinear()), ("aligned", .bilinear(alignsCorners: true))]
    .flatMap {
      (title: String, mode: Interpolation) in
      [
        ("doubled", [2, 2, 5, 7], Upsample(to: [10, 14], mode: mode)), ("tripled", [1, 2, 4, 3], Upsample(to: [12, 3], mode: mode)),
        ("larger", [2, 2, 5, 7], Upsample(to: [7, 10], mode: mode)), ("smaller", [2, 1, 9, 7], Upsample(to: [4, 3], mode: mode)),
        ("every-second", [1, 2, 6, 8], Upsample(to: [3, 2], mode: mode)), ("mixed", [1, 2, 6, 5], Upsample(to: [4, 15], mode: mode)),
        ("single", [1, 2, 5, 1], Upsample(to: [1, 4], mode: mode)), ("rounded", [1, 1, 14, 2], Upsample(to: [46, 3], mode: mode)),
        ("factor", [1, 2, 6, 5], Upsample(by: 1.5, mode: mode)), ("factors", [1, 2, 6, 5], Upsample(by: 2.5, 0.7, mode: mode)),
        ("factor-without-growth", [1, 2, 3, 4], Upsample(by: 1.2, mode: mode)),
      ].map { (name: String, shape: Shape, layer: Upsample) in Case(name: "\(title)/\(name)", shape: shape, layer: layer) }
    }

  static let paddings: [Case] = [PaddingMode.reflect, .replicate, .circular].flatMap { mode in
    [
      Case(
        name: "\(mode)/sides", shape: [2, 2, 4, 5], layer: Called { try $0.padded(low: [0, 0, 1, 2], high: [0, 0, 3, 1], mode: mode) }),
      Case(
        name: "\(mode)/one-side", shape: [1, 2, 4, 5], layer: Called { try $0.padded(low: [0, 0, 0, 0], high: [0, 0, 0, 4], mode: mode) }),
      Case(
        name: "\(mode)/conv2d", shape: [2, 2, 6, 7],
        layer: Conv2D(2, 3, kernel: [3, 2], stride: [1, 2], padding: [2, 1], paddingMode: mode)),
      Case(name: "\(mode)/conv1d", shape: [2, 2, 7], layer: Conv1D(2, 3, kernel: 3, padding: 2, bias: false, paddingMode: mode)),
    ]
  }

  static let sequences: [Case] = [
    ("conv1d-plain", 3, Conv1D(3, 5, kernel: 3)),
    ("conv1d-strided", 4, Conv1D(4, 6, kernel: 4, stride: 3, padding: 2, dilation: 2, groups: 2)),
    ("conv1d-pointwise", 3, Conv1D(3, 4, kernel: 1, bias: false)), ("max-pool1d", 3, MaxPool1D(3, stride: 2, padding: 1, ceilMode: true)),
    ("max-pool1d-dilated", 3, MaxPool1D(3, stride: 1, dilation: 4)), ("avg-pool1d", 3, AvgPool1D(4, stride: 3, padding: 1, ceilMode: true)),
    ("avg-pool1d-inside", 3, AvgPool1D(4, stride: 3, padding: 1, ceilMode: true, countIncludesPadding: false)),
  ].map { (name: String, channels: Int, layer: any Layer) in Case(name: "sequence/\(name)", shape: [2, channels, 11], layer: layer) }

  static let images: [Case] = [
    ("max-pool", MaxPool2D([3, 2], stride: 2, padding: 1, dilation: [2, 1], ceilMode: true)),
    ("avg-pool", AvgPool2D([3, 2], stride: [2, 3], padding: 1, ceilMode: true)),
    ("avg-pool-inside", AvgPool2D(3, stride: 2, padding: 1, ceilMode: true, countIncludesPadding: false)),
    ("max-pool", Called { try $0.maxPool2D([3, 2], stride: 2, padding: 1, dilation: [2, 1], ceilMode: true) }),
    ("avg-pool-inside", Called { try $0.averagePool2D(3, stride: 2, padding: 1, ceilMode: true, countIncludesPadding: false) }),
    ("transposed-dilated", ConvTranspose2D(2, 3, kernel: 3, padding: [1, 0], outputPadding: 1, dilation: 2)),
    ("transposed-wide", ConvTranspose2D(2, 4, kernel: 2, stride: 2, padding: 1, outputPadding: [2, 3], dilation: 4, groups: 2)),
    (
      "transposed-strided",
      ConvTranspose2D(2, 3, kernel: [3, 2], stride: [3, 1], padding: [2, 0], outputPadding: [2, 1], dilation: [1, 2])
    ),
  ].map { (name: String, layer: any Layer) in
    Case(name: "image/\(name)", shape: [2, 2, 6, 7], layer: layer, hasTies: name == "max-pool")
  }

  @Test(arguments: adaptive + interpolations + paddings + sequences + images) func areLikePyTorchs(_ one: Case) throws {
    let layer = Trained(x: Parameter(one.shape), inner: one.layer)
    let structure = ModelStructure(layer)
    let y = try LayerFixture.tensor("\(one.name)/y")
    let drawn = Dictionary(
      uniqueKeysWithValues: ModelStructure(one.layer).initialVariables(seed: 5).map { ("inner.\($0.name)", $0.tensor) })
    let x = LoopFixture.data(one.shape.elementCount, stream: 1).map { one.hasTies ? $0.rounded(.down) : $0 }
    let c = HostTensor(y.shape, LoopFixture.data(y.count, stream: 2))
    // Parameters are f32: with f64 only the input has any.
    for dtype in drawn.isEmpty ? [DType.f32, .f64] : [.f32] {
      let specification = InputSpecification(dtype, y.shape, hasBatch: false)
      let graph = try Tracer.trace(structure, name: "layer", inputs: [("c", specification)], purpose: .training, isTrained: { _ in true }) {
        let result = try one.layer($0[0].parameter(layer.x).converted(to: dtype))
        return Tracer.Body([("loss", try (result * $0[0]).sum(axes: Array(0..<result.shape.rank))), ("y", result)])
      }
      for number in 0...2 {
        let passes = [.differentiate] + (number == 0 ? [] : Pipeline.optimization(fuses: number == 1))
        let whole = try Pipeline(passes, instruments: [VerifyInstrument(), RoundTripInstrument()]).run(graph)
        let arguments = try whole.parameters.map { parameter in
          switch parameter.name {
          case "x": HostTensor(one.shape, x)
          case "c": c.converted(to: dtype)
          case let name: try #require(drawn[name], "\(name)")
          }
        }
        let device: any ExecutionDevice = number == 0 ? InterpreterDevice() : CompilingDevice(try CPUBackend(threads: 3 - number))
        let found = Dictionary(uniqueKeysWithValues: zip(whole.results.map(\.name), try device.run(whole, arguments)))
        func expect(_ name: String, _ expected: String, within tolerance: Double) throws {
          let tensor = try #require(found[name], "\(name)")
          let right = try LayerFixture.tensor("\(one.name)/\(expected)")
          let size = right.numbers.map(abs).max() ?? 0
          let distance = zip(tensor.numbers, right.numbers).map { abs($0 - $1) }.max() ?? 0
          #expect(
            tensor.shape == right.shape && distance <= tolerance * size, "\(one.name), \(dtype), \(device.name), \(name): \(distance)")
        }
        try expect("y", "y", within: dtype == .f64 ? 1e-7 : 1e-5)
        let gradients = try LayerFixture.gradients(of: one.name)
        #expect(gradients.count == 1 + drawn.count)
        for name in gradients { try expect(name == "gradient" ? "x.gradient" : "inner.\(name)", name, within: 1e-5) }
      }
    }
  }

  /// Poolings whose windows all lie in the image are what templates know.
  @Test func roundingUpIsLeftOutWhereItChangesNothing() throws {
    func pooling(_ extent: Int) throws -> PoolingGeometry? {
      let builder = GraphBuilder(name: "pool")
      let x = try builder.parameter("x", .input, TensorType(.f32, [1, 1, extent, 4]))
      builder.result("y", try builder.maxPool2D(x, PoolingGeometry(window: [2, 2], roundsUp: true)))
      return (try builder.finish().nodes[0].operation as? MartletGraph.MaxPool2D)?.geometry
    }
    #expect(try pooling(6)?.roundsUp == false && pooling(6)?.tilesImage == true)
    #expect(try pooling(7)?.roundsUp == true && pooling(7)?.tilesImage == false)
  }

  @Test func printLikePyTorchs() {
    for (found, expected) in [
      (
        MaxPool2D(3, stride: 2, padding: 1, dilation: 2, ceilMode: true).summary,
        "MaxPool2D(kernel_size=3, stride=2, padding=1, dilation=2, ceil_mode=True)"
      ),
      (AvgPool2D(2, ceilMode: true).summary, "AvgPool2D(kernel_size=2, stride=2, padding=0, ceil_mode=True)"),
      (MaxPool1D(2).summary, "MaxPool1D(kernel_size=2, stride=2, padding=0)"),
      (AvgPool1D(3, stride: 1, padding: 1).summary, "AvgPool1D(kernel_size=3, stride=1, padding=1)"),
      (AdaptiveMaxPool2D(2, 3).summary, "AdaptiveMaxPool2D(output_size=(2, 3))"),
      (
        Conv1D(2, 4, kernel: 3, padding: 1, groups: 2, bias: false).summary,
        "Conv1D(2, 4, kernel_size=3, stride=1, padding=1, groups=2, bias=False)"
      ),
      (
        Conv2D(2, 4, kernel: 3, padding: 1, paddingMode: .reflect).summary,
        "Conv2D(2, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), padding_mode=reflect)"
      ),
      (Upsample(by: 2).summary, "Upsample(scale_factor=2.0, mode='nearest')"),
      (Upsample(by: 2, 1.5, mode: .bilinear()).summary, "Upsample(scale_factor=(2.0, 1.5), mode='bilinear')"),
      (Upsample(to: [3, 4]).summary, "Upsample(size=(3, 4), mode='nearest')"),
    ] { #expect(found == expected) }
  }

  @Test func impossibleArguments() throws {
    func expect(
      _ number: Int, _ part: String, _ layer: any Layer, on shape: Shape = [1, 2, 6, 7], sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let trained = Trained(x: Parameter(shape), inner: layer)
      let error = #expect(throws: MartletError.self, sourceLocation: sourceLocation) {
        try Tracer.trace(ModelStructure(trained), name: "layer", inputs: [("c", .f32(1))], purpose: .training, isTrained: { _ in true }) {
          Tracer.Body([("loss", try trained($0[0]))])
        }
      }
      #expect(
        error?.number == number && error?.message.contains(part) == true, "\(String(describing: error))", sourceLocation: sourceLocation)
    }
    expect(401, "at most half the window", MaxPool2D(3, padding: 2))
    expect(401, "at most half the window", AvgPool2D([4, 3], padding: [2, 2]))
    expect(401, "dilation is one number", MaxPool2D(2, dilation: [1]))
    expect(305, "dilation must be two numbers from 1", MaxPool2D(2, dilation: 0))
    expect(305, "dilation must be two numbers from 1", MaxPool2D(2, dilation: .square(1 << 15)))
    expect(305, "dilation must be two numbers from 1", MaxPool2D(2, dilation: .square(.max)))
    expect(305, "is smaller than the 7 pixels that a window spans", MaxPool2D(3, dilation: 3))
    expect(305, "all taps of a window", MaxPool2D(2, padding: 1, dilation: 3), on: [1, 1, 2, 2])
    expect(401, "at most half the window", MaxPool1D(3, padding: 2), on: [1, 2, 7])
    expect(402, "expected sequences [N, C, L], found [1, 2, 6, 7]", AvgPool1D(2))
    expect(402, "expected sequences [N, 3, L], found [1, 2, 7]", Conv1D(3, 4, kernel: 2), on: [1, 2, 7])
    expect(401, "must be positive, found 2, 4 and 0", Conv1D(2, 4, kernel: 0), on: [1, 2, 7])
    expect(401, "must be positive", Conv1D(2, 4, kernel: -1), on: [1, 2, 7])
    expect(305, "3 groups must divide", Conv1D(2, 4, kernel: 1, groups: 3), on: [1, 2, 7])
    expect(305, "smaller than a kernel", Conv1D(2, 4, kernel: 8), on: [1, 2, 7])
    expect(401, "from 1 to 32768, found 0 and 3", AdaptiveMaxPool2D(0, 3))
    expect(401, "from 1 to 32768, found 2 and 32769", AdaptiveAvgPool2D(2, 32769))
    expect(402, "of 1 to 32768 rows and columns, found [1, 1, 32769, 1]", AdaptiveAvgPool2D(1, 1), on: [1, 1, 32769, 1])
    expect(402, "expected images", AdaptiveMaxPool2D(1, 3), on: [1, 2, 7])
    expect(
      401, "reflect padding of axis 2 of [1, 2, 6, 7] is from 0 to 5, found 6", Conv2D(2, 3, kernel: 3, padding: 6, paddingMode: .reflect))
    expect(
      401, "circular padding of axis 3 of [1, 2, 6, 7] is from 0 to 7, found 8",
      Called {
        try $0.padded(low: [0, 0, 0, 8], high: [0, 0, 0, 0], mode: .circular)
      })
    expect(401, "replicate padding", Called { try $0.padded(low: [0, 0, 0, -1], high: [0, 0, 0, 0], mode: .replicate) })
    expect(401, "two numbers for each", Called { try $0.padded(low: [1], high: [1], mode: .reflect) })
    expect(305, "low", Called { try $0.padded(low: [1], high: [1], mode: .zeros) })
    expect(401, "below the stride or the dilation", ConvTranspose2D(2, 3, kernel: 3, outputPadding: 1))
    expect(401, "below the stride or the dilation", ConvTranspose2D(2, 3, kernel: 3, stride: 2, outputPadding: 3, dilation: 3))
    expect(401, "below the stride or the dilation", ConvTranspose2D(2, 3, kernel: 3, stride: 2, outputPadding: -1))
    expect(401, "one positive factor", Upsample(by: 0))
    expect(401, "one positive factor", Upsample(by: .nan))
    expect(401, "one positive factor", Upsample(by: 1, 2, 3))
    expect(401, "cannot be resized to 0 x 0", Upsample(by: 0.1))
    expect(401, "cannot be resized to 3 x 0", Upsample(to: [3, 0]))
    expect(401, "cannot be resized", Upsample(to: [.max, 1]))
    expect(401, "cannot be resized", Upsample(by: 1e7))
    expect(401, "size is one number", Upsample(to: [1, 2, 3]))
    expect(402, "expected f32 or f64 images", Upsample(by: 2), on: [1, 2, 7])
  }
}
