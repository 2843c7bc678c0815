import MartletCore

extension Graph {
  /// The graph with other batch axes: for each name of an input the axis that counts its samples. Other inputs keep what they say.
  ///
  ///     input %x: f32[64, 3]   =>   input %x: f32[64, 3] {batch = 0}
  ///
  /// Throws `M317` for what is no input or has no such axis, or where inputs then have different numbers of samples.
  package func declaringBatch(_ axes: [String: Int]) throws -> Graph {
    for name in axes.keys.sorted() where parameterIndex(named: name) == nil {
      throw MartletError(
        GraphErrorCode.batchAxis, "graph @\(self.name) has no input %\(name)",
        advice: KnownNames.advice("inputs", parameters.filter { $0.role == .input }.map { "%\($0.name)" }, insteadOf: "%\(name)"))
    }
    let declared = parameters.map { parameter in
      Parameter(parameter.name, parameter.role, parameter.type, batchAxis: axes[parameter.name] ?? parameter.batchAxis)
    }
    let graph = Graph(name: name, parameters: declared, nodes: nodes, results: results)
    try graph.verify()
    return graph
  }
}

extension Graph {
  /// The samples of the first input that says which axis counts them; 1 where none does.
  package var batchSize: Int {
    for parameter in parameters { if let axis = parameter.batchAxis { return parameter.type.shape[axis] } }
    return 1
  }
}
