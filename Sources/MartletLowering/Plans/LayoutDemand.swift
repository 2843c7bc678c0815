import MartletCore
import MartletGraph

/// A layout in which a strategy reads a value, or writes it.
package struct LayoutDemand {
  package enum Pattern: Hashable, Sendable {
    /// Anything that is in memory.
    case any
    case rowMajor
    /// [N, H, W, C] with whole vectors of channels.
    case channelsLast(lanes: Int)
    /// Samples of one run of features, in any order, without padding.
    case samplesOfFeatures
    /// The layout of another value, seen under the same shape.
    case like(Value)

    func accepts(_ layout: StorageLayout) -> Bool {
      switch self {
      case .any, .like: true
      case .rowMajor: layout.isRowMajor
      case .channelsLast(let lanes): layout.isChannelsLast(lanes)
      case .samplesOfFeatures: layout.isSamplesOfFeatures
      }
    }

    /// A layout that the pattern accepts.
    func layout(_ shape: Shape) -> StorageLayout {
      guard case .channelsLast(let lanes) = self, shape.rank == 4 else { return .rowMajor(shape) }
      return .channelsLast(shape, multiple: lanes)
    }
  }

  package var value: Value
  /// The shape under which it is seen.
  package var shape: Shape
  package var pattern: Pattern

  package init(_ value: Value, _ shape: Shape, _ pattern: Pattern) {
    self.value = value
    self.shape = shape
    self.pattern = pattern
  }

  init(_ operand: OperationChain.Operand, _ pattern: Pattern) { self.init(operand.value, operand.shape, pattern) }
}
