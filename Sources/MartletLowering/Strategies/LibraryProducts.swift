import MartletCore
import MartletGraph
import MartletLoopIR

/// A large product of whole matrices by the BLAS library, a block of rows at a time, so that the bits do not depend on the threads. What is
/// fused behind the product is done to a block while it is in the cache.
///
/// Products of samples and weights go to `SampleProducts` instead: with the few samples of a tile its kernels are faster than the library's
/// (docs/performance.md).
struct LibraryProducts: Strategy {
  /// Rows of a block.
  private static let blockRows = 64
  /// Fewer multiply-adds are not worth the call.
  private static let leastWork = 64 * 64 * 64

  private let chain: OperationChain
  private let product: MatrixMultiply
  private let rows: Int
  private let columns: Int
  private let inner: Int

  static func plan(_ view: NodeView) -> Plan? {
    guard let strategy = LibraryProducts(view) else { return nil }
    var plan = Plan { try strategy.emit($0) }
    let values = strategy.chain.operands.map(\.value) + strategy.stepValues.map(\.value)
    plan.demands = (values + view.node.results).map { view.demand($0, .rowMajor) }
    return plan
  }

  /// Nil for anything but a large product of whole matrices in f32, with what can follow it element by element.
  private init?(_ view: NodeView) {
    guard view.target.hasMatrixLibrary, !view.runsBySample, view.node.results.count == 1, let chain = view.chain,
      let product = chain.root as? MatrixMultiply, chain.operands.count == 2, view.role(of: view.node.results[0]) == .whole,
      chain.operands.allSatisfy({ view.type(of: $0.value) == TensorType(.f32, $0.shape) && $0.shape.rank == 2 })
    else { return nil }
    let (a, b) = (chain.operands[0].shape, chain.operands[1].shape)
    (rows, inner) = product.transposeLHS ? (a[1], a[0]) : (a[0], a[1])
    columns = product.transposeRHS ? b[0] : b[1]
    (self.chain, self.product) = (chain, product)
    let result = view.type(of: view.node.results[0])
    guard result.dtype == .f32, result.elementCount == rows * columns, rows * columns * inner >= LibraryProducts.leastWork,
      stepValues.allSatisfy({ view.type(of: $0.value) == TensorType(.f32, $0.shape) }),
      !chain.steps.contains(where: { if case .maxPool = $0 { true } else { false } }), !updatesInPlace(view)
    else { return nil }
  }

  /// What follows the product reads these values, under these shapes.
  private var stepValues: [(value: Value, shape: Shape)] {
    chain.steps.compactMap { step in
      switch step {
      case .bias(let value, let axis): (value, axis == 0 ? [rows] : axis == 1 ? [columns] : [])
      case .add(let value), .reluGradient(let value): (value, [rows, columns])
      case .relu, .maxPool: nil
      }
    }
  }

  /// Whether the result may be stored in the memory of a variable that is read behind the product: the product would overwrite it.
  private func updatesInPlace(_ view: NodeView) -> Bool {
    view.graph.results.contains { result in
      guard result.value == view.node.results[0], let parameter = view.graph.parameterIndex(named: result.name) else { return false }
      return stepValues.contains { view.analysis.isView($0.value, of: view.graph.parameterValue(parameter)) }
    }
  }

  private func emit(_ site: KernelSite) throws {
    let whole = rows / LibraryProducts.blockRows
    // What is left of the rows is a kernel of its own: blocks of a kernel are alike.
    let blocks = [
      (first: 0, count: whole, size: LibraryProducts.blockRows),
      (first: whole * LibraryProducts.blockRows, count: 1, size: rows % LibraryProducts.blockRows),
    ]
    let kernels = try blocks.filter { $0.count > 0 && $0.size > 0 }.map { (try kernel(site, first: $0.first, size: $0.size), $0.count) }
    for (kernel, count) in kernels {
      try site.add(kernel, over: count, note: "product by the BLAS library, \(LibraryProducts.blockRows) rows at a time")
    }
  }

  /// The kernel of blocks of `size` rows.
  private func kernel(_ site: KernelSite, first: Int, size: Int) throws -> TemplateKernel {
    let kernel = site.kernel()
    let steps = try steps(site, kernel)
    let (a, b) = (try site.place(of: chain.operands[0]), try site.place(of: chain.operands[1]))
    let (aMemory, bMemory) = (kernel.memory("a", .read, a), kernel.memory("b", .read, b))
    let c = Place(storage: try site.result().storage, type: TensorType(.f32, [rows, columns]), layout: .rowMajor([rows, columns]))
    let cMemory = kernel.memory("c", steps.isEmpty ? .write : .update, c)
    let k = kernel.builder
    let lanes = min(site.target.generalLanes(.f32), max(columns.nextPowerOfTwo, 2))
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
    return kernel
  }

  private typealias Step = (_ value: Expr, _ row: Index, _ column: Index) -> Expr

  /// What follows the product, element by element.
  private func steps(_ site: KernelSite, _ kernel: TemplateKernel) throws -> [Step] {
    var steps: [Step] = []
    for step in chain.steps {
      switch step {
      case .bias(let value, axis: let axis):
        let bias = kernel.memory("bias", .read, try site.place(of: value))
        steps.append { $0 + (axis == 0 ? bias.buffer[$1] : bias.buffer[$2]) }
      case .add(let value):
        let other = kernel.memory("other", .read, try site.place(of: value))
        steps.append { $0 + other.buffer[$1, $2] }
      case .relu: steps.append { value, _, _ in .binary(.maximum, .number(0), value) }
      case .reluGradient(let output):
        let z = kernel.memory("z", .read, try site.place(of: output))
        steps.append { Epilogue.masked($0, by: z.buffer[$1, $2]) }
      case .maxPool: continue
      }
    }
    return steps
  }
}
