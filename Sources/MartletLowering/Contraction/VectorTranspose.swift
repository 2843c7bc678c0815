import MartletCore
import MartletLoopIR

/// Transposes a square of numbers that is in registers, a vector a row, by shuffles that are one instruction each on x86: `vunpcklps`, `vunpcklpd`,
/// `vperm2f128`.
///
/// Within four lanes: rows are interleaved in pairs, then the pairs. Of eight lanes both halves do that at once, and then trade places.
enum VectorTranspose {
  static func emit(_ k: KernelBuilder, _ rows: [Expr]) -> [Expr] {
    switch rows.count {
    case 2: return pair(k, rows[0], rows[1], [0, 2], [1, 3])
    case 4: return withinFour(k, rows, lanes: 4)
    case 8:
      let (upper, lower) = (withinFour(k, Array(rows[..<4]), lanes: 8), withinFour(k, Array(rows[4...]), lanes: 8))
      let halves = zip(upper, lower).map { pair(k, $0, $1, [0, 1, 2, 3, 8, 9, 10, 11], [4, 5, 6, 7, 12, 13, 14, 15]) }
      return halves.map { $0[0] } + halves.map { $0[1] }
    default: return rows
    }
  }

  /// Of four rows: lane `4 * h + c` of row r becomes lane `4 * h + r` of result c.
  private static func withinFour(_ k: KernelBuilder, _ rows: [Expr], lanes: Int) -> [Expr] {
    let groups = Array(stride(from: 0, to: lanes, by: 4))
    func everywhere(_ numbers: [Int]) -> [Int] { groups.flatMap { group in numbers.map { ($0 < 4 ? $0 : $0 - 4 + lanes) + group } } }
    func interleaved(_ a: Expr, _ b: Expr) -> [Expr] { pair(k, a, b, everywhere([0, 4, 1, 5]), everywhere([2, 6, 3, 7])) }
    func joined(_ a: Expr, _ b: Expr) -> [Expr] { pair(k, a, b, everywhere([0, 1, 4, 5]), everywhere([2, 3, 6, 7])) }
    let (first, second) = (interleaved(rows[0], rows[1]), interleaved(rows[2], rows[3]))
    return joined(first[0], second[0]) + joined(first[1], second[1])
  }

  private static func pair(_ k: KernelBuilder, _ a: Expr, _ b: Expr, _ first: [Int], _ second: [Int]) -> [Expr] {
    [first, second].map { k.let(.shuffle(a, b, $0), "s") }
  }
}
