import MartletCore
import TestSupport
import Testing

@testable import MartletTraining

/// The factor of every step is that of PyTorch's schedulers: Tests/Fixtures/make_loop_fixtures.py.
@Suite struct Schedules {
  static let cases: [(name: String, shape: LearningRateSchedule.Shape, stepsPerEpoch: Int, total: Int)] = [
    ("restarts-1", .restarts(epochs: 2, growth: 1), 5, 40), ("restarts-2", .restarts(epochs: 1, growth: 2), 8, 64),
    ("restarts-3", .restarts(epochs: 2, growth: 3), 4, 110), ("one-cycle", .oneCycle(), 6, 60),
    ("one-cycle-other", .oneCycle(peak: 0.25, startDivisor: 10, endDivisor: 100), 11, 33), ("one-cycle-3", .oneCycle(), 1, 3),
    ("exponential", .exponential(factor: 0.9), 4, 24), ("linear", .linear, 5, 25),
  ]

  @Test(arguments: cases)
  func areLikePyTorchs(_ name: String, _ shape: LearningRateSchedule.Shape, _ stepsPerEpoch: Int, _ total: Int) throws {
    let expected = try LoopFixture.numbers("schedule/\(name)")
    #expect(expected.count >= total)
    for (number, right) in expected.enumerated() {
      let found = LearningRateSchedule(shape).factor(step: number + 1, stepsPerEpoch: stepsPerEpoch, total: total)
      #expect(abs(found - right) <= 1e-12, "\(name), step \(number + 1): \(found), expected \(right)")
      // Epochs are counted from the first step; what has a length begins after the warm-up.
      guard case .exponential = shape else {
        let late = LearningRateSchedule(shape, warmUpSteps: 7).factor(step: number + 8, stepsPerEpoch: stepsPerEpoch, total: total + 7)
        #expect(late == found)
        continue
      }
    }
    let warm = LearningRateSchedule(shape, warmUpSteps: 4)
    #expect((1...4).map { warm.factor(step: $0, stepsPerEpoch: stepsPerEpoch, total: total) } == [0.25, 0.5, 0.75, 1])
  }

  /// Lengths that no run has, and steps behind the last one: finite factors between 0 and 1.
  @Test func bordersAreFinite() {
    let shapes: [LearningRateSchedule.Shape] = [
      .constant, .cosine, .linear, .oneCycle(), .oneCycle(peak: 0.5), .restarts(epochs: 0, growth: 0),
      .restarts(epochs: .max, growth: .max),
      .restarts(epochs: 1, growth: 1), .exponential(factor: 0.5), .step(epochs: .max, factor: 0.5), .plateau(),
    ]
    for shape in shapes {
      for (perEpoch, total) in [(0, 0), (1, 1), (1, 2), (3, 2), (5, 50)] {
        for step in [1, 2, 3, 49, 50, 51, 1 << 40] {
          let factor = LearningRateSchedule(shape).factor(step: step, stepsPerEpoch: perEpoch, total: total)
          #expect((0...1).contains(factor), "\(shape), step \(step) of \(total): \(factor)")
        }
      }
    }
  }

  static let plateaus: [(name: String, shape: LearningRateSchedule.Shape, stepsPerEpoch: Int, total: Int)] = [
    ("", .plateau(), 1, 1), ("", .plateau(factor: 0.5), 1, 1), ("", .plateau(patience: 0), 1, 1), ("", .plateau(threshold: 0), 1, 1),
    ("", .plateau(cooldown: 3), 1, 1), ("", .plateau(minimum: 1e-7), 1, 1),
  ]

  @Test func everySummaryIsOne() {
    var seen: Set<String> = []
    for (_, shape, _, _) in Schedules.cases + [("", .constant, 1, 1), ("", .cosine, 1, 1), ("", .step(epochs: 3, factor: 1e-12), 1, 1)]
      + Schedules.plateaus
    {
      for warmUp in [0, 5] {
        let summary = LearningRateSchedule(shape, warmUpSteps: warmUp).summary(epochs: 10)
        #expect(LearningRateSchedule.isSummary(summary), "\(summary)")
        // Everything that decides the rates is in the text.
        #expect(seen.insert(summary).inserted || summary.hasPrefix("one-cycle over 10 epochs (peak 0.3"), "\(summary)")
        #expect(LearningRateSchedule.names.contains { summary.hasPrefix($0) })
      }
    }
  }

  @Test(arguments: [
    "", "linear", "restarts", "one-cycle", "exponential", "linear over -1 epochs", "restarts (1 epochs)", "restarts (1 epochs, growth 1.5)",
    "one-cycle over 10 epochs", "one-cycle over 10 epochs (peak 0, divisors 25.0 and 10000.0)",
    "one-cycle over 10 epochs (peak 1.0, divisors 25.0 and 10000.0)", "one-cycle over 10 epochs (peak 0.3, divisors 0.0 and 10000.0)",
    "one-cycle over 10 epochs (peak 0.3, divisors 25.0 and inf)", "one-cycle over 10 epochs (peak nan, divisors 25.0 and 1.0)",
    "exponential (factor 0)", "exponential (factor -1.0)", "exponential (factor x)", "linear over 10 epochs, warm-up",
    "constant, warm-up 1 2",
    "linear over 10 epochs, warm-up 5, warm-up 5", "constant (factor 0.1)",
    "plateau", "plateau (factor 1.0, patience 10, threshold 0.0, cooldown 0, minimum 0.0)",
    "plateau (factor 0.1, patience -1, threshold 0.0, cooldown 0, minimum 0.0)",
    "plateau (factor 0.1, patience 1, threshold 1.0, cooldown 0, minimum 0.0)",
    "plateau (factor 0.1, patience 1, threshold 0.0, cooldown 0, minimum -1.0)",
  ]) func othersAreNone(_ text: String) { #expect(!LearningRateSchedule.isSummary(text)) }

  /// What runs wrote before some of these schedules existed.
  @Test(arguments: [
    "constant", "cosine", "cosine over 10 epochs", "step (3 epochs, factor 0.1)", "step (1 epochs, factor 1e-05), warm-up 7",
    "constant, warm-up 100",
  ]) func earlierSummaries(_ text: String) { #expect(LearningRateSchedule.isSummary(text)) }

  @Test(arguments: ["cosine over -1 epochs", "step (3 epochs, factor nan)", "constant, warm-up -1", "step (3 epochs, factor 0)"])
  func earlierMisfits(_ text: String) { #expect(!LearningRateSchedule.isSummary(text)) }
}
