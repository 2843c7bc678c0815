import MartletCore
import MartletLayers
import MartletTraining

/// What a model gives for one input, for people or for programs.
struct PredictionText {
  let samples: SampleType
  /// The names of the classes, where the checkpoint has them.
  let classes: [String]?
  /// How many classes are named.
  let top: Int

  /// More predicted numbers fill a terminal.
  private static let mostNumbers = 16

  /// `NAME: class (99.6 %)`, with several classes separated by commas; or the numbers that the model predicts.
  func line(_ name: String, _ outputs: [Double]) -> String {
    guard !samples.isRegression else {
      let shown = outputs.prefix(outputs.count > PredictionText.mostNumbers ? PredictionText.mostNumbers : outputs.count)
      let numbers = shown.map { NumberText.text(Float($0)) }.joined(separator: ", ")
      let rest = outputs.count - shown.count
      return "\(name): \(numbers)" + (rest > 0 ? ", … \(rest) more numbers (--output FILE.npy writes them)" : "")
    }
    guard outputs.allSatisfy(\.isFinite) else { return "\(name): the model's outputs are not finite numbers" }
    let found = best(outputs).map { "\(title($0.number)) (\(NumberText.fixed($0.probability * 100, decimals: 1)) %)" }
    return "\(name): \(found.joined(separator: ", "))"
  }

  /// An object with the class of the highest probability, and with a list of several where those were chosen; or with the predicted numbers.
  func json(_ name: String, _ outputs: [Double]) -> String {
    let start = "{\"event\": \"prediction\", \"input\": \(JSONWriter.quoted(name))"
    guard !samples.isRegression else {
      return "\(start), \"outputs\": [\(outputs.map { $0.isFinite ? NumberText.text(Float($0)) : "null" }.joined(separator: ", "))]}"
    }
    let found = best(outputs).map { ranked in
      "\"class\": \(ranked.number), \"name\": \(JSONWriter.quoted(title(ranked.number))), "
        + "\"probability\": \(JSONWriter.number(ranked.probability))"
    }
    let list = top > 1 ? ", \"top\": [\(found.map { "{\($0)}" }.joined(separator: ", "))]" : ""
    return "\(start)\(found.first.map { ", \($0)" } ?? "")\(list)}"
  }

  /// Of several places the last: the token after the window.
  private func best(_ outputs: [Double]) -> [RankedClass] {
    RankedClass.best(samples.target.shape.rank > 0 ? Array(outputs.suffix(samples.outputs)) : outputs, most: top)
  }

  private func title(_ number: Int) -> String {
    classes.flatMap { $0.indices.contains(number) ? $0[number] : nil } ?? "\(number)"
  }
}
