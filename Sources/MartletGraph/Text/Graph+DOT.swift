/// The graph for Graphviz: one box an operation, an edge a value with its type.
///
/// Source: https://graphviz.org/doc/info/lang.html
extension Graph {
  package var dot: String { dot(abbreviates: false) }

  /// The same; `abbreviates` shortens constants of many numbers.
  package func dot(abbreviates: Bool) -> String {
    func quoted(_ text: String) -> String {
      "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }
    var text =
      "digraph \(quoted(name)) {\n  rankdir = TB\n  node [fontname = \"Helvetica\", fontsize = 11]\n  edge [fontname = \"Helvetica\", fontsize = 9]\n"
    for (index, parameter) in parameters.enumerated() {
      let shape = parameter.role == .input ? "invhouse" : "ellipse"
      text += "  p\(index) [label = \(quoted("%\(parameter.name)")), shape = \(shape)]\n"
    }
    for (index, node) in nodes.enumerated() {
      let label = (node.operation as? Fusion).map { "@\($0.name)" } ?? node.loopTitle ?? node.mnemonic
      let attributes = node.operation.attributes.map { "\($0.name) = \(abbreviates ? $0.value.abbreviated : $0.value.description)" }
        .joined(separator: ", ")
      let layer = node.origin?.layer.map { "\($0): " } ?? ""
      text += "  n\(index) [label = \(quoted("\(layer)\(label)")), tooltip = \(quoted(attributes)), shape = box]\n"
    }
    func source(_ value: Value) -> String {
      switch definition(of: value) {
      case .parameter(let index): "p\(index)"
      case .node(let index, _): "n\(index)"
      }
    }
    for (index, node) in nodes.enumerated() {
      for operand in node.operands {
        text += "  \(source(operand)) -> n\(index) [label = \(quoted(type(of: operand).description))]\n"
      }
    }
    for (index, result) in results.enumerated() {
      text += "  r\(index) [label = \(quoted(result.name)), shape = house]\n"
      text += "  \(source(result.value)) -> r\(index) [label = \(quoted(type(of: result.value).description))]\n"
    }
    return text + "}\n"
  }
}
