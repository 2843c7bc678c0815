import Glibc
import MartletTraining
import MartletCore

/// A learning-rate range test as a picture: the loss of each step (thin), the smoothed loss, and the suggested rate, over the logarithm of
/// the rate. Scalable Vector Graphics that stand alone, in colours that follow the reader's scheme.
public struct LearningRatePlot: PlotElements {
  private let range: LearningRateRange
  private let title: String

  private static let (width, height, left, right, top, bottom) = (900.0, 420.0, 64.0, 836.0, 48.0, 364.0)

  /// The picture of a range test under a title.
  public init(_ range: LearningRateRange, title: String) { (self.range, self.title) = (range, title) }

  /// The picture as text of an SVG file.
  public var svg: String {
    let points = range.measurements
    let (first, last) = (log10(range.lowest), log10(range.highest))
    // The losses at the end, where the test diverges, must not flatten all others.
    let smoothed = points.map(\.smoothed)
    let lowest = smoothed.min() ?? 0
    let start = smoothed.first ?? 1
    let highest = max(min(smoothed.max() ?? 1, start + (start - lowest)), lowest + max(abs(lowest) * 1e-9, 1e-9))
    func x(_ rate: Double) -> Double {
      LearningRatePlot.left + (log10(rate) - first) / (last - first) * (LearningRatePlot.right - LearningRatePlot.left)
    }
    func y(_ loss: Double) -> Double {
      let part = min(max((loss - lowest) / (highest - lowest), 0), 1)
      return LearningRatePlot.bottom - part * (LearningRatePlot.bottom - LearningRatePlot.top)
    }
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(LearningRatePlot.width))" height="\(Int(LearningRatePlot.height))" \
      viewBox="0 0 \(Int(LearningRatePlot.width)) \(Int(LearningRatePlot.height))" font-family="sans-serif" font-size="12">
      <style>
      .ground { fill: #ffffff } text { fill: #1a1a1a } .axis { stroke: #8a8a8a; fill: none } .grid { stroke: #e4e4e4; fill: none }
      .steps { stroke: #9ec5e8; fill: none } .mean { stroke: #1f5fa8; fill: none; stroke-width: 2 } .loss { fill: #1f5fa8 }
      .line { stroke: #b3541e; fill: none } .rate { fill: #b3541e }
      @media (prefers-color-scheme: dark) { .ground { fill: #16181d } text { fill: #e6e6e6 } .axis { stroke: #7d8590 } .grid { stroke: #2d323a }
      .steps { stroke: #27476b } .mean { stroke: #6cb2ff } .loss { fill: #6cb2ff } .line { stroke: #f0a060 } .rate { fill: #f0a060 } }
      </style>
      <rect class="ground" width="100%" height="100%"/>
      \(label(20, 24, title, "font-size=\"15\" font-weight=\"bold\""))
      \(label(LearningRatePlot.left, 40, "loss", "class=\"loss\""))

      """
    for part in 0...4 {
      let loss = lowest + (highest - lowest) * Double(part) / 4
      text += "<path class=\"grid\" d=\"M\(format(LearningRatePlot.left)) \(format(y(loss)))H\(format(LearningRatePlot.right))\"/>\n"
      text += label(LearningRatePlot.left - 6, y(loss) + 4, NumberText.significant(loss), "class=\"loss\" text-anchor=\"end\"") + "\n"
    }
    // A mark for each power of ten, of many some.
    let powers = Int(first.rounded(.up))...max(Int(last.rounded(.down)), Int(first.rounded(.up)))
    for power in powers where power % max(powers.count / 12, 1) == 0 && Double(power) <= last {
      let place = LearningRatePlot.left + (Double(power) - first) / (last - first) * (LearningRatePlot.right - LearningRatePlot.left)
      text += label(place, LearningRatePlot.bottom + 18, "1e\(power)", "text-anchor=\"middle\"") + "\n"
    }
    let middle = (LearningRatePlot.left + LearningRatePlot.right) / 2
    text += label(middle, LearningRatePlot.bottom + 38, "learning rate", "text-anchor=\"middle\"") + "\n"
    text += path("steps", points.map { (x($0.rate), y($0.loss)) })
    text += path("mean", points.map { (x($0.rate), y($0.smoothed)) })
    if let rate = range.suggestion {
      text += "<path class=\"line\" d=\"M\(format(x(rate))) \(format(LearningRatePlot.top))V\(format(LearningRatePlot.bottom))\"/>\n"
      text += label(x(rate) + 6, LearningRatePlot.top + 12, "falls fastest at \(NumberText.significant(rate))", "class=\"rate\"") + "\n"
    }
    text += "<path class=\"axis\" d=\"M\(format(LearningRatePlot.left)) \(format(LearningRatePlot.top))V\(format(LearningRatePlot.bottom))"
    return text + "H\(format(LearningRatePlot.right))\"/>\n</svg>\n"
  }
}
