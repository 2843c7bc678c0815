import MartletCore
import MartletGraph

// The pass `differentiate`: adds a result `<parameter>.gradient` for every parameter, the derivative of the result named `loss`.
//
// Reverse mode: the nodes are visited backwards, each turns the adjoints of its results into those of its operands; a value with several
// users gets the sum. Legal because each operation states its own adjoint, which tests compare with finite differences. Only nodes
// between a parameter and the loss take part: the first convolution gets no gradient of its images. Runs before any fusion.
//
//   graph @f(input %x: f32[2, 3], parameter %w: f32[4, 3], …) -> (loss: f32[]) {
//     %0 = matmul(%x, %w) {transpose_rhs = true} : f32[2, 4]
//     %1 = cross_entropy(%0, %labels) : f32[]
//     return %1
//   }
// =>
//   graph @f(…) -> (loss: f32[], w.gradient: f32[4, 3]) {
//     …
//     %2 = constant() {value = 1.0} : f32[]
//     %3 = cross_entropy_grad(%0, %labels) : f32[2, 4]
//     %4 = broadcast(%2) {shape = [2, 4], axes = []} : f32[2, 4]
//     %5 = mul(%3, %4) : f32[2, 4]
//     %6 = matmul(%5, %x) {transpose_lhs = true} : f32[4, 3]
//     return %1, %6
//   }

extension Pass {
  package static let differentiate = Pass("differentiate", "adds the gradient of the result 'loss' for every parameter") { graph in
    try Differentiation(graph).run()
  }
}

private struct Differentiation {
  let graph: Graph
  let loss: Value
  /// Values that depend on a parameter through differentiable operands.
  let isActive: [Bool]

  init(_ graph: Graph) throws {
    self.graph = graph
    guard let loss = graph.result(named: StepNames.loss) else {
      throw MartletError(
        PassErrorCode.noLoss, "graph @\(graph.name) has no result named 'loss' to differentiate",
        advice: "Name the scalar to minimise: … -> (loss: f32[]).")
    }
    let type = graph.type(of: loss)
    guard type.shape.rank == 0, type.dtype.isFloatingPoint else {
      throw MartletError(PassErrorCode.lossIsNoScalar, "the loss of graph @\(graph.name) is \(type), a scalar f32[] or f64[] is needed")
    }
    for parameter in graph.parameters where parameter.role == .parameter {
      let name = "\(parameter.name).gradient"
      guard graph.result(named: name) == nil else {
        throw MartletError(
          PassErrorCode.alreadyDifferentiated, "graph @\(graph.name) has a result \(name) already; it was differentiated before")
      }
    }
    self.loss = loss
    var isActive = graph.parameters.map { $0.role == .parameter && $0.type.dtype.isFloatingPoint }
    for node in graph.nodes {
      let depends = node.operands.enumerated().contains { position, operand in
        isActive[operand.id] && node.operation.differentiability(operand: position) != .zeroDerivative
      }
      for type in node.resultTypes { isActive.append(depends && type.dtype.isFloatingPoint) }
    }
    self.isActive = isActive
  }

  func run() throws -> Graph {
    try graph.rebuilt(replace: { _, _, _ in nil }) { builder, mapped in
      var adjoints = [Value?](repeating: nil, count: graph.types.count)
      adjoints[loss.id] = try builder.add(Constant(1, graph.type(of: loss)))
      for node in graph.nodes.reversed() {
        guard node.results.contains(where: { adjoints[$0.id] != nil && isActive[$0.id] }) else { continue }
        builder.origin = node.origin
        try addAdjoints(of: node, builder, mapped, &adjoints)
      }
      builder.origin = nil
      for (index, parameter) in graph.parameters.enumerated() where parameter.role == .parameter {
        let gradient = try adjoints[index] ?? builder.add(Constant(0, parameter.type))
        builder.result("\(parameter.name).gradient", gradient)
      }
    }
  }

  private func addAdjoints(of node: Node, _ builder: GraphBuilder, _ mapped: [Value], _ adjoints: inout [Value?]) throws {
    let isNeeded = try node.operands.enumerated().map { position, operand in
      guard isActive[operand.id] else { return false }
      switch node.operation.differentiability(operand: position) {
      case .differentiable: return true
      case .zeroDerivative: return false
      case .notDifferentiable:
        throw MartletError(
          PassErrorCode.noDerivative, "the loss depends on a parameter through \(node.mnemonic), which has no derivative",
          at: node.origin?.location,
          advice: "Gradient and update operations and fusions are not differentiated: run differentiate before the passes that make them.")
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
      adjoints[operand.id] = try adjoints[operand.id].map { try builder.add($0, adjoint) } ?? adjoint
    }
  }
}
