import MartletCore

/// An operation over images [N, C, H, W] that is computed fastest where the channels of a pixel are neighbours in memory. Graphs have no layouts:
/// this is a hint to what chooses them.
package protocol ImageOperation: TensorOperation {
  /// Whether its results are such images.
  var hasImageResults: Bool { get }
  /// The numbers of the operands that are read by vectors of channels.
  var channelVectorOperands: [Int] { get }
  /// Whether it computes pixels of windows of others. What follows element by element only keeps the order of its operands.
  var spansWindows: Bool { get }
}

extension ImageOperation {
  package var hasImageResults: Bool { true }
  package var channelVectorOperands: [Int] { [] }
  package var spansWindows: Bool { true }
}

extension Convolution2D: ImageOperation {}
extension Convolution2DInputGradient: ImageOperation {}
extension ConvolutionTranspose2D: ImageOperation {}
extension MaxPool2D: ImageOperation {}
extension AveragePool2D: ImageOperation {}
extension AveragePool2DGradient: ImageOperation {}

extension MaxPool2DGradient: ImageOperation {
  package var channelVectorOperands: [Int] { [0, 1] }
}

extension Convolution2DFilterGradient: ImageOperation {
  package var hasImageResults: Bool { false }
  package var channelVectorOperands: [Int] { [1] }
}

extension ReluGradient: ImageOperation {
  package var hasImageResults: Bool { false }
  package var channelVectorOperands: [Int] { [0, 1] }
  package var spansWindows: Bool { false }
}

extension Node {
  /// The results and operands that are best stored channels last. Of a fusion those of its nodes, where one of them spans windows.
  package var imageValues: [Value] {
    guard let fusion = operation as? Fusion else { return (hasImageResults ? results : []) + ownVectorOperands }
    let nodes = fusion.region.nodes
    let images = nodes.contains(where: \.hasImageResults) ? results : []
    guard nodes.contains(where: { ($0.operation as? any ImageOperation)?.spansWindows ?? false }) else { return images }
    let inner = nodes.flatMap(\.ownVectorOperands)
    return images
      + inner.compactMap { value in
        guard case .parameter(let index) = fusion.region.definition(of: value) else { return nil }
        return operands[index]
      }
  }

  private var hasImageResults: Bool { (operation as? any ImageOperation)?.hasImageResults ?? false }

  private var ownVectorOperands: [Value] {
    ((operation as? any ImageOperation)?.channelVectorOperands ?? []).map { operands[$0] }
  }
}
