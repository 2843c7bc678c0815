import MartletCore
import MartletGraph
import MartletLoopIR

/// A 3 x 3 convolution of stride 1 by Winograd's F(4x4, 3x3): outputs in tiles of 4 x 4, each the sum over 36 frequencies of products that
/// run over channels only. Its gradients are the exact adjoints: the transform of the output's gradient serves both, and the transform of the
/// input is kept from the forward pass.
struct WinogradShape: Hashable {
  /// Outputs of a tile along an axis, and the inputs that they see.
  static let tile = 4
  static let patch = 6
  static let frequencies = 36

  let rows: WindowAxis
  let columns: WindowAxis
  let channels: Int
  let outputs: Int
  let channelLanes: Int
  let outputLanes: Int
  /// Estimated cycles for a sample and channel vector, and those of the direct convolution.
  let cycles: Int
  let directCycles: Int

  /// Why this algorithm: the estimates that decided.
  var note: String {
    "Winograd F(4x4, 3x3), \(tileRows) x \(tileColumns) tiles a sample: about \(cycles) cycles a sample forward, direct \(directCycles)"
  }

  var tileRows: Int { (rows.output + WinogradShape.tile - 1) / WinogradShape.tile }
  var tileColumns: Int { (columns.output + WinogradShape.tile - 1) / WinogradShape.tile }
  var tiles: Int { tileRows * tileColumns }
  var channelVectors: Int { (channels + channelLanes - 1) / channelLanes }
  var outputVectors: Int { (outputs + outputLanes - 1) / outputLanes }
  var paddedChannels: Int { channelVectors * channelLanes }
  var paddedOutputs: Int { outputVectors * outputLanes }

  /// Nil for other kernels, and where the direct convolution is estimated to be faster.
  init?(_ geometry: ConvolutionGeometry, input: [Int], filter: Shape, dtype: DType, _ target: Target) {
    guard dtype == .f32, geometry.groups == 1, geometry.strides == [1, 1], geometry.dilation == [1, 1], filter[2] == 3, filter[3] == 3,
      geometry.padding.allSatisfy({ $0 <= 2 })
    else { return nil }
    let axes = geometry.axes(input: input, kernel: [3, 3])
    (rows, columns, channels, outputs) = (axes[0], axes[1], filter[1], filter[0])
    channelLanes = target.channelLanes(filter[1])
    outputLanes = target.channelLanes(filter[0])
    (cycles, directCycles) = WinogradShape.estimates(axes, channels: filter[1], outputs: filter[0], channelLanes, outputLanes)
    guard rows.output >= 3, columns.output >= 3, cycles < directCycles else { return nil }
  }

  /// Cycles for a sample. Products, then transforms of about 250 and 200 operations on each vector of a tile; the direct convolution has as
  /// many products as taps inside the input.
  private static func estimates(
    _ axes: [WindowAxis], channels: Int, outputs: Int, _ channelLanes: Int, _ outputLanes: Int
  ) -> (winograd: Int, direct: Int) {
    let rate = Target.vectorsPerCycle(lanes: outputLanes)
    let tiles = axes.reduce(1) { $0 * (($1.output + tile - 1) / tile) }
    let channelVectors = (channels + channelLanes - 1) / channelLanes
    let outputVectors = (outputs + outputLanes - 1) / outputLanes
    let products = Double(frequencies * tiles * channels * outputVectors)
    let transforms = Double(tiles) * (250 * Double(channelVectors) + 200 * Double(outputVectors))
    let taps = axes.reduce(1) { $0 * TapAxis.forward($1).insideCount }
    return (Int(products * 1.15 / rate + transforms), Int(Double(taps * channels * outputVectors) * 1.05 / rate))
  }
}

extension TapAxis {
  /// How often a tap lies inside the input, over all outputs.
  var insideCount: Int { (0..<count).reduce(0) { sum, output in sum + inside(output).filter { $0 }.count } }
}
