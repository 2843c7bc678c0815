import MartletCore
import MartletGraph
import MartletLoopIR

/// Under which shape a kernel sees its memory: axes that are only ever walked together become one, so that inner loops are long and a
/// reshape that was fused costs no division.
///
/// `%x[n, k / 49, k / 7 % 7, k % 7]` of `[64, 32, 7, 7]` is `%x[n, k]` of `[64, 1568]`. A kernel without folds whose reads allow it walks
/// its trailing axes as one; for a GPU all of them.
struct OperandViews {
  /// The axes that are walked: the result's, the trailing ones merged from `mergedFrom` on.
  let extents: [Int]
  private let kernel: PullKernel
  private let mergedFrom: Int?
  /// For each operand, then for each result, the lengths of the runs of axes that become one.
  private let groups: [[Int]]

  /// Which axes a kernel may walk as one.
  enum Merging {
    /// Every axis alone, operands under their own shapes.
    case none
    case trailing
    /// The first axis too, which callers of a processor's kernels divide.
    case all
  }

  init(_ kernel: PullKernel, _ merging: Merging) throws {
    guard merging != .none, !kernel.extents.contains(0) else {
      mergedFrom = nil
      extents = kernel.extents
      groups = kernel.operands.map { $0.shape.map { _ in 1 } } + kernel.results.map { $0.shape.map { _ in 1 } }
      self.kernel = kernel
      return
    }
    self.kernel = kernel
    let mergesAll = merging == .all
    let first = mergesAll ? 0 : 1
    let rank = kernel.extents.count
    var candidates: [Int?] = []
    let analysis = ElementAnalysis()
    let plain = try OperandViews.elements(kernel, mergedFrom: nil)
    if kernel.isMergeable, analysis.outermostFolds(plain.elements).isEmpty, rank > first + 1 {
      candidates += (first..<rank - 1).map { $0 }
    }
    for candidate in candidates {
      let built = try OperandViews.elements(kernel, mergedFrom: candidate)
      guard let groups = OperandViews.groups(kernel, built, mergedFrom: candidate, analysis) else { continue }
      (mergedFrom, self.groups) = (candidate, groups)
      extents = OperandViews.merged(kernel.extents, candidate)
      return
    }
    mergedFrom = nil
    extents = kernel.extents
    groups =
      OperandViews.groups(kernel, plain, mergedFrom: nil, analysis)
      ?? kernel.operands.map { $0.shape.map { _ in 1 } } + kernel.results.map { $0.shape.map { _ in 1 } }
  }

  private static func merged(_ extents: [Int], _ from: Int?) -> [Int] {
    guard let from else { return extents }
    return Array(extents[..<from]) + [extents[from...].reduce(1, *)]
  }

  /// The index of the result for an index of the axes that are walked.
  func originalIndex(_ index: [Index]) -> [Index] { OperandViews.original(index, kernel.extents, mergedFrom) }

  private static func original(_ index: [Index], _ extents: [Int], _ from: Int?) -> [Index] {
    guard let from, let last = index.last else { return index }
    let group = Shape(Array(extents[from...]))
    let digits = group.strides.enumerated().map { axis, stride in
      axis == 0 ? last / stride : last / stride % group[axis]
    }
    return Array(index[..<from]) + digits
  }

  /// The elements at plain indices, with the bounds of all variables.
  private static func elements(_ kernel: PullKernel, mergedFrom: Int?) throws -> (elements: [Element], index: [Index], bounds: IndexBounds)
  {
    let names = NameSupply()
    var bounds = IndexBounds()
    let index = merged(kernel.extents, mergedFrom).map { extent in
      let name = names.fresh("i")
      bounds.set(name, Interval(0, max(extent - 1, 0)))
      return Index(variable: name)
    }
    let original = original(index, kernel.extents, mergedFrom)
    let elements = try kernel.elements(original, names)
    ElementAnalysis().addFoldBounds(of: elements, to: &bounds)
    return (elements, original, bounds)
  }

  /// The axes to join in each operand and result so that no subscript has a division; nil if that cannot be had.
  private static func groups(
    _ kernel: PullKernel, _ built: (elements: [Element], index: [Index], bounds: IndexBounds), mergedFrom: Int?, _ analysis: ElementAnalysis
  ) -> [[Int]]? {
    var joined = kernel.operands.map { operand in operand.shape.map { _ in false } }
    let reads = analysis.reads(built.elements)
    for read in reads {
      let extents = kernel.operands[read.operand].shape
      guard let groups = groups(read.index, extents, built.bounds) else {
        if mergedFrom == nil { continue }
        return nil
      }
      var axis = 0
      for length in groups {
        for inner in axis + 1..<max(axis + length, axis + 1) { joined[read.operand][inner] = true }
        axis += length
      }
    }
    var isLinear = true
    analysis.visit(built.elements) { element, _ in
      if case .index(let index) = element.kind, mergedFrom != nil, !index.simplified(built.bounds).isLinear { isLinear = false }
    }
    guard isLinear else { return nil }
    let result = kernel.operands.indices.map { operand -> [Int] in
      var lengths: [Int] = []
      for isJoined in joined[operand] {
        if isJoined, !lengths.isEmpty { lengths[lengths.count - 1] += 1 } else { lengths.append(1) }
      }
      return lengths
    }
    // Joining for one read must not have spoiled another one.
    for read in reads where mergedFrom != nil {
      let subscripts = join(read.index, kernel.operands[read.operand].shape, result[read.operand], built.bounds)
      if !subscripts.allSatisfy(\.isLinear) { return nil }
    }
    let rank = kernel.extents.count
    let own = kernel.results.map { kernelResult in
      mergedFrom.map { [Int](repeating: 1, count: $0) + [rank - $0] } ?? [Int](repeating: 1, count: kernelResult.shape.count)
    }
    // A result in the memory of an operand is seen as that operand is.
    for (kernelResult, groups) in zip(kernel.results, own) {
      if let updates = kernelResult.updates, result[updates] != groups { return nil }
    }
    // The first axis of a worker's memory is the slot of a sample: it stays alone.
    for (operand, groups) in zip(kernel.operands, result) where operand.space == .worker && groups.first != 1 { return nil }
    return result + own
  }

  /// The shortest runs of axes whose joint offset is linear; nil if there is no such grouping.
  private static func groups(_ index: [Index], _ extents: [Int], _ bounds: IndexBounds) -> [Int]? {
    var groups: [Int] = []
    var start = 0
    while start < index.count {
      var end = start + 1
      while !join(Array(index[start..<end]), Array(extents[start..<end]), [end - start], bounds)[0].isLinear {
        guard end < index.count else { return nil }
        end += 1
      }
      groups.append(end - start)
      start = end
    }
    return groups
  }

  private static func join(_ index: [Index], _ extents: [Int], _ groups: [Int], _ bounds: IndexBounds) -> [Index] {
    var result: [Index] = []
    var axis = 0
    for length in groups {
      let strides = Shape(Array(extents[axis..<axis + length])).strides
      let offset = zip(index[axis..<axis + length], strides).reduce(Index(0)) { $0 + $1.0 * $1.1 }
      result.append(offset.simplified(bounds))
      axis += length
    }
    return result
  }

  private static func join(_ extents: [Int], _ groups: [Int]) -> [Int] {
    var axis = 0
    return groups.map { length in
      defer { axis += length }
      return extents[axis..<axis + length].reduce(1, *)
    }
  }

  func operandShape(_ operand: Int) -> [Int] { OperandViews.join(kernel.operands[operand].shape, groups[operand]) }

  func resultShape(_ result: Int) -> [Int] { OperandViews.join(kernel.results[result].shape, groups[kernel.operands.count + result]) }

  /// The elements with the subscripts of these views, simplified under the bounds.
  func rewritten(_ elements: [Element], _ bounds: IndexBounds) -> [Element] {
    Element.mapping(elements) { operand, subscripts in
      OperandViews.join(subscripts, kernel.operands[operand].shape, groups[operand], bounds)
    } index: {
      $0.simplified(bounds)
    } conditions: {
      $0.map { $0.clearingQuotient(bounds) }
    }
  }
}

extension IndexCondition {
  /// The condition on `x` when this one is on `x / d + c`: the bounds checker then knows what it says about a subscript that was joined.
  fileprivate func clearingQuotient(_ bounds: IndexBounds) -> IndexCondition {
    var result = IndexCondition(index.simplified(bounds), lower, upper)
    while result.index.terms.count == 1, result.index.terms[0].coefficient == 1,
      case .quotient(let inner, let divisor) = result.index.terms[0].atom
    {
      let constant = result.index.constant
      result = IndexCondition(inner, (result.lower - constant) * divisor, (result.upper - constant) * divisor)
    }
    return result
  }
}

extension Index {
  /// No division, remainder or table.
  var isLinear: Bool {
    terms.allSatisfy { term in
      switch term.atom {
      case .variable: true
      case .quotient, .remainder, .table: false
      }
    }
  }
}
