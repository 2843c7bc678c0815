import Glibc
import MartletCompiler
import MartletTraining
import MartletCore

/// A benchmark as a picture: bars of each kernel with and without fusion, and a roofline. Colours are readable on light and dark grounds.
package struct BenchmarkPlot {
  package let result: StepBenchmark.Result
  package let title: String
  private let groups: [StepBenchmark.Group]

  private static let (fusedColor, unfusedColor) = ("#1f77b4", "#c9c9c9")
  private static let (width, left, barRight) = (980.0, 330.0, 880.0)
  private static let rowHeight = 34.0
  private static let mostRows = 24

  package init(_ result: StepBenchmark.Result, title: String) {
    self.result = result
    self.title = title
    // The largest, in the order of the step; what takes less than a hundredth of it is left out.
    let order = result.groups.indices.sorted { result.groups[$0].unfused.median > result.groups[$1].unfused.median }
    let total = result.groups.reduce(0) { $0 + $1.fused.median }
    let shown = Set(order.prefix(BenchmarkPlot.mostRows).filter { result.groups[$0].fused.median > 0.01 * total })
    groups = result.groups.indices.filter(shown.contains).map { result.groups[$0] }
  }

  package var svg: String {
    let barsHeight = 80 + Double(groups.count) * BenchmarkPlot.rowHeight
    let height = barsHeight + 420
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(BenchmarkPlot.width))" height="\(Int(height))" \
      viewBox="0 0 \(Int(BenchmarkPlot.width)) \(Int(height))" font-family="sans-serif" font-size="13">
      <rect width="100%" height="100%" fill="white"/>
      \(bars)
      \(roofline(top: barsHeight + 30))
      </svg>

      """
  }

  private func text(_ x: Double, _ y: Double, _ text: String, _ style: String = "") -> String {
    "<text x=\"\(format(x))\" y=\"\(format(y))\" \(style)>\(XMLText.escaped(text))</text>"
  }

  private func format(_ value: Double) -> String { NumberText.fixed(value, decimals: 1) }

  private func short(_ name: String, _ most: Int) -> String { name.count <= most ? name : name.prefix(most - 1) + "…" }

  // MARK: Bars

  private var bars: String {
    let longest = groups.map { max($0.fused.median, $0.unfused.median) }.max() ?? 1
    let scale = (BenchmarkPlot.barRight - BenchmarkPlot.left) / max(longest, 1e-12)
    var parts = [
      text(20, 28, "\(title): microseconds a step of each kernel", "font-size=\"17\" font-weight=\"bold\""),
      "<rect x=\"20\" y=\"42\" width=\"14\" height=\"10\" fill=\"\(BenchmarkPlot.fusedColor)\"/>", text(40, 52, "fused"),
      "<rect x=\"100\" y=\"42\" width=\"14\" height=\"10\" fill=\"\(BenchmarkPlot.unfusedColor)\"/>", text(120, 52, "unfused"),
      text(
        200, 52,
        "whole step: \(NumberText.fixed(result.fusedStep.median * 1e3, decimals: 2)) ms against "
          + "\(NumberText.fixed(result.unfusedStep.median * 1e3, decimals: 2)) ms"),
    ]
    for (row, group) in groups.enumerated() {
      let y = 66 + Double(row) * BenchmarkPlot.rowHeight
      parts.append(text(BenchmarkPlot.left - 10, y + 17, short(group.name, 42), "text-anchor=\"end\" font-size=\"12\""))
      for (offset, (sample, color)) in [(group.fused, BenchmarkPlot.fusedColor), (group.unfused, BenchmarkPlot.unfusedColor)].enumerated() {
        let width = sample.median * scale
        let top = y + 2 + Double(offset) * 13
        parts.append(
          "<rect x=\"\(format(BenchmarkPlot.left))\" y=\"\(format(top))\" width=\"\(format(max(width, 0.5)))\" height=\"12\" fill=\"\(color)\"/>"
        )
        let label = NumberText.fixed(sample.median * 1e6 / Double(result.threads), decimals: 1)
        parts.append(text(BenchmarkPlot.left + width + 5, top + 10, label, "font-size=\"11\" fill=\"#444\""))
      }
    }
    return parts.joined(separator: "\n")
  }

  // MARK: Roofline

  /// Operations a second against operations a byte, both logarithmic; the roof is the measured peak.
  private func roofline(top: Double) -> String {
    let (left, right, bottom) = (70.0, 620.0, top + 330)
    let (lowX, highX) = (-2.0, 8.0)
    let peak = result.peak * Double(result.threads) * 1e-9
    let highY = (log2(peak) + 2).rounded(.up)
    let lowY = highY - 9
    func x(_ intensity: Double) -> Double { left + (log2(max(intensity, 0.25)) - lowX) / (highX - lowX) * (right - left) }
    func y(_ gigaflops: Double) -> Double {
      bottom - (log2(min(max(gigaflops, exp2(lowY)), exp2(highY))) - lowY) / (highY - lowY) * (bottom - top - 30)
    }
    var parts = [
      text(
        20, top + 8, "Roofline: GFLOP/s against FLOP a byte of what the kernels read and write", "font-size=\"17\" font-weight=\"bold\""),
      "<path d=\"M\(format(left)) \(format(top + 20))V\(format(bottom))H\(format(right))\" fill=\"none\" stroke=\"#888\"/>",
    ]
    for exponent in stride(from: lowX, through: highX, by: 1) {
      let value = exp2(exponent)
      let label = value >= 1 ? String(Int(value)) : NumberText.fixed(value, decimals: 2)
      parts.append(text(x(value), bottom + 18, label, "text-anchor=\"middle\" font-size=\"11\" fill=\"#444\""))
    }
    for exponent in stride(from: lowY, through: highY, by: 1) {
      let value = exp2(exponent)
      let label = value >= 1 ? String(Int(value)) : NumberText.fixed(value, decimals: 2)
      parts.append(text(left - 8, y(value) + 4, label, "text-anchor=\"end\" font-size=\"11\" fill=\"#444\""))
      parts.append("<path d=\"M\(format(left)) \(format(y(value)))H\(format(right))\" stroke=\"#eee\"/>")
    }
    parts.append("<path d=\"M\(format(left)) \(format(y(peak)))H\(format(right))\" stroke=\"#d62728\" stroke-width=\"2\"/>")
    let caption = "measured multiply-add peak: \(NumberText.fixed(peak, decimals: 0)) GFLOP/s"
    parts.append(text(left + 8, y(peak) - 6, caption, "font-size=\"12\" fill=\"#d62728\""))
    parts.append(text((left + right) / 2, bottom + 38, "FLOP a byte", "text-anchor=\"middle\" fill=\"#444\""))
    let computing = groups.filter { $0.realOperations > 0 && $0.bytes > 0 && $0.fused.median > 0 }
    for (number, group) in computing.enumerated() {
      let rate = group.realOperations / group.fused.median * Double(result.threads) * 1e-9
      let (px, py) = (x(group.realOperations / group.bytes), y(rate))
      parts.append("<circle cx=\"\(format(px))\" cy=\"\(format(py))\" r=\"9\" fill=\"\(BenchmarkPlot.fusedColor)\"/>")
      parts.append(text(px, py + 4, String(number + 1), "text-anchor=\"middle\" font-size=\"10\" fill=\"white\""))
      parts.append(
        text(right + 20, top + 36 + Double(number) * 15, "\(number + 1)  \(short(group.name, 50))", "font-size=\"11\" fill=\"#333\""))
    }
    return parts.joined(separator: "\n")
  }
}
