import MartletCore

/// The canonical text of a graph: `GraphParser` reads it back to an equal graph. The grammar is in IR/README.md.
extension Graph: CustomStringConvertible, Printed {
  package var printed: String { text() }

  /// What the printer adds as `//` comments, outside equality.
  package struct PrintOptions: Hashable, Sendable {
    /// The layer and source line of each node.
    package var showsOrigins = false
    /// The names of inner values; numbers from 0 otherwise.
    package var names: PrintedNames?

    /// What each node computes and moves, and takes at least on such a machine.
    package var costs: CostModel?

    /// Of constants of many numbers only the first bytes: the text does not read back.
    package var abbreviates = false

    package init(showsOrigins: Bool = false, names: PrintedNames? = nil, costs: CostModel? = nil, abbreviates: Bool = false) {
      self.showsOrigins = showsOrigins
      self.costs = costs
      self.names = names
      self.abbreviates = abbreviates
    }
  }

  package func text(_ options: PrintOptions = PrintOptions()) -> String {
    var printer = GraphPrinter(options: options)
    printer.print(self)
    return printer.output
  }
}

extension Graph {
  /// The name of every value in the printed text, without the '%': parameters by their name, inner values by number.
  package var printedNames: [String] {
    var next = 0
    func number(_ graph: Graph) -> [String] {
      graph.nodes.flatMap { node in
        let own = node.results.map { _ in
          defer { next += 1 }
          return String(next)
        }
        if let region = node.region { _ = number(region) }
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
    let lines = graph.parameters.map { "\n  \($0.role.rawValue) %\($0.name): \($0.type)" + ($0.batchAxis.map { " {batch = \($0)}" } ?? "") }
    output += lines.joined(separator: ",")
    output += lines.isEmpty ? ") -> (" : "\n) -> ("
    let results = graph.results.map { "\($0.name): \(graph.type(of: $0.value))" }
    let joined = results.joined(separator: ", ")
    // One line if it fits, else a result a line.
    output += joined.count <= GraphPrinter.lineLength ? joined : "\n  " + results.joined(separator: ",\n  ") + "\n"
    output += ") {\n"
    printBody(graph, names: graph.parameters.map(\.name), indent: "  ", areStored: true)
    output += "}\n"
    if let costs = options.costs { output += "// in all \(costs.text(graph.cost))\n" }
  }

  /// The nodes and the `return` line; `names` are those of the parameters.
  /// Inside a fusion, whose values are not stored, nothing is moved.
  mutating func printBody(_ graph: Graph, names: [String], indent: String, areStored: Bool) {
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
        printBody(fusion.region, names: node.operands.map { names[$0.id] }, indent: indent + "  ", areStored: false)
        output += "\(indent)} : \(types)"
      } else if let scan = node.operation as? Scan {
        // Whole operands keep their names; those that differ from step to step have one for the element of a step.
        let own = scan.region.parameters.prefix(scan.firstWhole).map { ("\(results[0]).\($0.name)", $0.type) }
        output += " @\(scan.name)(\(operands))" + attributes(of: node)
        output += " (\(own.map { "%\($0.0): \($0.1)" }.joined(separator: ", "))) {\n"
        let outer = node.operands.dropFirst(scan.firstWhole).map { names[$0.id] }
        printBody(scan.region, names: own.map(\.0) + outer, indent: indent + "  ", areStored: areStored)
        output += "\(indent)} : \(types)"
      } else {
        output += "(\(operands))" + attributes(of: node) + " : \(types)"
      }
      var comments: [String] = []
      if options.showsOrigins, let origin = node.origin {
        comments.append([origin.layer, origin.location?.description].compactMap { $0 }.joined(separator: " "))
      }
      if let costs = options.costs {
        let cost = graph.cost(of: node)
        let isFree = cost.operations == 0 && (cost.bytes == 0 || !areStored)
        if !isFree { comments.append(areStored ? costs.text(cost) : NumberText.scaled(Double(cost.operations), "FLOP")) }
      }
      if !comments.isEmpty { output += "  // " + comments.joined(separator: "; ") }
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

  private func attributes(of node: Node) -> String {
    let attributes = node.operation.attributes.map { attribute in
      "\(attribute.name) = \(options.abbreviates ? attribute.value.abbreviated : attribute.value.description)"
    }
    return attributes.isEmpty ? "" : " {\(attributes.joined(separator: ", "))}"
  }

  mutating func takeNumber() -> String {
    defer { nextNumber += 1 }
    if let names = options.names?.names, names.indices.contains(nextNumber) { return names[nextNumber] }
    return String(nextNumber)
  }
}
