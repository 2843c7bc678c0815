import MartletCore
import MartletGraph

/// Reverse mode over the nodes of a graph: from the adjoints of some values to those of everything that they are computed of.
struct ReverseMode {
  let graph: Graph
  /// Values that depend, through differentiable operands, on what is differentiated by.
  let isActive: [Bool]
  /// For each loop that takes part the number of its node and its backward loop.
  let loops: [Int: BackwardScan]

  /// Adds the nodes that compute adjoints; `mapped` holds the values of the graph in the builder. Returns one entry a value, nil for zero.
  func adjoints(_ builder: GraphBuilder, _ mapped: [Value], seeds: [(value: Value, adjoint: Value)]) throws -> [Value?] {
    var adjoints = [Value?](repeating: nil, count: graph.types.count)
    for (value, adjoint) in seeds { try accumulate(adjoint, value, builder, &adjoints) }
    let outer = builder.origin
    defer { builder.origin = outer }
    for (index, node) in graph.nodes.enumerated().reversed() {
      guard node.results.contains(where: { adjoints[$0.id] != nil && isActive[$0.id] }) else { continue }
      builder.origin = node.origin
      if let loop = loops[index] {
        for (operand, adjoint) in try loop.add(node, builder, mapped, adjoints) { try accumulate(adjoint, operand, builder, &adjoints) }
      } else {
        try addAdjoints(of: node, builder, mapped, &adjoints)
      }
    }
    return adjoints
  }

  private func accumulate(_ adjoint: Value, _ value: Value, _ builder: GraphBuilder, _ adjoints: inout [Value?]) throws {
    adjoints[value.id] = try adjoints[value.id].map { try builder.add($0, adjoint) } ?? adjoint
  }

  private func addAdjoints(of node: Node, _ builder: GraphBuilder, _ mapped: [Value], _ adjoints: inout [Value?]) throws {
    let isNeeded = try node.operands.enumerated().map { position, operand in
      guard isActive[operand.id] else { return false }
      switch node.operation.differentiability(operand: position) {
      case .differentiable: return true
      case .zeroDerivative: return false
      case .notDifferentiable:
        throw MartletError(
          PassErrorCode.noDerivative,
          node.operation is CrossEntropy
            ? "the loss depends on a parameter through operand \(position) of cross_entropy, the weights of samples, which have no derivative"
            : "the loss depends on a parameter through \(node.mnemonic), which has no derivative",
          at: graph.location(of: node.results[0]),
          advice: node.operation is CrossEntropy
            ? "Multiply the loss of each sample by weights that are trained: gather_elements of log_softmax gives it."
            : "Gradient and update operations and fusions are not differentiated: run differentiate before the passes that make them.")
      }
    }
    guard isNeeded.contains(true) else { return }
    let context = AdjointContext(
      builder: builder, operands: node.operands.map { mapped[$0.id] }, results: node.results.map { mapped[$0.id] },
      resultAdjoints: node.results.map { adjoints[$0.id] }, isNeeded: isNeeded)
    let found = try node.operation.adjoints(context)
    guard found.count == node.operands.count else {
      throw MartletError(PassErrorCode.adjoints, "\(node.mnemonic) gives \(found.count) adjoints for \(node.operands.count) operands")
    }
    for (position, operand) in node.operands.enumerated() where isNeeded[position] {
      guard let adjoint = found[position] else { continue }
      guard builder.type(of: adjoint) == graph.type(of: operand) else {
        throw MartletError(
          PassErrorCode.adjoints,
          "\(node.mnemonic): the adjoint of operand \(position) is \(builder.type(of: adjoint)), the operand \(graph.type(of: operand))")
      }
      try accumulate(adjoint, operand, builder, &adjoints)
    }
  }
}

extension Graph {
  /// For each value whether it depends on an active parameter through differentiable operands.
  func activity(_ parameters: [Bool]) -> [Bool] {
    var isActive = parameters
    for node in nodes {
      let operands = node.operands.map { isActive[$0.id] }
      guard let scan = node.operation as? Scan else {
        let depends = operands.enumerated().contains { position, isActive in
          isActive && node.operation.differentiability(operand: position) != .zeroDerivative
        }
        for type in node.resultTypes { isActive.append(depends && type.dtype.isFloatingPoint) }
        continue
      }
      let inner = scan.activity(operands)
      for (position, result) in scan.region.results.enumerated() {
        isActive.append(position < scan.carriedCount ? inner[position] : inner[result.value.id])
      }
    }
    return isActive
  }
}

extension Scan {
  /// For each value of the region whether it depends on an active operand, in any step: a carried value does if it does after some step.
  func activity(_ operands: [Bool]) -> [Bool] {
    var parameters = zip(operands, region.parameters).map { $0 && $1.type.dtype.isFloatingPoint }
    while true {
      let isActive = region.activity(parameters)
      var changed = false
      for index in 0..<carriedCount where !parameters[index] && isActive[region.results[index].value.id] {
        parameters[index] = true
        changed = true
      }
      if !changed { return isActive }
    }
  }
}
