import MartletCore
import TestSupport

@testable import MartletCompiler
@testable import MartletGraph
@testable import MartletLayers
@testable import MartletTraining
@testable import MartletTransforms

extension Provocations {
  /// Models and steps in Swift: layers that do not fit, numbers that make no layer, losses for other targets.
  var modelsInSwift: [Titled] { configurations + shapes + operators + axes + losses + stepsInSwift }

  private var configurations: [Titled] {
    [
      (401, "a negative number of features", { try trace { try Linear(64, -3)($0.flatten()) } }),
      (401, "a kernel of 0", { try trace { try Conv2D(1, 4, kernel: 0)($0) } }),
      (401, "a kernel of three numbers", { try trace { try Conv2D(1, 4, kernel: [3, 3, 3])($0) } }),
      (401, "pooling with padding above half the window", { try trace { try MaxPool2D(2, padding: 2)($0) } }),
      (401, "a probability in percent", { try trace { try Dropout(50)($0) } }),
      (401, "a momentum above 1", { try trace { try BatchNorm2D(1, momentum: 10)($0) } }),
      (401, "a negative epsilon", { try trace { try RMSNorm(8, epsilon: -1)($0) } }),
      (
        401, "reflection of more pixels than there are",
        { try trace { try Conv2D(1, 4, kernel: 3, padding: 9, paddingMode: .reflect)($0) } }
      ),
      (401, "padding of some axes", { try trace { try $0.padded(low: [1, 1], high: [1, 1], mode: .circular) } }),
      (401, "output padding as large as the stride", { try held(ConvTranspose2D(1, 4, kernel: 3, outputPadding: 1)) }),
      (401, "an embedding without entries", { try trace { try Embedding(0, 4)($0.converted(to: .i32)) } }),
      (401, "a recurrent layer without layers", { try trace([8, 8]) { try LSTM(8, 4, layers: 0)($0) } }),
      (401, "resizing by 0", { try trace { try Upsample(by: 0)($0) } }),
      (401, "resizing by three factors", { try trace { try Upsample(by: 2, 2, 2)($0) } }),
      (401, "resizing to nothing", { try trace { try Upsample(to: [0, 4])($0) } }),
      (401, "pooling to no pixel", { try trace { try AdaptiveAvgPool2D(0, 1)($0) } }),
      (401, "a rotation of positions by no base", { try trace([8, 8]) { try RotaryEmbedding(base: 0)($0) } }),
      (
        308, "a layer beyond all memory",
        {
          let layer = Linear(1 << 40, 1 << 40)
          _ = try Tracer.trace(Sequenced(layer), name: "m", batch: 1, purpose: .inference)
        }
      ),
      (
        308, "a tensor beyond all memory",
        { try trace([8]) { try $0.padded(low: [1 << 30, 0], high: [0, 1 << 30]) } }
      ),
      (308, "a negative extent", { try trace { try $0.reshaped([-1, 64]) } }),
    ]
  }

  private var shapes: [Titled] {
    [
      (402, "a linear layer on images", { try trace { try Linear(64, 10)($0) } }),
      (402, "a linear layer of other features", { try trace { try Linear(100, 10)($0.flatten()) } }),
      (402, "a convolution behind flatten", { try trace { try Conv2D(1, 4, kernel: 3)($0.flatten()) } }),
      (
        402, "a convolution for other channels than the one before gives",
        { try held(Conv2D(1, 4, kernel: 3), Conv2D(8, 4, kernel: 3)) }
      ),
      (402, "a normalization of other channels", { try trace { try BatchNorm2D(3)($0) } }),
      (402, "a normalization of images for rows", { try trace { try BatchNorm1D(1)($0) } }),
      (402, "a transposed convolution for other channels", { try trace { try ConvTranspose2D(3, 1, kernel: 2)($0) } }),
      (402, "a convolution of sequences for images", { try trace { try Conv1D(1, 4, kernel: 3)($0) } }),
      (402, "pooling of sequences for images", { try trace { try MaxPool1D(2)($0) } }),
      (402, "an adaptive pooling of rows", { try trace { try AdaptiveAvgPool2D(1, 1)($0.flatten()) } }),
      (402, "an embedding of floats", { try trace { try Embedding(10, 4)($0) } }),
      (402, "positions for a longer sequence", { try trace([8, 8]) { try PositionEmbedding(16, 8)($0) } }),
      (402, "a recurrent layer of other features", { try trace([8, 8]) { try GRU(4, 8)($0) } }),
      (402, "a recurrent layer on images", { try trace { try LSTM(8, 4)($0) } }),
      (402, "heads that do not divide the features", { try trace([8, 8]) { try SelfAttention(8, heads: 3)($0) } }),
      (402, "resizing rows", { try trace { try Upsample(by: 2)($0.flatten()) } }),
      (402, "an augmentation of rows", { try trace { try Augmentation(shift: 1)($0.flatten()) } }),
      (305, "a convolution whose kernel is larger than its input", { try held(Conv2D(1, 4, kernel: 9)) }),
      (305, "a kernel that is longer than its sequence", { try held(Conv1D(3, 4, kernel: 9), on: [3, 8]) }),
      (305, "a window that is longer than its sequence", { try trace([3, 8]) { try MaxPool1D(9)($0) } }),
      (305, "a convolution with a dilation of 0", { try held(Conv2D(1, 4, kernel: 3, dilation: 0)) }),
      (305, "a convolution with groups that do not divide", { try held(Conv2D(1, 4, kernel: 3, groups: 2)) }),
      (305, "a pooling whose window is larger than its input", { try trace { try MaxPool2D(9)($0) } }),
      (305, "pooling rows", { try trace { try MaxPool2D(2)($0.flatten()) } }),
      (305, "a product that does not fit", { try trace([8, 4]) { try $0.matrixMultiply($0) } }),
      (305, "reshaping to another number of elements", { try trace { try $0.reshaped([2, 60]) } }),
      (305, "a slice behind the end", { try trace([8]) { try $0.slice(starts: [0, 0], limits: [2, 9]) } }),
      (305, "a slice of some axes", { try trace([8]) { try $0.slice(starts: [0], limits: [1]) } }),
      (305, "a slice that ends before it starts", { try trace([8]) { try $0.slice(starts: [0, 5], limits: [2, 3]) } }),
      (
        305, "joining tensors that differ",
        { try trace([8]) { try $0.concatenated([$0.slice(starts: [0, 0], limits: [2, 4])], axis: 0) } }
      ),
      (305, "a permutation of some axes", { try trace { try $0.transposed([1, 0]) } }),
      (305, "indices that are floats", { try trace { try $0.gather($0) } }),
      (305, "a class for each of some floats", { try trace([8]) { try $0.oneHot(classes: 3) } }),
      (305, "the exponential of integers", { try trace { try $0.converted(to: .i32).exp() } }),
      (305, "an axis twice", { try trace { try $0.sum(axes: [1, -3]) } }),
    ]
  }

  /// A model of layers that are properties, called one after the other or as `body` says.
  private func held(
    _ layers: any Layer..., on input: Shape = [1, 8, 8],
    body: @escaping @Sendable (Tensor, [any Layer]) throws -> Tensor = { input, layers in try layers.reduce(input) { try $1($0) } }
  ) throws {
    _ = try Tracer.trace(Held(inputShape: input, layers: layers, body: body), name: "m", batch: 2, purpose: .inference)
  }

  /// Operators have no line of their own: that of the layer before them is named.
  private var operators: [Titled] {
    [
      (
        403, "a sum of two layers' results",
        { try held(Conv2D(1, 4, kernel: 3), Conv2D(1, 4, kernel: 5)) { try $1[0]($0) + $1[1]($0) } }
      ),
      (
        403, "a residual block whose convolution has no padding",
        { try held(Residual { Conv2D(1, 1, kernel: 3) }) }
      ),
      (403, "the input plus a layer's result", { try held(Linear(64, 10)) { try $0.flatten() + $1[0]($0.flatten()) } }),
      (403, "a product with a constant", { try trace([8]) { try $0 * $0.constant(HostTensor([3], [Float](repeating: 1, count: 3))) } }),
      (
        402, "a mean squared error with targets of another shape",
        { try held(Linear(8, 3), on: [8]) { try $0.meanSquaredError($1[0]($0)) } }
      ),
      (403, "the power of a tensor of another shape", { try held(Linear(8, 3), on: [8]) { try $0.power($1[0]($0)) } }),
      (
        403, "sequences of two lengths",
        { try trace([8]) { x in try Tensor.scan([x, x.sum(axes: [0])], []) { ScanStep(carried: $0, stacked: $1) }.stacked[0] } }
      ),
      (305, "a sum of a float and an integer", { try held(Linear(8, 8), on: [8]) { try $1[0]($0) + $0.converted(to: .i32) } }),
      (305, "the negation of truth values", { try trace([8]) { try -$0.isGreater(than: 0) } }),
    ]
  }

  private var axes: [Titled] {
    [
      (404, "an axis above the last", { try trace([8]) { try $0.softmax(axis: 2) } }),
      (404, "the axis of a scalar", { try trace([8]) { try $0.sum(axes: [0, 1]).softmax(axis: -1) } }),
      (404, "a layer for an axis that is not there", { try trace([8]) { try Softmax(axis: 3)($0) } }),
      (
        404, "a loop over a scalar",
        { try trace([8]) { x in try x.sum(axes: [0, 1]).scan([]) { ScanStep(carried: $0, stacked: [$1]) }.stacked[0] } }
      ),
    ]
  }

  private var losses: [Titled] {
    [
      (402, "a cross entropy with targets that are numbers", { try trace([8]) { try $0.crossEntropy($0.sum(axes: [1])) } }),
      (
        402, "a cross entropy with labels in a column",
        { try trace([8]) { try $0.crossEntropy($0.slice(starts: [0, 0], limits: [2, 1]).converted(to: .i32)) } }
      ),
      (
        402, "a cross entropy of classes along the last axis",
        { try trace([5, 8]) { try $0.crossEntropy($0.argumentOfMaximum(axis: -1)) } }
      ),
      (402, "a log likelihood with targets that are numbers", { try trace([8]) { try $0.negativeLogLikelihood($0) } }),
      (402, "the accuracy of targets that are numbers", { try trace([8]) { try $0.accuracy($0) } }),
      (401, "an ignored label and targets that are probabilities", { try trace([8]) { try $0.crossEntropy($0, ignoreIndex: 0) } }),
      (401, "smoothing of all", { try trace([8]) { try $0.crossEntropy($0, labelSmoothing: 1) } }),
      (401, "weights of too few classes", { try trace([8]) { try $0.crossEntropy($0.argumentOfMaximum(axis: 1), classWeights: [1, 2]) } }),
      (
        401, "a negative weight of a class",
        { try trace([2]) { try $0.crossEntropy($0.argumentOfMaximum(axis: 1), classWeights: [1, -1]) } }
      ),
      (402, "a mean squared error of a column and a row", { try trace([1]) { try $0.meanSquaredError($0.reshaped([2])) } }),
      (305, "a Huber loss of classes", { try trace([3]) { try $0.argumentOfMaximum(axis: 1).huber($0.argumentOfMaximum(axis: 1)) } }),
      (401, "a negative delta", { try trace([8]) { try $0.huber($0, delta: -1) } }),
      (
        402, "a binary cross entropy with labels that are integers",
        { try trace([8]) { try $0.binaryCrossEntropy($0.converted(to: .i32)) } }
      ),
    ]
  }

  private var stepsInSwift: [Titled] {
    let layer = Linear(8, 3)
    return [
      (
        504, "a loss for each sample",
        {
          _ = try TrainingStep(variables(layer), inputs: .f32(2, 8)) {
            try layer($0).meanSquaredError($0.constant(HostTensor(repeating: 0, TensorType(.f32, [2, 3]))), reduction: .none)
          }
        }
      ),
      (153, "a layer that needs more memory than there is", { _ = try variables(Linear(1 << 20, 1 << 19)) }),
      (
        402, "one sample for a normalization in training",
        {
          let norm = BatchNorm1D(8)
          _ = try TrainingStep(Variables(norm, on: .interpreter), inputs: .f32(1, 8)) { try norm($0).mean(axes: [0, 1]) }
        }
      ),
      (
        804, "labels that count from 1",
        {
          let step = try TrainingStep(variables(layer), inputs: .f32(2, 8), .i32(2)) { try layer($0).crossEntropy($1) }
          try step([Float](repeating: 0, count: 16), [1, 3] as [Int32], learningRate: 0.1)
        }
      ),
      (
        804, "labels that are negative",
        {
          let step = try TrainingStep(variables(layer), inputs: .f32(2, 8), .i32(2)) { try layer($0).crossEntropy($1) }
          try step([Float](repeating: 0, count: 16), [1, -100] as [Int32], learningRate: 0.1)
        }
      ),
      (504, "a loss that nothing reduces", { _ = try TrainingStep(variables(layer), inputs: .f32(2, 8)) { try layer($0) } }),
      (
        504, "a loss that is an integer",
        { _ = try TrainingStep(variables(layer), inputs: .f32(2, 8)) { try layer($0).converted(to: .i32).sum(axes: [0, 1]) } }
      ),
      (
        405, "a layer that is made in the function",
        { _ = try TrainingStep(variables(layer), inputs: .f32(2, 8)) { try Linear(8, 3)($0).mean(axes: [0, 1]) } }
      ),
      (
        412, "a layer of a model that is never called",
        {
          var options = ModelOptions()
          options.expectsCalls = true
          _ = try Tracer.trace(Forgotten(), name: "m", batch: 2, purpose: .training, options)
        }
      ),
      (
        412, "a layer of a step that is never called",
        {
          let other = Linear(8, 3)
          let both = try Variables(["used": layer, "unused": other], on: .interpreter)
          _ = try TrainingStep(both, inputs: .f32(2, 8)) { try layer($0).mean(axes: [0, 1]) }
        }
      ),
      (
        402, "a layer that is called twice, on other shapes",
        { _ = try Tracer.trace(Repeated(), name: "m", batch: 2, purpose: .inference) }
      ),
      (1506, "a layer that is never called", { _ = try TrainingStep(variables(layer), inputs: .f32(2, 8)) { try $0.mean(axes: [0, 1]) } }),
      (
        1504, "an input too many",
        {
          _ = try Function(variables(layer), inputs: .f32(2, 8)) { try layer($0) }.values(
            [Float](repeating: 0, count: 16), [Float](repeating: 0, count: 16))
        }
      ),
      (
        1505, "samples of another number of features",
        { _ = try Function(variables(layer), inputs: .f32(2, 8)) { try layer($0) }.values([Float](repeating: 0, count: 15)) }
      ),
      (
        1505, "integers in place of floats",
        { _ = try Function(variables(layer), inputs: .f32(2, 8)) { try layer($0) }.values([Int32](repeating: 0, count: 16)) }
      ),
      (1502, "a variable that is misspelt", { _ = try variables(layer)["wieght"] }),
    ]
  }
}

/// A model of one layer of rows.
private struct Sequenced: Model {
  let out: Linear
  init(_ layer: Linear) { out = layer }
  var inputShape: Shape { [8] }
  func callAsFunction(_ x: Tensor) throws -> Tensor { try out(x) }
}

/// A model that leaves a layer out.
private struct Forgotten: Model {
  let hidden = Linear(8, 8)
  let out = Linear(8, 3)
  var inputShape: Shape { [8] }
  func callAsFunction(_ x: Tensor) throws -> Tensor { try out(x) }
}

/// A model that calls its layer on what it made.
private struct Repeated: Model {
  let hidden = Linear(8, 3)
  var inputShape: Shape { [8] }
  func callAsFunction(_ x: Tensor) throws -> Tensor { try hidden(hidden(x)) }
}

/// A model of some layers.
private struct Held: Model {
  let inputShape: Shape
  let layers: [any Layer]
  let body: @Sendable (Tensor, [any Layer]) throws -> Tensor
  func callAsFunction(_ x: Tensor) throws -> Tensor { try body(x, layers) }
}
