import MartletCore

/// A loop of a product: over the tiles of a variable, or `j.in`, within one tile.
package struct ContractionLoop: Hashable, Sendable, Printed {
  package enum Variable: String, CaseIterable, Hashable, Sendable {
    /// Rows of the result.
    case i
    /// Columns of the result.
    case j
    /// What is summed.
    case l
  }

  package var variable: Variable
  package var isInner: Bool

  package init(_ variable: Variable, isInner: Bool = false) { (self.variable, self.isInner) = (variable, isInner) }

  package var printed: String { isInner ? "\(variable.rawValue).in" : variable.rawValue }
}

/// How a product of matrices is computed on a processor, as data: a list of steps that prints, parses and is verified (`ContractionNest`). It changes
/// speed and rounding, never what is computed.
///
/// The product begins as `for b, i, j { c[b, i, j] = sum over l }`: a unit of work for each batch member b. The steps:
///
/// | step | meaning |
/// |---|---|
/// | `divide(i, 4)` | the tiles of i (or j) in 4 nearly equal parts, each another unit; units are numbered by b, then by the first `divide` |
/// | `split(i, 14)` | i becomes tiles of 14 and what is left: `i` goes over tiles, `i.in` over the elements of one |
/// | `split(l, 256)` | the sum in chunks of 256: each is summed from 0 and then added to the result in memory |
/// | `bind(j.in, lanes 16)` | 16 neighbours along j are the lanes of a vector: a is broadcast, b loaded |
/// | `bind(l.in, lanes 16)` | 16 neighbours along l are lanes: both are loaded, lanes are added up at the end of a chunk |
/// | `hold(i.in, j.in)` | the results of a tile stay in registers for a whole chunk |
/// | `stage(b)` | what a chunk needs of b is copied to private memory, in the order in which it is read: a panel for each tile |
/// | `unroll(l.in, 2)` | two steps of the sum written out |
/// | `order(l, j, i)` | the loops around the tile, outermost first; l where it is split |
///
/// The factor of the outer of i and j is staged a panel at a time, inside its loop; the other one as a whole before it, all panels of the unit's part.
///
/// `divide(i, 2) split(i, 6) split(j, 16) split(l, 256) bind(j.in, lanes 8) hold(i.in, j.in) stage(b) order(l, j, i)` of 384 x 512 x 1024:
///
///     for i { for j { %c[i, j] = 0; for l { %c[i, j] = fma(%a[i, l], %b[l, j], %c[i, j]) } } }
///
///  => for n in begin ..< end parallel {                                // two units of 192 rows
///       array %panel: f32[1, 256, 16] local
///       for l in 0 ..< 1024 step 256 {
///         for j in 0 ..< 32 {                                          // tiles of 16 columns
///           for s in 0 ..< 256 { for v in 0 ..< 16 step 8 { %panel[0, s, v : 8] = %b[512 * (l + s) + 16 * j + v : 8] } }
///           for i in 0 ..< 32 {                                        // tiles of 6 rows
///             registers %acc: f32x8[6, 2] = 0.0
///             for s in 0 ..< 256 {
///               let %b0 = %panel[0, s, 0 : 8]; let %b1 = %panel[0, s, 8 : 8]
///               for r in 0 ..< 6 unrolled {
///                 let %a = splat8(%a[1024 * (192 * n + 6 * i + r) + l + s])
///                 %acc[r, 0] = fma(%a, %b0, %acc[r, 0]); %acc[r, 1] = fma(%a, %b1, %acc[r, 1]) } }
///             when l in 256 ..< 1024 { %acc[…] = %c[…] + %acc[…] }
///             %c[…] = %acc[…] } } } }
package struct ContractionSchedule: Hashable, Sendable, Printed {
  package enum Factor: String, CaseIterable, Hashable, Sendable {
    case a, b
  }

  package enum Step: Hashable, Sendable {
    case divide(ContractionLoop.Variable, parts: Int)
    case split(ContractionLoop.Variable, Int)
    case bind(ContractionLoop, lanes: Int)
    case hold([ContractionLoop])
    case stage(Factor)
    case unroll(ContractionLoop, Int)
    case order([ContractionLoop])
  }

  /// In the order of the table above, whatever order they were given in: equal schedules are equal and print equally.
  package let steps: [Step]

  package init(_ steps: [Step]) {
    self.steps = steps.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
  }

  package var printed: String { steps.map(\.printed).joined(separator: " ") }
}

extension ContractionSchedule.Step: Printed {
  package var printed: String {
    switch self {
    case .divide(let variable, let parts): "divide(\(variable.rawValue), \(parts))"
    case .split(let variable, let size): "split(\(variable.rawValue), \(size))"
    case .bind(let loop, let lanes): "bind(\(loop), lanes \(lanes))"
    case .hold(let loops): "hold(\(loops.map(\.printed).joined(separator: ", ")))"
    case .stage(let factor): "stage(\(factor.rawValue))"
    case .unroll(let loop, let count): "unroll(\(loop), \(count))"
    case .order(let loops): "order(\(loops.map(\.printed).joined(separator: ", ")))"
    }
  }

  /// Where it stands in a schedule. Which of two variables is divided first means something and is kept.
  fileprivate var rank: Int {
    func number(_ variable: ContractionLoop.Variable) -> Int { ContractionLoop.Variable.allCases.firstIndex(of: variable) ?? 0 }
    switch self {
    case .divide: return 0
    case .split(let variable, _): return 10 + number(variable)
    case .bind: return 20
    case .hold: return 30
    case .stage(let factor): return factor == .a ? 40 : 41
    case .unroll: return 50
    case .order: return 60
    }
  }
}
