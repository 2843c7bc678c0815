import MartletGraph

/// The mean over axes, which are removed [torch.mean]: `Mean(axes: [2, 3])` makes `[N, C]` of images `[N, C, H, W]`.
public struct Mean: PrimitiveLayer, BuiltInLayer {
  package let axes: [Int]
  package let mark: LayerIdentity

  /// The axes count from the outermost, which is 0, or from the last one, which is -1. A call throws M404 for axes that the tensor does not have.
  public init(axes: [Int], file: String = #fileID, line: Int = #line) {
    self.axes = axes
    mark = LayerIdentity(file, line)
  }

  package var title: String { "Mean(dim=(\(axes.map(String.init).joined(separator: ", "))))" }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.mean(axes: axes).value }
  }
}
