import Glibc
import MartletCore

/// A tensor as `Tensor.show` prints it.
struct ShownTensor {
  let label: String
  let tensor: HostTensor
  private static let mostNumbers = 8

  init(label: String, tensor: HostTensor) { (self.label, self.tensor) = (label, tensor) }

  /// `hidden: f32[32, 16], least -0.5, largest 2, mean 0.25: 0.1, 0.2, …`
  var text: String {
    let numbers = tensor.numbers
    func text(_ number: Double) -> String { NumberText.text(Float(number)) }
    var line = "\(label): \(tensor.type)"
    if let least = numbers.min(), let largest = numbers.max() {
      line += ", least \(text(least)), largest \(text(largest)), mean \(text(numbers.reduce(0, +) / Double(numbers.count)))"
    }
    let bad = numbers.count { !$0.isFinite }
    if bad > 0 { line += ", \(bad) not finite" }
    let shown = numbers.prefix(ShownTensor.mostNumbers).map(text).joined(separator: ", ")
    return line + (numbers.isEmpty ? "" : ": \(shown)\(numbers.count > ShownTensor.mostNumbers ? ", …" : "")")
  }

  func write() {
    let line = Array((text + "\n").utf8)
    _ = line.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
  }
}
