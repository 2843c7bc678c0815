import MartletCore
import MartletGraph
import MartletRuntime

// Long sums on a GPU: the gradient of a filter adds ten thousand products for each of a thousand weights. A few blocks would do all the work;
// instead the reduction is split: slices of the sum are computed side by side, and each reader adds them up.
//
//   %g[i] = sum of %x[n, i], n below 64   =>   %g.slices[z, i] = sum of %x[2 * z + n, i], n below 2;  a reader: sum of %g.slices[z, i], z below 32

/// A value whose slices are in memory: a split reduction.
package struct SlicedSum {
  /// Of shape [slices, …].
  let place: Place
  /// The node whose elements it sums up; its readers do with the sum what the elements do.
  let node: Int

  var slices: Int { place.type.shape[0] }
}

/// An element that is a long sum, cut into slices of its first variable.
struct LongSum {
  let fold: Fold
  /// Points of the first variable in a slice.
  let depth: Int
  /// Slices.
  let count: Int

  /// Numbers that a GPU has room to add at a time; with eight to a thread this many results need no slices.
  private static let enoughResults = 1 << 15
  private static let mostSlices = 64
  /// Points of a slice that are worth storing its sum.
  private static let leastPoints = 64

  /// Nil where the element of one of `count` results is no such sum, or where slices are worth nothing. Something may be done with the sum once
  /// it is complete; all that is read is read in it.
  init?(_ element: Element, count: Int) {
    guard let fold = LongSum.fold(element), count > 0 else { return nil }
    let length = fold.variables.reduce(1) { $0 * $1.extent }
    var wanted = 1
    while wanted < LongSum.mostSlices, wanted * count < LongSum.enoughResults, length / (2 * wanted) >= LongSum.leastPoints { wanted *= 2 }
    let extent = fold.variables[0].extent
    depth = extent.parts(of: min(wanted, extent))
    self.count = extent.parts(of: depth)
    self.fold = fold
    guard self.count > 1 else { return nil }
  }

  /// The sum in the element of a kernel. Throws `.lowering` when there is none any more.
  static func only(_ element: Element) throws -> Fold {
    guard let fold = fold(element) else { throw MartletError(LoweringErrorCode.noKernel, "the long sum is lost in a kernel") }
    return fold
  }

  static func fold(_ element: Element) -> Fold? {
    let analysis = ElementAnalysis()
    let folds = analysis.outermostFolds([element])
    guard folds.count == 1, let fold = folds.first, fold.combination == .sum, fold.initial.count == 1,
      case .constant(0) = fold.initial[0].kind,
      fold.initial[0].dtype.isFloatingPoint, fold.variables.first.map({ $0.extent >= 2 }) ?? false,
      analysis.reads([element]).allSatisfy({ !$0.folds.isEmpty })
    else { return nil }
    return fold
  }

  /// The part of the sum in one slice.
  func slice(_ number: Index) -> Element { LongSum.slice(fold, number, depth: depth) }

  /// The same of the sum at another index.
  static func slice(_ fold: Fold, _ number: Index, depth: Int) -> Element {
    let (name, extent) = fold.variables[0]
    let position = number * depth + Index(variable: name)
    var conditions = fold.conditions.map { condition in condition.substituting { $0 == name ? position : nil } }
    // The last slice may be shorter.
    if extent % depth != 0 { conditions.append(IndexCondition(position, in: 0..<extent)) }
    let part = Fold(
      variables: [(name, depth)] + fold.variables.dropFirst(), conditions: conditions, combination: .sum, carried: Fold.Carried(),
      initial: fold.initial, steps: [fold.steps[0].substituting(name, by: position)])
    return Element(.fold(part, 0), fold.initial[0].dtype)
  }
}
