import MartletCore

/// The attributes of a two-dimensional convolution and the shapes they lead to; shared by the convolution and its two gradients.
package struct ConvolutionGeometry: Hashable, Sendable {
  /// Rows, columns.
  package var strides: [Int]
  /// Top, bottom, left, right.
  package var padding: [Int]
  package var dilation: [Int]
  package var groups: Int

  package init(strides: [Int] = [1, 1], padding: [Int] = [0, 0, 0, 0], dilation: [Int] = [1, 1], groups: Int = 1) {
    self.strides = strides
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  init(_ attributes: inout AttributeReader) throws {
    strides = try attributes.integers("strides", default: [1, 1])
    padding = try attributes.integers("padding", default: [0, 0, 0, 0])
    dilation = try attributes.integers("dilation", default: [1, 1])
    groups = try attributes.integer("groups", default: 1)
  }

  var attributes: [Attribute] {
    Attribute.unlessDefault("strides", .integers(strides), .integers([1, 1]))
      + Attribute.unlessDefault("padding", .integers(padding), .integers([0, 0, 0, 0]))
      + Attribute.unlessDefault("dilation", .integers(dilation), .integers([1, 1]))
      + Attribute.unlessDefault("groups", .integer(groups), .integer(1))
  }

  /// Throws unless the numbers are in range.
  func check(_ mnemonic: String) throws {
    func invalid(_ message: String, _ advice: String) -> MartletError {
      MartletError(GraphErrorCode.operandTypes, "\(mnemonic): \(message)", advice: advice)
    }
    let limit = 1 << 20
    guard strides.count == 2, strides.allSatisfy({ (1...limit).contains($0) }) else {
      throw invalid("strides must be two numbers from 1 to \(limit), found \(strides)", "Give one for rows and one for columns.")
    }
    guard padding.count == 4, padding.allSatisfy({ (0...limit).contains($0) }) else {
      throw invalid(
        "padding must be [top, bottom, left, right], each from 0 to \(limit), found \(padding)",
        "Give the number of pixels on each side; slice cuts off what negative padding would.")
    }
    guard dilation.count == 2, dilation.allSatisfy({ (1...limit).contains($0) }) else {
      throw invalid(
        "dilation must be two numbers from 1 to \(limit), found \(dilation)",
        "Give the distance of two taps of the kernel, for rows and for columns: 1 where they are neighbours.")
    }
    guard (1...limit).contains(groups) else {
      throw invalid("groups must be from 1 to \(limit), found \(groups)", "Give 1 for a convolution over all channels.")
    }
  }

  /// Rows and columns.
  package func axes(input: [Int], kernel: [Int]) -> [WindowAxis] {
    (0..<2).map {
      WindowAxis(
        input: input[$0], window: kernel[$0], stride: strides[$0], paddingBefore: padding[2 * $0], paddingAfter: padding[2 * $0 + 1],
        dilation: dilation[$0])
    }
  }
}

/// All extents of a convolution, from whichever tensors are known.
struct ConvolutionShape {
  var batch: Int
  var inputChannels: Int
  var outputChannels: Int
  var groups: Int
  var axes: [WindowAxis]

  var inputChannelsPerGroup: Int { inputChannels / groups }
  var outputChannelsPerGroup: Int { outputChannels / groups }
  var input: Shape { Shape([batch, inputChannels, axes[0].input, axes[1].input]) }
  var output: Shape { Shape([batch, outputChannels, axes[0].output, axes[1].output]) }
  var filter: Shape { Shape([outputChannels, inputChannelsPerGroup, axes[0].window, axes[1].window]) }
  var floatingPointOperations: Int {
    saturatingProduct(2, batch, outputChannels, axes[0].output, axes[1].output, inputChannelsPerGroup, axes[0].window, axes[1].window)
  }

  /// Checks that channels and groups fit, and that the window fits into the padded input.
  init(
    _ mnemonic: String, _ geometry: ConvolutionGeometry, batch: Int, inputChannels: Int, filter: Shape, input: [Int]
  ) throws {
    try geometry.check(mnemonic)
    func invalid(_ message: String, _ advice: String) -> MartletError {
      MartletError(GraphErrorCode.operandTypes, "\(mnemonic): \(message)", advice: advice)
    }
    guard (input + filter.extents).allSatisfy({ (0...Shape.largestElementCount).contains($0) }) else {
      throw invalid("images of \(input) and weights \(filter) are not possible", "Correct the extents.")
    }
    outputChannels = filter[0]
    groups = geometry.groups
    self.batch = batch
    self.inputChannels = inputChannels
    guard inputChannels % groups == 0, outputChannels % groups == 0, outputChannels > 0 else {
      throw invalid(
        "\(groups) groups must divide \(inputChannels) input channels and \(outputChannels) output channels",
        "Choose groups that divide both, or other numbers of channels.")
    }
    guard filter[1] == inputChannels / groups, filter[1] > 0 else {
      throw invalid(
        "the weights \(filter) take \(filter[1] * groups) input channels"
          + (groups == 1 ? "" : " (\(filter[1]) for each of \(groups) groups)") + ", the input has \(inputChannels)",
        "Images are [N, channels, rows, columns], weights [output channels, channels / groups, rows, columns].")
    }
    guard filter[2] > 0, filter[3] > 0 else {
      throw invalid("a kernel of \(filter[2]) x \(filter[3]) has no tap", "Give extents from 1 on.")
    }
    axes = geometry.axes(input: input, kernel: [filter[2], filter[3]])
    for (axis, name) in zip(axes, ["height", "width"]) where axis.output < 1 {
      throw invalid(
        "the \(name) \(axis.input) with padding \(axis.paddingBefore) + \(axis.paddingAfter) is smaller than "
          + "a kernel of \(axis.window) taps with dilation \(axis.dilation)",
        "Make the kernel or its dilation smaller or the padding larger, or reduce the images less before.")
    }
  }

  /// Visits every tap inside the input, with offsets into the three tensors: input, filter, output.
  func forEachTap(_ body: (_ input: Int, _ filter: Int, _ output: Int) -> Void) {
    let (inputStrides, filterStrides, outputStrides) = (input.strides, filter.strides, output.strides)
    for n in 0..<batch {
      for o in 0..<outputChannels {
        let firstChannel = o / outputChannelsPerGroup * inputChannelsPerGroup
        for y in 0..<axes[0].output {
          for x in 0..<axes[1].output {
            let outputOffset = n * outputStrides[0] + o * outputStrides[1] + y * outputStrides[2] + x
            for c in 0..<inputChannelsPerGroup {
              for ky in 0..<axes[0].window {
                let row = axes[0].position(output: y, tap: ky)
                guard row >= 0, row < axes[0].input else { continue }
                for kx in 0..<axes[1].window {
                  let column = axes[1].position(output: x, tap: kx)
                  guard column >= 0, column < axes[1].input else { continue }
                  body(
                    n * inputStrides[0] + (firstChannel + c) * inputStrides[1] + row * inputStrides[2] + column,
                    o * filterStrides[0] + c * filterStrides[1] + ky * filterStrides[2] + kx, outputOffset)
                }
              }
            }
          }
        }
      }
    }
  }

  /// One of the three tensors as the sum over all taps of the product of the other two.
  func sumOfProducts<Scalar: RealScalar>(
    _ shape: Shape, _ a: [Scalar], _ b: [Scalar], _ pick: (_ input: Int, _ filter: Int, _ output: Int) -> (Int, Int, Int)
  ) -> HostTensor {
    var sums = [Double](repeating: 0, count: shape.elementCount)
    sums.withUnsafeMutableBufferPointer { sums in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          forEachTap { input, filter, output in
            let (target, left, right) = pick(input, filter, output)
            sums[target] += Double(a[left]) * Double(b[right])
          }
        }
      }
    }
    return HostTensor(shape, sums.map { Scalar($0) })
  }
}
