import MartletCore

/// The canonical text of a graph: `GraphParser` reads it back to an equal graph. The grammar is in IR/README.md.
extension Graph: CustomStringConvertible {
  public var description: String { text() }

  /// What the printer adds as `//` comments, outside equality.
  public struct PrintOptions: Hashable, Sendable {
    /// The layer and source line of each node.
    public var showsOrigins = false
    /// The names of inner values; numbers from 0 otherwise.
    public var names: PrintedNames?

    public init(showsOrigins: Bool = false, names: PrintedNames? = nil) {
      self.showsOrigins = showsOrigins
      self.names = names
    }
  }

  public func text(_ options: PrintOptions = PrintOptions()) -> String {
    var printer = GraphPrinter(options: options)
    printer.print(self)
    return printer.output
  }
}

extension Graph {
  /// The name of every value in the printed text, without the '%': parameters by their name, inner values by number.
  public var printedNames: [String] {
    var next = 0
    func number(_ graph: Graph) -> [String] {
      graph.nodes.flatMap { node in
        let own = node.results.map { _ in
          defer { next += 1 }
          return String(next)
        }
        if let fusion = node.operation as? Fusion { _ = number(fusion.region) }
        return own
      }
    }
    return parameters.map(\.name) + number(self)
  }
}

private struct GraphPrinter {
  private static let lineLength = 120

  let options: Graph.PrintOptions
  var output = ""
  /// The number that the next inner value prints as; regions of fusions go on counting, so names are unique in a graph.
  var nextNumber = 0

  mutating func print(_ graph: Graph) {
    output += "graph @\(graph.name)("
    let lines = graph.parameters.map { "\n  \($0.role.rawValue) %\($0.name): \($0.type)" }
    output += lines.joined(separator: ",")
    output += lines.isEmpty ? ") -> (" : "\n) -> ("
    let results = graph.results.map { "\($0.name): \(graph.type(of: $0.value))" }
    let joined = results.joined(separator: ", ")
    // One line if it fits, else a result a line.
    output += joined.count <= GraphPrinter.lineLength ? joined : "\n  " + results.joined(separator: ",\n  ") + "\n"
    output += ") {\n"
    printBody(graph, names: graph.parameters.map(\.name), indent: "  ")
    output += "}\n"
  }

  /// The nodes and the `return` line; `names` are those of the parameters.
  mutating func printBody(_ graph: Graph, names: [String], indent: String) {
    var names = names
    // A fusion's own results are numbered before those inside it, as they are read.
    for node in graph.nodes {
      let results = node.results.map { _ in takeNumber() }
      let operands = node.operands.map { "%\(names[$0.id])" }.joined(separator: ", ")
      names += results
      output += indent + results.map { "%\($0)" }.joined(separator: ", ") + " = \(node.mnemonic)"
      let types = node.resultTypes.map(\.description).joined(separator: ", ")
      if let fusion = node.operation as? Fusion {
        output += " @\(fusion.name)(\(operands)) {\n"
        printBody(fusion.region, names: node.operands.map { names[$0.id] }, indent: indent + "  ")
        output += "\(indent)} : \(types)"
      } else {
        output += "(\(operands))"
        let attributes = node.operation.attributes.map { "\($0.name) = \($0.value)" }
        if !attributes.isEmpty { output += " {\(attributes.joined(separator: ", "))}" }
        output += " : \(types)"
      }
      if options.showsOrigins, let origin = node.origin {
        output += "  //"
        if let layer = origin.layer { output += " \(layer)" }
        if let location = origin.location { output += " \(location)" }
      }
      output += "\n"
    }
    var line = "\(indent)return"
    for (position, result) in graph.results.enumerated() {
      let word = "%\(names[result.value.id])" + (position + 1 < graph.results.count ? "," : "")
      if line.count + word.count >= GraphPrinter.lineLength {
        output += line + "\n"
        line = "\(indent) "
      }
      line += " \(word)"
    }
    output += line + "\n"
  }

  mutating func takeNumber() -> String {
    defer { nextNumber += 1 }
    if let names = options.names?.names, names.indices.contains(nextNumber) { return names[nextNumber] }
    return String(nextNumber)
  }
}
