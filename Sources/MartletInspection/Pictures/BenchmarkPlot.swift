import Glibc
import MartletCompiler
import MartletTraining
import MartletCore

/// A benchmark as a picture: bars of each kernel with and without fusion, and a roofline.
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
    let roofline = Roofline(result, groups, top: barsHeight + 30, width: BenchmarkPlot.width)
    let height = roofline.bottom
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(BenchmarkPlot.width))" height="\(Int(height))" \
      viewBox="0 0 \(Int(BenchmarkPlot.width)) \(Int(height))" font-family="sans-serif" font-size="13">
      <rect width="100%" height="100%" fill="white"/>
      \(bars)
      \(roofline.text)
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
}
