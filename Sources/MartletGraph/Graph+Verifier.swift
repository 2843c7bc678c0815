import MartletCore

extension Graph {
  /// Checks everything that a graph promises: unique names, operands defined before use, result types equal to what inference says,
  /// attribute ranges (inference checks them), results that exist, updated variables that keep their type and are not inputs.
  ///
  /// Throws `.invalidInput`; `locations` gives the place of each node where the graph was read from text, `parameterLocations` of each
  /// parameter.
  package func verify(locations: [SourcePosition] = [], parameterLocations: [SourcePosition] = []) throws {
    var parameterTypes: [String: (type: TensorType, role: ParameterRole)] = [:]
    for parameter in parameters {
      guard parameterTypes.updateValue((parameter.type, parameter.role), forKey: parameter.name) == nil else {
        throw MartletError(
          GraphErrorCode.duplicateName, "two parameters of graph @\(name) are named %\(parameter.name); names must be unique")
      }
      guard parameter.type.shape.extents.allSatisfy({ $0 >= 0 }), Shape.checkedElementCount(parameter.type.shape.extents) != nil else {
        throw MartletError(GraphErrorCode.impossibleShape, "parameter %\(parameter.name) has the impossible shape \(parameter.type.shape)")
      }
    }
    try verifyBatchAxes(parameterLocations)
    var defined = parameters.count
    for (index, node) in nodes.enumerated() {
      let location = locations.indices.contains(index) ? locations[index] : node.origin?.location
      for operand in node.operands where operand.id < 0 || operand.id >= defined {
        throw MartletError(
          GraphErrorCode.brokenReference,
          "\(node.mnemonic) uses a value before the node that makes it; nodes must stand in topological order", at: location)
      }
      let inferred: [TensorType]
      do {
        inferred = try node.operation.resultTypes(node.operands.map { types[$0.id] })
      } catch let error as MartletError {
        throw error.located(at: location)
      }
      guard inferred == node.resultTypes else {
        throw MartletError(
          GraphErrorCode.inferredType, "\(node.mnemonic) gives \(Graph.list(inferred)), but \(Graph.list(node.resultTypes)) is written",
          at: location,
          advice: "Correct the type after the colon or the operands.")
      }
      guard node.results == (defined..<defined + inferred.count).map(Value.init(id:)) else {
        throw MartletError(GraphErrorCode.brokenReference, "the results of \(node.mnemonic) are not numbered in order", at: location)
      }
      for type in inferred where Shape.checkedElementCount(type.shape.extents) == nil {
        throw MartletError(GraphErrorCode.impossibleShape, "\(node.mnemonic) gives the impossible shape \(type.shape)", at: location)
      }
      try node.region?.verify()
      if let fusion = node.operation as? Fusion, fusion.region.nodes.contains(where: { $0.operation is Scan }) {
        throw MartletError(
          GraphErrorCode.operandTypes, "fusion @\(fusion.name) holds a scan: a loop is no part of a kernel", at: location,
          advice: "Write the scan outside of the fusion.")
      }
      defined += inferred.count
    }
    var resultNames: Set<String> = []
    for result in results {
      guard resultNames.insert(result.name).inserted else {
        throw MartletError(GraphErrorCode.duplicateName, "two results of graph @\(name) are named \(result.name); names must be unique")
      }
      guard result.value.id >= 0, result.value.id < defined else {
        throw MartletError(GraphErrorCode.brokenReference, "result \(result.name) of graph @\(name) is a value that does not exist")
      }
      guard let parameter = parameterTypes[result.name] else { continue }
      guard parameter.role != .input else {
        throw MartletError(
          GraphErrorCode.resultNamedLikeInput,
          "result \(result.name) has the name of an input; only a parameter or state can be given a new value",
          advice: "Rename the result, or make %\(result.name) a state.")
      }
      guard parameter.type == types[result.value.id] else {
        throw MartletError(
          GraphErrorCode.newValueType,
          "result \(result.name) is \(types[result.value.id]), but it is the new value of %\(result.name): \(parameter.type)"
        )
      }
    }
  }

  /// Inputs that are divided into samples name an axis that they have, and have equally many samples.
  private func verifyBatchAxes(_ locations: [SourcePosition]) throws {
    var first: (name: String, samples: Int)?
    for (index, parameter) in parameters.enumerated() {
      guard let axis = parameter.batchAxis else { continue }
      let location = locations.indices.contains(index) ? locations[index] : nil
      guard parameter.role == .input else {
        throw MartletError(
          GraphErrorCode.batchAxis,
          "%\(parameter.name) is a \(parameter.role.rawValue) with a batch axis; only inputs are divided into samples",
          at: location, advice: "Remove {batch = \(axis)}, or make %\(parameter.name) an input.")
      }
      guard parameter.type.shape.extents.indices.contains(axis) else {
        throw MartletError(
          GraphErrorCode.batchAxis,
          "the batch axis of %\(parameter.name) is \(axis), but \(parameter.type) has \(parameter.type.shape.rank) axes",
          at: location, advice: "Axes are numbered from 0.")
      }
      let samples = parameter.type.shape[axis]
      if let first, first.samples != samples {
        throw MartletError(
          GraphErrorCode.batchAxis,
          "%\(parameter.name) has \(samples) samples along its batch axis \(axis), but %\(first.name) has \(first.samples)", at: location,
          advice: "All inputs with a batch axis have the same number of samples.")
      }
      first = first ?? (parameter.name, samples)
    }
  }

  private static func list(_ types: [TensorType]) -> String { types.map(\.description).joined(separator: ", ") }
}
