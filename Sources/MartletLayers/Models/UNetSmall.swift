import MartletCore

/// A logit for each pixel of grey images of 32 x 32: two halvings of the image and two doublings, each of which reads what was there before the
/// halving; 56,849 parameters. The loss is the binary cross entropy with a mask of zeros and ones.
/// Source: O. Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015.
package struct UNetSmall: Model {
  package let down1: Sequential
  package let down2: Sequential
  package let middle: Sequential
  package let up2: ConvTranspose2D
  package let merge2: Sequential
  package let up1: ConvTranspose2D
  package let merge1: Sequential
  package let out: Conv2D
  package let inputShape: Shape

  /// With the channels and extents of the samples, if they are images that can be halved twice.
  package init(for samples: SampleType? = nil) {
    let image = samples?.image(atLeast: 4)
    let isEven = image.map { $0.rows % 4 == 0 && $0.columns % 4 == 0 } ?? false
    let (channels, rows, columns) = isEven ? image ?? (1, 32, 32) : (1, 32, 32)
    inputShape = [channels, rows, columns]
    func convolution(_ inputChannels: Int, _ outputChannels: Int) -> Sequential {
      Sequential {
        Conv2D(inputChannels, outputChannels, kernel: 3, padding: 1, bias: false)
        BatchNorm2D(outputChannels)
        ReLU()
      }
    }
    down1 = convolution(channels, 16)
    down2 = convolution(16, 32)
    middle = convolution(32, 64)
    up2 = ConvTranspose2D(64, 32, kernel: 2, stride: 2)
    merge2 = convolution(64, 32)
    up1 = ConvTranspose2D(32, 16, kernel: 2, stride: 2)
    merge1 = convolution(32, 16)
    out = Conv2D(16, 1, kernel: 1)
  }

  package var samples: SampleType {
    let pixels: Shape = [1, inputShape[1], inputShape[2]]
    return SampleType(input: TensorType(.u8, inputShape), target: TensorType(.f32, pixels), outputs: pixels.elementCount)
  }

  package func callAsFunction(_ x: Tensor) throws -> Tensor {
    let fine = try down1(x)
    let coarse = try down2(fine.maxPool2D(2))
    let lowest = try middle(coarse.maxPool2D(2))
    let merged = try merge2(up2(lowest).concatenated([coarse], axis: 1))
    return try out(merge1(up1(merged).concatenated([fine], axis: 1)))
  }

  /// A mask may lack the axis of channels.
  package func loss(_ output: Tensor, _ labels: Tensor) throws -> Tensor {
    try output.binaryCrossEntropy(labels.shape.elementCount == output.shape.elementCount ? labels.reshaped(output.shape) : labels)
  }
}
