import MartletCore
import MartletLayers
import TestSupport

/// A small network around a layer or a loss, or a built-in model. Tests/Fixtures/batch_cases.py builds the same networks in PyTorch, under the
/// same names and in the same order.
struct BatchCase: Sendable {
  var name: String
  /// Batch normalisation of single numbers has no variance of fewer.
  var leastBatch = 1
  /// Whether rounding moves values across the kinks of relu, or makes another value the largest of a window, so that gradients in f32 say
  /// nothing: there silu stands for relu, and the mean of a window for its maximum.
  var isSmoothInSinglePrecision = false
  /// How far results in f32 may be from PyTorch's in f64, relative to the largest magnitude.
  var singlePrecisionTolerance = 2e-5
  var model: @Sendable () -> any Model

  static let all = linear + convolutions + pooling + normalization + sequences + overTheBatch + activations + losses + builtIn

  /// The layers of a case with the mean cross entropy of ten logits a sample as the loss.
  private static func network(
    _ name: String, _ inputShape: Shape, leastBatch: Int = 1, isSmooth: Bool = false, encoding: InputEncoding = .intensities,
    loss: @escaping Network.Loss = { try $0.crossEntropy($1) }, _ layers: @autoclosure @escaping @Sendable () -> [any Layer]
  ) -> BatchCase {
    BatchCase(name: name, leastBatch: leastBatch, isSmoothInSinglePrecision: isSmooth) {
      Network(layers: Sequential(layers()), inputShape: inputShape, inputEncoding: encoding, lossFunction: loss)
    }
  }

  private static let linear: [BatchCase] = [
    network("linear", [24], [Linear(24, 33), ReLU(), Linear(33, 10)]),
    network("linear-sequence", [6, 8], [Linear(8, 12), Tanh(), Flatten(), Linear(72, 10)]),
    network("lstm", [6, 8], [LSTM(8, 12), Flatten(), Linear(72, 10)]),
    network("gru-two-layers", [5, 16], [GRU(16, 16, layers: 2), RNN(16, 7), Flatten(), Linear(35, 10)]),
  ]

  private static let convolutions: [BatchCase] = [
    network("conv", [3, 10, 10], [Conv2D(3, 8, kernel: 3, padding: 1), ReLU(), MaxPool2D(2), Flatten(), Linear(200, 10)]),
    network(
      "conv-deep", [3, 12, 12], isSmooth: true,
      [
        Conv2D(3, 16, kernel: 3, padding: 1), ReLU(), Conv2D(16, 16, kernel: 3, padding: 1), ReLU(), MaxPool2D(2), Flatten(),
        Linear(576, 10),
      ]),
    network("conv-strided", [4, 11, 9], [Conv2D(4, 12, kernel: 3, stride: 2, padding: 1), ReLU(), Flatten(), Linear(360, 10)]),
    network(
      "conv-dilated", [3, 9, 9],
      [
        Conv2D(3, 6, kernel: 3, padding: 1), Tanh(), Conv2D(6, 8, kernel: 3, padding: 2, dilation: 2), ReLU(), Flatten(), Linear(648, 10),
      ]),
    network(
      "conv-grouped", [3, 8, 8],
      [
        Conv2D(3, 8, kernel: 1), Tanh(), Conv2D(8, 12, kernel: 3, padding: 1, groups: 4), ReLU(), Flatten(), Linear(768, 10),
      ]),
    network(
      "conv-depthwise", [3, 8, 8],
      [
        Conv2D(3, 8, kernel: 1), Tanh(), Conv2D(8, 8, kernel: 3, padding: 1, groups: 8), ReLU(), Flatten(), Linear(512, 10),
      ]),
    network(
      "conv-pointwise", [3, 7, 7], [Conv2D(3, 16, kernel: 1), ReLU(), Conv2D(16, 8, kernel: 1), ReLU(), Flatten(), Linear(392, 10)]),
    network("conv-one-channel", [1, 12, 12], [Conv2D(1, 6, kernel: 5, padding: 2), ReLU(), MaxPool2D(2), Flatten(), Linear(216, 10)]),
    network(
      "conv-transposed", [3, 9, 9],
      [
        Conv2D(3, 8, kernel: 3, stride: 2, padding: 1), ReLU(), ConvTranspose2D(8, 4, kernel: 3, stride: 2, padding: 1, outputPadding: 1),
        Tanh(), Flatten(), Linear(400, 10),
      ]),
    network(
      "residual", [3, 8, 8],
      [
        Conv2D(3, 8, kernel: 3, padding: 1),
        Residual {
          Conv2D(8, 8, kernel: 3, padding: 1); ReLU(); Conv2D(8, 8, kernel: 3, padding: 1)
        }, ReLU(), Flatten(), Linear(512, 10),
      ]),
    network(
      "shapes", [3, 6, 6],
      [
        Conv2D(3, 4, kernel: 3, padding: 1),
        Function { x in
          let n = x.shape[0]
          let padded = try x.padded(low: [0, 0, 1, 0], high: [0, 0, 0, 2], value: 0.25)
          let part = try padded.slice(starts: [0, 1, 0, 1], limits: [n, 4, 7, 8], strides: [1, 1, 2, 1])
          return try part.concatenated([part.tanh()], axis: 1).transposed([0, 2, 3, 1])
        },
        Flatten(), Linear(168, 10),
      ]),
  ]

  private static let pooling: [BatchCase] = [
    network(
      "max-pool-overlapping", [3, 9, 9],
      [
        Conv2D(3, 6, kernel: 3, padding: 1), MaxPool2D(3, stride: 2, padding: 1), Tanh(), Flatten(), Linear(150, 10),
      ]),
    network("average-pool", [3, 8, 8], [Conv2D(3, 6, kernel: 3, padding: 1), AvgPool2D(2), Tanh(), Flatten(), Linear(96, 10)]),
    network(
      "average-pool-overlapping", [3, 9, 9],
      [
        Conv2D(3, 6, kernel: 3, padding: 1), AvgPool2D(3, stride: 2), Tanh(), Flatten(), Linear(96, 10),
      ]),
    network(
      "average-pool-padded", [3, 9, 9],
      [
        Conv2D(3, 6, kernel: 3, padding: 1), AvgPool2D(3, stride: 2, padding: 1, countIncludesPadding: false), Tanh(), Flatten(),
        Linear(150, 10),
      ]),
    network(
      "adaptive-average-pool", [3, 7, 9],
      [
        Conv2D(3, 6, kernel: 3, padding: 1), AdaptiveAvgPool2D(3, 4), Tanh(), Flatten(), Linear(72, 10),
      ]),
    network(
      "max-pool-ceil", [3, 10, 8],
      [
        Conv2D(3, 6, kernel: 3, padding: 1), MaxPool2D(3, stride: 2, padding: 1, ceilMode: true), Tanh(), Flatten(), Linear(180, 10),
      ]),
    network(
      "max-pool-dilated", [3, 9, 9],
      [
        Conv2D(3, 6, kernel: 3, padding: 1), MaxPool2D(2, padding: 1, dilation: 3, ceilMode: true), Tanh(), Flatten(), Linear(150, 10),
      ]),
    network(
      "average-pool-ceil", [3, 10, 8],
      [
        Conv2D(3, 6, kernel: 3, padding: 1), AvgPool2D(3, stride: 2, padding: 1, ceilMode: true), Tanh(), Flatten(), Linear(180, 10),
      ]),
    network(
      "adaptive-max-pool", [3, 7, 9],
      [
        Conv2D(3, 6, kernel: 3, padding: 1), AdaptiveMaxPool2D(3, 4), Tanh(), Flatten(), Linear(72, 10),
      ]),
    network(
      "upsample", [3, 5, 4],
      [
        Conv2D(3, 4, kernel: 3, padding: 1), Tanh(), Upsample(by: 2, mode: .bilinear()), Conv2D(4, 4, kernel: 3, padding: 1), Tanh(),
        Upsample(by: 1.6, mode: .bilinear()), Flatten(), Linear(768, 10),
      ]),
    network(
      "upsample-nearest", [3, 5, 4],
      [
        Conv2D(3, 4, kernel: 3, padding: 1), Tanh(), Upsample(by: 2), Conv2D(4, 4, kernel: 3, padding: 1), Tanh(), Upsample(by: 1.5),
        Flatten(), Linear(720, 10),
      ]),
    network(
      "padding-modes", [3, 5, 6],
      [
        Conv2D(3, 4, kernel: 3, padding: 1, paddingMode: .reflect), Tanh(),
        Conv2D(4, 4, kernel: 3, padding: [1, 2], paddingMode: .circular), Tanh(),
        Conv2D(4, 4, kernel: 3, padding: 1, paddingMode: .replicate), Tanh(), Flatten(), Linear(160, 10),
      ]),
    network(
      "sequences", [3, 19],
      [
        Conv1D(3, 8, kernel: 3, stride: 2, padding: 1), Tanh(), MaxPool1D(3, stride: 2, ceilMode: true),
        Conv1D(8, 8, kernel: 3, padding: 1, groups: 2), Tanh(), AvgPool1D(2, ceilMode: true), Flatten(), Linear(24, 10),
      ]),
  ]

  private static let normalization: [BatchCase] = [
    // Two numbers a feature become -1 and 1 whatever they are: their gradient is what rounding leaves.
    network("batch-norm-rows", [24], leastBatch: 3, [Linear(24, 16, bias: false), BatchNorm1D(16), Tanh(), Linear(16, 10)]),
    network("batch-norm-sequences", [4, 9], [Linear(9, 9, bias: false), BatchNorm1D(4), Tanh(), Flatten(), Linear(36, 10)]),
    network("batch-norm-images", [3, 6, 6], [BatchNorm2D(3), Flatten(), Linear(108, 10)]),
    network(
      "batch-norm-pool", [3, 8, 8], isSmooth: true,
      [
        Conv2D(3, 8, kernel: 3, padding: 1, bias: false), BatchNorm2D(8), ReLU(), MaxPool2D(2), Flatten(), Linear(128, 10),
      ]),
    network(
      "batch-norm-twice", [3, 8, 8], isSmooth: true,
      [
        Conv2D(3, 8, kernel: 3, padding: 1, bias: false), BatchNorm2D(8), ReLU(), Conv2D(8, 8, kernel: 3, padding: 1, bias: false),
        BatchNorm2D(8), ReLU(), Flatten(), Linear(512, 10),
      ]),
    network(
      "batch-norm-residual", [3, 8, 8], isSmooth: true,
      [
        ResNet18.Block(3, 8, stride: 2), ResNet18.Block(8, 8, stride: 1), Flatten(), Linear(128, 10),
      ]),
    network("layer-norm-rows", [24], [Linear(24, 16), LayerNorm(16), Tanh(), Linear(16, 10)]),
    network(
      "layer-norm-images", [3, 6, 6], [Conv2D(3, 4, kernel: 3, padding: 1), LayerNorm(4, 6, 6), Tanh(), Flatten(), Linear(144, 10)]),
  ]

  private static let sequences: [BatchCase] = [
    network("embedding", [7], encoding: .indices, [Embedding(256, 6), Flatten(), Linear(42, 10)]),
    network("position-embedding", [5, 8], [Linear(8, 8), PositionEmbedding(5, 8), Tanh(), Flatten(), Linear(40, 10)]),
    network("self-attention", [5, 16], [Linear(16, 16), SelfAttention(16, heads: 4), Flatten(), Linear(80, 10)]),
    // Heads of eight features: the root of their number is no short binary number.
    network("causal-attention", [5, 16], [Linear(16, 16), SelfAttention(16, heads: 2, isCausal: true), Flatten(), Linear(80, 10)]),
    network("rms-norm", [5, 8], [Linear(8, 12), RMSNorm(12, epsilon: 1e-5), Tanh(), Mean(axes: [1]), Linear(12, 10)]),
  ]

  /// What reads all samples again after it added them up.
  private static let overTheBatch: [BatchCase] = [
    network("softmax-over-batch", [24], [Linear(24, 12, bias: false), Softmax(axis: 0), Linear(12, 10)]),
    network("minus-batch-mean", [24], [Linear(24, 12, bias: false), Function { try $0 - $0.mean(axes: [0]) }, Tanh(), Linear(12, 10)]),
    network("minus-batch-maximum", [24], [Linear(24, 12, bias: false), Function { try $0 - $0.max(axes: [0]) }, Tanh(), Linear(12, 10)]),
    network("times-batch-sum", [24], [Linear(24, 12), Function { try $0 * $0.sum(axes: [0]) * 0.0625 }, Tanh(), Linear(12, 10)]),
    network(
      "attention-over-batch", [24],
      [
        Linear(24, 16), Function { try ($0.matrixMultiply($0, transposeRight: true) * 0.0625).softmax(axis: 1).matrixMultiply($0) },
        Tanh(), Linear(16, 10),
      ]),
    network(
      "next-sample", [24], leastBatch: 2,
      [
        Linear(24, 12),
        Function { x in
          let n = x.shape[0]
          let first = try x.slice(starts: [0, 0], limits: [1, 12])
          return try x + x.slice(starts: [1, 0], limits: [n, 12]).concatenated([first], axis: 0).tanh()
        },
        Linear(12, 10),
      ]),
  ]

  private static let activations: [BatchCase] = [
    network("relu", [24], [Linear(24, 20), ReLU(), Linear(20, 10)]),
    network("gelu", [24], [Linear(24, 20), GELU(), Linear(20, 10)]),
    network("gelu-tanh", [24], [Linear(24, 20), GELU(.tanh), Linear(20, 10)]),
    network("silu", [24], [Linear(24, 20), SiLU(), Linear(20, 10)]),
    network("tanh", [24], [Linear(24, 20), Tanh(), Linear(20, 10)]),
    network("sigmoid", [24], [Linear(24, 20), Sigmoid(), Linear(20, 10)]),
    network("softplus", [24], [Linear(24, 20), Softplus(), Linear(20, 10)]),
    network("softmax", [24], [Linear(24, 20), Softmax(), Linear(20, 10)]),
    network(
      "functions", [24],
      [
        Linear(24, 20),
        Function { x in
          let y = try x.abs() + 0.5
          let roots = try y.log() + y.squareRoot() * (x * -0.5).exp() + y.reciprocalSquareRoot()
          return try roots + x.errorFunction() + y.power(1.5) + x.maximum(x * x).minimum(y)
        },
        Linear(20, 10),
      ]),
  ]

  private static let classWeights = [0.5, 2, 1, 0.25, 3, 1.5, 0.75, 1, 2.5, 0.125]

  private static func oneHot(_ labels: Tensor) throws -> Tensor { try labels.oneHot(classes: 10) }

  private static let losses: [BatchCase] = [
    network("smoothed-cross-entropy", [24], loss: { try $0.crossEntropy($1, labelSmoothing: 0.1) }, [Linear(24, 10)]),
    network(
      "weighted-cross-entropy", [3, 8, 8], loss: { try $0.crossEntropy($1, classWeights: classWeights, ignoreIndex: 7) },
      [Conv2D(3, 6, kernel: 3, padding: 1), Tanh(), Flatten(), Linear(384, 10)]),
    network("mean-squared-error", [24], loss: { try $0.meanSquaredError(oneHot($1)) }, [Linear(24, 10)]),
    network("negative-log-likelihood", [24], loss: { try $0.logSoftmax(axis: 1).negativeLogLikelihood($1) }, [Linear(24, 10)]),
    network("binary-cross-entropy", [24], loss: { try $0.binaryCrossEntropy(oneHot($1)) }, [Linear(24, 10)]),
  ]

  /// With several relus or poolings there are so many values that some lie beside a kink at some batch, whatever the weights.
  private static let kinked = ["mnist-cnn", "lenet5", "resnet8", "vgg-small", "mlp", "resnet18", "mobilenet-small"]

  /// Deep networks that normalise over the batch enlarge rounding: PyTorch's own f32 is 1.6e-5 away from its f64.
  private static let sensitive = ["resnet18", "mobilenet-small"]

  private static let builtIn: [BatchCase] = TestModels.names.map { name in
    BatchCase(
      name: name, isSmoothInSinglePrecision: kinked.contains(name), singlePrecisionTolerance: sensitive.contains(name) ? 5e-5 : 2e-5
    ) { TestModels.make(name) ?? MNISTCNN() }
  }
}

/// A sequence of layers with a loss.
private struct Network: Model {
  typealias Loss = @Sendable (Tensor, Tensor) throws -> Tensor

  let layers: Sequential
  let inputShape: Shape
  let inputEncoding: InputEncoding
  let lossFunction: Loss

  func callAsFunction(_ x: Tensor) throws -> Tensor { try layers(x) }
  func loss(_ output: Tensor, _ labels: Tensor) throws -> Tensor { try lossFunction(output, labels) }
}

/// A layer without parameters.
private struct Function: Layer {
  let body: @Sendable (Tensor) throws -> Tensor

  init(_ body: @escaping @Sendable (Tensor) throws -> Tensor) { self.body = body }

  func callAsFunction(_ input: Tensor) throws -> Tensor { try body(input) }
}
