import MartletCore

/// A layer whose own layers are numbered: `0.weight`, as those of a torch.nn.Sequential.
package protocol NumberedLayers: Layer {
  /// The layers in order.
  var layers: Sequential { get }
}

/// The layers of a model with their paths, found through the names of its properties: in PyTorch's order, in which the parameters of a layer itself
/// stand before its layers, and else in that of their declaration.
package struct ModelStructure: CustomStringConvertible {
  package struct Entry {
    /// `conv1.0`
    package var path: String
    package var layer: any PrimitiveLayer
    /// The position in the order of declaration, in which initial values are drawn.
    fileprivate(set) var drawn = 0
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
      entries.append(Entry(path: path, layer: primitive, drawn: entries.count))
      return primitive.summary
    }
    let children = ModelStructure.children(layer)
    let first = entries.count
    defer { moveOwnParametersForward(from: first, path) }
    let name = String(describing: type(of: layer))
    guard !children.isEmpty else { return "\(name)()" }
    var text = "\(name)(\n"
    for child in children {
      let inner = visit(child.layer, path: path.isEmpty ? child.name : "\(path).\(child.name)", indent: indent + "  ")
      text += "\(indent)  (\(child.name)): \(inner)\n"
    }
    return text + "\(indent))"
  }

  /// Among the entries of a layer its own parameters become the first ones.
  private mutating func moveOwnParametersForward(from first: Int, _ path: String) {
    let prefix = path.isEmpty ? "" : path + "."
    func isOwn(_ entry: Entry) -> Bool { entry.layer is Parameter && !entry.path.dropFirst(prefix.count).contains(".") }
    let own = entries[first...].filter(isOwn)
    guard !own.isEmpty else { return }
    entries.replaceSubrange(first..., with: own + entries[first...].filter { !isOwn($0) })
  }

  /// The parts of a layer: those of a sequence by number, else the properties that are layers or lists of layers.
  private static func children(_ layer: any Layer) -> [(name: String, layer: any Layer)] {
    if let sequence = layer as? Sequential ?? (layer as? any NumberedLayers)?.layers {
      return sequence.layers.enumerated().map { (String($0.offset), $0.element) }
    }
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

  /// All parameters and states of layers by name, in PyTorch's order; a layer that stands in two places counts once, under its first path.
  package var variables: [(name: String, specification: ParameterSpecification, identity: LayerIdentity)] {
    numberedVariables.map { ($0.name, $0.specification, $0.identity) }
  }

  private var numberedVariables: [(name: String, specification: ParameterSpecification, identity: LayerIdentity, drawn: Int)] {
    var seen: Set<LayerIdentity> = []
    return entries.filter { seen.insert($0.layer.identity).inserted }.flatMap { entry in
      entry.layer.parameters.map {
        ([entry.path, $0.name].filter { !$0.isEmpty }.joined(separator: "."), $0, entry.layer.identity, entry.drawn)
      }
    }
  }

  /// What is trained, without the states.
  package var parameters: [(name: String, specification: ParameterSpecification, identity: LayerIdentity)] {
    variables.filter { !$0.specification.isState }
  }

  /// Throws M412, with its line, for the first layer that has a parameter which `isRead` does not know.
  func expectCalled(_ isRead: (String) -> Bool) throws {
    let unread = parameters.filter { !isRead($0.name) }
    guard let first = unread.first, let entry = entries.first(where: { $0.layer.identity == first.identity }) else { return }
    let others = Set(unread.map(\.identity)).count - 1
    let isPartlyRead = parameters.contains { $0.identity == first.identity && isRead($0.name) }
    let title = [Tracer.title(entry.path), entry.layer.summary].compactMap { $0 }.joined(separator: ": ")
    throw MartletError(
      LayerErrorCode.neverCalled,
      "\(title): " + (isPartlyRead ? "the parameter '\(first.specification.name)' is never read" : "the layer is never called")
        + ", so nothing would train '\(first.name)'"
        + (others == 0 ? "" : "; \(others) more \(others == 1 ? "layer is" : "layers are") left out"),
      at: first.identity.location)
  }

  /// How many numbers are trained.
  package var parameterCount: Int { parameters.reduce(0) { $0 + $1.specification.shape.elementCount } }

  /// The values that PyTorch gives parameters and states after `torch.manual_seed(seed)`: drawn layer by layer in the order of their
  /// declaration, returned in that of `variables`.
  package func initialVariables(seed: UInt64) -> [(name: String, tensor: HostTensor)] {
    var result: [(name: String, tensor: HostTensor)?] = []
    forEachInitialVariable(seed: seed) { position, name, tensor in
      while result.count <= position { result.append(nil) }
      result[position] = (name, tensor)
    }
    return result.compactMap { $0 }
  }

  /// The same one after the other, so that only one of them need be in memory: `body` gets the position in `variables` too.
  package func forEachInitialVariable(seed: UInt64, _ body: (_ position: Int, _ name: String, _ tensor: HostTensor) throws -> Void) rethrows
  {
    var generator = PyTorchGenerator(seed: seed)
    // Stable: the variables of one layer keep their order.
    let order = numberedVariables.enumerated().sorted { ($0.element.drawn, $0.offset) < ($1.element.drawn, $1.offset) }
    for (position, variable) in order {
      let (shape, count) = (variable.specification.shape, variable.specification.shape.elementCount)
      let tensor: HostTensor
      switch variable.specification.initializer {
      case .uniform(let bound):
        let high = Float(bound)
        tensor = HostTensor(shape, (0..<count).map { _ in generator.uniform(-high, high) })
      case .normal(let deviation): tensor = HostTensor(shape, generator.normal(count, deviation: deviation))
      case .constant(let value): tensor = HostTensor(shape, [Float](repeating: Float(value), count: count))
      }
      try body(position, variable.name, tensor)
    }
  }
}
