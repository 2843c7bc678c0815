import MartletCore
import MartletTransforms

extension TrainingStep {
  /// The exponential moving averages of the trained parameters, by the parameters' names; none unless the options have an `averageDecay`. They
  /// are part of `optimizerState()`. The first average is that of the values when the step was made and of the first update.
  public func averages() throws -> [(name: String, tensor: HostTensor)] {
    guard options.averageDecay != nil else { return [] }
    return try optimizerState().compactMap { name, tensor in Pass.averagedParameter(ofState: name).map { ($0, tensor) } }
  }

  /// Runs a body, a test for example, with the averages in place of the trained parameters, which are put back afterwards, also where the body
  /// throws. A step over the same variables in the body would be undone. Does nothing beside the body where there are no averages.
  ///
  /// ```swift
  /// let accuracy = try step.withAverages { try test(classify) }
  /// try step.withAverages { try weights.save("averaged.safetensors") }
  /// ```
  public func withAverages<Result>(_ body: () throws -> Result) throws -> Result {
    let averages = try averages()
    let trained = try averages.map { (name: $0.name, tensor: try variables[$0.name]) }
    for (name, tensor) in averages { try variables.set(name, to: tensor) }
    let outcome = Swift.Result { try body() }
    for (name, tensor) in trained { try variables.set(name, to: tensor) }
    return try outcome.get()
  }
}
