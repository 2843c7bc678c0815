import MartletCompiler
import MartletCore

/// Steps whose batches are divided into micro-batches.
extension TrainingSession {
  /// What the last divided step was given, to replay it.
  struct StepInput {
    var source: any DataSource
    var samples: [Int]
    var learningRate: Float
    var number: Int
  }

  func train(
    _ divided: MicroBatchedStep, _ source: any DataSource, _ samples: [Int], _ learningRate: Float, _ number: Int
  ) throws -> Float {
    let input = StepInput(source: source, samples: samples, learningRate: learningRate, number: number)
    last = input
    var counts = true
    let outcome = try recorded(.step, step: number) {
      try divided.run(
        samples: samples.count, learningRate: learningRate, isInterrupted: isInterrupted(),
        write: { bound, range in try recorded(.data, step: number) { try writeInputs(bound, input, range) } },
        observe: { bound, range in
          let count = try correct(bound, range.count)
          counts = counts && count != nil
          return count ?? 0
        })
    }
    lastCorrect = counts ? outcome.correct : nil
    wasInterrupted = outcome.isInterrupted
    return outcome.loss
  }

  func writeInputs(_ bound: CompiledGraphs.Bound, _ input: StepInput, _ range: Range<Int>) throws {
    try writeInputs(bound, input.source, Array(input.samples[range]), input.learningRate, input.number)
  }
}
