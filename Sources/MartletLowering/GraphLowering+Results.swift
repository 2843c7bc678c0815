import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

// What leaves the program: values that are computed where they belong, and copies of the others.

extension GraphLowering {
  /// Which value is written straight into the memory of which result: each value has one home.
  func resultHomes(_ results: [Program.Result]) -> [Int: Int] {
    var homes: [Int: Int] = [:]
    for (position, result) in graph.results.enumerated() {
      guard case .node(let index, _) = graph.definition(of: result.value), homes[result.value.id] == nil, levels.slots[index] != nil,
        layouts.layout(result.value, graph).isRowMajor
      else { continue }
      if let parameter = results[position].updates, !canUpdateInPlace(parameter, node: index) { continue }
      homes[result.value.id] = position
    }
    return homes
  }

  /// Whether the node may overwrite the parameter: it reads it at the element's own index only, no later node reads the old value, and the
  /// old value is not a result. In a region, which processes one tile of samples after the other, no other node may read it at all.
  func canUpdateInPlace(_ parameter: Int, node: Int) -> Bool {
    let value = graph.parameterValue(parameter)
    // A view that is a result is computed when all nodes have run.
    guard let elements = nodeElements[node], let slot = levels.slots[node],
      !graph.results.contains(where: { isView($0.value, of: value) })
    else { return false }
    // What reads the parameter, through views or not.
    var pending = users[value.id]
    while let index = pending.popLast() {
      if isReadThrough[index] { pending += graph.nodes[index].results.flatMap { users[$0.id] } }
      guard let reader = levels.slots[index], index != node, slot.region != nil || reader > slot else { continue }
      return false
    }
    let operands = graph.nodes[node].operands
    return ElementAnalysis().reads(elements.elements).allSatisfy { read in
      let operand = operands[read.operand]
      // A view of the parameter may read it anywhere.
      guard operand == value else { return !isView(operand, of: value) }
      return read.folds.isEmpty && read.index == elements.index
    }
  }

  /// Whether a value is the other one, or what is seen of it through views.
  func isView(_ value: Value, of other: Value) -> Bool {
    if value == other { return true }
    guard case .node(let producer, _) = graph.definition(of: value), isReadThrough[producer] else { return false }
    return graph.nodes[producer].operands.contains { isView($0, of: other) }
  }

  /// Copies what was not computed in place. Results that keep nothing go first; a variable whose new value is another variable's old one
  /// goes through a temporary.
  func deliver(_ results: [Program.Result], _ homes: [Int: Int]) throws {
    var updates: [(from: Program.Storage, to: Program.Storage)] = []
    for (position, result) in graph.results.enumerated() where homes[result.value.id] != position {
      guard let updated = results[position].updates else {
        let source = try rowMajor(result.value, in: .result(position))
        if source != .result(position) { launches[levels.levelCount].append(.launch(.copy(from: source, to: .result(position)))) }
        continue
      }
      let target = Program.Storage.parameter(updated)
      let source = try rowMajor(result.value, in: nil)
      guard source != target else { continue }
      guard case .parameter = source else {
        updates.append((source, target))
        continue
      }
      let temporary = newTemporary("\(result.name).new", results[position].type)
      launches[levels.levelCount].append(.launch(.copy(from: source, to: temporary)))
      updates.append((temporary, target))
    }
    for update in updates { launches[levels.levelCount].append(.launch(.copy(from: update.from, to: update.to))) }
  }

  /// Memory that holds a value row-major. A view, or a value in another layout, is copied at the end: to the storage that is offered, or to
  /// a new one.
  func rowMajor(_ value: Value, in offered: Program.Storage?) throws -> Program.Storage {
    let type = graph.type(of: value)
    if case .memory(let place) = sources[value.id], place.layout.isRowMajor { return place.storage }
    let place = Place(
      storage: offered ?? newTemporary(valueNames[value.id], type), type: type, layout: .rowMajor(type.shape))
    try emitCopy(of: value, to: place, level: levels.levelCount, name: "copy")
    sources[value.id] = .memory(place)
    return place.storage
  }
}
