import MartletCompiler
import MartletTraining
import MartletCore

/// A training run as a picture: the loss of every step (thin, and its mean over a hundredth of the run) and the accuracy of every test.
/// Scalable Vector Graphics that stand alone, in colours that follow the reader's scheme.
package struct TrainingPlot: PlotElements {
  private let title: String
  /// The place of each step, counted over all epochs, with its loss.
  private var losses: [(step: Int, loss: Double)] = []
  private var accuracies: [(step: Int, accuracy: Double)] = []
  private var stepsPerEpoch = 1
  private var last = 0

  private static let (width, height, left, right, top, bottom) = (900.0, 420.0, 64.0, 836.0, 48.0, 364.0)
  private static let mostPoints = 1500

  package init(title: String) { self.title = title }

  package mutating func report(_ event: Trainer.Event) {
    switch event {
    case .step(_, _, let total): stepsPerEpoch = max(total, 1)
    case .loss(let epoch, let step, let loss, _, _):
      last = (epoch - 1) * stepsPerEpoch + step
      losses.append((last, Double(loss)))
    case .test(_, let result, _): if let accuracy = result.accuracy { accuracies.append((last, accuracy)) }
    case .compiled, .memory, .correct, .epoch, .nonFinite, .resumed, .saved, .validation, .stopped: break
    }
  }

  package var isEmpty: Bool { losses.isEmpty }

  package var svg: String {
    let finite = losses.filter(\.loss.isFinite)
    let first = Double(losses.first?.step ?? 0)
    let span = max(Double(last) - first, 1)
    // A single step far above the rest must not flatten all others.
    let sorted = finite.map(\.loss).sorted()
    let highest = max(sorted.isEmpty ? 1 : sorted[min(sorted.count * 995 / 1000, sorted.count - 1)], 1e-9)
    func x(_ step: Int) -> Double { TrainingPlot.left + (Double(step) - first) / span * (TrainingPlot.right - TrainingPlot.left) }
    func y(_ part: Double) -> Double { TrainingPlot.bottom - min(max(part, 0), 1) * (TrainingPlot.bottom - TrainingPlot.top) }
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(TrainingPlot.width))" height="\(Int(TrainingPlot.height))" \
      viewBox="0 0 \(Int(TrainingPlot.width)) \(Int(TrainingPlot.height))" font-family="sans-serif" font-size="12">
      <style>
      .ground { fill: #ffffff } text { fill: #1a1a1a } .axis { stroke: #8a8a8a; fill: none } .grid { stroke: #e4e4e4; fill: none }
      .steps { stroke: #9ec5e8; fill: none } .mean { stroke: #1f5fa8; fill: none; stroke-width: 2 } .loss { fill: #1f5fa8 }
      .tests { stroke: #b3541e; fill: none; stroke-width: 2 } .test { fill: #b3541e }
      @media (prefers-color-scheme: dark) { .ground { fill: #16181d } text { fill: #e6e6e6 } .axis { stroke: #7d8590 } .grid { stroke: #2d323a }
      .steps { stroke: #27476b } .mean { stroke: #6cb2ff } .loss { fill: #6cb2ff } .tests { stroke: #f0a060 } .test { fill: #f0a060 } }
      </style>
      <rect class="ground" width="100%" height="100%"/>
      \(label(20, 24, title, "font-size=\"15\" font-weight=\"bold\""))
      \(label(TrainingPlot.left, 40, "loss", "class=\"loss\""))
      \(label(TrainingPlot.right, 40, "test accuracy", "class=\"test\" text-anchor=\"end\""))

      """
    for part in 0...4 {
      let height = y(Double(part) / 4)
      text += "<path class=\"grid\" d=\"M\(format(TrainingPlot.left)) \(format(height))H\(format(TrainingPlot.right))\"/>\n"
      let loss = NumberText.significant(highest * Double(part) / 4)
      text += label(TrainingPlot.left - 6, height + 4, part == 0 ? "0" : loss, "class=\"loss\" text-anchor=\"end\"") + "\n"
    }
    for epoch in 0...max(last / stepsPerEpoch, 0) where Double(epoch * stepsPerEpoch) >= first - 1 {
      guard epoch % max(last / stepsPerEpoch / 20, 1) == 0 else { continue }
      text += label(x(max(epoch * stepsPerEpoch, Int(first))), TrainingPlot.bottom + 18, String(epoch), "text-anchor=\"middle\"") + "\n"
    }
    let middle = (TrainingPlot.left + TrainingPlot.right) / 2
    text += label(middle, TrainingPlot.bottom + 38, "epoch (\(stepsPerEpoch) steps)", "text-anchor=\"middle\"") + "\n"
    text += path("steps", TrainingPlot.thinned(finite).map { (x($0.step), y($0.loss / highest)) })
    text += path("mean", TrainingPlot.means(finite).map { (x($0.step), y($0.loss / highest)) })
    // The upper part of the scale is where accuracies are: it begins at the lowest tenth.
    if let lowest = accuracies.map(\.accuracy).min() {
      let base = min((lowest * 10).rounded(.down) / 10, 0.9)
      for part in 0...4 {
        let accuracy = base + (1 - base) * Double(part) / 4
        let percent = "\(NumberText.fixed(accuracy * 100, decimals: 1)) %"
        text += label(TrainingPlot.right + 6, y(Double(part) / 4) + 4, percent, "class=\"test\"") + "\n"
      }
      let points = accuracies.map { (x($0.step), y(($0.accuracy - base) / (1 - base))) }
      text += path("tests", points)
      for ((px, py), test) in zip(points, accuracies) {
        let percent = NumberText.fixed(test.accuracy * 100, decimals: 2)
        text += "<circle class=\"test\" cx=\"\(format(px))\" cy=\"\(format(py))\" r=\"4\"><title>\(percent) %</title></circle>\n"
      }
    }
    text += "<path class=\"axis\" d=\"M\(format(TrainingPlot.left)) \(format(TrainingPlot.top))V\(format(TrainingPlot.bottom))"
    return text + "H\(format(TrainingPlot.right))\"/>\n</svg>\n"
  }

  /// At most so many points, evenly spread.
  private static func thinned(_ points: [(step: Int, loss: Double)]) -> [(step: Int, loss: Double)] {
    let step = max(points.count / mostPoints, 1)
    return stride(from: 0, to: points.count, by: step).map { points[$0] }
  }

  /// Means over hundredths of the run.
  private static func means(_ points: [(step: Int, loss: Double)]) -> [(step: Int, loss: Double)] {
    let size = max(points.count / 100, 1)
    return stride(from: 0, to: points.count, by: size).map { start in
      let part = points[start..<min(start + size, points.count)]
      return (part[part.startIndex + part.count / 2].step, part.reduce(0) { $0 + $1.loss } / Double(part.count))
    }
  }
}
