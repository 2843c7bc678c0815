import MartletCore

/// The layers of a model with their paths, found through the names of its properties, in the order of their declaration.
package struct ModelStructure: CustomStringConvertible {
  package struct Entry {
    /// `conv1.0`
    package var path: String
    package var layer: any PrimitiveLayer
  }

  package private(set) var entries: [Entry] = []
  package private(set) var description = ""

  package init(_ model: any Layer) { self.init([("", model)]) }

  /// Several models, each under a name that goes before the paths of its layers.
  package init(_ models: [(name: String, layer: any Layer)]) {
    description = models.map { name, layer in
      let text = visit(layer, path: name, indent: "")
      return name.isEmpty ? text : "(\(name)): \(text)"
    }.joined(separator: "\n")
  }

  /// Collects the primitive layers and returns how the layer prints.
  private mutating func visit(_ layer: any Layer, path: String, indent: String) -> String {
    if let primitive = layer as? any PrimitiveLayer {
      entries.append(Entry(path: path, layer: primitive))
      return primitive.summary
    }
    let children = ModelStructure.children(layer)
    let name = String(describing: type(of: layer))
    guard !children.isEmpty else { return "\(name)()" }
    var text = "\(name)(\n"
    for child in children {
      let inner = visit(child.layer, path: path.isEmpty ? child.name : "\(path).\(child.name)", indent: indent + "  ")
      text += "\(indent)  (\(child.name)): \(inner)\n"
    }
    return text + "\(indent))"
  }

  /// The parts of a layer: those of a sequence by number, else the properties that are layers or lists of layers.
  private static func children(_ layer: any Layer) -> [(name: String, layer: any Layer)] {
    if let sequence = layer as? Sequential { return sequence.layers.enumerated().map { (String($0.offset), $0.element) } }
    var result: [(name: String, layer: any Layer)] = []
    for child in Mirror(reflecting: layer).children {
      guard let name = child.label else { continue }
      if let layer = child.value as? any Layer {
        result.append((name, layer))
      } else if let layers = child.value as? [any Layer] {
        result += layers.enumerated().map { ("\(name).\($0.offset)", $0.element) }
      }
    }
    return result
  }

  /// All parameters and states of layers by name, in model order; a layer that stands in two places counts once, under its first path.
  package var variables: [(name: String, specification: ParameterSpecification, identity: LayerIdentity)] {
    var seen: Set<LayerIdentity> = []
    return entries.filter { seen.insert($0.layer.identity).inserted }.flatMap { entry in
      entry.layer.parameters.map { ([entry.path, $0.name].filter { !$0.isEmpty }.joined(separator: "."), $0, entry.layer.identity) }
    }
  }

  /// What is trained, without the states.
  package var parameters: [(name: String, specification: ParameterSpecification, identity: LayerIdentity)] {
    variables.filter { !$0.specification.isState }
  }

  /// The values that PyTorch gives parameters and states after `torch.manual_seed(seed)`: drawn layer by layer, in model order.
  package func initialVariables(seed: UInt64) -> [(name: String, tensor: HostTensor)] {
    var generator = PyTorchGenerator(seed: seed)
    return variables.map { name, specification, _ in
      let count = specification.shape.elementCount
      switch specification.initializer {
      case .uniform(let bound):
        let high = Float(bound)
        return (name, HostTensor(specification.shape, (0..<count).map { _ in generator.uniform(-high, high) }))
      case .normal(let deviation): return (name, HostTensor(specification.shape, generator.normal(count, deviation: deviation)))
      case .constant(let value): return (name, HostTensor(specification.shape, [Float](repeating: Float(value), count: count)))
      }
    }
  }
}
