import MartletCore

/// Lines and words of a diagram in SVG.
protocol PlotElements {}

extension PlotElements {
  /// A line through points; nothing where there are none.
  func path(_ style: String, _ points: [(Double, Double)]) -> String {
    guard !points.isEmpty else { return "" }
    return "<path class=\"\(style)\" d=\"M" + points.map { "\(format($0)) \(format($1))" }.joined(separator: "L") + "\"/>\n"
  }

  /// Words at a place; `attributes` are those of the element.
  func label(_ x: Double, _ y: Double, _ text: String, _ attributes: String) -> String {
    "<text x=\"\(format(x))\" y=\"\(format(y))\" \(attributes)>\(XMLText.escaped(text))</text>"
  }

  /// A coordinate to a tenth of a pixel.
  func format(_ value: Double) -> String { NumberText.fixed(value, decimals: 1) }
}
