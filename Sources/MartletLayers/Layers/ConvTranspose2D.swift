import MartletCore
import MartletGraph

/// Transposed convolution of images `[N, inputChannels, H, W]` with bias [torch.nn.ConvTranspose2d]: the extents grow by the stride.
public struct ConvTranspose2D: PrimitiveLayer, BuiltInLayer {
  package let inputChannels: Int
  package let outputChannels: Int
  package let kernel: Extents2D
  package let stride: Extents2D
  package let padding: Extents2D
  package let outputPadding: Extents2D
  package let dilation: Extents2D
  package let groups: Int
  package let hasBias: Bool
  package let mark: LayerIdentity

  /// `kernel`, `stride`, `padding`, `outputPadding` (below the stride or the dilation) and `dilation` are a number or `[rows, columns]`;
  /// `groups` divides both numbers of channels.
  ///
  /// The parameters are `weight` `[inputChannels, outputChannels / groups, rows, columns]` and, unless `bias` is false, `bias`
  /// `[outputChannels]`, with PyTorch's initial values. The result is `[N, outputChannels, H', W']` with `H' = (H - 1) stride - 2 padding +
  /// dilation (kernel - 1) + outputPadding + 1`.
  ///
  /// A call throws M401 for numbers that make no layer and M402 where the input has other channels.
  public init(
    _ inputChannels: Int, _ outputChannels: Int, kernel: Extents2D, stride: Extents2D = 1, padding: Extents2D = 0,
    outputPadding: Extents2D = 0, dilation: Extents2D = 1,
    groups: Int = 1, bias: Bool = true, file: String = #fileID, line: Int = #line
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.dilation = dilation
    self.groups = groups
    hasBias = bias
    mark = LayerIdentity(file, line)
  }

  package var specifications: [ParameterSpecification] {
    let perGroup = outputChannels / max(groups, 1)
    let fanIn = kernel.fanIn(channels: perGroup)
    let weight = ParameterSpecification.weight(Shape(([inputChannels, perGroup] + kernel.numbers).map { max($0, 0) }), fanIn: fanIn)
    return [weight] + (hasBias ? [.bias(max(outputChannels, 0), fanIn: fanIn)] : [])
  }

  package var title: String {
    var text = "ConvTranspose2D(\(inputChannels), \(outputChannels), kernel_size=\(kernel), stride=\(stride)"
    if padding != 0 { text += ", padding=\(padding)" }
    if outputPadding != 0 { text += ", output_padding=\(outputPadding)" }
    if dilation != 1 { text += ", dilation=\(dilation)" }
    if groups != 1 { text += ", groups=\(groups)" }
    return text + (hasBias ? ")" : ", bias=False)")
  }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      guard inputChannels > 0, outputChannels > 0, try kernel.checked("kernel").allSatisfy({ $0 > 0 }), groups > 0,
        outputChannels % groups == 0
      else {
        throw MartletError(
          LayerErrorCode.configuration,
          "channels, kernel and groups must be positive and \(groups) groups divide \(outputChannels) output channels, found \(inputChannels) "
            + "input channels and kernel \(kernel)")
      }
      guard input.shape.rank == 4, input.shape[1] == inputChannels else {
        throw MartletError(
          LayerErrorCode.inputShape, "expected images [N, \(inputChannels), H, W], found \(input.shape)",
          advice: input.shape.rank == 4
            ? "Give it \(input.shape[1]) input channels, or correct the layers before it."
            : "Images have four axes: call it before they are flattened, or reshape them.")
      }
      let builder = input.tracer.builder
      let geometry = try ConvolutionGeometry(
        strides: stride.checked("stride"), padding: padding.checkedPadding("padding"), dilation: dilation.checked("dilation"),
        groups: groups)
      let product = try transposed(builder, input.value, input.tracer.parameter(self, "weight"), geometry)
      guard hasBias else { return product }
      return try builder.addBias(product, input.tracer.parameter(self, "bias"))
    }
  }

  /// The operation takes output padding below the stride. What is more, up to the dilation, takes the place of padding that is cut off at the
  /// end, or is zeros, which no pixel reaches.
  private func transposed(_ builder: GraphBuilder, _ x: Value, _ weight: Value, _ geometry: ConvolutionGeometry) throws -> Value {
    var geometry = geometry
    var own = try outputPadding.checked("outputPadding")
    var zeros = [0, 0, 0, 0]
    for axis in 0..<2 where own[axis] != 0 {
      guard own[axis] > 0, own[axis] < max(geometry.strides[axis], geometry.dilation[axis]) else {
        throw MartletError(
          LayerErrorCode.configuration,
          "output padding is not negative and below the stride or the dilation, found \(outputPadding) with stride \(stride) "
            + "and dilation \(dilation)")
      }
      guard own[axis] >= geometry.strides[axis] else { continue }
      let uncut = min(own[axis], max(geometry.padding[2 * axis + 1], 0))
      geometry.padding[2 * axis + 1] -= uncut
      (zeros[2 + axis], own[axis]) = (own[axis] - uncut, 0)
    }
    let product = try builder.convolutionTranspose2D(x, weight, geometry, outputPadding: own)
    return try builder.pad(product, low: [0, 0, 0, 0], high: zeros)
  }
}
