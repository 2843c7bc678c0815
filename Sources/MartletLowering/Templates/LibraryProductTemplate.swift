import MartletCore
import MartletGraph
import MartletLoopIR

/// A large product of whole matrices by the BLAS library, a block of rows at a time, so that the bits do not depend on the threads. What is
/// fused behind the product is done to a block while it is in the cache.
///
/// Products of samples and weights go to `MatrixTemplate` instead: with the few samples of a tile its kernels are faster than the library's
/// (docs/performance.md).
enum LibraryProductTemplate {
  /// Rows of a block.
  private static let blockRows = 64
  /// Fewer multiply-adds are not worth the call.
  private static let leastWork = 64 * 64 * 64

  static func emit(_ site: TemplateSite, _ chain: OperationChain, _ product: MatrixMultiply, _ results: [ValueSource]) throws -> Bool {
    let lowering = site.lowering
    guard lowering.target.hasMatrixLibrary, site.slot.region == nil, results.count == 1, case .memory(let result) = results[0],
      let a = matrix(lowering.place(of: chain.operands[0])), let b = matrix(lowering.place(of: chain.operands[1])),
      result.layout.isRowMajor, result.type.dtype == .f32
    else { return false }
    let (aShape, bShape) = (a.type.shape, b.type.shape)
    let (rows, inner) = product.transposeLHS ? (aShape[1], aShape[0]) : (aShape[0], aShape[1])
    let columns = product.transposeRHS ? bShape[0] : bShape[1]
    guard rows * columns * inner >= leastWork, result.type.shape.elementCount == rows * columns else { return false }
    let c = Place(storage: result.storage, type: TensorType(.f32, [rows, columns]), layout: .rowMajor([rows, columns]))
    let site = Site(lowering: lowering, template: site, chain: chain, product: product, a: a, b: b, c: c, columns: columns, inner: inner)
    let whole = rows / blockRows
    // What is left of the rows is a kernel of its own: blocks of a kernel are alike.
    let blocks = [(first: 0, count: whole, size: blockRows), (first: whole * blockRows, count: 1, size: rows % blockRows)]
    let kernels = try blocks.filter { $0.count > 0 && $0.size > 0 }.map { try site.kernel(first: $0.first, count: $0.count, size: $0.size) }
    for kernel in kernels {
      guard let kernel else { return false }
      lowering.add(
        kernel.0, kernel.1.storages, at: site.template.slot, note: "product by the BLAS library, \(blockRows) rows at a time")
    }
    return true
  }

  /// What the kernels of a product share.
  private struct Site {
    let lowering: GraphLowering
    let template: TemplateSite
    let chain: OperationChain
    let product: MatrixMultiply
    let a: Place
    let b: Place
    let c: Place
    let columns: Int
    let inner: Int

    /// The kernel of `count` blocks of `size` rows; nil when something fused has no place to be read from.
    func kernel(first: Int, count: Int, size: Int) throws -> (Kernel, TemplateKernel)? {
      let kernel = TemplateKernel(name: lowering.freshKernelName(lowering.kernelName(template.node)), tile: lowering.tile)
      guard let steps = steps(kernel) else { return nil }
      let (aMemory, bMemory) = (kernel.memory("a", .read, a), kernel.memory("b", .read, b))
      // An update in place reads what the product overwrites.
      guard !kernel.storages.contains(c.storage) else { return nil }
      let cMemory = kernel.memory("c", steps.isEmpty ? .write : .update, c)
      let k = kernel.builder
      let lanes = min(lowering.target.generalLanes(.f32), max(columns.nextPowerOfTwo, 2))
      k.parallel("i") { i in
        let row = i * size + first
        k.sgemm(
          LibraryProduct(
            rows: size, columns: columns, inner: inner, transposesA: product.transposeLHS, transposesB: product.transposeRHS,
            a: Access(aMemory.buffer.name, product.transposeLHS ? [Index(0), row] : [row, Index(0)]), aStride: a.type.shape[1],
            b: Access(bMemory.buffer.name, [Index(0), Index(0)]), bStride: b.type.shape[1],
            c: Access(cMemory.buffer.name, [row, Index(0)]), cStride: columns))
        guard !steps.isEmpty else { return }
        k.loop(row, row + size, .serial, "r") { r in
          k.loop(0..<columns, .vectorized(lanes), "j") { j in
            cMemory.buffer.store(steps.reduce(cMemory.buffer[r, j]) { $1($0, r, j) }, [r, j])
          }
        }
      }
      return (try k.finish(over: count), kernel)
    }

    private typealias Step = (_ value: Expr, _ row: Index, _ column: Index) -> Expr

    /// What follows the product, element by element; nil when there is something else.
    private func steps(_ kernel: TemplateKernel) -> [Step]? {
      var steps: [Step] = []
      let shape = c.type.shape
      func memory(_ name: String, _ value: Value, _ shape: Shape) -> TemplateKernel.Memory? {
        guard let place = lowering.place(of: value), place.space == .global, place.layout.isRowMajor, place.type.shape == shape,
          place.type.dtype == .f32
        else { return nil }
        return kernel.memory(name, .read, place)
      }
      for step in chain.steps {
        switch step {
        case .bias(let value, axis: let axis):
          guard axis <= 1, let bias = memory("bias", value, [shape[axis]]) else { return nil }
          steps.append { $0 + (axis == 0 ? bias.buffer[$1] : bias.buffer[$2]) }
        case .add(let value):
          guard let other = memory("other", value, shape) else { return nil }
          steps.append { $0 + other.buffer[$1, $2] }
        case .relu: steps.append { value, _, _ in .binary(.maximum, .number(0), value) }
        case .reluGradient(let output):
          guard let z = memory("z", output, shape) else { return nil }
          steps.append { Epilogue.masked($0, by: z.buffer[$1, $2]) }
        case .maxPool: return nil
        }
      }
      return steps
    }
  }

  /// A whole matrix in memory, row by row.
  private static func matrix(_ place: Place?) -> Place? {
    guard let place, place.space == .global, place.layout.isRowMajor, place.type.dtype == .f32, place.type.shape.rank == 2 else {
      return nil
    }
    return place
  }
}
