import MartletCore
import MartletGraph

/// Two-dimensional convolution of images `[N, inputChannels, H, W]` with bias [torch.nn.Conv2d].
public struct Conv2D: PrimitiveLayer, BuiltInLayer {
  package let inputChannels: Int
  package let outputChannels: Int
  package let kernel: Extents2D
  package let stride: Extents2D
  package let padding: Extents2D
  package let dilation: Extents2D
  package let groups: Int
  package let hasBias: Bool
  package let paddingMode: PaddingMode
  package let mark: LayerIdentity

  /// `kernel`, `stride`, `padding` (on each side, filled as `paddingMode` says) and `dilation` are a number or `[rows, columns]`; `groups`
  /// divides both numbers of channels.
  ///
  /// The parameters are `weight` `[outputChannels, inputChannels / groups, rows, columns]` and, unless `bias` is false, `bias`
  /// `[outputChannels]`, with PyTorch's initial values. The result is `[N, outputChannels, H', W']` with `H' = (H + 2 padding - dilation
  /// (kernel - 1) - 1) / stride + 1`, rounded down.
  ///
  /// A call throws M401 for numbers that make no layer and M402 where the input has other channels.
  public init(
    _ inputChannels: Int, _ outputChannels: Int, kernel: Extents2D, stride: Extents2D = 1, padding: Extents2D = 0, dilation: Extents2D = 1,
    groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros, file: String = #fileID, line: Int = #line
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
    let fanIn = kernel.fanIn(channels: inputChannels / max(groups, 1))
    let weight = ParameterSpecification.weight(
      Shape(([outputChannels, inputChannels / max(groups, 1)] + kernel.numbers).map { max($0, 0) }), fanIn: fanIn)
    return [weight] + (hasBias ? [.bias(max(outputChannels, 0), fanIn: fanIn)] : [])
  }

  package var title: String {
    var text = "Conv2D(\(inputChannels), \(outputChannels), kernel_size=\(kernel), stride=\(stride)"
    if padding != 0 { text += ", padding=\(padding)" }
    if dilation != 1 { text += ", dilation=\(dilation)" }
    if groups != 1 { text += ", groups=\(groups)" }
    if !hasBias { text += ", bias=False" }
    return text + (paddingMode == .zeros ? ")" : ", padding_mode=\(paddingMode))")
  }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      guard inputChannels > 0, outputChannels > 0, try kernel.checked("kernel").allSatisfy({ $0 > 0 }) else {
        throw MartletError(
          LayerErrorCode.configuration, "channels and kernel must be positive, found \(inputChannels), \(outputChannels) and \(kernel)")
      }
      guard input.shape.rank == 4, input.shape[1] == inputChannels else {
        throw MartletError(
          LayerErrorCode.inputShape, "expected images [N, \(inputChannels), H, W], found \(input.shape)",
          advice: input.shape.rank == 4
            ? "Give it \(input.shape[1]) input channels, or correct the layers before it."
            : "Images have four axes: call it before they are flattened, or reshape them.")
      }
      let builder = input.tracer.builder
      var geometry = try ConvolutionGeometry(
        strides: stride.checked("stride"), padding: padding.checkedPadding("padding"), dilation: dilation.checked("dilation"),
        groups: groups)
      let product = try builder.convolution2D(
        builder.padded(input.value, &geometry, paddingMode), input.tracer.parameter(self, "weight"), geometry)
      guard hasBias else { return product }
      return try builder.addBias(product, input.tracer.parameter(self, "bias"))
    }
  }
}

extension GraphBuilder {
  /// Adds a vector along axis 1.
  func addBias(_ x: Value, _ bias: Value) throws -> Value { try add(x, broadcast(bias, shape(of: x), axes: [1])) }
}
