import MartletCore
import MartletGraph
import MartletLoopIR

/// Chooses the layout of every intermediate value. Images that a convolution or a pooling makes lie channels last, padded to whole vectors,
/// and so does what is computed of them element by element; everything else lies in the order of its elements.
struct LayoutAssignment {
  private let isChannelsLast: [Bool]
  private let target: Target

  init(_ graph: Graph, _ elements: [NodeElements?], _ target: Target) {
    self.target = target
    var parent = Array(graph.types.indices)
    func root(_ value: Int) -> Int {
      var value = value
      while parent[value] != value { value = parent[value] }
      return value
    }
    func isImage(_ value: Value) -> Bool { graph.type(of: value).shape.rank == 4 }
    var marked = Set<Int>()
    for (index, node) in graph.nodes.enumerated() {
      let images = (node.operands + node.results).filter(isImage)
      if elements[index]?.isPointwise ?? false {
        for value in images.dropFirst() { parent[root(value.id)] = root(images[0].id) }
      }
      if LayoutAssignment.makesImages(node) { for result in node.results where isImage(result) { marked.insert(result.id) } }
    }
    let roots = Set(marked.map(root))
    isChannelsLast = graph.types.indices.map { roots.contains(root($0)) && graph.types[$0].shape.rank == 4 }
  }

  private static func makesImages(_ node: Node) -> Bool {
    if let fusion = node.operation as? Fusion { return fusion.region.nodes.contains(where: makesImages) }
    return node.operation is Convolution2D || node.operation is Convolution2DInputGradient || node.operation is MaxPool2D
      || node.operation is MaxPool2DGradient || node.operation is AveragePool2D || node.operation is AveragePool2DGradient
  }

  func layout(_ value: Value, _ graph: Graph) -> StorageLayout {
    let shape = graph.type(of: value).shape
    guard isChannelsLast[value.id] else { return .rowMajor(shape) }
    return .channelsLast(shape, multiple: target.channelLanes(shape[1]))
  }

  /// How the shards of a sum over the batch lie.
  func sumLayout(_ value: Value, _ graph: Graph, _ target: Target) -> StorageLayout { .rowMajor(graph.type(of: value).shape) }
}

extension Target {
  /// Lanes of a vector of channels: no more than the channels fill.
  func channelLanes(_ channels: Int) -> Int {
    var lanes = lanes(.f32)
    while lanes > 8, lanes > channels { lanes /= 2 }
    return lanes
  }
}
