import MartletGraph

/// Images `[N, C, H, W]` resized to other extents, larger or smaller [torch.nn.Upsample].
public struct Upsample: PrimitiveLayer, BuiltInLayer {
  let resizing: Resizing
  package let mode: Interpolation
  package let mark: LayerIdentity

  /// Resizes by a factor, or by one for the rows and one for the columns; extents are rounded down. A call throws M401 for factors that give no
  /// image, M402 for other inputs.
  public init(by factors: Double..., mode: Interpolation = .nearest, file: String = #fileID, line: Int = #line) {
    (resizing, self.mode) = (.factors(factors), mode)
    mark = LayerIdentity(file, line)
  }

  /// Resizes to so many rows and columns. A call throws M401 unless both are positive, M402 for other inputs.
  public init(to size: Extents2D, mode: Interpolation = .nearest, file: String = #fileID, line: Int = #line) {
    (resizing, self.mode) = (.size(size), mode)
    mark = LayerIdentity(file, line)
  }

  package var title: String {
    let extent =
      switch resizing {
      case .size(let size): "size=\(size)"
      case .factors(let factors) where factors.count == 1: "scale_factor=\(factors[0])"
      case .factors(let factors): "scale_factor=(\(factors.map { "\($0)" }.joined(separator: ", ")))"
      }
    return "Upsample(\(extent), mode='\(mode == .nearest ? "nearest" : "bilinear")')"
  }

  package func output(_ input: Tensor) throws -> Tensor {
    try input.tracer.call(self, input) { try $0.tracer.builder.resized($0.value, resizing, mode) }
  }
}
