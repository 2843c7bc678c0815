import MartletCore
import TestSupport
import Testing

@testable import MartletTraining

/// Rates are reduced where PyTorch's scheduler reduces them: Tests/Fixtures/make_layer_fixtures.py.
@Suite struct Plateaus {
  static let cases: [(name: String, plateau: ReduceOnPlateau)] = [
    ("default", ReduceOnPlateau(rate: 0.1, patience: 2)), ("impatient", ReduceOnPlateau(rate: 0.1, factor: 0.5, patience: 0)),
    ("cooldown", ReduceOnPlateau(rate: 0.1, factor: 0.3, patience: 1, cooldown: 2)),
    ("threshold", ReduceOnPlateau(rate: 0.1, patience: 1, threshold: 0.1)),
    ("minimum", ReduceOnPlateau(rate: 0.1, patience: 0, minimum: 0.01)),
    ("larger", ReduceOnPlateau(rate: 0.1, factor: 0.7, patience: 2, direction: .larger)),
    // The last reductions would be less than 1e-8.
    ("tiny", ReduceOnPlateau(rate: 0.1, factor: 0.01, patience: 0)),
  ]

  @Test(arguments: cases) func areLikePyTorchs(_ name: String, _ fresh: ReduceOnPlateau) throws {
    let values = try LayerFixture.numbers("plateau/values")
    let expected = try LayerFixture.numbers("plateau/\(name)")
    var plateau = fresh
    #expect(values.count == expected.count && Set(expected).count > 1)
    for (number, value) in values.enumerated() {
      let before = plateau.rate
      let isReduced = plateau.observe(value)
      #expect(plateau.rate == expected[number], "\(name), \(number): \(plateau.rate), expected \(expected[number])")
      #expect(isReduced == (plateau.rate < before))
      // A run that goes on from the text is the same one.
      var resumed = fresh
      try resumed.restore(plateau.state)
      #expect(resumed == plateau)
      plateau = resumed
    }
  }

  /// A run that goes on with another rate keeps the share of it.
  @Test func otherRates() throws {
    var plateau = ReduceOnPlateau(rate: 0.5, factor: 0.5, patience: 0)
    plateau.observe(1)
    #expect(plateau.observe(1) && plateau.rate == 0.25)
    var other = ReduceOnPlateau(rate: 2, factor: 0.5, patience: 0)
    try other.restore(plateau.state)
    #expect(other.rate == 1)
    var none = ReduceOnPlateau(rate: 0)
    try none.restore(none.state)
    #expect(none.rate == 0)
  }

  /// Numbers that make no sense.
  @Test func misfits() {
    #expect(
      ReduceOnPlateau(rate: 1, patience: -1, threshold: .nan, cooldown: -2, minimum: -1)
        == ReduceOnPlateau(rate: 1, patience: 0, threshold: 0, cooldown: 0, minimum: 0))
    for factor in [0, 1, 2, -1, Double.nan] {
      var plateau = ReduceOnPlateau(rate: 1, factor: factor, patience: 0)
      for _ in 0..<3 { #expect(!plateau.observe(1) && plateau.rate == 1) }
    }
  }

  @Test(arguments: [
    "", "rate 0.1", "rate 0.2 of 0.1, best 1.0, 0 waited, 0 to cool down", "rate nan of 0.1, best 1.0, 0 waited, 0 to cool down",
    "rate -0.1 of 0.1, best 1.0, 0 waited, 0 to cool down", "rate 0.1 of inf, best 1.0, 0 waited, 0 to cool down",
    "rate 0.1 of 0.1, best nan, 0 waited, 0 to cool down", "rate 0.1 of 0.1, best x, 0 waited, 0 to cool down",
    "rate 0.1 of 0.1, best 1.0, -1 waited, 0 to cool down", "rate 0.1 of 0.1, best 1.0, 4294967296 waited, 0 to cool down",
    "rate 0.1 of 0.1, best 1.0, 0 waited, 99999999999999999999 to cool down", "rate 0.1 of 0.1, best 1.0, 0 waited, 0 to cool down\n",
  ]) func damagedStates(_ text: String) throws {
    var plateau = ReduceOnPlateau(rate: 0.1, patience: 0)
    plateau.observe(1)
    let before = plateau
    let error = try #require(throws: MartletError.self) { try plateau.restore(text) }
    #expect(error.number == CheckpointErrorCode.entryValue.rawValue && plateau == before)
  }
}
