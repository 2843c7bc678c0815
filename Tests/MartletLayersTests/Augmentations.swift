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

/// Augmented images are those that PyTorch makes with the same random numbers: Tests/Fixtures/make_loop_fixtures.py.
@Suite struct Augmentations {
  private static let shape: Shape = [3, 2, 9, 7]

  /// The interpreter, two threads, one thread without fusion.
  private func device(_ number: Int) throws -> any ExecutionDevice {
    number == 0 ? InterpreterDevice() : CompilingDevice(try CPUBackend(threads: 3 - number))
  }

  private func graph(_ augmentation: Augmentation, _ specification: InputSpecification? = nil, _ purpose: Tracer.Purpose = .training) throws
    -> Graph
  {
    try Tracer.trace(
      ModelStructure(augmentation), name: "augmented", inputs: [("images", specification ?? .f32(3, 2, 9, 7))], purpose: purpose,
      isTrained: { _ in true }
    ) { Tracer.Body([("result", try augmentation($0[0]))]) }
  }

  private var images: HostTensor { HostTensor(Augmentations.shape, LoopFixture.data(378, stream: 4).map { abs($0) + 0.5 }) }

  private func result(_ graph: Graph, _ images: HostTensor, key: [Int32], _ number: Int) throws -> HostTensor {
    let passes = number == 0 ? [] : Pipeline.optimization(fuses: number == 1)
    let whole = try Pipeline(passes, instruments: [VerifyInstrument(), RoundTripInstrument()]).run(graph)
    let arguments = whole.parameters.map { $0.name == "random_key" ? HostTensor([2], key) : images }
    return try device(number).run(whole, arguments)[0]
  }

  private func expect(_ found: HostTensor, _ name: String) throws {
    let expected = try LoopFixture.tensor("augmentation/\(name)")
    #expect(found.type == expected.type)
    let distance = zip(found.numbers, expected.numbers).map { abs($0 - $1) }.max() ?? .nan
    #expect(distance <= 2e-5, "\(name): \(distance) away")
  }

  private static let all = "shift=1,rotate=15.0,flip,crop=2,erase=0.1"

  @Test(arguments: ["shift=2", "flip", "crop=3", "rotate=40.0", "rotate=180.0", "erase=0.2", all]) func areLikePyTorchs(_ text: String)
    throws
  {
    let augmentation = try Augmentation.parse(text)
    #expect(augmentation.text == text)
    let graph = try graph(augmentation)
    for number in 0...2 { try expect(result(graph, images, key: [7, 3], number), text) }
    // Without interpolation pixels are moved, not computed: the same bits on every device.
    guard !text.contains("rotate") else { return }
    let expected = try LoopFixture.tensor("augmentation/\(text)")
    for number in 0...2 { #expect(try result(graph, images, key: [7, 3], number) == expected) }
  }

  /// Another step, another seed: other images, each again the same ones.
  @Test func stepsDiffer() throws {
    let graph = try graph(Augmentation.parse(Augmentations.all))
    for number in 0...2 {
      let found = try result(graph, images, key: [8, 4], number)
      try expect(found, "last/key-8-4")
      #expect(try result(graph, images, key: [8, 4], number) == found && result(graph, images, key: [7, 4], number) != found)
    }
  }

  /// Double precision, several layers in a model with streams of their own, and no change outside training.
  @Test func purposesAndTypes() throws {
    let augmentation = Augmentation(rotate: 40)
    for purpose in [Tracer.Purpose.evaluation, .inference] {
      #expect(try graph(augmentation, nil, purpose).nodes.isEmpty)
    }
    #expect(try graph(Augmentation()).nodes.allSatisfy { $0.mnemonic == "iota" })
    let doubled = try graph(augmentation, .f64(3, 2, 9, 7))
    let found = try result(doubled, images.converted(to: .f64), key: [7, 3], 1)
    try expect(found.converted(to: .f32), "rotate=40.0")
    let twice = Sequential {
      Augmentation(flip: true)
      Augmentation(flip: true)
    }
    let graph = try Tracer.trace(
      ModelStructure(twice), name: "twice", inputs: [("images", .f32(3, 2, 9, 7))], purpose: .training, isTrained: { _ in true }
    ) { Tracer.Body([("result", try twice($0[0]))]) }
    #expect(graph.nodes.compactMap { ($0.operation as? RandomUniform)?.stream } == [0, 1])
  }

  private struct Net: Layer {
    let augmentation = Augmentation(shift: 1, rotate: 15, flip: true, crop: 2, erase: 0.1)
    let conv = Conv2D(2, 8, kernel: 3, padding: 1)
    let out = Linear(8 * 4 * 3, 10)
    func callAsFunction(_ x: Tensor) throws -> Tensor {
      try out(conv(augmentation(x)).relu().maxPool2D(2).flatten())
    }
  }

  /// A whole step over a batch that is divided among threads: loss and gradients are the interpreter's.
  @Test func inFrontOfLayers() throws {
    let net = Net()
    let inputs: [(String, InputSpecification)] = [("images", .f32(32, 2, 9, 7)), ("labels", .i32(32))]
    let traced = try Tracer.trace(
      ModelStructure(net), name: "net", inputs: inputs, purpose: .training, isTrained: { _ in true }
    ) { Tracer.Body([("loss", try net($0[0]).crossEntropy($0[1]))]) }
    let graph = try Pipeline([.differentiate]).run(traced)
    let weights = Dictionary(uniqueKeysWithValues: ModelStructure(net).initialVariables(seed: 1))
    let arguments = graph.parameters.map { parameter -> HostTensor in
      switch parameter.name {
      case "images": HostTensor(parameter.type.shape, LoopFixture.data(parameter.type.elementCount, stream: 4))
      case "labels": HostTensor([32], (0..<32).map { Int32($0 % 10) })
      case "random_key": HostTensor([2], [7, 3] as [Int32])
      default: weights[parameter.name] ?? HostTensor(repeating: 0, parameter.type)
      }
    }
    let expected = try device(0).run(graph, arguments)
    for number in 1...2 {
      let optimized = try Pipeline(Pipeline.optimization(fuses: number == 1)).run(graph)
      for (result, (a, b)) in zip(graph.results, zip(try device(number).run(optimized, arguments), expected)) {
        #expect(distance(a, b) <= 1e-5, "\(result.name)")
      }
    }
  }

  /// Images of one pixel, one row, one column; distances beyond the image.
  @Test func smallImages() throws {
    for extents in [[1, 1, 1, 1], [2, 1, 1, 5], [2, 3, 4, 1]] {
      let augmentation = Augmentation(shift: 9, rotate: 90, flip: true, crop: 1_000_000, erase: 0.999)
      let graph = try graph(augmentation, InputSpecification(.f32, Shape(extents)))
      let images = HostTensor(repeating: 1, TensorType(.f32, Shape(extents)))
      for number in 0...2 {
        #expect(try result(graph, images, key: [1, 2], number).numbers.allSatisfy { (0...1).contains($0) })
      }
    }
  }

  @Test(arguments: [
    ("", "''"), ("spin=3", "'spin=3'"), ("shift", "'shift'"), ("shift=", "'shift='"), ("shift=1.5", "'shift=1.5'"),
    ("shift=-1", "'shift=-1'"),
    ("shift=1000001", "'shift=1000001'"), ("shift=99999999999999999999", "'shift=99999999999999999999'"), ("flip=1", "'flip=1'"),
    ("flip,", "''"),
    ("flip,flip", "'flip'"), ("rotate=181", "'rotate=181.0'"), ("rotate=nan", "'rotate=nan'"), ("rotate=-5", "'rotate=-5.0'"),
    ("erase=1", "'erase=1.0'"), ("erase=-0.5", "'erase=-0.5'"), ("crop=x", "'crop=x'"), ("shift=1, flip", "' flip'"),
    ("none,flip", "'none'"),
  ]) func otherTextsAreRefused(_ text: String, _ part: String) throws {
    let error = try #require(throws: MartletError.self) { try Augmentation.parse(text) }
    #expect(error.number == 410 && error.message.contains(part), "\(error)")
  }

  @Test func textsAndInputs() throws {
    #expect(try Augmentation.parse("erase=0.25,flip,shift=3").text == "shift=3,flip,erase=0.25")
    #expect(try Augmentation.parse("none").text == "none" && Augmentation.parse("shift=0").text == "none")
    func expect(_ number: Int, _ augmentation: Augmentation, _ specification: InputSpecification) {
      let error = #expect(throws: MartletError.self) { try graph(augmentation, specification) }
      #expect(error?.number == number && error?.location?.file.hasSuffix("Augmentations.swift") == true, "\(String(describing: error))")
    }
    expect(410, Augmentation(shift: -1), .f32(3, 2, 9, 7))
    expect(410, Augmentation(rotate: .nan), .f32(3, 2, 9, 7))
    expect(402, Augmentation(flip: true), .f32(3, 9, 7))
    expect(402, Augmentation(flip: true), .u8(3, 2, 9, 7))
    expect(402, Augmentation(flip: true), .f32(1 << 16, 1, 1 << 8, 1 << 7))
  }
}
