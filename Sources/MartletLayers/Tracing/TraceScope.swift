import MartletCore
import MartletGraph

/// The graph that is traced, or the region of a loop in it, which is a graph of its own: what it reads of the outside are parameters.
final class TraceScope {
  let builder: GraphBuilder
  /// The graph around a loop.
  let outer: TraceScope?
  /// The number of steps of the loop.
  let steps: Int
  /// What random numbers are drawn with.
  var randomKey: Value?
  var randomStreams = 0
  /// Values of the outer graph, and the parameters that stand for them: tensors of which a step reads its element, and whole ones.
  private(set) var scanned: [(outer: Value, parameter: Value)] = []
  private(set) var whole: [(outer: Value, parameter: Value)] = []

  /// A graph.
  init(_ builder: GraphBuilder) {
    self.builder = builder
    outer = nil
    steps = 1
  }

  /// The region of a loop.
  init(name: String, outer: TraceScope, steps: Int) {
    builder = GraphBuilder(name: name)
    self.outer = outer
    self.steps = steps
  }

  /// A parameter for the element of a step of a tensor outside.
  func addScanned(_ outer: Value, _ type: TensorType) throws -> Value {
    let parameter = try builder.parameter("scanned\(scanned.count)", .input, type)
    scanned.append((outer, parameter))
    return parameter
  }

  /// The parameter for a tensor outside that every step reads whole.
  func capture(_ outer: Value, _ type: TensorType) throws -> Value {
    if let known = whole.first(where: { $0.outer == outer }) { return known.parameter }
    let parameter = try builder.parameter("whole\(whole.count)", .input, type)
    whole.append((outer, parameter))
    return parameter
  }
}
