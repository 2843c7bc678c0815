import MartletCore
import TestSupport
import Testing

@testable import MartletTraining

/// Runs end where PyTorch Lightning's end: Tests/Fixtures/make_loop_fixtures.py.
@Suite struct StoppingEarly {
  static let cases: [(name: String, patience: Int, change: Double, direction: MetricDirection)] = [
    ("smaller", 3, 0, .smaller), ("patient", 6, 0, .smaller), ("change", 4, 0.0625, .smaller), ("larger", 3, 0, .larger),
    ("none", 0, 0, .smaller),
  ]

  @Test(arguments: cases) func isLikeLightning(_ name: String, _ patience: Int, _ change: Double, _ direction: MetricDirection) throws {
    let values = try LoopFixture.numbers("stopping/values")
    let expected = try LoopFixture.numbers("stopping/\(name)")
    var stopping = EarlyStopping(patience: patience, minimumChange: change, direction: direction)
    #expect(!stopping.shouldStop && stopping.best == direction.worst)
    var best = 0
    for (number, value) in values.enumerated() {
      let isImprovement = stopping.observe(value)
      #expect(
        stopping.best == expected[number * 3] && Double(stopping.waited) == expected[number * 3 + 1], "\(name), \(number): \(stopping)")
      #expect(stopping.shouldStop == (expected[number * 3 + 2] == 1), "\(name), \(number): \(stopping)")
      #expect(isImprovement == (stopping.waited == 0))
      if isImprovement { best = number + 1 }
      #expect(stopping.bestValidation == best && stopping.validations == number + 1)
      // A run that goes on from the text is the same one.
      var resumed = EarlyStopping(patience: patience, minimumChange: change, direction: direction)
      try resumed.restore(stopping.state)
      #expect(resumed == stopping)
      stopping = resumed
    }
    #expect(expected.count == values.count * 3)
  }

  /// All bits of a number survive the text.
  @Test(arguments: [0.1, 1.0 / 3, Double.leastNonzeroMagnitude, -1.7976931348623157e308, -0.0, 123_456_789.123_456_79, 1e22])
  func numbersSurvive(_ value: Double) throws {
    var stopping = EarlyStopping(direction: .smaller)
    stopping.observe(value)
    var read = EarlyStopping(direction: .smaller)
    try read.restore(stopping.state)
    #expect(read.best.bitPattern == value.bitPattern, "\(stopping.state)")
  }

  @Test func stateBeforeTheFirstValidation() throws {
    for direction in MetricDirection.allCases {
      var stopping = EarlyStopping(direction: direction)
      try stopping.restore(EarlyStopping(direction: direction).state)
      #expect(stopping == EarlyStopping(direction: direction))
    }
    // Numbers that make no sense count as 0.
    #expect(EarlyStopping(patience: -1, minimumChange: -.infinity, direction: .smaller) == EarlyStopping(patience: 0, direction: .smaller))
    #expect(EarlyStopping(minimumChange: .nan, direction: .larger) == EarlyStopping(direction: .larger))
  }

  @Test(arguments: [
    "", "best 0.5", "best nan of validation 1, 1 validations, 0 waited", "best x of validation 1, 1 validations, 0 waited",
    "best 0.5 of validation 2, 1 validations, 0 waited", "best 0.5 of validation 1, 3 validations, 1 waited",
    "best 0.5 of validation 0, 2 validations, 2 waited", "best -inf of validation 0, 2 validations, 2 waited",
    "best 0.5 of validation 1, 99999999999999999999 validations, 1 waited", "best 0.5 of validation -1, 1 validations, 2 waited",
    "best 0.5 of validation 1, 4294967296 validations, 4294967295 waited", "best 0.5 of validation 1, 1 validations, 0 waited\n",
  ]) func damagedStates(_ text: String) throws {
    var stopping = EarlyStopping(direction: .smaller)
    stopping.observe(1)
    let before = stopping
    let error = try #require(throws: MartletError.self) { try stopping.restore(text) }
    #expect(error.number == CheckpointErrorCode.entryValue.rawValue && stopping == before)
  }
}
