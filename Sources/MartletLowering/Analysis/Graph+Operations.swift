import MartletCore
import MartletGraph
import MartletRuntime

extension Graph {
  /// All operations, those inside fusions too, with names that are the same with and without fusion; and for each node the numbers of its own.
  var namedOperations: (all: [Program.Operation], ofNode: [[Int]]) {
    var all: [Program.Operation] = []
    var counts: [String: Int] = [:]
    let stages = stages
    func add(_ node: Node, _ types: [TensorType], _ origin: Origin?, _ stage: Program.Operation.Stage) -> Int {
      let base = (origin?.layer.map { "\($0)." } ?? "") + node.mnemonic
      counts[base, default: 0] += 1
      let number = counts[base, default: 1]
      let padded = node.operation.floatingPointOperations(types)
      let fraction = node.operation.fractionOfRealTaps(types)
      all.append(
        Program.Operation(
          name: number == 1 ? base : "\(base)_\(number)", floatingPointOperations: padded,
          realFloatingPointOperations: fraction == 1 ? padded : Int(exactly: (Double(padded) * fraction).rounded(.down)) ?? padded,
          source: origin?.source, stage: stage, layer: origin?.layer, location: origin?.location, types: node.resultTypes))
      return all.count - 1
    }
    let ofNode = zip(nodes, stages).map { node, stages -> [Int] in
      guard let fusion = node.operation as? Fusion else { return [add(node, node.operands.map { type(of: $0) }, node.origin, stages[0])] }
      return zip(fusion.region.nodes, stages).map { inner, stage in
        add(inner, inner.operands.map { fusion.region.type(of: $0) }, inner.origin ?? node.origin, stage)
      }
    }
    return (all, ofNode)
  }
}

extension TensorOperation {
  /// How many of a convolution's taps are not on padding.
  fileprivate func fractionOfRealTaps(_ operands: [TensorType]) -> Double {
    let geometry: ConvolutionGeometry
    let (input, kernel): ([Int], [Int])
    switch self {
    case let forward as Convolution2D:
      (geometry, input, kernel) = (forward.geometry, Array(operands[0].shape.extents.suffix(2)), Array(operands[1].shape.extents.suffix(2)))
    case let gradient as Convolution2DInputGradient:
      (geometry, input, kernel) = (gradient.geometry, gradient.extent, Array(operands[1].shape.extents.suffix(2)))
    case let gradient as Convolution2DFilterGradient:
      (geometry, input, kernel) = (gradient.geometry, Array(operands[0].shape.extents.suffix(2)), gradient.extent)
    default: return 1
    }
    return geometry.axes(input: input, kernel: kernel).map { axis in
      let tap = TapAxis.forward(axis)
      return Double(tap.insideCount) / Double(max(tap.count * tap.taps.count, 1))
    }.reduce(1, *)
  }
}
