import MartletCore
import MartletGraph
import MartletLoopIR
import MartletRuntime

/// Turns a graph into a program: one kernel a node (a fusion is one node), views read through, updates in place where that is safe.
public struct GraphLowering {
  private let graph: Graph
  private let target: Target
  private let valueNames: [String]
  private var nodeElements: [NodeElements?] = []
  private var isLive: [Bool] = []

  private var sources: [Int: Source] = [:]
  private var temporaries: [Program.Temporary] = []
  private var kernels: [Kernel] = []
  private var launches: [Program.Launch] = []
  private let kernelNames = NameSupply()

  /// Where a value is found.
  private enum Source {
    case memory(Program.Storage, TensorType)
    /// Computed by whoever reads it.
    case view(node: Int)
  }

  /// Throws `.lowering` that names the node when a kernel cannot be made or does not verify.
  public static func lower(_ graph: Graph, for target: Target) throws -> Program {
    var lowering = try GraphLowering(graph, target)
    return try lowering.run()
  }

  private init(_ graph: Graph, _ target: Target) throws {
    self.graph = graph
    self.target = target
    valueNames = graph.printedNames
    isLive = [Bool](repeating: false, count: graph.nodes.count)
    var needed = Set(graph.results.map(\.value))
    for index in graph.nodes.indices.reversed() {
      let node = graph.nodes[index]
      guard node.results.contains(where: needed.contains) else { continue }
      isLive[index] = true
      needed.formUnion(node.operands)
    }
    nodeElements = try graph.nodes.enumerated().map { isLive[$0.offset] ? try NodeElements($0.element, graph) : nil }
  }

  private mutating func run() throws -> Program {
    for index in graph.parameters.indices {
      sources[graph.parameterValue(index).id] = .memory(.parameter(index), graph.parameters[index].type)
    }
    let results = graph.results.map { result in
      Program.Result(
        name: result.name, type: graph.type(of: result.value), updates: graph.parameterIndex(named: result.name))
    }
    let homes = resultHomes(results)
    for index in graph.nodes.indices where isLive[index] { try lower(index, results, homes) }
    try deliver(results, homes)
    let limits = try graph.inputIndexLimits()
    return try Program(
      name: graph.name,
      parameters: graph.parameters.enumerated().map {
        Program.Parameter(name: $0.element.name, role: $0.element.role, type: $0.element.type, indexLimit: limits[$0.offset])
      },
      results: results, kernels: kernels, launches: launches, temporaries: temporaries)
  }

  // MARK: Results

  /// Which value is written straight into the memory of which result: each value has one home.
  private func resultHomes(_ results: [Program.Result]) -> [Int: Int] {
    var homes: [Int: Int] = [:]
    for (position, result) in graph.results.enumerated() {
      guard case .node(let index, _) = graph.definition(of: result.value), homes[result.value.id] == nil,
        nodeElements[index]?.isView == false
      else { continue }
      if let parameter = results[position].updates, !canUpdateInPlace(parameter, node: index) { continue }
      homes[result.value.id] = position
    }
    return homes
  }

  /// The node may overwrite the parameter: it reads it at the element's own index only, nobody reads the old value later, and the old
  /// value is no result itself.
  private func canUpdateInPlace(_ parameter: Int, node: Int) -> Bool {
    let value = graph.parameterValue(parameter)
    // A view that is a result is computed when all nodes have run.
    guard let elements = nodeElements[node], !graph.results.contains(where: { isView($0.value, of: value) }) else { return false }
    for (index, other) in graph.nodes.enumerated() where isLive[index] && index > node {
      if other.operands.contains(where: { isView($0, of: value) }) { return false }
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
  private func isView(_ value: Value, of other: Value) -> Bool {
    if value == other { return true }
    guard case .node(let producer, _) = graph.definition(of: value), nodeElements[producer]?.isView == true else { return false }
    return graph.nodes[producer].operands.contains { isView($0, of: other) }
  }

  /// Copies what was not computed in place. Results that keep nothing go first; a variable whose new value is another variable's old one
  /// goes through a temporary.
  private mutating func deliver(_ results: [Program.Result], _ homes: [Int: Int]) throws {
    var updates: [(from: Program.Storage, to: Program.Storage)] = []
    for (position, result) in graph.results.enumerated() where homes[result.value.id] != position {
      guard let updated = results[position].updates else {
        let source = try materialized(result.value, in: .result(position))
        if source != .result(position) { launches.append(.copy(from: source, to: .result(position))) }
        continue
      }
      let target = Program.Storage.parameter(updated)
      let source = try materialized(result.value, in: nil)
      guard source != target else { continue }
      guard case .parameter = source else {
        updates.append((source, target))
        continue
      }
      let temporary = newTemporary("\(result.name).new", results[position].type)
      launches.append(.copy(from: source, to: temporary))
      updates.append((temporary, target))
    }
    for update in updates { launches.append(.copy(from: update.from, to: update.to)) }
  }

  /// The memory that holds a value; a view that is no alias is computed into the memory that is offered, or some of its own.
  private mutating func materialized(_ value: Value, in offered: Program.Storage?) throws -> Program.Storage {
    switch sources[value.id] {
    case .memory(let storage, _): return storage
    case .view(let node):
      let storage = offered ?? newTemporary(valueNames[value.id], graph.type(of: value))
      try emit(node, [storage])
      sources[value.id] = .memory(storage, graph.type(of: value))
      return storage
    case nil: throw MartletError(.lowering, "value %\(valueNames[value.id]) is used before it is computed")
    }
  }

  private mutating func newTemporary(_ name: String, _ type: TensorType) -> Program.Storage {
    temporaries.append(Program.Temporary(name: name, type: type))
    return .temporary(temporaries.count - 1)
  }

  // MARK: Nodes

  private mutating func lower(_ index: Int, _ results: [Program.Result], _ homes: [Int: Int]) throws {
    let node = graph.nodes[index]
    guard let elements = nodeElements[index] else { return }
    if elements.isView {
      let value = node.results[0]
      if let operand = elements.aliasedOperand(node.resultTypes[0]), case .memory(let storage, _) = sources[node.operands[operand].id] {
        sources[value.id] = .memory(storage, node.resultTypes[0])
      } else {
        sources[value.id] = .view(node: index)
      }
      return
    }
    var storages: [Program.Storage] = []
    for (position, value) in node.results.enumerated() {
      let storage: Program.Storage
      if let home = homes[value.id] {
        storage = results[home].updates.map { .parameter($0) } ?? .result(home)
      } else {
        storage = newTemporary(valueNames[value.id], node.resultTypes[position])
      }
      storages.append(storage)
    }
    try emit(index, storages)
    for (position, value) in node.results.enumerated() { sources[value.id] = .memory(storages[position], node.resultTypes[position]) }
  }

  /// Makes the kernel of a node and the launch that fills `storages`.
  private mutating func emit(_ index: Int, _ storages: [Program.Storage]) throws {
    let node = graph.nodes[index]
    var operands = OperandTable()
    // A first run finds out which memory is read.
    _ = try elements(of: index, at: node.resultTypes[0].shape.extents.indices.map { Index(variable: "i\($0)") }, NameSupply(), &operands)
    var kernelOperands = operands.entries.map { PullKernel.Operand(name: name(of: $0.storage), type: $0.type, updatedBy: nil) }
    let results = storages.enumerated().map { position, storage in
      let updates = operands.entries.firstIndex { $0.storage == storage }
      if let updates { kernelOperands[updates].updatedBy = position }
      return PullKernel.Result(name: name(of: storage), type: node.resultTypes[position], updates: updates)
    }
    let frozen = operands
    let lowering = self
    let pull = PullKernel(name: kernelNames.fresh(kernelName(node)), operands: kernelOperands, results: results) { elementIndex, names in
      var table = frozen
      return try lowering.elements(of: index, at: elementIndex, names, &table)
    }
    let kernel: Kernel
    do {
      kernel = try PullEmitter(pull, target).emit()
    } catch let error as MartletError {
      throw MartletError(
        .lowering, "\(node.mnemonic) (%\(node.results.map { valueNames[$0.id] }.joined(separator: ", %"))): \(error.message)",
        at: node.origin?.location, advice: error.advice)
    }
    guard kernel.over > 0 else { return }
    kernels.append(kernel)
    let fresh = storages.filter { storage in !operands.entries.contains { $0.storage == storage } }
    launches.append(.kernel(kernels.count - 1, operands.entries.map(\.storage) + fresh))
  }

  private func name(of storage: Program.Storage) -> String {
    switch storage {
    case .parameter(let index): graph.parameters[index].name
    case .result(let index): valueNames[graph.results[index].value.id]
    case .temporary(let index): temporaries[index].name
    }
  }

  /// The layer, then what the kernel computes: `conv1.0.conv2d_add_relu`.
  private func kernelName(_ node: Node) -> String {
    let operation = (node.operation as? Fusion)?.name ?? node.mnemonic
    return node.origin?.layer.map { "\($0).\(operation)" } ?? operation
  }

  // MARK: Elements

  /// The memory that a kernel reads, each once and under one shape.
  private struct OperandTable {
    var entries: [(storage: Program.Storage, type: TensorType)] = []

    /// The number of an operand, or nil if the same memory is read under another shape already.
    mutating func number(_ storage: Program.Storage, _ type: TensorType) -> Int? {
      if let position = entries.firstIndex(where: { $0.storage == storage }) { return entries[position].type == type ? position : nil }
      entries.append((storage, type))
      return entries.count - 1
    }
  }

  /// Shares the operand table between the readers of one element expression.
  private final class TableBox {
    var table: OperandTable
    init(_ table: OperandTable) { self.table = table }
  }

  private func elements(of index: Int, at elementIndex: [Index], _ names: NameSupply, _ operands: inout OperandTable) throws -> [Element] {
    let box = TableBox(operands)
    defer { operands = box.table }
    return try elements(of: index, at: elementIndex, names, box)
  }

  private func elements(of index: Int, at elementIndex: [Index], _ names: NameSupply, _ box: TableBox) throws -> [Element] {
    let node = graph.nodes[index]
    let readers = node.operands.map { operand in { (position: [Index]) in try self.read(operand, position, names, box) } }
    let context = ElementContext(operandTypes: node.operands.map { graph.type(of: $0) }, readers: readers, names: names)
    return try node.operation.elements(context, at: elementIndex)
  }

  private func read(_ value: Value, _ position: [Index], _ names: NameSupply, _ box: TableBox) throws -> Element {
    let type = graph.type(of: value)
    switch sources[value.id] {
    case .memory(let storage, let memoryType):
      if let operand = box.table.number(storage, memoryType) {
        return Element(.read(operand: operand, position), type.dtype == .u8 ? .i32 : type.dtype)
      }
      // The memory is there under another shape: go by the offset.
      guard let known = box.table.entries.firstIndex(where: { $0.storage == storage }) else { break }
      let source = Reshape.sourceIndex(position, from: box.table.entries[known].type.shape, to: memoryType.shape)
      return Element(.read(operand: known, source), type.dtype == .u8 ? .i32 : type.dtype)
    case .view(let node): return try elements(of: node, at: position, names, box)[0]
    case nil: break
    }
    throw MartletError(.lowering, "value %\(valueNames[value.id]) is used before it is computed")
  }
}
