import MartletCore
import MartletGraph

/// A sum of products, seen as a tensor contraction: which variables of the result each factor depends on, and how they move along with the
/// points of the sum. What a tile of results needs of a factor is then a box, which is staged in the memory of a block once.
///
/// `sum over c, ky, kx of %x[n, c, y + ky - 1, x + kx - 1] * %w[o, c, ky, kx]`: results (y) and points (ky) move the same subscript, so a tile
/// of 4 rows reads 4 + 3 - 1 rows of x. The same holds of both gradients of a convolution and, where nothing moves along, of products of
/// matrices: no operation is named here.
struct Contraction {
  struct Variable: Hashable {
    let name: String
    let extent: Int
  }

  /// One axis of what is staged of a factor.
  struct Axis: Hashable {
    /// The point's variable that walks along it; nil where only results do.
    let point: Int?
    /// The result variables that move along, and by how many positions each step of theirs does.
    let results: [Slide]
  }

  struct Slide: Hashable {
    let variable: Int
    let ratio: Int
  }

  struct Factor: Hashable {
    /// In the order of the operand in memory.
    let axes: [Axis]
    /// The numbers of the fold's conditions under which the factor counts; elsewhere it is 0.
    let conditions: [Int]

    func depends(on variable: Int) -> Bool { axes.contains { $0.results.contains { $0.variable == variable } } }
  }

  /// The axes of the kernel's results, then the variables of the window that is pooled.
  let results: [Variable]
  /// How many of them are axes.
  let axisCount: Int
  let points: [Variable]
  /// Bytes of a number.
  let elementBytes: Int
  /// Two.
  let factors: [Factor]
  /// Whether a tile has one position of a result variable only: a factor depends on it in a way that is no box.
  let isFixed: [Bool]

  /// Axes of results along which only one factor changes: a tile of both kinds uses what it stages more than once.
  func tiled(by factor: Int) -> [Int] {
    (0..<axisCount).filter {
      !isFixed[$0] && results[$0].extent > 1 && factors[factor].depends(on: $0) && !factors[1 - factor].depends(on: $0)
    }
  }

  /// The variables of the window.
  var window: Range<Int> { axisCount..<results.count }

  /// The sum of products, and the fold of a pooling window around it.
  static func folds(of elements: [Element], _ analysis: ElementAnalysis) -> (sum: Fold, window: Fold?)? {
    let outer = analysis.outermostFolds(elements)
    guard outer.count == 1, let fold = outer.first else { return nil }
    if isSumOfProducts(fold, analysis) { return (fold, nil) }
    let inner = analysis.outermostFolds(fold.steps)
    guard inner.count == 1, let sum = inner.first, isSumOfProducts(sum, analysis), analysis.outermostFolds(fold.initial).isEmpty,
      fold.variables.reduce(1, { $0 * $1.extent }) <= largestWindow
    else { return nil }
    return (sum, fold)
  }

  private static let largestWindow = 9

  /// The two factors of the products.
  static func factors(of sum: Fold) -> [Element] {
    guard case .binary(.multiply, let a, let b) = sum.steps[0].kind else { return [] }
    return [a, b]
  }

  private static func isSumOfProducts(_ fold: Fold, _ analysis: ElementAnalysis) -> Bool {
    guard fold.combination == .sum, fold.steps.count == 1, fold.steps[0].dtype.isFloatingPoint, !fold.variables.isEmpty,
      case .constant(0) = fold.initial[0].kind
    else { return false }
    let factors = factors(of: fold)
    return factors.count == 2 && analysis.outermostFolds(factors).isEmpty
      && fold.conditions.allSatisfy { $0.lower.constantValue != nil && $0.upper.constantValue != nil }
  }

  /// Of elements at plain indices `axes`; nil when there is no such sum, or none that stages as boxes.
  init?(_ elements: [Element], axes: [Variable], bounds: IndexBounds, _ analysis: ElementAnalysis) {
    guard let (sum, window) = Contraction.folds(of: elements, analysis) else { return nil }
    let results = axes + (window?.variables ?? []).map { Variable(name: $0.name, extent: $0.extent) }
    let points = sum.variables.map { Variable(name: $0.name, extent: $0.extent) }
    guard (results + points).allSatisfy({ $0.extent > 0 }) else { return nil }
    var inner = bounds
    for variable in results + points { inner.set(variable.name, Interval(0, variable.extent - 1)) }
    let known = Set((results + points).map(\.name))
    var dependences: [Dependence] = Contraction.factors(of: sum).map { Dependence($0, inner, analysis) }
    guard dependences.allSatisfy({ $0.free.isSubset(of: known) }) else { return nil }
    var conditions: [[Int]] = [[], []]
    for (number, condition) in sum.conditions.enumerated() where condition.decided(inner) != true {
      let variables = condition.index.variables
      guard let owner = dependences.firstIndex(where: { $0.free.isSuperset(of: variables) }) else { return nil }
      conditions[owner].append(number)
      dependences[owner].indices += condition.index.simplified(inner).linearParts
    }
    let slides = dependences.map { dependence in results.map { dependence.slide(of: $0.name, along: points.map(\.name)) } }
    let isFixed = results.indices.map { variable in slides.contains { $0[variable] == .unknown } }
    guard (axes.count..<results.count).allSatisfy({ !isFixed[$0] }) else { return nil }
    self.results = results
    axisCount = axes.count
    self.points = points
    elementBytes = sum.initial[0].dtype.byteCount
    self.isFixed = isFixed
    factors = zip(dependences, zip(slides, conditions)).map { dependence, own in
      var axes = points.indices.filter { dependence.free.contains(points[$0].name) }.map { point in
        Axis(
          point: point,
          results: results.indices.compactMap { variable in
            guard !isFixed[variable], case .along(point, let ratio) = own.0[variable] else { return nil }
            return Slide(variable: variable, ratio: ratio)
          })
      }
      axes += results.indices.filter { !isFixed[$0] && own.0[$0] == .alone }.map {
        Axis(point: nil, results: [Slide(variable: $0, ratio: 1)])
      }
      func place(_ axis: Axis) -> Int? { dependence.place(axis.point.map { points[$0].name } ?? results[axis.results[0].variable].name) }
      // Axes that move no subscript stand first.
      return Factor(axes: axes.sorted { place($0) ?? -1 < place($1) ?? -1 }, conditions: own.1)
    }
  }
}

/// The indices through which a factor depends on variables.
private struct Dependence {
  enum SlideKind: Equatable {
    case none, alone, unknown
    case along(Int, ratio: Int)
  }

  let free: Set<String>
  var indices: [Index]
  private let subscripts: [Index]

  init(_ factor: Element, _ bounds: IndexBounds, _ analysis: ElementAnalysis) {
    free = analysis.free(factor)
    let reads = analysis.reads([factor])
    subscripts = (reads.max { $0.index.count < $1.index.count }?.index ?? []).map { $0.simplified(bounds) }
    var all = reads.flatMap(\.index)
    analysis.visit([factor]) { element, _ in
      switch element.kind {
      case .index(let index): all.append(index)
      case .guarded(let conditions, _, _): all += conditions.flatMap { [$0.index, $0.lower, $0.upper] }
      default: break
      }
    }
    indices = all.flatMap { $0.simplified(bounds).linearParts }
  }

  /// How a variable of the results moves the factor: along with one point, by itself, not at all, or in no such way.
  func slide(of variable: String, along points: [String]) -> SlideKind {
    let own = indices.filter { $0.uses(variable) }
    guard !own.isEmpty else { return .none }
    let moved = points.indices.filter { point in own.contains { $0.uses(points[point]) } }
    guard let point = moved.first else { return .alone }
    guard moved.count == 1, let first = own.first, let step = first.coefficient(of: points[point]), step != 0,
      let own = first.coefficient(of: variable), own % step == 0
    else { return .unknown }
    let ratio = own / step
    // Wherever the point moves something the result moves it too, and the other way round.
    let isJoint = indices.filter { $0.uses(variable) || $0.uses(points[point]) }.allSatisfy { index in
      guard let a = index.coefficient(of: variable), let b = index.coefficient(of: points[point]) else { return false }
      return a == ratio * b
    }
    return isJoint ? .along(point, ratio: ratio) : .unknown
  }

  /// The last subscript that a variable moves; nil: none.
  func place(_ variable: String) -> Int? { subscripts.lastIndex { $0.uses(variable) } }
}

extension Index {
  /// The linear form itself, and those inside of its quotients, remainders and tables: what moves none of these moves nothing.
  fileprivate var linearParts: [Index] {
    var linear = Index(constant)
    var inner: [Index] = []
    for term in terms {
      switch term.atom {
      case .variable(let name): linear = linear + Index(variable: name) * term.coefficient
      case .quotient(let index, _), .remainder(let index, _), .table(_, let index): inner += index.linearParts
      }
    }
    return [linear] + inner
  }
}
