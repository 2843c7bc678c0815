import MartletCore
import MartletGraph

/// How a value depends on the batch, the first axis of the inputs.
enum BatchRole: Hashable {
  /// Not divided into samples: parameters, constants, what is computed of them or of finished sums.
  case whole
  /// The first axis is the batch, and each sample is computed of the same sample of other values.
  case sample
  /// A sum over the batch; perhaps with something to do once the sum is complete, such as dividing a mean.
  case sum
}

/// Which nodes can run sample by sample. Derived from what the elements read, not from a list of operations: what is not proven to be one
/// sample's own runs undivided, over whole tensors.
struct BatchAnalysis {
  /// The number of samples; nil when the graph has no batch.
  let samples: Int?
  /// For each value.
  private(set) var roles: [BatchRole]

  /// A sum over the batch that is computed over whole tensors.
  mutating func setWhole(_ value: Value) { roles[value.id] = .whole }

  /// Inputs say which axis counts their samples, `{batch = 0}`. Where none says so the first input of two axes or more is taken, with all
  /// inputs of as many rows; `guesses` false: nothing is divided then.
  init(_ graph: Graph, isLive: [Bool], elements: [NodeElements?], guesses: Bool = true) throws {
    let declared = graph.parameters.first { $0.batchAxis != nil }
    let guessed = !guesses ? nil : graph.parameters.first { $0.role == .input && $0.type.shape.rank >= 2 }
    let samples = declared.flatMap { parameter in parameter.batchAxis.map { parameter.type.shape[$0] } } ?? guessed?.type.shape[0]
    self.samples = samples.flatMap { $0 >= 2 ? $0 : nil }
    var roles = graph.parameters.map { parameter -> BatchRole in
      // Samples along another axis are read as a whole tensor.
      if declared != nil || !guesses { return parameter.batchAxis == 0 ? .sample : .whole }
      return parameter.role == .input && parameter.type.shape.rank >= 1 && parameter.type.shape[0] == samples ? .sample : .whole
    }
    for (position, node) in graph.nodes.enumerated() {
      guard isLive[position], self.samples != nil, node.operands.contains(where: { roles[$0.id] == .sample }) else {
        roles += node.results.map { _ in .whole }
        continue
      }
      roles += try BatchAnalysis.roles(node, node.operands.map { roles[$0.id] }, samples: samples ?? 0, elements[position])
    }
    self.roles = roles
  }

  /// Nothing runs sample by sample: on a GPU a launch is over whole tensors.
  init(undivided graph: Graph) {
    samples = nil
    roles = graph.types.map { _ in .whole }
  }

  /// The roles of a node's results, from those of its operands.
  private static func roles(_ node: Node, _ operands: [BatchRole], samples: Int, _ elements: NodeElements?) throws -> [BatchRole] {
    if let fusion = node.operation as? Fusion, !fusion.hasOneShape { return try roles(fusion.region, operands, samples: samples) }
    guard let elements else { return node.results.map { _ in .whole } }
    let analysis = ElementAnalysis()
    let reads = analysis.reads(elements.elements).filter { operands[$0.operand] == .sample }
    if let first = elements.index.first, node.resultTypes.allSatisfy({ $0.shape.rank >= 1 && $0.shape[0] == samples }),
      reads.allSatisfy({ $0.index.first == first })
    {
      return node.results.map { _ in .sample }
    }
    let isSum = node.results.count == 1 && BatchSum(elements.elements[0], isSample: { operands[$0] == .sample }) != nil
    return node.results.map { _ in isSum ? .sum : .whole }
  }

  /// Of a fusion whose results have several shapes: node by node.
  private static func roles(_ region: Graph, _ operands: [BatchRole], samples: Int) throws -> [BatchRole] {
    var roles = operands
    for node in region.nodes {
      let own = node.operands.map { roles[$0.id] }
      guard own.contains(.sample) else {
        roles += node.results.map { _ in .whole }
        continue
      }
      roles += try self.roles(node, own, samples: samples, try NodeElements(node, region))
    }
    return region.results.map { roles[$0.value.id] }
  }
}

/// An element that is a sum over the batch, and what is done with the finished sum.
struct BatchSum {
  let fold: Fold
  /// The fold's variable that walks the batch.
  let variable: String
  private let element: Element

  /// Nil when the element is no such sum. `isSample` says which operands are divided into samples.
  init?(_ element: Element, isSample: (Int) -> Bool) {
    let analysis = ElementAnalysis()
    let folds = analysis.outermostFolds([element])
    let all = analysis.reads([element])
    let reads = all.filter { isSample($0.operand) }
    guard all.allSatisfy({ !$0.folds.isEmpty }), folds.count == 1, let fold = folds.first, fold.combination == .sum,
      case .constant(0) = fold.initial[0].kind,
      let variable = fold.variables.first(where: { variable in
        reads.allSatisfy { $0.index.first == Index(variable: variable.name) }
      }),
      !fold.conditions.contains(where: { $0.index.uses(variable.name) || $0.lower.uses(variable.name) || $0.upper.uses(variable.name) })
    else { return nil }
    self.fold = fold
    self.variable = variable.name
    self.element = element
  }

  /// What one sample adds to the sum, the batch's variable being free in it.
  var term: Element {
    let rest = fold.variables.filter { $0.name != variable }
    guard !rest.isEmpty || !fold.conditions.isEmpty else { return fold.steps[0] }
    let inner = Fold(
      variables: rest, conditions: fold.conditions, combination: .sum, carried: Fold.Carried(), initial: fold.initial, steps: fold.steps)
    return Element(.fold(inner, 0), element.dtype)
  }

  /// The element with the finished sum in place of the fold.
  func finished(_ sum: Element) -> Element { element.replacing(fold, by: sum) }
}
