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

/// Reductions of losses, probabilities as targets, and logits of more than two axes are PyTorch's: Tests/Fixtures/make_layer_fixtures.py.
@Suite struct LossReductions {
  private struct Scores: Layer {
    let scores: Parameter
    func callAsFunction(_ input: Tensor) throws -> Tensor { try input.parameter(scores) }
  }

  static let reductions: [(name: String, reduction: LossReduction)] = [("mean", .mean), ("sum", .sum), ("none", .none)]
  static let shapes: [(name: String, shape: Shape)] = [("rows", [6, 5]), ("sequence", [3, 5, 4]), ("image", [2, 5, 2, 3])]
  static let options: [(name: String, weights: [Double]?, ignored: Int?, smoothing: Double)] = [
    ("plain", nil, nil, 0), ("smoothed", nil, nil, 0.1), ("weighted", [0.5, 2, 0, 1.25, 3], nil, 0), ("all", [0.5, 2, 0, 1.25, 3], 3, 0.3),
  ]

  /// The loss of scores and a target, each `numbers` of the script, and the gradient of sum(loss * c), in f32 and in f64.
  private func check(_ name: String, _ scores: Shape, _ target: HostTensor, _ loss: (Tensor, Tensor) throws -> Tensor) throws {
    let expected = try LayerFixture.tensor("loss/\(name)/loss")
    let layer = Scores(scores: Parameter(scores))
    for dtype in [DType.f32, .f64] {
      let isClass = target.dtype == .i32
      let inputs: [(String, InputSpecification)] = [
        ("target", InputSpecification(isClass ? .i32 : dtype, target.shape, hasBatch: false)),
        ("c", InputSpecification(dtype, expected.shape, hasBatch: false)),
      ]
      let graph = try Tracer.trace(
        ModelStructure(layer), name: "loss", inputs: inputs.map { (name: $0.0, specification: $0.1) }, purpose: .training,
        isTrained: { _ in true }
      ) { tensors in
        let losses = try loss(layer(tensors[0]).converted(to: dtype), tensors[0])
        let weighted = losses.shape.rank == 0 ? losses : try (losses * tensors[1]).sum(axes: Array(0..<losses.shape.rank))
        return Tracer.Body([("loss", weighted), ("losses", losses)])
      }
      for number in 0...2 {
        let passes = [.differentiate] + (number == 0 ? [] : Pipeline.optimization(fuses: number == 1))
        let whole = try Pipeline(passes, instruments: [VerifyInstrument(), RoundTripInstrument()]).run(graph)
        let arguments = try whole.parameters.map { parameter -> HostTensor in
          switch parameter.name {
          case "scores": HostTensor(scores, LoopFixture.data(scores.elementCount, stream: 1))
          case "target": isClass ? target : target.converted(to: dtype)
          case "c": HostTensor(expected.shape, LoopFixture.data(expected.count, stream: 2)).converted(to: dtype)
          case let other: try #require(nil as HostTensor?, "\(other)")
          }
        }
        let device: any ExecutionDevice = number == 0 ? InterpreterDevice() : CompilingDevice(try CPUBackend(threads: 3 - number))
        let found = Dictionary(uniqueKeysWithValues: zip(whole.results.map(\.name), try device.run(whole, arguments)))
        for (result, right, tolerance) in [
          ("losses", expected, dtype == .f64 ? 1e-6 : 1e-5), ("scores.gradient", try LayerFixture.tensor("loss/\(name)/gradient"), 1e-5),
        ] {
          let tensor = try #require(found[result], "\(result)")
          let size = right.numbers.map(abs).max() ?? 0
          let distance = zip(tensor.numbers, right.numbers).map { abs($0 - $1) }.max() ?? 0
          #expect(tensor.shape == right.shape && distance <= tolerance * size, "\(name), \(dtype), \(device.name), \(result): \(distance)")
        }
      }
    }
  }

  @Test(arguments: shapes, reductions) func ofClasses(
    _ shape: (name: String, shape: Shape), _ reduction: (name: String, reduction: LossReduction)
  ) throws {
    let samples = Shape(shape.shape.extents.enumerated().filter { $0.offset != 1 }.map(\.element))
    let labels = HostTensor(samples, LayerFixture.classes(samples.elementCount, 5, stream: 1))
    let probabilities = try LayerFixture.tensor("loss/\(shape.name)/probabilities")
    let path = "\(shape.name)/\(reduction.name)"
    for (name, weights, ignored, smoothing) in LossReductions.options {
      try check("\(path)/\(name)", shape.shape, labels) {
        try $0.crossEntropy(
          $1, classWeights: weights, ignoreIndex: ignored, labelSmoothing: smoothing, reduction: reduction.reduction)
      }
      try check("\(path)/\(name)-probabilities", shape.shape, probabilities) {
        try $0.crossEntropy($1, classWeights: weights, labelSmoothing: smoothing, reduction: reduction.reduction)
      }
    }
    try check("\(path)/nll", shape.shape, labels) { try $0.negativeLogLikelihood($1, reduction: reduction.reduction) }
    try check("\(path)/nll-weighted", shape.shape, labels) {
      try $0.negativeLogLikelihood($1, classWeights: [0.5, 2, 0, 1.25, 3], ignoreIndex: 3, reduction: reduction.reduction)
    }
  }

  @Test(arguments: reductions) func ofDistances(_ name: String, _ reduction: LossReduction) throws {
    let target = HostTensor([3, 4], LoopFixture.data(12, stream: 3))
    let shares = HostTensor([3, 4], LoopFixture.data(12, stream: 3).map { abs($0) / 2 })
    try check("distance/\(name)/mse", [3, 4], target) { try $0.meanSquaredError($1, reduction: reduction) }
    try check("distance/\(name)/l1", [3, 4], target) { try $0.meanAbsoluteError($1, reduction: reduction) }
    try check("distance/\(name)/huber", [3, 4], target) { try $0.huber($1, delta: 0.5, reduction: reduction) }
    try check("distance/\(name)/bce", [3, 4], shares) { try $0.binaryCrossEntropy($1, reduction: reduction) }
  }

  @Test func impossibleArguments() throws {
    func expect(
      _ number: Int, _ part: String, _ shape: Shape, _ target: InputSpecification, sourceLocation: SourceLocation = #_sourceLocation,
      _ loss: @escaping (Tensor, Tensor) throws -> Tensor
    ) {
      let layer = Scores(scores: Parameter(shape))
      let error = #expect(throws: MartletError.self, sourceLocation: sourceLocation) {
        try Tracer.trace(
          ModelStructure(layer), name: "loss", inputs: [(name: "target", specification: target)], purpose: .training,
          isTrained: { _ in true }
        ) { Tracer.Body([("loss", try loss(layer($0[0]), $0[0]))]) }
      }
      #expect(
        error?.number == number && error?.message.contains(part) == true, "\(String(describing: error))", sourceLocation: sourceLocation)
    }
    expect(401, "ignoreIndex is for labels", [2, 3], .f32(2, 3)) { try $0.crossEntropy($1, ignoreIndex: 0) }
    expect(401, "3 classes is needed, found 2", [2, 3], .f32(2, 3)) { try $0.crossEntropy($1, classWeights: [1, 2]) }
    expect(401, "label smoothing", [2, 3], .f32(2, 3)) { try $0.crossEntropy($1, labelSmoothing: 1) }
    expect(401, "label smoothing", [2, 3, 4], .i32(2, 4)) { try $0.crossEntropy($1, labelSmoothing: -0.1) }
    expect(402, "need labels i32[2, 4]", [2, 3, 4], .i32(2, 3)) { try $0.crossEntropy($1) }
    expect(402, "need labels i32[2, 4]", [2, 3, 4], .i32(8)) { try $0.negativeLogLikelihood($1) }
    expect(402, "need labels i32[2, 4]", [2, 3, 4], .f32(2, 4)) { try $0.crossEntropy($1, reduction: .sum) }
    expect(402, "expected logits [N, K, …]", [6], .i32(6)) { try $0.crossEntropy($1, reduction: .none) }
  }
}
