import MartletCore
import MartletGraph

extension Graph {
  /// The graph with a constant in the place of every value without elements, those inside fusions too.
  ///
  /// Legal because two tensors of one type without elements are equal. Lowering then divides by no extent that is 0: what reads such a value,
  /// a sum over nothing for example, never comes to an element of it.
  ///
  ///     %0 = reshape(%x) : f32[0, 6]                            %0 = constant() {value = 0.0} : f32[0, 6]
  ///     %1 = reduce_sum(%0) {axes = [0]} : f32[6]       =>      %1 = reduce_sum(%0) {axes = [0]} : f32[6]
  func withoutEmptyValues() throws -> Graph {
    guard hasEmptyValues else { return self }
    let builder = GraphBuilder(name: name)
    func constant(_ type: TensorType) throws -> Value { try builder.add(Constant(0, type)) }
    let parameterValues = try parameters.map { try builder.parameter($0) }
    // A result that is the parameter itself stays it.
    var mapped = parameterValues
    for (index, parameter) in parameters.enumerated() where parameter.type.elementCount == 0 {
      mapped[index] = try constant(parameter.type)
    }
    for node in nodes {
      builder.origin = node.origin
      guard node.resultTypes.contains(where: { $0.elementCount > 0 }) else {
        for type in node.resultTypes { mapped.append(try constant(type)) }
        continue
      }
      if let scan = node.operation as? Scan, scan.length == 0 {
        // No step runs: carried values stay what they were.
        mapped += node.operands[..<scan.carriedCount].map { mapped[$0.id] }
        for type in node.resultTypes[scan.carriedCount...] { mapped.append(try constant(type)) }
        continue
      }
      var operation = node.operation
      if let scan = operation as? Scan { operation = scan.replacingRegion(try scan.region.withoutEmptyValues()) }
      if let fusion = operation as? Fusion { operation = Fusion(name: fusion.name, region: try fusion.region.withoutEmptyValues()) }
      mapped += try builder.add(operation, node.operands.map { mapped[$0.id] })
    }
    builder.origin = nil
    for result in results {
      let isParameter = result.value.id < parameters.count
      builder.result(result.name, isParameter ? parameterValues[result.value.id] : mapped[result.value.id])
    }
    return try builder.finish()
  }

  private var hasEmptyValues: Bool {
    types.contains { $0.elementCount == 0 }
      || nodes.contains { node in
        (node.operation as? Scan)?.length == 0 || node.region?.hasEmptyValues ?? false
      }
  }
}
