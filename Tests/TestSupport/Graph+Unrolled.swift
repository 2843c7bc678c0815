import MartletCore
import MartletGraph

extension Graph {
  /// The graph with the steps of its loops one after the other.
  package func unrolled() throws -> Graph {
    try rebuilt(replace: { builder, index, operands in
      guard let scan = nodes[index].operation as? Scan else { return nil }
      let region = try scan.region.unrolled()
      var carried = Array(operands.prefix(scan.carriedCount))
      var stacks = scan.region.results.dropFirst(scan.carriedCount).map { _ in [Value]() }
      for step in 0..<scan.length {
        let position = scan.isReversed ? scan.length - 1 - step : step
        let elements = try operands[scan.carriedCount..<scan.firstWhole].map { operand -> Value in
          let shape = builder.type(of: operand).shape.extents
          let part = try builder.slice(
            operand, starts: [position] + shape.dropFirst().map { _ in 0 }, limits: [position + 1] + shape.dropFirst())
          return try builder.reshape(part, Shape(Array(shape.dropFirst())))
        }
        var mapped = carried + elements + operands[scan.firstWhole...]
        for node in region.nodes { mapped += try builder.add(node.operation, node.operands.map { mapped[$0.id] }) }
        let results = region.results.map { mapped[$0.value.id] }
        carried = Array(results.prefix(scan.carriedCount))
        for (number, value) in results.dropFirst(scan.carriedCount).enumerated() {
          stacks[number].append(try builder.reshape(value, Shape([1] + builder.type(of: value).shape.extents)))
        }
      }
      return carried
        + (try zip(stacks, nodes[index].resultTypes.dropFirst(scan.carriedCount)).map { parts, type -> Value in
          if parts.isEmpty { return try builder.add(Constant(0, type)) }
          let all: [Value] = scan.isReversed ? parts.reversed() : parts
          return all.count == 1 ? all[0] : try builder.concatenate(all, axis: 0)
        })
    })
  }
}
