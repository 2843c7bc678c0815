import MartletCore

/// A graph as boxes and lines, with their places: what `dump --format svg` and the report draw.
package struct GraphDrawing: Sendable {
  package enum Kind: String, Hashable, Sendable {
    case input, parameter, state, operation, view, fusion, result
  }

  package struct Box: Sendable {
    /// `p3`, `n12` or `r0`: a parameter, node or result by number.
    package let id: String
    package let kind: Kind
    /// The first line is the title.
    package let lines: [String]
    package let centre: LayeredLayout.Point
    package let width: Double
    package let height: Double
  }

  package struct Line: Sendable {
    package let from: String
    package let to: String
    /// From the lower edge of one box to the upper edge of the other.
    package let points: [LayeredLayout.Point]
    /// The type of the value.
    package let type: String
    /// Whether the line is too long to be followed: the reader names the value instead, and the report draws the line when an end is chosen.
    package let isFar: Bool
  }

  package let boxes: [Box]
  package let lines: [Line]
  package let width: Double
  package let height: Double

  /// In graphs of so many boxes, edges that span more than so many layers are not drawn: most edges of a large training step lead from forward to
  /// backward.
  static let (manyBoxes, longestLine) = (100, 10)
  static let (characterWidth, lineHeight, padding) = (6.8, 15.0, 8.0)

  /// The boxes and edges of `GraphBoxes` in layers.
  package init(_ graph: Graph) {
    let names = graph.printedNames
    let drawn = GraphBoxes(graph)
    var texts = drawn.boxes.map { (id: $0.id, kind: $0.kind, lines: [$0.title] + $0.details) }
    let edges = drawn.edges.map { (from: $0.from, to: $0.to) }
    let values = drawn.edges.map(\.value)
    func size(_ text: (id: String, kind: Kind, lines: [String])) -> (width: Double, height: Double) {
      let longest = text.lines.map(\.count).max() ?? 0
      return (
        Double(longest) * GraphDrawing.characterWidth + 2 * GraphDrawing.padding,
        Double(text.lines.count) * GraphDrawing.lineHeight + 2 * GraphDrawing.padding
      )
    }
    let longest = texts.count >= GraphDrawing.manyBoxes ? GraphDrawing.longestLine : .max
    // Which lines are too long depends on the layers alone, not on sizes.
    let isFar = LayeredLayout(sizes: texts.map(size), edges: edges, longest: longest).isFar
    for (index, edge) in edges.enumerated() where isFar[index] {
      let value = "%\(names[values[index].id])"
      let isListed = texts[edge.to].lines.last?.hasPrefix("reads ") ?? false
      if isListed {
        texts[edge.to].lines[texts[edge.to].lines.count - 1] += ", \(value)"
      } else {
        texts[edge.to].lines.append("reads \(value)")
      }
    }
    let sizes = texts.map(size)
    let layout = LayeredLayout(sizes: sizes, edges: edges, longest: longest)
    boxes = texts.enumerated().map { index, text in
      Box(
        id: text.id, kind: text.kind, lines: text.lines, centre: layout.centres[index], width: sizes[index].width,
        height: sizes[index].height)
    }
    lines = edges.enumerated().map { index, edge in
      let (from, to) = (layout.centres[edge.from], layout.centres[edge.to])
      let start = LayeredLayout.Point(x: from.x, y: from.y + sizes[edge.from].height / 2)
      let end = LayeredLayout.Point(x: to.x, y: to.y - sizes[edge.to].height / 2)
      return Line(
        from: texts[edge.from].id, to: texts[edge.to].id, points: [start] + layout.bends[index] + [end],
        type: graph.type(of: values[index]).description, isFar: isFar[index])
    }
    (width, height) = (layout.width, layout.height)
  }

  /// Scalable Vector Graphics that stand alone. Colours follow the reader's scheme, light or dark.
  package var svg: String {
    let margin = 16.0
    let (w, h) = (width + 2 * margin, height + 2 * margin)
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(format(w))" height="\(format(h))" viewBox="\(format(-margin)) \(format(-margin)) \
      \(format(w)) \(format(h))" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">
      <style>
      \(GraphDrawing.style)
      </style>
      <rect class="ground" x="\(format(-margin))" y="\(format(-margin))" width="100%" height="100%"/>

      """
    text += content
    return text + "</svg>\n"
  }

  /// The colours of boxes and lines, light and dark.
  package static let style = """
    .ground { fill: #ffffff } .edge { fill: none; stroke: #8a8a8a } .far { visibility: hidden } .far.chosen { visibility: visible; stroke-dasharray: 6 4 } text { fill: #1a1a1a } .type { fill: #5a5a5a }
    .box { stroke: #6b6b6b; fill: #f4f4f4 } .input .box { fill: #d9ead3 } .parameter .box { fill: #fff2cc } .state .box { fill: #fbe3cd }
    .fusion .box { fill: #cfe2f3; stroke: #2b6cb0; stroke-width: 2 } .view .box { fill: none; stroke-dasharray: 4 3 } .result .box { fill: #ead1dc }
    @media (prefers-color-scheme: dark) {
    .ground { fill: #16181d } .edge { stroke: #7d8590 } text { fill: #e6e6e6 } .type { fill: #a8b0ba }
    .box { stroke: #8b949e; fill: #262a31 } .input .box { fill: #20402a } .parameter .box { fill: #4a3f16 } .state .box { fill: #4d3420 }
    .fusion .box { fill: #17395c; stroke: #58a6ff } .result .box { fill: #4a2540 } }
    """

  /// Lines and boxes without what is around them.
  package var content: String {
    var text = ""
    for line in lines {
      text +=
        "<path class=\"edge\(line.isFar ? " far" : "")\" data-from=\"\(line.from)\" data-to=\"\(line.to)\" d=\"\(path(line.points))\"><title>\(XMLText.escaped(line.type))</title></path>\n"
    }
    for box in boxes {
      let (x, y) = (box.centre.x - box.width / 2, box.centre.y - box.height / 2)
      text += "<g class=\"\(box.kind.rawValue)\" id=\"\(box.id)\"><rect class=\"box\" x=\"\(format(x))\" y=\"\(format(y))\" "
      text +=
        "width=\"\(format(box.width))\" height=\"\(format(box.height))\" rx=\"\(box.kind == .operation || box.kind == .fusion ? 4 : 12)\"/>"
      for (number, line) in box.lines.enumerated() {
        let baseline = y + GraphDrawing.padding + (Double(number) + 0.75) * GraphDrawing.lineHeight
        text += "<text\(number == 0 ? "" : " class=\"type\"") x=\"\(format(box.centre.x))\" y=\"\(format(baseline))\" "
        text += "text-anchor=\"middle\">\(XMLText.escaped(line))</text>"
      }
      text += "</g>\n"
    }
    return text
  }

  /// Vertical at every point, curved between them.
  private func path(_ points: [LayeredLayout.Point]) -> String {
    guard let first = points.first else { return "" }
    var text = "M\(format(first.x)) \(format(first.y))"
    for (a, b) in zip(points, points.dropFirst()) {
      let middle = (a.y + b.y) / 2
      text += "C\(format(a.x)) \(format(middle)) \(format(b.x)) \(format(middle)) \(format(b.x)) \(format(b.y))"
    }
    return text
  }

  private func format(_ value: Double) -> String { NumberText.fixed(value, decimals: 1) }
}
