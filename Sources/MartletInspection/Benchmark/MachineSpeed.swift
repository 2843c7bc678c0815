import MartletCore
import MartletRuntime

/// How fast the machine computes and moves data, measured in this process before, between and after the kernels that are compared with it.
package struct MachineSpeed: Sendable {
  /// Operations a second of one thread, or of a whole GPU: a number a measurement.
  package var peaks: [Double] = []
  /// Bytes a second of all threads to and from memory.
  package var memory = 0.0
  /// The same to and from the level-2 caches; nil where it was not measured.
  package var cache: Double?

  /// The highest of the peaks may be so many times the lowest one. On an idle machine they differ by some percent.
  static let mostSpread = 1.25

  package init(peaks: [Double] = [], memory: Double = 0, cache: Double? = nil) {
    (self.peaks, self.memory, self.cache) = (peaks, memory, cache)
  }

  package var highest: Double { peaks.max() ?? 0 }
  package var lowest: Double { peaks.min() ?? 0 }

  /// Whether the machine was as fast all the time: a share of a peak means something then.
  package var isSteady: Bool {
    !peaks.isEmpty && peaks.allSatisfy { $0.isFinite && $0 > 0 } && highest <= MachineSpeed.mostSpread * lowest
  }

  /// What is said of a machine that was not, in a sentence; `threads` do the work.
  package func warning(threads: Int) -> String? {
    guard !isSteady else { return nil }
    func text(_ peak: Double) -> String { NumberText.fixed(peak * Double(threads) * 1e-9, decimals: 0) }
    return "the peak varied between \(text(lowest)) and \(text(highest)) GFLOP/s: the machine is busy or slows down, "
      + "so shares of the peak are left out"
  }
}

/// What measures a machine's speed; tests have other ones.
package struct MachineProbe {
  /// As `MachineSpeed` has them.
  package var peak: () throws -> Double
  package var memory: () throws -> Double
  package var cache: () throws -> Double?

  package init(peak: @escaping () throws -> Double, memory: @escaping () throws -> Double, cache: @escaping () throws -> Double?) {
    (self.peak, self.memory, self.cache) = (peak, memory, cache)
  }

  /// The machine itself.
  package init(_ backend: any TimingBackend, threads: Int) throws {
    let measurement = try PeakMeasurement(of: backend, threads: threads)
    self.init(
      peak: measurement.perThread, memory: { try BandwidthMeasurement.memory(of: backend) },
      cache: { try BandwidthMeasurement.cache(of: backend, threads: threads) })
  }
}
