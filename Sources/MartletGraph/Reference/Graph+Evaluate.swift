import MartletCore

extension Graph {
  /// Runs the graph node by node with each operation's `evaluate`: what every backend is compared with.
  ///
  /// - Parameter arguments: one tensor a parameter, in order, of exactly its type.
  /// - Returns: one tensor a result, in order.
  /// - Throws: M313 for another number of tensors, M314 for one of another type.
  public func evaluate(_ arguments: [HostTensor]) throws -> [HostTensor] {
    try verify()
    try expectArguments(arguments)
    var lastUse = [Int](repeating: -1, count: types.count)
    for (index, node) in nodes.enumerated() {
      for operand in node.operands { lastUse[operand.id] = index }
    }
    for result in results { lastUse[result.value.id] = nodes.count }
    var values: [HostTensor?] = arguments
    for (index, node) in nodes.enumerated() {
      values += try node.evaluate(values).map { $0 }
      for operand in node.operands where lastUse[operand.id] == index { values[operand.id] = nil }
    }
    return try results.map { result in
      guard let tensor = values[result.value.id] else {
        throw MartletError(GraphErrorCode.evaluation, "result \(result.name) was released")
      }
      return tensor
    }
  }

  /// Throws `.invalidInput` unless there is one tensor a parameter, of exactly its type.
  func expectArguments(_ arguments: [HostTensor]) throws {
    guard arguments.count == parameters.count else {
      throw MartletError(GraphErrorCode.argumentCount, "graph @\(name) takes \(parameters.count) tensors, found \(arguments.count)")
    }
    for (parameter, argument) in zip(parameters, arguments) where argument.type != parameter.type {
      throw MartletError(
        GraphErrorCode.argumentType, "%\(parameter.name) is \(parameter.type), but a tensor of type \(argument.type) was given")
    }
  }
}

extension Node {
  /// The results for operands that are found in `values` by their ids.
  func evaluate(_ values: [HostTensor?]) throws -> [HostTensor] {
    let operands = try operands.map { operand in
      guard let tensor = values[operand.id] else {
        throw MartletError(GraphErrorCode.evaluation, "\(mnemonic) reads a value that was already released")
      }
      return tensor
    }
    for type in resultTypes { try MachineMemory.expect(type.byteCount, for: "a result \(type) of \(mnemonic)") }
    let computed = try operation.evaluate(operands)
    for (result, type) in zip(computed, resultTypes) where result.type != type {
      throw MartletError(GraphErrorCode.evaluation, "\(mnemonic) evaluated to \(result.type), \(type) was inferred")
    }
    return computed
  }
}
