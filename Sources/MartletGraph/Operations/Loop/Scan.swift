import MartletCore

/// A loop that runs a region `length` times: recurrent networks [jax.lax.scan].
///
/// Operands stand in three groups. The first `carriedCount` are the carried values before the first step; the next `scannedCount` have `length`
/// as their first extent, and step t reads element t of them; the others are whole values that each step reads. The region takes them
/// in this order. It returns the carried values after the step, then values that are stacked: the results are the carried values after the last
/// step, then for each stacked value a tensor whose element t was computed in step t. With `isReversed` the steps go from the last
/// element to the first.
///
///     %h, %ys = scan @f(%h0, %xs, %w) {length = 16, carried = 1, scanned = 1} (%h.carried0: f32[64, 8], %h.scanned0: f32[64, 4]) {
///       …
///       return %3, %3
///     } : f32[64, 8], f32[16, 64, 8]
package struct Scan: TensorOperation {
  package static let mnemonic = "scan"
  /// Scans are made of regions: tests of their own go through them.
  package static let samples: [OperationSample] = []

  /// Positions are counted in 31 bits.
  private static let mostSteps = Int(Int32.max)

  /// What the loop computes, for its kernels' names.
  package let name: String
  /// The number of steps.
  package let length: Int
  package let carriedCount: Int
  package let scannedCount: Int
  package let isReversed: Bool
  /// One step. Parameters are named as `parameterName` says, results `result0`, `result1`, …
  package let region: Graph

  /// `region` has a parameter an operand; its results are the carried values, then those that are stacked.
  package init(name: String, length: Int, carriedCount: Int, scannedCount: Int, isReversed: Bool = false, region: Graph) {
    self.name = name
    self.length = length
    self.carriedCount = carriedCount
    self.scannedCount = scannedCount
    self.isReversed = isReversed
    // The canonical form, so that equal loops compare equal.
    let parameters = region.parameters.enumerated().map { index, parameter in
      Graph.Parameter(
        Scan.parameterName(index, carriedCount: carriedCount, scannedCount: scannedCount), .input, parameter.type)
    }
    self.region = Graph(
      name: name, parameters: parameters, nodes: region.nodes,
      results: region.results.enumerated().map { Graph.Result("result\($0.offset)", $0.element.value) })
  }

  /// `carried0`, `scanned0` or `whole0`, each counted from 0.
  package static func parameterName(_ index: Int, carriedCount: Int, scannedCount: Int) -> String {
    if index < carriedCount { return "carried\(index)" }
    return index < carriedCount + scannedCount ? "scanned\(index - carriedCount)" : "whole\(index - carriedCount - scannedCount)"
  }

  /// The number of the first operand that each step reads whole.
  package var firstWhole: Int { carriedCount + scannedCount }

  /// The same loop with another region of the same parameters and results.
  package func replacingRegion(_ region: Graph) -> Scan {
    Scan(
      name: name, length: length, carriedCount: carriedCount, scannedCount: scannedCount, isReversed: isReversed, region: region)
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    throw MartletError(GraphErrorCode.missingPart, "a scan needs a region: scan @name(…) {length = 2, carried = 1} (…) { … }")
  }

  package var attributes: [Attribute] {
    [Attribute("length", .integer(length))] + Attribute.unlessDefault("carried", .integer(carriedCount), .integer(0))
      + Attribute.unlessDefault("scanned", .integer(scannedCount), .integer(0))
      + Attribute.unlessDefault("reverse", .flag(isReversed), .flag(false))
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    guard length >= 0, carriedCount >= 0, scannedCount >= 0 else {
      throw MartletError(
        GraphErrorCode.attributeValue,
        "scan: length, carried and scanned are not negative, found \(length), \(carriedCount) and \(scannedCount)",
        advice: "Give the number of steps, of carried values and of sequences.")
    }
    guard length <= Scan.mostSteps else {
      throw MartletError(
        GraphErrorCode.attributeValue, "scan: at most \(Scan.mostSteps) steps are possible, found length = \(length)",
        advice: "Correct length, or divide the sequence.")
    }
    guard operands.count == region.parameters.count, operands.count >= firstWhole else {
      throw MartletError(
        GraphErrorCode.operandCount,
        "scan: the region takes \(region.parameters.count) values, \(carriedCount) of them carried and \(scannedCount) scanned, "
          + "found \(operands.count) operands")
    }
    for (index, (operand, parameter)) in zip(operands, region.parameters).enumerated() {
      let isScanned = (carriedCount..<firstWhole).contains(index)
      let expected = isScanned ? stacked(parameter.type) : parameter.type
      guard operand == expected else {
        throw invalid(
          "operand \(index) is \(operand), but the region takes \(parameter.type) in each of \(length) steps: expected \(expected)",
          advice: isScanned
            ? "A scanned operand has an element for each step along axis 0: correct length, or the region's type."
            : "Correct the operand, or the type in the region.")
      }
    }
    let inner = region.results.map { region.type(of: $0.value) }
    guard inner.count >= carriedCount, inner.count > 0 else {
      throw invalid(
        "the region returns \(inner.count) values, but \(max(carriedCount, 1)) or more are needed",
        advice: "Return the carried values first, then those to keep of each step.")
    }
    for index in 0..<carriedCount where inner[index] != operands[index] {
      throw invalid(
        "the carried value \(index) is \(operands[index]) before a step and \(inner[index]) after it",
        advice: "A step returns what the next one begins with: give it the same type.")
    }
    return inner[..<carriedCount] + inner[carriedCount...].map(stacked)
  }

  private func stacked(_ type: TensorType) -> TensorType { TensorType(type.dtype, Shape([length] + type.shape.extents)) }

  /// A carried value of integers or flags has no gradient; `differentiate` knows what a step of the backward loop does.
  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    throw MartletError(GraphErrorCode.missingAdjoint, "a scan is differentiated as a whole, by the pass differentiate")
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    var carried = Array(operands[..<carriedCount])
    let scanned = operands[carriedCount..<firstWhole].map { Slices($0) }
    var stacks = region.results[carriedCount...].map { _ in [HostTensor]() }
    for step in 0..<length {
      let position = isReversed ? length - 1 - step : step
      let results = try region.evaluate(carried + scanned.map { $0[position] } + operands[firstWhole...])
      carried = Array(results[..<carriedCount])
      for (number, result) in results[carriedCount...].enumerated() { stacks[number].append(result) }
    }
    return carried
      + zip(stacks, region.results[carriedCount...]).map { values, result in
        HostTensor(stacked(region.type(of: result.value)), numbers: (isReversed ? values.reversed() : values).flatMap(\.numbers))
      }
  }

  /// The elements of a tensor along its first axis.
  private struct Slices {
    let numbers: [Double]
    let type: TensorType

    init(_ tensor: HostTensor) {
      numbers = tensor.numbers
      type = TensorType(tensor.dtype, Shape(Array(tensor.shape.extents.dropFirst())))
    }

    subscript(position: Int) -> HostTensor {
      HostTensor(type, numbers: Array(numbers[position * type.elementCount..<(position + 1) * type.elementCount]))
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    throw MartletError(GraphErrorCode.evaluation, "an element of a scan is no expression: it is the result of a loop")
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int {
    let (product, overflow) = region.floatingPointOperations.multipliedReportingOverflow(by: length)
    return overflow ? .max : product
  }

  /// The same computation with each whole operand once: inside, an operand has one name.
  func mergingOperands(_ operands: [Value]) -> (Scan, [Value])? {
    let whole = operands[firstWhole...]
    guard Set(whole).count < whole.count else { return nil }
    var distinct = Array(operands[..<firstWhole])
    let positions = operands.indices.map { index in
      guard index >= firstWhole else { return index }
      if let known = distinct[firstWhole...].firstIndex(of: operands[index]) { return known }
      distinct.append(operands[index])
      return distinct.count - 1
    }
    let removed = operands.count - distinct.count
    func mapped(_ value: Value) -> Value { Value(id: value.id < operands.count ? positions[value.id] : value.id - removed) }
    let parameters = distinct.indices.map { new in region.parameters[positions.firstIndex(of: new) ?? new] }
    let nodes = region.nodes.map { node in
      var copy = node
      copy.operands = node.operands.map(mapped)
      copy.results = node.results.map(mapped)
      return copy
    }
    let merged = Graph(
      name: name, parameters: parameters, nodes: nodes, results: region.results.map { Graph.Result($0.name, mapped($0.value)) })
    return (replacingRegion(merged), distinct)
  }
}

extension Graph {
  /// The graph with its parameters in another order, by their names.
  package func permutingParameters(_ names: [String]) throws -> Graph {
    let builder = GraphBuilder(name: name)
    var mapped = [Value?](repeating: nil, count: types.count)
    for name in names {
      guard let index = parameterIndex(named: name) else { continue }
      mapped[index] = try builder.parameter(parameters[index])
    }
    for node in nodes {
      let results = try builder.add(node.operation, node.operands.compactMap { mapped[$0.id] }, origin: node.origin)
      for (old, new) in zip(node.results, results) { mapped[old.id] = new }
    }
    for result in results {
      if let value = mapped[result.value.id] { builder.result(result.name, value) }
    }
    return try builder.finish()
  }
}

extension Node {
  /// The region of a fusion or a scan.
  package var region: Graph? { (operation as? Fusion)?.region ?? (operation as? Scan)?.region }

  /// What a picture calls a loop: `16 steps of @lstm`; nil for other nodes.
  var loopTitle: String? { (operation as? Scan).map { "\($0.length) steps of @\($0.name)" } }

  /// The elements of the node as expressions; nil for a loop, for a constant in memory, and for a fusion whose results have several shapes.
  package func elements(in graph: Graph) throws -> NodeElements? {
    if operation is Scan || isTable { return nil }
    if let fusion = operation as? Fusion, !fusion.hasOneShape { return nil }
    return try NodeElements(self, graph)
  }
}

extension Fusion {
  /// Whether all results have the shape of the first: general lowering computes them together.
  package var hasOneShape: Bool {
    region.results.allSatisfy { region.type(of: $0.value).shape == region.type(of: region.results[0].value).shape }
  }
}
