import MartletCore

/// Where a value that is not finite came from.
package struct NonFiniteOrigin: Hashable, Sendable {
  /// A parameter that was given so, or the first result of an operation that is not finite although all operands are.
  package var value: Value
  /// The first element that is not finite, and what it is.
  package var element: [Int]
  package var number: Double
}

extension Graph {
  /// Evaluates what `value` depends on, node by node, and follows the elements that are not finite back to the first operation that made
  /// one from finite operands, or to a parameter that has one. What is not finite on the way but does not reach `value`, such as the
  /// identity of a maximum, is no origin. Nil when the value is finite.
  ///
  /// - Parameter arguments: one tensor a parameter, in order, of exactly its type.
  package func nonFiniteOrigin(of value: Value, _ arguments: [HostTensor]) throws -> NonFiniteOrigin? {
    try verify()
    try expectArguments(arguments)
    let isNeeded = nodesNeeded(for: [value])
    var values: [HostTensor?] = arguments
    for (index, node) in nodes.enumerated() {
      values += try isNeeded[index] ? node.evaluate(values).map { $0 } : node.results.map { _ in nil }
    }
    func firstNonFinite(_ value: Value) -> Int? { values[value.id]?.numbers.firstIndex { !$0.isFinite } }
    guard firstNonFinite(value) != nil else { return nil }
    var reached: Set<Value> = [value]
    var pending = [value]
    var origins: [Value] = []
    while let next = pending.popLast() {
      let causes = producer(of: next)?.operands.filter { firstNonFinite($0) != nil } ?? []
      if causes.isEmpty { origins.append(next) }
      for cause in causes where reached.insert(cause).inserted { pending.append(cause) }
    }
    // Ids grow with the order of the nodes; parameters have the smallest.
    guard let origin = origins.min(by: { $0.id < $1.id }), let position = firstNonFinite(origin),
      let number = values[origin.id]?.numbers[position]
    else { return nil }
    return NonFiniteOrigin(value: origin, element: type(of: origin).shape.index(ofElement: position), number: number)
  }
}
