import MartletCore

extension Graph {
  /// The line of the program that made a value: its node's or, where that has none, that of the nearest node before it.
  package func location(of value: Value) -> SourcePosition? {
    var (values, seen) = ([value], Set([value]))
    var next = 0
    while next < values.count {
      defer { next += 1 }
      guard let node = producer(of: values[next]) else { continue }
      if let location = node.origin?.location { return location }
      for operand in node.operands where seen.insert(operand).inserted { values.append(operand) }
    }
    return nil
  }
}
