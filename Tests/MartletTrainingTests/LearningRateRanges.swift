import Glibc
import MartletCore
import TestSupport
import Testing

@testable import MartletInspection
@testable import MartletTraining

/// Range tests smooth and end as PyTorch Lightning's do, and suggest what NumPy finds: Tests/Fixtures/make_loop_fixtures.py.
@Suite struct LearningRateRanges {
  private func range(_ losses: [Double]) throws -> LearningRateRange {
    var range = try LearningRateRange(from: 1e-5, to: 1, steps: losses.count)
    for loss in losses { range.add(loss) }
    return range
  }

  @Test(arguments: ["valley", "falling", "rising", "explosion"]) func areTheOraclesNumbers(_ name: String) throws {
    let range = try range(LoopFixture.numbers("range/\(name)/losses"))
    let smoothed = try LoopFixture.numbers("range/\(name)/smoothed")
    #expect(range.measurements.count == smoothed.count)
    for (found, right) in zip(range.measurements, smoothed) { #expect(abs(found.smoothed - right) <= 1e-12 * right) }
    #expect(range.end == (try LoopFixture.number("range/\(name)/diverged") == 1 ? .diverged : .allSteps))
    let suggestion = try LoopFixture.number("range/\(name)/suggestion")
    #expect(suggestion.isNaN ? range.suggestion == nil : abs(try #require(range.suggestion) / suggestion - 1) < 1e-12)
  }

  @Test func ratesAndEnds() throws {
    let rates = try LearningRateRange(from: 1e-4, to: 1, steps: 5)
    for step in 0..<5 { #expect(abs(rates.rate(step: step) / pow(10, Double(step - 4)) - 1) < 1e-12) }
    #expect(rates.suggestion == nil && rates.end == nil)
    let stopped = try range([3, 2, .infinity, 1])
    #expect(stopped.end == .nonFinite && stopped.measurements.count == 2)
    // Losses below zero: four times the lowest would be lower still.
    let negative = try range([-1, -1.5, -2, -2.5, -3, -3.5])
    #expect(negative.end == .allSteps && negative.suggestion != nil)
    let risen = try range([-1, -1, 200, 500, 0, 0])
    #expect(risen.end == .diverged && risen.measurements.count == 3)
  }

  @Test(
    arguments: [
      (0, 1, 10), (-1, 1, 10), (1, 1, 10), (2, 1, 10), (1e-3, .infinity, 10), (.nan, 1, 10), (1e-3, .nan, 10), (1e-3, 1, 1), (1e-3, 1, -5),
      (1e-3, 1, .max), (1e-300, 1e300, 10),
    ] as [(Double, Double, Int)]) func impossibleRanges(_ lowest: Double, _ highest: Double, _ steps: Int) throws
  {
    let error = try #require(throws: MartletError.self) { try LearningRateRange(from: lowest, to: highest, steps: steps) }
    #expect(error.number == 1210)
  }

  @Test func plot() throws {
    let svg = LearningRatePlot(try range(LoopFixture.numbers("range/valley/losses")), title: "a < b").svg
    #expect(svg.contains("a &lt; b") && svg.contains("falls fastest at") && svg.contains(">1e-5<") && svg.contains(">1e0<"))
    for losses in [[], [1, .nan], [0, 0], [1e30, 1e30, 1e30], [-1, -2, -3, -4], [1, 2]] as [[Double]] {
      var range = try LearningRateRange(from: 3e-3, to: 4e-3, steps: max(losses.count, 2))
      for loss in losses { range.add(loss) }
      let svg = LearningRatePlot(range, title: "none").svg
      #expect(!svg.contains("nan") && !svg.contains("inf") && svg.hasSuffix("</svg>\n"), "\(losses): \(svg)")
      #expect(svg.count(where: { $0 == "<" }) == svg.count(where: { $0 == ">" }))
    }
  }
}
