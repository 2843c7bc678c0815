import MartletCore

extension Graph {
  /// Checks everything that a graph promises: unique names, operands defined before use, result types equal to what inference says,
  /// attribute ranges (inference checks them), results that exist, updated variables that keep their type and are not inputs.
  ///
  /// Throws `.invalidInput`.
  package func verify() throws {
    if let error = faults().first { throw error }
  }

  /// All that `verify` finds, in order. `locations` gives the place of each node where the graph was read from text, `parameterLocations`
  /// and `resultLocations` of each parameter and result.
  package func faults(
    locations: [SourcePosition] = [], parameterLocations: [SourcePosition] = [], resultLocations: [SourcePosition] = []
  ) -> [MartletError] {
    let parameterFaults = parameterFaults(parameterLocations)
    // Without shapes nothing else means anything.
    guard parameterFaults.isEmpty else { return parameterFaults }
    let (nodeFaults, defined) = nodeFaults(locations)
    return nodeFaults + resultFaults(defined: defined, resultLocations)
  }

  /// Parameters have different names and shapes that are possible; inputs that are divided into samples have equally many.
  package func parameterFaults(_ locations: [SourcePosition]) -> [MartletError] {
    var faults: [MartletError] = []
    var names: Set<String> = []
    for (index, parameter) in parameters.enumerated() {
      let location = locations.indices.contains(index) ? locations[index] : nil
      if !names.insert(parameter.name).inserted {
        faults.append(
          MartletError(
            GraphErrorCode.duplicateName, "two parameters of graph @\(name) are named %\(parameter.name); names must be unique",
            at: location))
      }
      if !parameter.type.shape.extents.allSatisfy({ $0 >= 0 }) || Shape.checkedElementCount(parameter.type.shape.extents) == nil {
        faults.append(
          MartletError(
            GraphErrorCode.impossibleShape, "parameter %\(parameter.name) has the impossible shape \(parameter.type.shape)", at: location))
      }
    }
    return faults.isEmpty ? batchFaults(locations) : faults
  }

  /// Each node uses values that are defined before it, and makes what inference says; and the number of values in all. Behind a node whose
  /// numbers are wrong nothing is checked.
  private func nodeFaults(_ locations: [SourcePosition]) -> (faults: [MartletError], defined: Int) {
    var faults: [MartletError] = []
    var defined = parameters.count
    for (index, node) in nodes.enumerated() {
      let location = locations.indices.contains(index) ? locations[index] : node.origin?.location
      do {
        try verify(node, defined: defined, at: location)
        defined += node.results.count
      } catch let error as MartletError {
        faults.append(error)
        guard error.number != GraphErrorCode.brokenReference.rawValue else { return (faults, defined) }
        defined += node.results.count
      } catch { return (faults, defined) }
    }
    return (faults, defined)
  }

  private func verify(_ node: Node, defined: Int, at location: SourcePosition?) throws {
    for operand in node.operands where operand.id < 0 || operand.id >= defined {
      throw MartletError(
        GraphErrorCode.brokenReference,
        "\(node.mnemonic) uses a value before the node that makes it; nodes must stand in topological order", at: location)
    }
    guard node.results == (defined..<defined + node.resultTypes.count).map(Value.init(id:)) else {
      throw MartletError(GraphErrorCode.brokenReference, "the results of \(node.mnemonic) are not numbered in order", at: location)
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
    for type in inferred where Shape.checkedElementCount(type.shape.extents) == nil {
      throw MartletError(GraphErrorCode.impossibleShape, "\(node.mnemonic) gives the impossible shape \(type.shape)", at: location)
    }
    try node.region?.verify()
    if let fusion = node.operation as? Fusion, fusion.region.nodes.contains(where: { $0.operation is Scan }) {
      throw MartletError(
        GraphErrorCode.operandTypes, "fusion @\(fusion.name) holds a scan: a loop is no part of a kernel", at: location,
        advice: "Write the scan outside of the fusion.")
    }
  }

  /// Results have different names and exist; one that is named like a variable is its new value.
  private func resultFaults(defined: Int, _ locations: [SourcePosition]) -> [MartletError] {
    var byName: [String: Parameter] = [:]
    for parameter in parameters { byName[parameter.name] = parameter }
    var names: Set<String> = []
    var faults: [MartletError] = []
    for (index, result) in results.enumerated() {
      let location = locations.indices.contains(index) ? locations[index] : nil
      guard names.insert(result.name).inserted else {
        faults.append(
          MartletError(
            GraphErrorCode.duplicateName, "two results of graph @\(name) are named \(result.name); names must be unique", at: location))
        continue
      }
      guard result.value.id >= 0, result.value.id < defined else {
        faults.append(
          MartletError(
            GraphErrorCode.brokenReference, "result \(result.name) of graph @\(name) is a value that does not exist", at: location))
        continue
      }
      guard let parameter = byName[result.name] else { continue }
      guard parameter.role != .input else {
        faults.append(
          MartletError(
            GraphErrorCode.resultNamedLikeInput,
            "result \(result.name) has the name of an input; only a parameter or state can be given a new value", at: location,
            advice: "Rename the result, or make %\(result.name) a state."))
        continue
      }
      if parameter.type != types[result.value.id] {
        faults.append(
          MartletError(
            GraphErrorCode.newValueType,
            "result \(result.name) is \(types[result.value.id]), but it is the new value of %\(result.name): \(parameter.type)",
            at: location))
      }
    }
    return faults
  }

  /// Inputs that are divided into samples name an axis that they have, and have equally many samples.
  private func batchFaults(_ locations: [SourcePosition]) -> [MartletError] {
    var faults: [MartletError] = []
    var first: (name: String, samples: Int)?
    for (index, parameter) in parameters.enumerated() {
      guard let axis = parameter.batchAxis else { continue }
      let location = locations.indices.contains(index) ? locations[index] : nil
      guard parameter.role == .input else {
        faults.append(
          MartletError(
            GraphErrorCode.batchAxis,
            "%\(parameter.name) is a \(parameter.role.rawValue) with a batch axis; only inputs are divided into samples",
            at: location, advice: "Remove {batch = \(axis)}, or make %\(parameter.name) an input."))
        continue
      }
      guard parameter.type.shape.extents.indices.contains(axis) else {
        faults.append(
          MartletError(
            GraphErrorCode.batchAxis,
            "the batch axis of %\(parameter.name) is \(axis), but \(parameter.type) has \(parameter.type.shape.rank) axes",
            at: location, advice: "Axes are numbered from 0."))
        continue
      }
      let samples = parameter.type.shape[axis]
      if let first, first.samples != samples {
        faults.append(
          MartletError(
            GraphErrorCode.batchAxis,
            "%\(parameter.name) has \(samples) samples along its batch axis \(axis), but %\(first.name) has \(first.samples)", at: location,
            advice: "All inputs with a batch axis have the same number of samples."))
      }
      first = first ?? (parameter.name, samples)
    }
    return faults
  }

  private static func list(_ types: [TensorType]) -> String { types.map(\.description).joined(separator: ", ") }
}
