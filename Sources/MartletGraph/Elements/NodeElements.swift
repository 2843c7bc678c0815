import MartletCore

/// The elements of a node alone, with its operands in memory: what facts about the node are derived from, instead of lists of operations.
package struct NodeElements {
  package let elements: [Element]
  package let index: [Index]
  private let bounds: IndexBounds
  private let operandTypes: [TensorType]

  package init(_ node: Node, _ graph: Graph) throws {
    let names = NameSupply()
    var bounds = IndexBounds()
    let operandTypes = node.operands.map { graph.type(of: $0) }
    index = node.resultTypes[0].shape.extents.map { extent in
      let name = names.fresh("i")
      bounds.set(name, Interval(0, max(extent - 1, 0)))
      return Index(variable: name)
    }
    self.bounds = bounds
    self.operandTypes = operandTypes
    let readers = operandTypes.enumerated().map { position, type in
      { (index: [Index]) in Element(.read(operand: position, index), type.dtype == .u8 ? DType.i32 : type.dtype) }
    }
    elements = try node.operation.elements(ElementContext(operandTypes: operandTypes, readers: readers, names: names), at: index)
  }

  /// The element is a copy of one operand's element at another index, or a constant: nothing is computed, so it is read through and
  /// never stored for its own sake.
  package var isView: Bool {
    guard elements.count == 1 else { return false }
    if case .read = elements[0].kind { return true }
    return ElementAnalysis().reads(elements).isEmpty && ElementAnalysis().outermostFolds(elements).isEmpty
  }

  /// Every element is computed of the elements at the same index (and of single ones): several such nodes in a row are one loop.
  package var isPointwise: Bool {
    guard !isView, ElementAnalysis().outermostFolds(elements).isEmpty else { return false }
    return ElementAnalysis().reads(elements).allSatisfy { $0.index == index || $0.index.allSatisfy { $0.constantValue != nil } }
  }

  /// The operand whose memory already is the result: same elements in the same order.
  package func aliasedOperand(_ resultType: TensorType) -> Int? {
    guard elements.count == 1, case .read(let operand, let source) = elements[0].kind, operandTypes[operand].dtype == resultType.dtype,
      operandTypes[operand].elementCount == resultType.elementCount
    else { return nil }
    let from = zip(source, operandTypes[operand].shape.strides).reduce(Index(0)) { $0 + $1.0 * $1.1 }.simplified(bounds)
    let to = zip(index, resultType.shape.strides).reduce(Index(0)) { $0 + $1.0 * $1.1 }.simplified(bounds)
    return (from - to).constantValue == 0 ? operand : nil
  }

  /// For operands that are used as a subscript: their exclusive upper bound.
  package var indexLimits: [Int: Int] {
    var limits: [Int: Int] = [:]
    ElementAnalysis().visit(elements) { element, _ in
      if case .withDataIndex(_, let value, let limit, _) = element.kind, case .read(let operand, _) = value.kind {
        limits[operand] = min(limits[operand] ?? limit, limit)
      }
    }
    return limits
  }
}

extension Graph {
  /// For each parameter that is an input and used as a subscript somewhere: the exclusive upper bound of its elements.
  package func inputIndexLimits() throws -> [Int?] {
    var limits = [Int?](repeating: nil, count: parameters.count)
    for node in nodes where node.operands.contains(where: { type(of: $0).dtype == .i32 }) {
      // The first step reads carried values as they are given, every step its elements of the others.
      if let region = node.region, (node.operation as? Scan)?.length != 0 {
        for (operand, limit) in zip(node.operands, try region.inputIndexLimits()) {
          if let limit { record(operand, limit, &limits) }
        }
      } else if let elements = try? NodeElements(node, self) {
        for (operand, limit) in elements.indexLimits { record(node.operands[operand], limit, &limits) }
      }
    }
    return limits
  }

  private func record(_ value: Value, _ limit: Int, _ limits: inout [Int?]) {
    guard case .parameter(let index) = definition(of: value), parameters[index].role == .input else { return }
    limits[index] = min(limits[index] ?? limit, limit)
  }
}
