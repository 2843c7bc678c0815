import MartletCore

extension Program {
  /// The memory plan as a picture: shared memory, and below it that of one worker.
  package var memorySVG: String {
    let shared = memory.svg(title: "\(name): memory that all workers share", unit: "phase")
    guard !workerMemory.requests.isEmpty else { return shared }
    let own = workerMemory.svg(title: "\(name): memory of one worker", unit: "call", top: MemoryPlan.svgHeight)
    let size = "width=\"980\" height=\"\(2 * MemoryPlan.svgHeight)\" viewBox=\"0 0 980 \(2 * MemoryPlan.svgHeight)\""
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size)>\n\(shared)\(own)</svg>\n"
  }
}

extension MemoryPlan {
  static let svgHeight = 510

  /// The plan as a picture: time to the right, addresses upwards, a rectangle a value; the line is the sum of what is alive. Scalable Vector
  /// Graphics that stand alone, in colours that follow the reader's scheme. `unit` says what a column is; `top` is where the picture begins in another
  /// one that holds it.
  package func svg(title: String, unit: String, top pictureTop: Int = 0) -> String {
    let (left, top, plotWidth, plotHeight) = (90.0, 44.0, 860.0, 420.0)
    let times = (requests.map(\.lifetime.upperBound).max() ?? 0) + 1
    let (column, scale) = (plotWidth / Double(times), plotHeight / Double(max(arenaByteCount, 1)))
    func format(_ value: Double) -> String { NumberText.fixed(value, decimals: 1) }
    func x(_ time: Int) -> Double { left + Double(time) * column }
    func y(_ address: Int) -> Double { top + plotHeight - Double(address) * scale }
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" y="\(pictureTop)" width="980" height="\(MemoryPlan.svgHeight)" viewBox="0 0 980 \(MemoryPlan.svgHeight)" font-family="sans-serif" font-size="12">
      <style>
      .ground { fill: #ffffff } text { fill: #1a1a1a } .axis { stroke: #8a8a8a; fill: none } .live { stroke: #c0392b; fill: none; stroke-width: 2 }
      .value { stroke: #ffffff } .name { fill: #10243a; font-size: 10px }
      @media (prefers-color-scheme: dark) { .ground { fill: #16181d } text { fill: #e6e6e6 } .value { stroke: #16181d } .name { fill: #10243a } }
      </style>
      <rect class="ground" width="100%" height="100%"/>
      <text x="20" y="24" font-size="15" font-weight="bold">\(XMLText.escaped(title))</text>

      """
    let colours = ["#7fb3d5", "#a9cce3", "#76c7b0", "#a3d9a5", "#f5cba7", "#f7dc6f", "#d7bde2", "#aab7b8"]
    for (index, request) in requests.enumerated() {
      let (lower, upper) = (request.lifetime.lowerBound, request.lifetime.upperBound)
      let (w, h) = (Double(upper - lower + 1) * column, Double(MemoryPlan.aligned(request.byteCount)) * scale)
      let (x, y) = (x(lower), y(offsets[index] + MemoryPlan.aligned(request.byteCount)))
      text +=
        "<g><title>%\(XMLText.escaped(request.name)): \(request.byteCount) bytes at \(offsets[index]), \(unit)s \(lower) to \(upper)</title>"
      text += "<rect class=\"value\" x=\"\(format(x))\" y=\"\(format(y))\" width=\"\(format(w))\" height=\"\(format(max(h, 0.5)))\" "
      text += "fill=\"\(colours[index % colours.count])\"/>"
      if h >= 11, w >= Double(request.name.count + 1) * 6 {
        text += "<text class=\"name\" x=\"\(format(x + 3))\" y=\"\(format(y + 10))\">%\(XMLText.escaped(request.name))</text>"
      }
      text += "</g>\n"
    }
    // A plan without values is flat.
    let alive = requests.isEmpty ? [0] : liveByteCounts
    var line = "M\(format(left)) \(format(y(alive[0])))"
    for time in 0..<times { line += "V\(format(y(alive[time])))H\(format(x(time + 1)))" }
    text += "<path class=\"live\" d=\"\(line)\"><title>bytes alive</title></path>\n"
    text += "<path class=\"axis\" d=\"M\(format(left)) \(format(top))V\(format(top + plotHeight))H\(format(left + plotWidth))\"/>\n"
    for part in 0...4 {
      let address = arenaByteCount * part / 4
      text +=
        "<text x=\"\(format(left - 6))\" y=\"\(format(y(address) + 4))\" text-anchor=\"end\">\(NumberText.scaled(Double(address), "B"))</text>\n"
    }
    let step = max((times + 19) / 20, 1)
    for time in stride(from: 0, to: times, by: step) {
      text += "<text x=\"\(format(x(time) + column / 2))\" y=\"\(format(top + plotHeight + 16))\" text-anchor=\"middle\">\(time)</text>\n"
    }
    text += "<text x=\"\(format(left + plotWidth / 2))\" y=\"\(format(top + plotHeight + 34))\" text-anchor=\"middle\">\(unit)</text>\n"
    return text + "</svg>\n"
  }
}
