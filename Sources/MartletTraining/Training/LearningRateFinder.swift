import MartletCore

/// Looks for a learning rate: trains some steps with rates that grow from one to the next, and undoes them.
extension TrainingStep {
  /// A range test with this step. `body` runs one update, on any batch, at the rate that it is given, and returns the loss before it; its first
  /// argument counts the steps from 0.
  ///
  /// ```swift
  /// let range = try step.learningRateRange { number, rate in
  ///   let (x, y) = batches[number % batches.count]
  ///   return try step(x, y, learningRate: rate)
  /// }
  /// try FileBytes.write(Array(LearningRatePlot(range, title: "mnist-cnn").svg.utf8), to: "rates.svg")
  /// print(range.suggestion ?? 1e-3)
  /// ```
  ///
  /// Afterwards the variables, the optimizer's state and the number of the step are those of before, also where `body` throws. A loss that is
  /// not finite ends the test; any other error is thrown. Throws M1210 where the rates or the number of steps are impossible. Nothing else
  /// may use the variables at the same time.
  public func learningRateRange(
    from lowest: Double = 1e-7, to highest: Double = 10, steps: Int = 100, _ body: (_ step: Int, _ learningRate: Double) throws -> Float
  ) throws -> LearningRateRange {
    var range = try LearningRateRange(from: lowest, to: highest, steps: steps)
    let (tensors, state, number) = (try variables.tensors(), try optimizerState(), self.number)
    let outcome = Result {
      while range.end == nil {
        let step = range.measurements.count
        do {
          range.add(Double(try body(step, range.rate(step: step))))
        } catch let error as MartletError where error.number == TrainingErrorCode.nonFiniteLoss.rawValue {
          range.add(.nan)
        }
      }
    }
    for (name, tensor) in tensors { try variables.set(name, to: tensor) }
    try setOptimizerState(state)
    self.number = number
    try outcome.get()
    return range
  }
}
