import MartletCompiler
import MartletTraining
import MartletCore

/// A benchmark as text. Times of kernels are microseconds a step: the time of all threads over their number.
package struct BenchmarkReport {
  package let result: StepBenchmark.Result
  package let title: String

  package init(_ result: StepBenchmark.Result, title: String) {
    self.result = result
    self.title = title
  }

  private func microseconds(_ sample: StepBenchmark.Sample) -> Double { sample.median * 1e6 / Double(result.threads) }
  private func ratio(_ group: StepBenchmark.Group) -> Double { group.unfused.median / max(group.fused.median, 1e-12) }
  private func gigaflops(_ operations: Double, _ sample: StepBenchmark.Sample) -> Double {
    operations / max(sample.median, 1e-12) * Double(result.threads) * 1e-9
  }
  /// Of the peak; nil where that was not the same all the time.
  private func percent(_ group: StepBenchmark.Group) -> Double? {
    result.speed.isSteady ? group.realOperations / max(group.fused.median, 1e-12) / result.speed.highest * 100 : nil
  }

  /// What a machine that was not steady makes of the figures; nil for a steady one.
  package var warning: String? { result.speed.warning(threads: result.threads) }

  /// The peak of all threads, or from the lowest to the highest of several that differ.
  private var peakText: String {
    func text(_ peak: Double) -> String { NumberText.fixed(peak * Double(result.threads) * 1e-9, decimals: 0) }
    return result.speed.isSteady ? text(result.speed.highest) : "\(text(result.speed.lowest)) to \(text(result.speed.highest))"
  }

  private func bandwidth(_ bytes: Double) -> String { NumberText.significant(bytes * 1e-9) }

  /// Lines for a person.
  package var table: [String] {
    func number(_ value: Double, _ decimals: Int, _ width: Int) -> String { NumberText.fixed(value, decimals: decimals, width: width) }
    let width = max(result.groups.map(\.name.count).max() ?? 0, 12)
    func name(_ text: String) -> String { text + String(repeating: " ", count: max(width - text.count, 0)) }
    var lines = [
      title,
      "outputs and gradients equal \(result.reference == .interpreter ? "the interpreter's" : "those without fusion") within "
        + NumberText.text(result.error),
      "multiply-add peak of \(result.mapsToThreads ? "the GPU" : result.threads == 1 ? "the thread" : "all threads"): "
        + "\(peakText) GFLOP/s; memory: \(bandwidth(result.speed.memory)) GB/s"
        + (result.speed.cache.map { "; level-2 caches: \(bandwidth($0)) GB/s" } ?? ""),
    ]
    if let warning { lines.append("warning: \(warning)") }
    lines += [
      "",
      "\(name("kernel"))  fused us  unfused us   ratio  GFLOP/s   padded  % of peak        KB  FLOP/byte",
    ]
    for group in result.groups {
      lines.append(
        name(group.name) + number(microseconds(group.fused), 1, 10) + number(microseconds(group.unfused), 1, 12)
          + number(ratio(group), 2, 8)
          + number(gigaflops(group.realOperations, group.fused), 1, 9) + number(gigaflops(group.paddedOperations, group.fused), 1, 9)
          + (percent(group).map { number($0, 0, 11) } ?? String(repeating: " ", count: 10) + "-") + (group.skips?.mark ?? " ")
          + number(group.bytes / 1024, 0, 9) + number(group.realOperations / max(group.bytes, 1), 1, 11))
    }
    let (fused, unfused) = (result.fusedStep, result.unfusedStep)
    func spread(_ sample: StepBenchmark.Sample) -> String {
      "\(NumberText.fixed(sample.median * 1e3, decimals: 3)) ms (\(NumberText.fixed(sample.smallest * 1e3, decimals: 3)) to "
        + "\(NumberText.fixed(sample.largest * 1e3, decimals: 3)))"
    }
    lines += [
      "",
      "whole step: fused \(spread(fused)), unfused \(spread(unfused)), ratio \(NumberText.fixed(unfused.median / fused.median, decimals: 2))",
      "medians of \(fused.seconds.count) rounds in turns; GFLOP/s without the taps on padding, then with them",
    ]
    for skipped in [SkippedWork.winograd, .pooling] where result.groups.contains(where: { $0.skips == skipped }) {
      lines.append("\(skipped.mark): \(skipped.explanation); more than 100 % is possible")
    }
    return lines
  }

  /// One object a line, as the command-line contract has it.
  package var jsonLines: [String] {
    func number(_ value: Double) -> String { value.isFinite ? NumberText.text(value) : "null" }
    func optional(_ value: Double?) -> String { value.map(number) ?? "null" }
    let (speed, threads) = (result.speed, Double(result.threads))
    let machine =
      "{\"event\": \"machine\", \"threads\": \(result.threads), \"peak_gflops\": \(number(speed.highest * threads * 1e-9)), "
      + "\"lowest_peak_gflops\": \(number(speed.lowest * threads * 1e-9)), \"steady\": \(speed.isSteady), "
      + "\"memory_gb_per_s\": \(number(speed.memory * 1e-9)), \"cache_gb_per_s\": \(optional(speed.cache.map { $0 * 1e-9 }))}"
    let kernels = result.groups.map { group in
      "{\"event\": \"kernel\", \"name\": \(JSONWriter.quoted(group.name)), \"fused_us\": \(number(microseconds(group.fused))), "
        + "\"unfused_us\": \(number(microseconds(group.unfused))), \"ratio\": \(number(ratio(group))), "
        + "\"gflops\": \(number(gigaflops(group.realOperations, group.fused))), "
        + "\"gflops_padded\": \(number(gigaflops(group.paddedOperations, group.fused))), \"percent_of_peak\": \(optional(percent(group))), "
        + "\"skips\": \(group.skips.map { JSONWriter.quoted($0.rawValue) } ?? "null"), "
        + "\"bytes\": \(number(group.bytes)), \"error\": \(number(result.error)), "
        + "\"reference\": \(JSONWriter.quoted(result.reference.rawValue))}"
    }
    let (fused, unfused) = (result.fusedStep.median, result.unfusedStep.median)
    return [machine] + kernels + [
      "{\"event\": \"step\", \"fused_ms\": \(number(fused * 1e3)), \"unfused_ms\": \(number(unfused * 1e3)), "
        + "\"ratio\": \(number(unfused / fused))}"
    ]
  }
}
