extension Kernel {
  /// The kernel with a `line` before each statement that says in which line of `description`, counted from 1, the statement stands. It means
  /// the same and compiles to the same text; the emitters can then tell where each of their lines comes from.
  package var numberingLines: Kernel {
    // Every statement begins a line: what stands above the first one are the lines of the head.
    var empty = self
    empty.body = []
    var numbering = LineNumbering(line: empty.description.split(separator: "\n").count)
    var result = self
    result.body = numbering.number(body)
    return result
  }
}

/// Walks statements as they are printed.
private struct LineNumbering {
  /// The number of the next line.
  var line: Int

  mutating func number(_ statements: [Statement]) -> [Statement] {
    statements.flatMap { statement -> [Statement] in
      let own = line
      line += 1
      let bodies = statement.bodies
      // A block ends with a line of its own, one with an alternative has one more.
      var numbered: [[Statement]] = []
      for (position, body) in bodies.enumerated() {
        if position > 0, !body.isEmpty { line += 1 }
        numbered.append(number(body))
      }
      if !bodies.isEmpty { line += 1 }
      var remaining = numbered[...]
      return [.line(own), statement.mappingBodies { _ in remaining.popFirst() ?? [] }]
    }
  }
}
