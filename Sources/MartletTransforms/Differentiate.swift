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

  init(_ graph: Graph) throws {
    self.graph = graph
    guard let loss = graph.result(named: StepNames.loss) else {
      throw MartletError(
        PassErrorCode.noLoss, "graph @\(graph.name) has no result named 'loss' to differentiate",
        advice: "Name the scalar to minimise: … -> (loss: f32[]).")
    }
    let type = graph.type(of: loss)
    guard type.shape.rank == 0, type.dtype.isFloatingPoint else {
      throw MartletError(
        PassErrorCode.lossIsNoScalar, "the loss of graph @\(graph.name) is \(type), a scalar f32[] or f64[] is needed",
        at: graph.location(of: loss),
        advice: type.dtype.isFloatingPoint
          ? "Reduce it to one number: mean or sum over its axes, reduce_mean or reduce_sum in the IR."
          : "Compute it of f32 or f64: no gradient flows through \(type.dtype).")
    }
    for parameter in graph.parameters where parameter.role == .parameter {
      let name = "\(parameter.name).gradient"
      guard graph.result(named: name) == nil else {
        throw MartletError(
          PassErrorCode.alreadyDifferentiated, "graph @\(graph.name) has a result \(name) already; it was differentiated before")
      }
    }
    self.loss = loss
  }

  func run() throws -> Graph {
    let isActive = graph.parameters.map { $0.role == .parameter && $0.type.dtype.isFloatingPoint }
    let (graph, loops) = try ScanDifferentiation.saving(graph, isActive, needed: [loss])
    let reverse = ReverseMode(graph: graph, isActive: graph.activity(isActive), loops: loops)
    return try graph.rebuilt(replace: { _, _, _ in nil }) { builder, mapped in
      let loss = graph.result(named: StepNames.loss) ?? loss
      let seed = try builder.add(Constant(1, graph.type(of: loss)))
      let adjoints = try reverse.adjoints(builder, mapped, seeds: [(loss, seed)])
      for (index, parameter) in graph.parameters.enumerated() where parameter.role == .parameter {
        let gradient = try adjoints[index] ?? builder.add(Constant(0, parameter.type))
        builder.result("\(parameter.name).gradient", gradient)
      }
    }
  }
}
