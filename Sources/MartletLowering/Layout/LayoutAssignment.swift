import MartletCore
import MartletGraph
import MartletLoopIR

/// The layout of every intermediate value, from the plans of all nodes at once. What a plan lists in `images` is channels last, padded to whole
/// vectors, and so is what is computed from it element by element; everything else is row-major.
package struct LayoutAssignment {
  private let analysis: AnalyzedGraph
  private let isChannelsLast: [Bool]
  /// Maps a flattened value to the 4-D value whose layout it shares.
  private let images: [Int: Value]
  private var graph: Graph { analysis.graph }

  /// What is computed a second time has the layout of the first time: where layouts differ, sums are added in another order.
  init(_ analysis: AnalyzedGraph, _ plans: Plans) {
    self.analysis = analysis
    let (graph, ordered) = (analysis.graph, analysis.ordered)
    let roles = analysis.batch.roles
    var parent = ordered.firsts
    func root(_ value: Int) -> Int {
      var value = value
      while parent[value] != value { value = parent[value] }
      return value
    }
    func isImage(_ value: Value) -> Bool { graph.type(of: value).shape.rank == 4 && roles[value.id] == .sample }
    var marked = Set<Int>()
    for (index, node) in graph.nodes.enumerated() {
      let images = (node.operands + node.results).filter(isImage)
      if analysis.elements[index]?.isPointwise ?? false {
        for value in images.dropFirst() { parent[root(value.id)] = root(images[0].id) }
      }
      for (_, plan) in plans.nodes[index].plans {
        for value in plan.images where isImage(value) { marked.insert(value.id) }
      }
    }
    let roots = Set(marked.map(root))
    let isChannelsLast = graph.types.indices.map { roots.contains(root($0)) && graph.types[$0].shape.rank == 4 }
    var images: [Int: Value] = [:]
    let useCounts = ordered.useCounts
    for node in graph.nodes where node.operation is Reshape {
      // Axes of extent 1 can leave no way to see the image's layout through the other shape: then the image is converted.
      let image = node.resultTypes[0].shape
      guard useCounts[node.operands[0].id] == 1, isChannelsLast[node.results[0].id],
        graph.type(of: node.operands[0]).shape.extents.first == node.resultTypes[0].shape[0],
        !graph.results.contains(where: { $0.value == node.operands[0] }),
        StorageLayout.channelsLast(image, multiple: analysis.target.channelLanes(image[1])).flattened(
          from: image, to: graph.type(of: node.operands[0]).shape) != nil
      else { continue }
      images[node.operands[0].id] = node.results[0]
    }
    self.images = images
    self.isChannelsLast = isChannelsLast
  }

  /// The 4-D value whose layout a flattened value shares.
  func image(of value: Value) -> Value? { images[value.id] }

  /// The layout in which a node stores a value.
  func layout(_ value: Value) -> StorageLayout {
    let shape = graph.type(of: value).shape
    if let image = images[value.id] {
      let imageShape = graph.type(of: image).shape
      return layout(image).flattened(from: imageShape, to: shape) ?? .rowMajor(shape)
    }
    // A loop stacks its results as tensors.
    guard isChannelsLast[value.id], !(graph.producer(of: value)?.operation is Scan) else { return .rowMajor(shape) }
    return .channelsLast(shape, multiple: analysis.target.channelLanes(shape[1]))
  }

  /// The layout of the memory in which a value is found: for a view that only regroups axes that of its operand. Nil for a view that must be
  /// computed.
  func memory(of value: Value) -> StorageLayout? {
    let shape = graph.type(of: value).shape
    guard case .node(let index, _) = graph.definition(of: value) else { return .rowMajor(shape) }
    let node = graph.nodes[index]
    guard analysis.isReadThrough[index] else {
      // A sum that is read as a tensor is finished first.
      return analysis.batch.roles[value.id] == .sum ? .rowMajor(shape) : layout(value)
    }
    if node.isTable { return .rowMajor(shape) }
    guard node.operation is Reshape, let inner = memory(of: node.operands[0]) else { return nil }
    if images[node.operands[0].id] == value { return layout(value) }
    return inner.flattened(from: graph.type(of: node.operands[0]).shape, to: shape)
  }

  /// The layout of the memory of a value that is seen under another shape.
  func memory(of value: Value, as shape: Shape) -> StorageLayout? {
    let own = graph.type(of: value).shape
    return own == shape ? memory(of: value) : memory(of: value)?.flattened(from: own, to: shape)
  }

  func meets(_ demand: LayoutDemand) -> Bool {
    if case .like(let other) = demand.pattern {
      guard let layout = memory(of: demand.value, as: demand.shape) else { return false }
      return layout == memory(of: other, as: demand.shape)
    }
    return memory(of: demand.value, as: demand.shape).map { demand.pattern.accepts($0) } ?? false
  }
}

extension Target {
  /// Lanes of a vector of channels: no more than the channels fill.
  func channelLanes(_ channels: Int) -> Int {
    var lanes = lanes(.f32)
    while lanes > 8, lanes > channels { lanes /= 2 }
    return lanes
  }
}
