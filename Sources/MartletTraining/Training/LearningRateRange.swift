import Glibc
import MartletCore

/// The losses of a learning-rate range test: the rate grows by one factor from step to step, the loss falls, then rises.
/// Source: L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", 2015; the smoothing and the end are those of PyTorch
/// Lightning's lr_find and fastai's.
public struct LearningRateRange: Sendable {
  /// One step of the test.
  public struct Measurement: Hashable, Sendable {
    /// The learning rate of the step.
    public var rate: Double
    /// The loss before the step's update.
    public var loss: Double
    /// The mean of the losses so far, in which each counts 0.98 of the one after it.
    public var smoothed: Double
  }

  /// Why a range test is over.
  public enum End: Hashable, Sendable {
    /// All steps were done.
    case allSteps
    /// The smoothed loss was more than four times the lowest one; of a lowest loss b below 0, more than b + 3 |b|.
    case diverged
    /// The loss was not finite.
    case nonFinite
  }

  package let lowest: Double
  package let highest: Double
  package let steps: Int
  /// In the order of the steps; the losses are finite.
  public private(set) var measurements: [Measurement] = []
  /// Why the test is over; nil while it is not.
  public private(set) var end: End?
  private var average = 0.0
  private var best = Double.infinity

  private static let smoothing = 0.98
  private static let divergence = 4.0

  /// Throws M1210 unless the rates are finite and positive, the highest above the lowest, and the steps from 2 to a million.
  package init(from lowest: Double, to highest: Double, steps: Int) throws {
    guard lowest > 0, highest > lowest, highest.isFinite, (highest / lowest).isFinite, (2...1_000_000).contains(steps) else {
      throw MartletError(
        TrainingErrorCode.rateRange,
        "a range test needs rates with 0 < lowest < highest and 2 to 1000000 steps, found \(lowest), \(highest) and \(steps) steps")
    }
    (self.lowest, self.highest, self.steps) = (lowest, highest, steps)
  }

  /// The rate of a step, which counts from 0: the lowest in the first, the highest in the last.
  package func rate(step: Int) -> Double { lowest * pow(highest / lowest, Double(step) / Double(steps - 1)) }

  /// Notes the loss of the next step. Does nothing when the test is over.
  package mutating func add(_ loss: Double) {
    guard end == nil else { return }
    guard loss.isFinite else {
      end = .nonFinite
      return
    }
    average = LearningRateRange.smoothing * average + (1 - LearningRateRange.smoothing) * loss
    let count = measurements.count + 1
    let smoothed = average / (1 - pow(LearningRateRange.smoothing, Double(count)))
    best = min(best, smoothed)
    measurements.append(Measurement(rate: rate(step: count - 1), loss: loss, smoothed: smoothed))
    if count > 1, smoothed > best + (LearningRateRange.divergence - 1) * abs(best) {
      end = .diverged
    } else if count == steps {
      end = .allSteps
    }
  }

  /// The number of the measurement at which the smoothed loss falls most from step to step, and thus over the logarithm of the rate, by
  /// central differences [numpy.gradient]. The first tenth of the steps, of which the mean is one of few losses, and the last measurement do
  /// not count. Nil where the loss falls nowhere else.
  package var steepest: Int? {
    let skipped = steps / 10
    let losses = measurements.dropLast().dropFirst(skipped).map(\.smoothed)
    guard losses.count > 1 else { return nil }
    let slopes = losses.indices.map { position in
      let (before, after) = (max(position - 1, 0), min(position + 1, losses.count - 1))
      return (losses[after] - losses[before]) / Double(after - before)
    }
    guard let steepest = slopes.indices.min(by: { slopes[$0] < slopes[$1] }), slopes[steepest] < 0 else { return nil }
    return skipped + steepest
  }

  /// The rate at which the smoothed loss falls fastest; nil where it falls nowhere.
  public var suggestion: Double? { steepest.map { measurements[$0].rate } }
}
