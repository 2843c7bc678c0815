import MartletCore
import MartletGraph

/// One-dimensional convolution of sequences `[N, inputChannels, L]` with bias [torch.nn.Conv1d].
public struct Conv1D: PrimitiveLayer, BuiltInLayer {
  package let inputChannels: Int
  package let outputChannels: Int
  package let kernel: Int
  package let stride: Int
  package let padding: Int
  package let dilation: Int
  package let groups: Int
  package let hasBias: Bool
  package let paddingMode: PaddingMode
  package let mark: LayerIdentity

  /// `padding` is on each side, filled as `paddingMode` says; `groups` divides both numbers of channels.
  ///
  /// The parameters are `weight` `[outputChannels, inputChannels / groups, kernel]` and, unless `bias` is false, `bias` `[outputChannels]`, with
  /// PyTorch's initial values. The result is `[N, outputChannels, L']` with `L' = (L + 2 padding - dilation (kernel - 1) - 1) / stride + 1`,
  /// rounded down.
  ///
  /// A call throws M401 for numbers that make no layer and M402 where the input has other channels.
  public init(
    _ inputChannels: Int, _ outputChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1,
    bias: Bool = true, paddingMode: PaddingMode = .zeros, file: String = #fileID, line: Int = #line
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.paddingMode = paddingMode
    hasBias = bias
    mark = LayerIdentity(file, line)
  }

  package var specifications: [ParameterSpecification] {
    // Numbers that make no layer are reported when the model is built; here they must only not trap.
    let extents = [outputChannels, inputChannels / max(groups, 1), kernel].map { max($0, 0) }
    let fanIn = max(Shape.checkedElementCount(Array(extents.dropFirst())) ?? 1, 1)
    return [.weight(Shape(extents), fanIn: fanIn)] + (hasBias ? [.bias(max(outputChannels, 0), fanIn: fanIn)] : [])
  }

  package var title: String {
    var text = "Conv1D(\(inputChannels), \(outputChannels), kernel_size=\(kernel), stride=\(stride)"
    if padding != 0 { text += ", padding=\(padding)" }
    if dilation != 1 { text += ", dilation=\(dilation)" }
    if groups != 1 { text += ", groups=\(groups)" }
    if !hasBias { text += ", bias=False" }
    return text + (paddingMode == .zeros ? ")" : ", padding_mode=\(paddingMode))")
  }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      guard inputChannels > 0, outputChannels > 0, kernel > 0 else {
        throw MartletError(
          LayerErrorCode.configuration, "channels and kernel must be positive, found \(inputChannels), \(outputChannels) and \(kernel)")
      }
      return try input.asImages(channels: inputChannels) { builder, images in
        let weight = try input.tracer.parameter(self, "weight")
        let extents = builder.shape(of: weight).extents
        var geometry = ConvolutionGeometry(
          strides: [1, stride], padding: [0, 0, padding, padding], dilation: [1, dilation], groups: groups)
        let padded = try builder.padded(images, &geometry, paddingMode)
        let product = try builder.convolution2D(
          padded, builder.reshape(weight, [extents[0], extents[1], 1, extents[2]]), geometry)
        return hasBias ? try builder.addBias(product, input.tracer.parameter(self, "bias")) : product
      }
    }
  }
}
