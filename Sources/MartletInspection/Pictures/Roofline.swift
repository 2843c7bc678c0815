import Glibc
import MartletCore

/// Operations a second of each kernel against its operations a byte, both logarithmic, under what the machine can do: a slope of bytes a second to
/// memory, and a roof of multiply-adds. Every point is where it belongs: the axes reach as far as the points do. Of a machine whose peak changed
/// while it was measured nothing is drawn, and the reason is said.
/// Source: S. Williams, A. Waterman and D. Patterson, "Roofline", 2009.
struct Roofline: PlotElements {
  /// A kernel as a point.
  struct Point {
    var number: Int
    var name: String
    /// Operations a byte, and operations a second.
    var intensity: Double
    var rate: Double
    var skips: SkippedWork?
  }

  let points: [Point]
  private let speed: MachineSpeed
  private let threads: Int
  private let (top, width): (Double, Double)

  private static let (pointColor, roofColor, cacheColor) = ("#1f77b4", "#d62728", "#2ca02c")
  private static let (left, right) = (70.0, 640.0)
  private static let plotHeight = 360.0
  private static let rowHeight = 15.0

  init(_ result: StepBenchmark.Result, _ groups: [StepBenchmark.Group], top: Double, width: Double) {
    (speed, threads, self.top, self.width) = (result.speed, result.threads, top, width)
    let computing = groups.filter { $0.realOperations > 0 && $0.bytes > 0 && $0.fused.median > 0 }
    points = computing.enumerated().map { index, group in
      Point(
        number: index + 1, name: group.name, intensity: group.realOperations / group.bytes,
        rate: group.realOperations / group.fused.median * Double(result.threads), skips: group.skips)
    }
  }

  private var peak: Double { speed.highest * Double(threads) }
  private var isDrawn: Bool { speed.isSteady && speed.memory > 0 && !points.isEmpty }

  /// The lower end of the drawing with its key.
  var bottom: Double { isDrawn ? plotBottom + 60 + Double(key.count) * 24 : top + 60 }
  private var plotTop: Double { top + 24 }
  private var plotBottom: Double { max(plotTop + Roofline.plotHeight, plotTop + Double(points.count + 1) * Roofline.rowHeight) }

  /// In powers of two: the points, where the memory's slope meets the roof, and so much of the slopes that they are seen.
  var horizontal: ClosedRange<Double> {
    Roofline.range(points.map(\.intensity) + [peak / speed.memory, peak / max(speed.memory, speed.cache ?? 0) / 4])
  }
  var vertical: ClosedRange<Double> { Roofline.range(points.map { $0.rate * 1e-9 } + [peak * 1e-9, peak * 1e-9 / 16]) }

  /// Whole powers of two around positive numbers.
  static func range(_ values: [Double]) -> ClosedRange<Double> {
    let exponents = values.filter { $0 > 0 && $0.isFinite }.map(log2)
    let low = ((exponents.min() ?? 0) - 0.3).rounded(.down)
    return low...max(((exponents.max() ?? 1) + 0.3).rounded(.up), low + 1)
  }

  func x(_ intensity: Double) -> Double {
    let range = horizontal
    return Roofline.left + (log2(intensity) - range.lowerBound) / (range.upperBound - range.lowerBound) * (Roofline.right - Roofline.left)
  }

  func y(_ rate: Double) -> Double {
    let range = vertical
    return plotBottom - (log2(rate * 1e-9) - range.lowerBound) / (range.upperBound - range.lowerBound) * (plotBottom - plotTop)
  }

  var text: String {
    let title = label(
      20, top + 8, "Roofline: GFLOP/s against FLOP a byte of what the kernels read and write", "font-size=\"17\" font-weight=\"bold\"")
    guard isDrawn else {
      let reason = speed.warning(threads: threads) ?? "no kernel was measured that computes"
      return title + "\n" + label(20, top + 34, "Not drawn: \(reason).", "fill=\"\(Roofline.roofColor)\"")
    }
    let roofs = [slope(speed.memory, "memory", Roofline.roofColor, "")] + (speed.cache.map { [cacheSlope($0)] } ?? [])
    return ([title] + axes + roofs + [roof] + points.map(mark) + names + keyLines).joined(separator: "\n")
  }

  // MARK: Axes and roofs

  private var axes: [String] {
    var parts: [String] = []
    func tick(_ exponent: Double) -> String { exponent >= 0 ? String(Int(exp2(exponent))) : "1/\(Int(exp2(-exponent)))" }
    for exponent in stride(from: horizontal.lowerBound, through: horizontal.upperBound, by: 1) {
      let x = x(exp2(exponent))
      parts.append("<path d=\"M\(format(x)) \(format(plotTop))V\(format(plotBottom))\" stroke=\"#eee\"/>")
      parts.append(label(x, plotBottom + 18, tick(exponent), "text-anchor=\"middle\" font-size=\"11\" fill=\"#444\""))
    }
    for exponent in stride(from: vertical.lowerBound, through: vertical.upperBound, by: 1) {
      let y = y(exp2(exponent) * 1e9)
      parts.append("<path d=\"M\(format(Roofline.left)) \(format(y))H\(format(Roofline.right))\" stroke=\"#eee\"/>")
      parts.append(label(Roofline.left - 8, y + 4, tick(exponent), "text-anchor=\"end\" font-size=\"11\" fill=\"#444\""))
    }
    parts.append(
      "<path d=\"M\(format(Roofline.left)) \(format(plotTop))V\(format(plotBottom))H\(format(Roofline.right))\" fill=\"none\" stroke=\"#888\"/>"
    )
    parts.append(
      label((Roofline.left + Roofline.right) / 2, plotBottom + 36, "FLOP a byte", "text-anchor=\"middle\" font-size=\"12\" fill=\"#444\""))
    return parts
  }

  /// From where the slope meets the roof to the right end.
  private var roof: String {
    let begin = max(exp2(horizontal.lowerBound), peak / max(speed.memory, speed.cache ?? 0))
    return line((begin, peak), (exp2(horizontal.upperBound), peak), Roofline.roofColor, "")
      + label(
        Roofline.right - 4, y(peak) - 6, "peak of \(threads == 1 ? "the thread" : "\(threads) threads"): \(gigas(peak)) GFLOP/s",
        "text-anchor=\"end\" font-size=\"12\" fill=\"\(Roofline.roofColor)\"")
  }

  /// Bytes a second: from the left or lower end of the drawing to the roof, with its name along it.
  private func slope(_ bandwidth: Double, _ name: String, _ color: String, _ style: String) -> String {
    let first = max(exp2(horizontal.lowerBound), exp2(vertical.lowerBound) * 1e9 / bandwidth)
    let last = min(exp2(horizontal.upperBound), peak / bandwidth)
    guard first < last else { return "" }
    let (from, to) = ((x(first), y(first * bandwidth)), (x(last), y(last * bandwidth)))
    let angle = atan2(to.1 - from.1, to.0 - from.0) * 180 / .pi
    let place = (from.0 + (to.0 - from.0) * 0.05, from.1 + (to.1 - from.1) * 0.05 - 6)
    return line((first, first * bandwidth), (last, last * bandwidth), color, style)
      + label(
        place.0, place.1, "\(name): \(gigas(bandwidth)) GB/s",
        "font-size=\"12\" fill=\"\(color)\" transform=\"rotate(\(format(angle)) \(format(place.0)) \(format(place.1)))\"")
  }

  private func cacheSlope(_ bandwidth: Double) -> String {
    slope(bandwidth, "level-2 caches", Roofline.cacheColor, " stroke-dasharray=\"6 4\"")
  }

  private func line(_ from: (Double, Double), _ to: (Double, Double), _ color: String, _ style: String) -> String {
    "<path class=\"roof\" d=\"M\(format(x(from.0))) \(format(y(from.1)))L\(format(x(to.0))) \(format(y(to.1)))\" stroke=\"\(color)\" "
      + "stroke-width=\"2\" fill=\"none\"\(style)/>\n"
  }

  private func gigas(_ value: Double) -> String { NumberText.fixed(value * 1e-9, decimals: value < 1e10 ? 1 : 0) }

  // MARK: Kernels and key

  /// A circle; a diamond or square where less is done than is counted.
  private func mark(_ point: Point) -> String {
    let (x, y) = (x(point.intensity), y(point.rate))
    return shape(x, y, point.skips)
      + label(x, y + 3.5, String(point.number), "text-anchor=\"middle\" font-size=\"10\" fill=\"\(point.skips == nil ? "white" : "#114")\"")
  }

  private func shape(_ x: Double, _ y: Double, _ skips: SkippedWork?) -> String {
    let (x, y) = (format(x), format(y))
    let open = "fill=\"#e8f1fa\" stroke=\"\(Roofline.pointColor)\" stroke-width=\"1.5\""
    return switch skips {
    case nil: "<circle class=\"kernel\" cx=\"\(x)\" cy=\"\(y)\" r=\"8\" fill=\"\(Roofline.pointColor)\" stroke=\"white\"/>"
    case .winograd: "<path class=\"kernel winograd\" d=\"M\(x) \(y)m-11 0l11 -11l11 11l-11 11z\" \(open)/>"
    case .pooling: "<path class=\"kernel pooling\" d=\"M\(x) \(y)m-8 -8h16v16h-16z\" \(open)/>"
    }
  }

  private var names: [String] {
    points.enumerated().map { row, point in
      let name = point.name.count <= 48 ? point.name : point.name.prefix(47) + "…"
      return label(
        Roofline.right + 20, plotTop + 10 + Double(row) * Roofline.rowHeight, "\(point.number)  \(name)", "font-size=\"11\" fill=\"#333\"")
    }
  }

  private var key: [(skips: SkippedWork?, text: String, hasMark: Bool)] {
    var lines: [(skips: SkippedWork?, text: String, hasMark: Bool)] = [
      (nil, "a kernel, by the operations that it performs; taps on padding are not counted", true)
    ]
    for skipped in [SkippedWork.winograd, .pooling] where points.contains(where: { $0.skips == skipped }) {
      lines.append((skipped, "by the operations that are counted: \(skipped.explanation). It may stand above the roof", true))
    }
    lines.append(
      (nil, "Data that fit a cache move faster than to and from memory: such kernels may stand above the slope of memory.", false))
    return lines
  }

  private var keyLines: [String] {
    key.enumerated().map { row, line in
      let y = plotBottom + 60 + Double(row) * 24
      let text = label(Roofline.left + (line.hasMark ? 18 : -10), y + 4, line.text, "font-size=\"12\" fill=\"#333\"")
      return line.hasMark ? shape(Roofline.left, y, line.skips) + text : text
    }
  }
}
