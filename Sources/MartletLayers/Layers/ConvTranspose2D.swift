import MartletCore
import MartletGraph

/// Transposed convolution of images `[N, inputChannels, H, W]` with bias [torch.nn.ConvTranspose2d]: the extents grow by the stride.
public struct ConvTranspose2D: PrimitiveLayer {
  public let inputChannels: Int
  public let outputChannels: Int
  public let kernel: Int
  public let stride: Int
  public let padding: Int
  public let outputPadding: Int
  public let dilation: Int
  public let groups: Int
  public let hasBias: Bool
  public let identity: LayerIdentity

  public init(
    _ inputChannels: Int, _ outputChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0, dilation: Int = 1,
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
    identity = LayerIdentity(file, line)
  }

  public var parameters: [ParameterSpecification] {
    let perGroup = outputChannels / max(groups, 1)
    let fanIn = max(perGroup * kernel * kernel, 1)
    let weight = ParameterSpecification.weight(Shape([inputChannels, perGroup, kernel, kernel].map { max($0, 0) }), fanIn: fanIn)
    return [weight] + (hasBias ? [.bias(max(outputChannels, 0), fanIn: fanIn)] : [])
  }

  public var summary: String {
    var text = "ConvTranspose2D(\(inputChannels), \(outputChannels), kernel_size=(\(kernel), \(kernel)), stride=(\(stride), \(stride))"
    if padding != 0 { text += ", padding=(\(padding), \(padding))" }
    if outputPadding != 0 { text += ", output_padding=(\(outputPadding), \(outputPadding))" }
    if dilation != 1 { text += ", dilation=(\(dilation), \(dilation))" }
    if groups != 1 { text += ", groups=\(groups)" }
    return text + (hasBias ? ")" : ", bias=False)")
  }

  public func callAsFunction(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { input in
      guard inputChannels > 0, outputChannels > 0, kernel > 0, groups > 0, outputChannels % groups == 0 else {
        throw MartletError(
          LayerErrorCode.configuration,
          "channels, kernel and groups must be positive and \(groups) groups divide \(outputChannels) output channels, found \(inputChannels) "
            + "input channels and kernel \(kernel)")
      }
      guard input.shape.rank == 4, input.shape[1] == inputChannels else {
        throw MartletError(LayerErrorCode.inputShape, "expected images [N, \(inputChannels), H, W], found \(input.shape)")
      }
      let builder = input.tracer.builder
      let geometry = ConvolutionGeometry(
        strides: [stride, stride], padding: [padding, padding, padding, padding], dilation: [dilation, dilation], groups: groups)
      let product = try builder.convolutionTranspose2D(
        input.value, input.tracer.parameter(self, "weight"), geometry, outputPadding: [outputPadding, outputPadding])
      guard hasBias else { return product }
      return try builder.addBias(product, input.tracer.parameter(self, "bias"))
    }
  }
}
