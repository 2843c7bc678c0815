import MartletCore
import MartletGraph
import MartletLoopIR

/// A 3 x 3 convolution of stride 1 by Winograd's F(4x4, 3x3) or F(2x2, 3x3): outputs in tiles of 4 x 4 or 2 x 2 and smaller ones at the edges,
/// each the sum over 36 or 16 frequencies (fewer for a smaller one) of products that run over channels only. Its gradients are the exact adjoints: the transform of the output's gradient serves both, and the transform of the
/// input is kept from the forward pass.
struct WinogradShape: Hashable {
  /// Outputs of a tile along an axis: 4 or 2.
  let tile: Int
  let rows: WindowAxis
  let columns: WindowAxis
  let channels: Int
  let outputs: Int
  let channelLanes: Int
  let outputLanes: Int
  /// Estimated cycles for a sample and channel vector, and those of the direct convolution.
  let cycles: Int
  let directCycles: Int

  /// Inputs that a tile sees along an axis, and its frequencies.
  var patch: Int { tile + 2 }
  var frequencies: Int { patch * patch }
  /// Along rows, then along columns.
  var transforms: (down: WinogradTransforms, across: WinogradTransforms) { (.along(tileRows), .along(tileColumns)) }

  /// Why this algorithm: the estimates that decided.
  var note: String {
    "Winograd F(\(tile)x\(tile), 3x3), \(tileRows.count) x \(tileColumns.count) tiles a sample: about \(cycles) cycles a sample forward, direct \(directCycles)"
  }

  var tileRows: WinogradTiles { WinogradTiles(tile: tile, outputs: rows.output) }
  var tileColumns: WinogradTiles { WinogradTiles(tile: tile, outputs: columns.output) }
  var tiles: Int { tileRows.count * tileColumns.count }
  var channelVectors: Int { (channels + channelLanes - 1) / channelLanes }
  var outputVectors: Int { (outputs + outputLanes - 1) / outputLanes }
  var paddedChannels: Int { channelVectors * channelLanes }
  var paddedOutputs: Int { outputVectors * outputLanes }

  /// The bytes of a sample that the kernels of a convolution hand on transformed: its input and its output.
  var transformedByteCount: Int { frequencies * tiles * (paddedChannels + paddedOutputs) * DType.f32.byteCount }

  /// Nil for other kernels, and where the direct convolution is estimated to be faster.
  init?(_ geometry: ConvolutionGeometry, input: [Int], filter: Shape, dtype: DType, _ target: Target) {
    guard dtype == .f32 else { return nil }
    self.init(estimating: geometry, input: input, filter: filter, target)
    // The gradient of the filter adds up all tiles of an image in one go.
    guard rows.output >= 2, columns.output >= 2, cycles < directCycles, tiles <= CascadedSum.longestPlainSum,
      max(channels, outputs) <= CascadedSum.longestPlainSum
    else { return nil }
  }

  /// The shape with its estimates, whether it pays or not; nil for other kernels.
  init?(estimating geometry: ConvolutionGeometry, input: [Int], filter: Shape, _ target: Target) {
    guard geometry.groups == 1, geometry.strides == [1, 1], geometry.dilation == [1, 1], filter[2] == 3, filter[3] == 3,
      geometry.padding.allSatisfy({ $0 <= 2 })
    else { return nil }
    let axes = geometry.axes(input: input, kernel: [3, 3])
    (rows, columns, channels, outputs) = (axes[0], axes[1], filter[1], filter[0])
    channelLanes = target.channelLanes(filter[1])
    outputLanes = target.channelLanes(filter[0])
    let (channelVectors, outputVectors) = (
      (filter[1] + channelLanes - 1) / channelLanes, (filter[0] + outputLanes - 1) / outputLanes
    )
    let rate = Target.vectorsPerCycle(lanes: outputLanes)
    /// Cycles for a sample: products, then transforms of so many operations on each vector of a tile.
    func estimate(_ tile: Int, inputOperations: Double, outputOperations: Double) -> Int {
      let tiles = axes.map { WinogradTiles(tile: tile, outputs: $0.output) }
      let products = Double(tiles[0].frequencies * tiles[1].frequencies * filter[1] * outputVectors)
      let transforms =
        Double(tiles[0].count * tiles[1].count) * (inputOperations * Double(channelVectors) + outputOperations * Double(outputVectors))
      return Int(products * 1.15 / rate + transforms)
    }
    let four = estimate(4, inputOperations: 250, outputOperations: 200)
    let two = estimate(2, inputOperations: 100, outputOperations: 80)
    (tile, cycles) = four <= two ? (4, four) : (2, two)
    // The direct convolution has as many products as taps inside the input.
    let taps = axes.reduce(1) { $0 * TapAxis.forward($1).insideCount }
    directCycles = Int(Double(taps * filter[1] * outputVectors) * 1.05 / rate)
  }
}

extension TapAxis {
  /// How often a tap is inside the input, over all outputs.
  var insideCount: Int { (0..<count).reduce(0) { sum, output in sum + inside(output).filter { $0 }.count } }
}
