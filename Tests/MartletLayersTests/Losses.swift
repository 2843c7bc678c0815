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

/// Losses and their gradients are PyTorch's: Tests/Fixtures/make_loop_fixtures.py.
@Suite struct Losses {
  /// Scores that are trained.
  private struct Scores: Layer {
    let scores: Parameter
    func callAsFunction(_ input: Tensor) throws -> Tensor { try input.parameter(scores) }
  }

  /// The interpreter, two threads, one thread without fusion.
  private func device(_ number: Int) throws -> any ExecutionDevice {
    number == 0 ? InterpreterDevice() : CompilingDevice(try CPUBackend(threads: 3 - number))
  }

  private func graph(_ scores: Shape, _ others: [InputSpecification], _ loss: ([Tensor]) throws -> Tensor) throws -> Graph {
    let layer = Scores(scores: Parameter(scores))
    let inputs = others.enumerated().map { ("input\($0.offset)", $0.element) }
    return try Tracer.trace(ModelStructure(layer), name: "loss", inputs: inputs, purpose: .training, isTrained: { _ in true }) { tensors in
      Tracer.Body([("loss", try loss([layer(tensors[0])] + tensors))])
    }
  }

  /// The loss and the gradient of the scores.
  private func results(_ graph: Graph, _ scores: HostTensor, _ inputs: [HostTensor], _ number: Int) throws -> (Double, [Double]) {
    let passes = [.differentiate] + (number == 0 ? [] : Pipeline.optimization(fuses: number == 1))
    let whole = try Pipeline(passes, instruments: [VerifyInstrument(), RoundTripInstrument()]).run(graph)
    let arguments = try whole.parameters.map { parameter in
      parameter.role == .parameter ? scores : inputs[try #require(Int(parameter.name.dropFirst("input".count)))]
    }
    let found = Dictionary(uniqueKeysWithValues: zip(whole.results.map(\.name), try device(number).run(whole, arguments)))
    let gradient = try #require(found.first { $0.key.hasSuffix(".gradient") })
    return (try #require(found["loss"]?.numbers.first), gradient.value.numbers)
  }

  private func expect(_ found: [Double], _ right: [Double], _ name: String) {
    let size = right.map(abs).max() ?? 0
    #expect(found.count == right.count && zip(found, right).allSatisfy { abs($0 - $1) <= 1e-5 * size }, "\(name): \(found), not \(right)")
  }

  private static let weights = [0.5, 2, 0, 1.25, 3]
  static let cases: [(name: String, classWeights: [Double]?, ignoreIndex: Int?, smoothing: Double)] = [
    ("plain", nil, nil, 0), ("smoothed", nil, nil, 0.1), ("weighted", weights, nil, 0), ("weighted-smoothed", weights, nil, 0.2),
    ("ignored", nil, -100, 0), ("ignored-class", nil, 3, 0), ("ignored-smoothed", nil, -100, 0.1), ("all", weights, -100, 0.3),
    ("many", (1...300).map { Double($0) / 64 }, nil, 0),
  ]

  @Test(arguments: cases) func areLikePyTorchs(_ name: String, _ weights: [Double]?, _ ignored: Int?, _ smoothing: Double) throws {
    for loss in ["cross-entropy"] + (smoothing == 0 && name != "many" ? ["nll"] : []) {
      let path = "\(loss)/\(name)"
      let (logits, labels) = (try LoopFixture.tensor("\(path)/logits"), try LoopFixture.tensor("\(path)/labels"))
      let graph = try graph(logits.shape, [.i32(labels.count)]) { tensors in
        loss == "nll"
          ? try tensors[0].negativeLogLikelihood(tensors[1], classWeights: weights, ignoreIndex: ignored)
          : try tensors[0].crossEntropy(tensors[1], classWeights: weights, ignoreIndex: ignored, labelSmoothing: smoothing)
      }
      for number in 0...2 {
        let (value, gradient) = try results(graph, logits, [labels], number)
        expect([value], try LoopFixture.numbers("\(path)/loss"), path)
        expect(gradient, try LoopFixture.numbers("\(path)/gradient"), path)
        // The gradient of an ignored sample is zero, whatever its scores are.
        guard let ignored else { continue }
        for (row, label) in labels.numbers.enumerated() where Int(label) == ignored {
          #expect(gradient[row * 5..<row * 5 + 5].allSatisfy { $0 == 0 })
        }
      }
    }
  }

  /// Fusions and templates know the operation: without weights nothing else is traced.
  @Test func plainCallsAreOneOperation() throws {
    let graph = try graph([3, 5], [.i32(3)]) { try $0[0].crossEntropy($0[1], labelSmoothing: 0.1) }
    #expect(graph.nodes.map(\.mnemonic) == ["cross_entropy"])
    #expect((graph.nodes[0].operation as? CrossEntropy)?.labelSmoothing.value == 0.1)
  }

  /// A score of -inf at another class than the label's is no NaN, and ignored rows may hold anything.
  @Test(
    arguments: [[-Float.infinity, -.infinity, 0], [.infinity, 1, 2], [.nan, 0, .nan], [.infinity, .infinity, -.infinity]] as [[Float]])
  func infiniteScores(_ ignored: [Float]) throws {
    let scores = HostTensor([2, 3], [0, -Float.infinity, 1] + ignored)
    let graph = try graph([2, 3], [.i32(2)]) { try $0[0].crossEntropy($0[1], ignoreIndex: -1) }
    for number in 0...2 {
      let (loss, gradient) = try results(graph, scores, [HostTensor([2], [0, -1] as [Int32])], number)
      #expect(
        abs(loss - 1.313_261_687_518) < 1e-6 && gradient.allSatisfy(\.isFinite) && gradient[3...].allSatisfy { $0 == 0 }, "\(gradient)")
    }
  }

  /// All samples ignored, or a label that is no class and not ignored: NaN, as 0 / 0 is in PyTorch.
  @Test func lossesWithoutAMeaning() throws {
    let graph = try graph([2, 3], [.i32(2)]) { try $0[0].crossEntropy($0[1], ignoreIndex: -100) }
    let scores = HostTensor([2, 3], [1, 2, 3, 4, 5, 6] as [Float])
    for labels in [[-100, -100], [0, 3], [-1, 0]] as [[Int32]] {
      for number in 0...2 { #expect(try results(graph, scores, [HostTensor([2], labels)], number).0.isNaN, "\(labels)") }
    }
  }

  @Test(arguments: [("l1", nil), ("huber-1", 1), ("huber-0.25", 0.25)] as [(String, Double?)])
  func distances(_ name: String, _ delta: Double?) throws {
    let (x, y) = (try LoopFixture.tensor("distance/x"), try LoopFixture.tensor("distance/y"))
    for (trained, target, suffix) in [(x, y, "gradient"), (y, x, "target-gradient")] {
      let graph = try graph(x.shape, [.f32(3, 8)]) { tensors in
        let (a, b) = suffix == "gradient" ? (tensors[0], tensors[1]) : (tensors[1], tensors[0])
        return try delta.map { try a.huber(b, delta: $0) } ?? a.meanAbsoluteError(b)
      }
      for number in 0...2 {
        let (loss, gradient) = try results(graph, trained, [target], number)
        expect([loss], try LoopFixture.numbers("distance/\(name)/loss"), name)
        expect(gradient, try LoopFixture.numbers("distance/\(name)/\(suffix)"), "\(name) \(suffix)")
      }
    }
  }

  @Test func impossibleArguments() throws {
    func expect(
      _ number: Int, _ part: String, _ shape: Shape = [2, 3], _ labels: InputSpecification = .i32(2),
      _ loss: @escaping (Tensor, Tensor) throws -> Tensor
    ) {
      let error = #expect(throws: MartletError.self) { try graph(shape, [labels]) { try loss($0[0], $0[1]) } }
      #expect(error?.number == number && error?.message.contains(part) == true, "\(String(describing: error))")
      #expect(error?.location?.file.hasSuffix("Losses.swift") == true)
    }
    expect(401, "3 classes is needed, found 2") { try $0.crossEntropy($1, classWeights: [1, 2]) }
    expect(401, "class 1 is -1.0") { try $0.crossEntropy($1, classWeights: [1, -1, 1]) }
    expect(401, "class 2 is nan") { try $0.negativeLogLikelihood($1, classWeights: [1, 1, .nan]) }
    expect(401, "class 0 is 1e+300") { try $0.crossEntropy($1, classWeights: [1e300, 1, 1]) }
    expect(401, "i32, found 2147483648") { try $0.crossEntropy($1, ignoreIndex: 1 << 31) }
    expect(401, "label smoothing") { try $0.crossEntropy($1, ignoreIndex: 0, labelSmoothing: 1) }
    expect(401, "label smoothing") { try $0.crossEntropy($1, ignoreIndex: 0, labelSmoothing: .nan) }
    expect(402, "expected logits [N, K, …]", [6], .i32(2)) { try $0.crossEntropy($1, ignoreIndex: 0) }
    expect(402, "need labels i32[2], or probabilities f32[2, 3], found i32[3]", [2, 3], .i32(3)) { try $0.crossEntropy($1) }
    expect(401, "label smoothing") { try $0.crossEntropy($1, labelSmoothing: 1) }
    expect(402, "need labels i32[2]", [2, 3], .i32(3)) { try $0.crossEntropy($1, ignoreIndex: 0) }
    expect(402, "need labels i32[2]", [2, 3], .f32(2)) { try $0.negativeLogLikelihood($1) }
    expect(401, "positive number, found 0.0", [2], .f32(2)) { try $0.huber($1, delta: 0) }
    expect(401, "positive number, found inf", [2], .f32(2)) { try $0.huber($1, delta: .infinity) }
  }
}
