import MartletCore
import MartletLoopIR

/// Copies a panel of a factor, `count` neighbours along i or j for each of `steps` of the sum, to private memory in which the neighbours of a step
/// lie together: `packed[slot, step, neighbour]`.
struct PanelPacking {
  let k: KernelBuilder
  let target: Target
  let type: ElementType
  /// How many elements apart neighbours and steps are in the factor.
  let alongStride: Int
  let stepStride: Int
  let packed: KernelBuilder.Buffer
  /// Elements of a step in packed memory.
  let padded: Int

  /// Lanes of a transposed square: with 32 bytes a vector two shuffles begin in a cycle, with 64 one.
  private static let mostTransposedLanes = 8

  /// Lanes that divide a packed step.
  private var lanes: Int { min(target.lanes(type), padded & -padded) }

  /// `from` is the place of the first neighbour's first step.
  func emit(_ source: KernelBuilder.Buffer, from: Index, slot: Index, count: Int, steps: Int) {
    k.append(.part("stage.\(source.name)"))
    if alongStride == 1 || count == 1 {
      copyRows(source, from, slot, count: count, steps: steps)
    } else if stepStride == 1 {
      transpose(source, from, slot, count: count, steps: steps)
    } else {
      copyElements(source, from, slot, count: count, steps: steps)
    }
  }

  private func copyRows(_ source: KernelBuilder.Buffer, _ from: Index, _ slot: Index, count: Int, steps: Int) {
    k.loop(0..<steps, .serial, "s") { step in
      for start in stride(from: 0, to: count, by: lanes) {
        let first = start + lanes > count ? Index(count - start) : nil
        packed.store(source[[from + step * stepStride + start], lanes: lanes, first: first], [slot, step, Index(start)], lanes: lanes)
      }
    }
  }

  private func transpose(_ source: KernelBuilder.Buffer, _ from: Index, _ slot: Index, count: Int, steps: Int) {
    let width = min(lanes, PanelPacking.mostTransposedLanes)
    func squares(_ step: Index, _ some: Int) {
      for start in stride(from: 0, to: count, by: width) {
        // One square in registers at a time.
        k.fence()
        // Rows that do not exist are not read from memory, but nothing reads what stands in their place.
        let rows = (0..<width).map { row in
          let place = from + min(start + row, count - 1) * alongStride + step
          return k.let(source[[place], lanes: width, first: some < width ? Index(some) : nil], "r")
        }
        for (offset, vector) in VectorTranspose.emit(k, rows).prefix(some).enumerated() {
          packed.store(vector, [slot, step + offset, Index(start)], lanes: width)
        }
      }
    }
    let whole = steps / width * width
    if whole > 0 { k.loop(Index(0), Index(whole), step: Index(width), .serial, "s") { squares($0, width) } }
    if whole < steps { squares(Index(whole), steps - whole) }
  }

  private func copyElements(_ source: KernelBuilder.Buffer, _ from: Index, _ slot: Index, count: Int, steps: Int) {
    k.loop(0..<steps, .serial, "s") { step in
      k.loop(0..<count, .serial, "x") { x in
        packed.store(source[from + step * stepStride + x * alongStride], [slot, step, x])
      }
    }
  }
}
