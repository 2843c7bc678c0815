import MartletCore
import MartletLoopIR

/// A small constant matrix that is applied to vectors: the transforms of Winograd's convolution.
struct LinearTransform {
  /// Row by row.
  let matrix: [[Double]]

  var inputs: Int { matrix[0].count }
  var outputs: Int { matrix.count }
  var transposed: LinearTransform { LinearTransform(matrix: (0..<inputs).map { column in matrix.map { $0[column] } }) }

  /// The rows' sums of products. Two inputs that every row takes with equal or opposite weights are replaced by their sum and difference, and
  /// two rows that are the sum and difference of the same parts share these.
  func apply(_ k: KernelBuilder, _ inputs: [Expr], lanes: Int, _ target: Target) -> [Expr] {
    var inputs = inputs
    var matrix = matrix
    for first in 0..<self.inputs {
      for second in first + 1..<max(self.inputs, first + 1) where isPair(matrix, first, second) {
        let sum = k.let(inputs[first] + inputs[second], "s")
        let difference = k.let(inputs[first] - inputs[second], "d")
        (inputs[first], inputs[second]) = (sum, difference)
        for row in matrix.indices {
          if matrix[row][first] == matrix[row][second] {
            matrix[row][second] = 0
          } else {
            (matrix[row][first], matrix[row][second]) = (0, matrix[row][first])
          }
        }
        break
      }
    }
    var results = [Expr?](repeating: nil, count: matrix.count)
    for row in matrix.indices where results[row] == nil {
      let partner = matrix.indices.dropFirst(row + 1).first { results[$0] == nil && isMirrored(matrix[row], matrix[$0]) }
      guard let partner else {
        results[row] = combination(k, matrix[row], inputs, lanes, target)
        continue
      }
      let even = combination(k, zip(matrix[row], matrix[partner]).map { ($0 + $1) / 2 }, inputs, lanes, target)
      let odd = combination(k, zip(matrix[row], matrix[partner]).map { ($0 - $1) / 2 }, inputs, lanes, target)
      results[row] = k.let(even + odd, "r")
      results[partner] = k.let(even - odd, "r")
    }
    return results.compactMap { $0 }
  }

  /// Whether two inputs come with equal or opposite weights in every row, with both in some row.
  private func isPair(_ matrix: [[Double]], _ first: Int, _ second: Int) -> Bool {
    matrix.allSatisfy { abs($0[first]) == abs($0[second]) } && matrix.contains { $0[first] != 0 && $0[first] == $0[second] }
      && matrix.contains { $0[first] != 0 && $0[first] == -$0[second] }
  }

  /// Whether two rows are the sum and the difference of two parts that share no input.
  private func isMirrored(_ a: [Double], _ b: [Double]) -> Bool {
    zip(a, b).allSatisfy { abs($0) == abs($1) } && zip(a, b).contains { $0 != 0 && $0 == $1 } && zip(a, b).contains { $0 != 0 && $0 == -$1 }
  }

  private func combination(_ k: KernelBuilder, _ weights: [Double], _ inputs: [Expr], _ lanes: Int, _ target: Target) -> Expr {
    // Terms with weight 1 first: they need no product.
    let terms = zip(weights, inputs).filter { $0.0 != 0 }.sorted { ($0.0 == 1 ? 0 : 1) < ($1.0 == 1 ? 0 : 1) }
    guard var (weight, sum) = terms.first else { return k.variable(.f32(lanes), .number(0), "zero").value }
    if weight != 1 { sum = weight == -1 ? .unary(.neg, sum) : .binary(.multiply, .number(ExactDouble(weight)), sum) }
    for (next, input) in terms.dropFirst() {
      weight = next
      if weight == 1 {
        sum = sum + input
      } else if weight == -1 {
        sum = sum - input
      } else {
        sum = target.multiplyAdd(.number(ExactDouble(weight)), input, sum)
      }
    }
    return terms.count == 1 && terms[0].0 == 1 ? sum : k.let(sum, "r")
  }
}
