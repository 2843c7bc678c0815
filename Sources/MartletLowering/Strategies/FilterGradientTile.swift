import MartletCore
import MartletLoopIR

/// The gradient of a convolution with respect to its filter, summed over the samples of a call: accumulators are taps x input channels x
/// vectors of output channels, kept in registers while rows and columns go by. Taps on padding are not there.
///
/// Per column: one load for each vector of dy, a multiply-add for each accumulator, and broadcasts for each input channel: where the window
/// slides, one that the last column did not have; else one for each tap, which the columns of a step share.
struct FilterGradientTile: Hashable {
  /// Kernel rows, input channels and vectors of output channels in registers at a time.
  let kernelRows: Int
  let channels: Int
  let vectors: Int
  /// Whether broadcasts stay for the next columns.
  let slides: Bool
  /// Columns whose dy is in registers at a time: a broadcast serves the taps of all of them.
  let columns: Int

  struct Work {
    let kernelRows: Int
    let kernelColumns: Int
    let channels: Int
    let vectors: Int
    let rows: Int
    let columns: Int
    let lanes: Int
    let axis: TapAxis

    /// Whether the next column needs one more input column, and no other that the last did not have.
    var canSlide: Bool { axis.stride == 1 && axis.span == axis.taps.count }
  }

  static func best(_ work: Work, _ target: Target) -> FilterGradientTile? {
    var best: (tile: FilterGradientTile, cycles: Double)?
    for kernelRows in Set([1, work.kernelRows]).sorted() {
      for channels in [1, 2, 3, 4, 6, 8] where work.channels % channels == 0 {
        for vectors in 1...min(work.vectors, 8) where work.vectors % vectors == 0 {
          let steps = (work.canSlide ? [(true, 1)] : []) + (1...min(work.columns, mostColumns)).map { (false, $0) }
          for (slides, columns) in steps {
            let tile = FilterGradientTile(
              kernelRows: kernelRows, channels: channels, vectors: vectors, slides: slides, columns: columns)
            guard tile.live(work) <= target.vectorRegisters - 1 else { continue }
            let cycles = tile.cycles(work)
            if cycles < best?.cycles ?? .infinity { best = (tile, cycles) }
          }
        }
      }
    }
    return best?.tile
  }

  func accumulators(_ work: Work) -> Int { kernelRows * work.kernelColumns * channels * vectors }

  /// Columns of a step that is no sliding one, at most.
  static let mostColumns = 4

  /// Accumulators, broadcasts, and dy where several broadcasts share it.
  func live(_ work: Work) -> Int {
    accumulators(work) + (slides ? kernelRows * channels * work.kernelColumns : vectors * columns + 1)
  }

  /// Broadcasts of a step, for each kernel row and input channel.
  private func broadcasts(_ work: Work) -> Int { slides ? 1 : work.axis.columnsRead(by: columns).count }

  /// The tile in words, with its loads for each step along a row.
  func note(_ work: Work) -> String {
    let loads = kernelRows * channels * broadcasts(work) + vectors * columns
    return "filter gradient, \(kernelRows) x \(work.kernelColumns) taps x \(channels) channels x \(vectors) vectors of \(work.lanes): "
      + "\(accumulators(work)) accumulators, \(loads) loads for \(accumulators(work) * columns) multiply-adds"
  }

  /// Cycles for a sample.
  func cycles(_ work: Work) -> Double {
    let rate = Target.vectorsPerCycle(lanes: work.lanes)
    let accumulators = Double(accumulators(work))
    let broadcasts = Double(kernelRows * channels * broadcasts(work)) / Double(columns)
    let column = max(accumulators / rate, broadcasts / 2 + Double(vectors) / rate, 4)
    let visits = Double(work.kernelRows / kernelRows * (work.channels / channels) * (work.vectors / vectors))
    return visits * (Double(work.rows * work.columns) * column + 2 * accumulators / rate + 4)
  }
}
