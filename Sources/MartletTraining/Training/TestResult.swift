/// What a test of a model found.
package struct TestResult: Hashable, Sendable {
  /// The fraction of images whose largest logit is the label's.
  package var accuracy: Double
  /// The mean over batches of the loss, as the tutorial prints it: images of a smaller last batch count more than others.
  package var loss: Double
  /// The mean over samples of the loss: the same for every size of the batches, but for rounding.
  package var sampleLoss: Double

  package init(accuracy: Double, loss: Double, sampleLoss: Double) {
    self.accuracy = accuracy
    self.loss = loss
    self.sampleLoss = sampleLoss
  }
}
