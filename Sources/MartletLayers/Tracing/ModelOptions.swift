import MartletCore

/// What a run chooses about the graphs of its model.
package struct ModelOptions: Sendable {
  /// The types of the samples; nil for those that the model names.
  package var samples: SampleType?
  /// What training does to its images.
  package var augmentation: Augmentation?
  /// Of the cross entropy, a weight a class [torch.nn.CrossEntropyLoss]; nil for equal weights.
  package var classWeights: [Double]?
  /// Of the cross entropy, from 0 to 1 [torch.nn.CrossEntropyLoss].
  package var labelSmoothing = 0.0
  /// Names of parameters, or of layers in front of a point, that training leaves as they are.
  package var frozen: [String] = []

  /// Whether a layer to be trained that the training graph does not call is an error.
  package var expectsCalls = false
  /// Whether the samples of a training graph are a part of a batch: what is random then depends on the number of the first one, an input
  /// `%first_sample: i32[]`.
  package var isMicroBatch = false
  /// Whether `Tensor.show` makes results, which a session prints.
  package var showsValues = false

  package init(samples: SampleType? = nil) { self.samples = samples }

  /// Whether a parameter, or a layer that it belongs to, is frozen.
  package func isFrozen(_ name: String) -> Bool { frozen.contains { name == $0 || name.hasPrefix($0 + ".") } }

  /// The loss that training minimises: the model's own unless weights or smoothing are given. Tests and validations have the model's own.
  func loss(_ model: any Model, _ output: Tensor, _ labels: Tensor) throws -> Tensor {
    guard classWeights != nil || labelSmoothing != 0 else { return try model.loss(output, labels) }
    let (rows, labels) = try output.places(labels)
    return try rows.crossEntropy(labels, classWeights: classWeights, labelSmoothing: labelSmoothing)
  }
}
