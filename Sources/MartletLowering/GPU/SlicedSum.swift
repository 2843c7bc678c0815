import MartletCore
import MartletGraph
import MartletRuntime

// Long sums on a GPU: the gradient of a filter adds ten thousand products for each of a thousand weights. A few blocks would do all the work;
// instead the reduction is split: slices of the sum are computed side by side, and each reader adds them up.
//
//   %g[i] = sum of %x[n, i], n below 64   =>   %g.slices[z, i] = sum of %x[2 * z + n, i], n below 2;  a reader: sum of %g.slices[z, i], z below 32

/// A value whose slices are in memory: a split reduction.
struct SlicedSum {
  /// Of shape [slices, …].
  var place: Place
  /// Gives the value at an index from the sum of all slices.
  var finish: (_ index: [Index], _ sum: Element) throws -> Element

  var slices: Int { place.type.shape[0] }

  /// The value at an index; `read` reads the slices.
  func element(_ index: [Index], _ names: NameSupply, _ read: ([Index]) throws -> Element) throws -> Element {
    let slice = names.fresh("z")
    let term = try read([Index(variable: slice)] + index)
    let fold = Fold(
      variables: [(slice, slices)], conditions: [], combination: .sum, carried: Fold.Carried(), initial: [term.constant(0)], steps: [term])
    return try finish(index, Element(.fold(fold, 0), term.dtype))
  }
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

extension GraphLowering {
  /// The kernel of a long sum whose slices are computed side by side; nil when the node is no such sum, or its readers would read them too often.
  func emitSlices(of number: Int, at slot: Levels.Slot) throws -> SlicedSum? {
    let node = graph.nodes[number]
    guard let value = node.results.first, let elements = nodeElements[number], elements.elements.count == 1,
      !graph.results.contains(where: { $0.value == value })
    else { return nil }
    let type = graph.type(of: value)
    guard let sum = LongSum(elements.elements[0], count: type.elementCount), isReadOnce(value, type.elementCount) else { return nil }
    let shape = Shape([sum.count] + type.shape.extents)
    let slicedType = TensorType(type.dtype, shape)
    let place = Place(
      storage: newTemporary("\(valueNames[value.id]).slices", slicedType, holding: value), type: slicedType, layout: .rowMajor(shape))
    func fold(_ element: Element) throws -> Fold {
      guard let fold = LongSum.fold(element) else {
        throw MartletError(LoweringErrorCode.noKernel, "the long sum is lost in a kernel")
      }
      return fold
    }
    try emit(kernelName(node), to: [place], at: slot, operands: node.operands) { index, names, table in
      let element = try self.elements(of: number, at: Array(index.dropFirst()), names, table)[0]
      return [LongSum.slice(try fold(element), index[0], depth: sum.depth)]
    }
    return SlicedSum(place: place) { [self] index, sum in
      let element = try self.elements(of: number, at: index, NameSupply(reserved: Set(index.flatMap(\.variables))), OperandTable())[0]
      return element.replacing(try fold(element), by: sum)
    }
  }

  /// Whether every reader reads an element of the value only a few times.
  private func isReadOnce(_ value: Value, _ count: Int) -> Bool {
    graph.nodes.indices.allSatisfy { reader in
      !isLive[reader] || !graph.nodes[reader].operands.contains(value)
        || !isReadThrough[reader] && GraphLowering.visits(reader, graph, nodeElements[reader]) <= GraphLowering.mostVisits * count
    }
  }
}
