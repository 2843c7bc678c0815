/// What a test of a model found.
package struct TestResult: Hashable, Sendable {
  /// The fraction of samples, or of tokens, whose largest output is the label's; nil where targets are numbers to predict.
  package var accuracy: Double?
  /// The mean over batches of the loss, as the tutorial prints it: samples of a smaller last batch count more than others.
  package var loss: Double
  /// The mean over samples of the loss: the same for every size of the batches, but for rounding.
  package var sampleLoss: Double
  /// The exponential of the mean loss of a token; nil where a sample has one target.
  package var perplexity: Double?

  package init(accuracy: Double?, loss: Double, sampleLoss: Double, perplexity: Double? = nil) {
    self.accuracy = accuracy
    self.loss = loss
    self.sampleLoss = sampleLoss
    self.perplexity = perplexity
  }
}
