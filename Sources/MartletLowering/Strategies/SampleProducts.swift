import MartletCore
import MartletGraph
import MartletLoopIR

// Products of samples and weights: what a linear layer computes forward, and both of its gradients. Several samples are worked on at a time,
// so that each load of weights serves all of them.

extension StorageLayout {
  /// Weights whose axis of features has the layout of the samples' features: `axis` is that axis, of two.
  static func weights(_ shape: Shape, features samples: StorageLayout, axis: Int) -> StorageLayout {
    let other = 1 - axis
    let features = samples.axes.dropFirst().map { part in
      var part = part
      part.axis = axis
      return part
    }
    return StorageLayout(axes: [Axis(axis: other, count: shape[other], extent: shape[other])] + features).joined
  }

  /// Whether this is samples of one run of features, without padding.
  var isSamplesOfFeatures: Bool {
    guard let first = axes.first, axes.count >= 2 else { return false }
    return first.axis == 0 && first.divisor == 1 && axes.dropFirst().allSatisfy { $0.axis == 1 } && isPlain
  }
}

extension Place {
  /// The same memory with all axes but the first as one.
  var asMatrix: Place {
    let shape = layout.shape.extents
    let matrix = Shape([shape[0], shape.dropFirst().reduce(1, *)])
    return Place(storage: storage, type: TensorType(type.dtype, matrix), layout: .rowMajor(matrix), space: space)
  }
}

/// The products of samples and weights, and of samples that are summed over the batch.
enum SampleProducts: Strategy {
  static func plan(_ view: NodeView) -> Plan? {
    if let gradient = view.sampleWeightGradient { return weightGradient(view, gradient) }
    guard let chain = view.sampleChain, let product = chain.root as? MatrixMultiply, !product.transposeLHS, isMatrixProduct(chain, view),
      view.node.results.count == 1, view.type(of: chain.operands[1].value).shape == chain.operands[1].shape
    else { return nil }
    // Weights are packed as they are, not as a region reshapes them.
    return product.transposeRHS ? dots(view, chain) : sumOfRows(view, chain)
  }

  private static func isMatrixProduct(_ chain: OperationChain, _ view: NodeView) -> Bool {
    chain.operands.allSatisfy { $0.shape.rank == 2 } && view.type(of: chain.operands[0].value).dtype == .f32
  }

  private static func dots(_ view: NodeView, _ chain: OperationChain) -> Plan? {
    for (position, step) in chain.steps.enumerated() {
      switch step {
      case .bias(let value, axis: 1) where position == 0 && view.role(of: value) == .whole: continue
      case .relu: continue
      case .bias, .add, .reluGradient, .maxPool: return nil
      }
    }
    var plan = Plan { try SampleProduct($0, chain).emitDots() }
    plan.demands = [LayoutDemand(chain.operands[0], .samplesOfFeatures), view.demand(view.node.results[0], .rowMajor)]
    return plan
  }

  private static func sumOfRows(_ view: NodeView, _ chain: OperationChain) -> Plan? {
    let result = view.node.results[0]
    guard view.type(of: result).shape.rank >= 2 else { return nil }
    var plan = Plan { try SampleProduct($0, chain).emitSumOfRows() }
    plan.demands = [
      LayoutDemand(chain.operands[0], .rowMajor), LayoutDemand(result, view.type(of: result).shape.asMatrix, .samplesOfFeatures),
    ]
    for (position, step) in chain.steps.enumerated() {
      guard case .reluGradient(let output) = step, position == 0, view.type(of: output).shape.rank >= 2 else { return nil }
      plan.demands.append(LayoutDemand(output, view.type(of: output).shape.asMatrix, .like(result)))
    }
    return plan
  }

  private static func weightGradient(_ view: NodeView, _ gradient: WeightGradient) -> Plan? {
    guard gradient.chain.root is MatrixMultiply, isMatrixProduct(gradient.chain, view) else { return nil }
    let operands = gradient.chain.operands
    var plan = Plan { try SampleProduct($0, gradient.chain).emitOuterProducts(gradient) }
    plan.demands = [LayoutDemand(operands[0], .rowMajor), LayoutDemand(operands[1], .samplesOfFeatures)]
    plan.oncePerShard = ShardTrade(result: gradient.weightResult, operands: operands.map(\.value))
    plan.sums = { gradient.sumLayouts(view, $0).mapValues { SumForm(layout: $0) } }
    return plan
  }
}

extension Shape {
  /// All axes but the first as one.
  fileprivate var asMatrix: Shape { Shape([self[0], extents.dropFirst().reduce(1, *)]) }
}

/// The kernels of `SampleProducts`.
private struct SampleProduct {
  let site: KernelSite
  let chain: OperationChain
  private var target: Target { site.target }
  private var lanes: Int { target.lanes(.f32) }

  /// Samples that are worked on at a time.
  private var samples: Int { site.sampleMultiple }

  init(_ site: KernelSite, _ chain: OperationChain) { (self.site, self.chain) = (site, chain) }

  /// Blocks of `size`, and what is left.
  private static func blocks(_ count: Int, by size: Int) -> [(range: Range<Int>, size: Int)] {
    let whole = count / size * size
    return [(0..<whole, size), (whole..<count, count - whole)].filter { !$0.0.isEmpty }
  }

  // MARK: y[n, j] = sum over k of x[n, k] * w[j, k]

  /// Lanes run along k and are summed at the end.
  func emitDots() throws {
    let (x, w, y) = (try site.place(of: chain.operands[0]), chain.operands[1], try site.result())
    var bias: Value?
    var hasRelu = false
    for step in chain.steps {
      switch step {
      case .bias(let value, axis: _): bias = value
      case .relu: hasRelu = true
      case .add, .reluGradient, .maxPool: continue
      }
    }
    let weights = try site.place(of: w.value, in: .weights(w.shape, features: x.layout, axis: 1))
    let (outputs, features) = (w.shape[0], w.shape[1])
    let lanes = min(lanes, max(features.nextPowerOfTwo, 2))
    let kernel = site.kernel()
    let k = kernel.builder
    let xMemory = kernel.memory("x", .read, x.asMatrix)
    let wMemory = kernel.memory("w", .read, weights.asMatrix)
    let bMemory = try bias.map { kernel.memory("b", .read, try site.place(of: $0, in: .rowMajor([outputs]))) }
    let yMemory = kernel.memory("y", .write, y)
    let most = (target.vectorRegisters - 1 - samples) / samples
    let width = (1...max(most, 1)).last { outputs % $0 == 0 && $0 * 2 > min(most, outputs) } ?? min(most, outputs)
    // The weights of a block of outputs serve all samples of the call before the next ones are read.
    for block in SampleProduct.blocks(outputs, by: max(width, 1)) {
      k.loop(Index(block.range.lowerBound), Index(block.range.upperBound), step: Index(block.size), .serial, "j") { j in
        k.parallel("n", step: samples) { n in
          let sums = k.registers(.f32(lanes), [samples, block.size], .number(0), "acc")
          func addProducts(_ position: Index, first: Index?) {
            k.fence()
            let a = k.registers(.f32(lanes), [samples], nil, "a")
            k.loop(0..<samples, .unrolled, "s") { s in a[s] = xMemory.buffer[xMemory.inSlot([n + s, position]), lanes: lanes, first: first]
            }
            k.loop(0..<block.size, .unrolled, "u") { u in
              let b = k.let(wMemory.buffer[[j + u, position], lanes: lanes, first: first], "k")
              k.loop(0..<samples, .unrolled, "s") { s in sums[s, u] = target.multiplyAdd(a[s], b, sums[s, u]) }
            }
          }
          let whole = features / lanes * lanes
          SampleProduct.inGroups(k, sums, [samples, block.size], .f32(lanes), steps: whole / lanes, length: features) { start, count in
            if start == Index(0) {
              k.loop(Index(0), Index(count * lanes), step: Index(lanes), .serial, "l") { addProducts($0, first: nil) }
            } else {
              k.loop(0..<count, .serial, "l") { addProducts((start + $0) * lanes, first: nil) }
            }
          }
          if whole < features { addProducts(Index(whole), first: Index(features - whole)) }
          k.loop(0..<block.size, .unrolled, "u") { u in
            k.loop(0..<samples, .unrolled, "s") { s in
              var value = Expr.sum(sums[s, u])
              if let bMemory { value = value + bMemory.buffer[j + u] }
              if hasRelu { value = .binary(.maximum, .number(0), value) }
              yMemory.store(value, [n + s, j + u])
            }
          }
        }
      }
    }
    try site.add(kernel, multiple: samples, note: "product by dot products along the features: \(samples) samples x \(width) outputs")
  }

  /// Steps of a long sum whose products are added up before they are added to the sums of all groups: `CascadedSum`.
  private static let groupSteps = 256

  /// Calls the body for all steps of a sum of `length` products, in groups where they are many: a group's products are in `sums`, which are moved
  /// to other registers at its end. Afterwards `sums` has everything.
  private static func inGroups(
    _ k: KernelBuilder, _ sums: KernelBuilder.Registers, _ shape: [Int], _ type: ValueType, steps: Int, length: Int,
    _ body: (_ start: Index, _ count: Int) -> Void
  ) {
    guard length > CascadedSum.longestPlainSum else {
      if steps > 0 { body(Index(0), steps) }
      return
    }
    let totals = k.registers(type, shape, .number(0), "total")
    func forEachSum(_ body: (Index, Index) -> Void) {
      k.loop(0..<shape[0], .unrolled, "s") { s in k.loop(0..<shape[1], .unrolled, "u") { u in body(s, u) } }
    }
    let whole = steps / groupSteps * groupSteps
    if whole > 0 {
      k.loop(Index(0), Index(whole), step: Index(groupSteps), .serial, "group") { first in
        body(first, groupSteps)
        forEachSum { s, u in
          totals[s, u] = totals[s, u] + sums[s, u]
          sums[s, u] = .number(0)
        }
      }
    }
    if whole < steps { body(Index(whole), steps - whole) }
    forEachSum { s, u in sums[s, u] = totals[s, u] + sums[s, u] }
  }

  /// A place of samples as a matrix of samples and features.
  private func flattened(_ place: Place) -> Place {
    let (shape, matrix) = (place.type.shape, place.type.shape.asMatrix)
    let layout = place.layout.flattened(from: shape, to: matrix) ?? place.layout
    return Place(storage: place.storage, type: TensorType(place.type.dtype, matrix), layout: layout, space: place.space)
  }

  // MARK: y[n, k] = sum over j of d[n, j] * w[j, k]

  /// Lanes run along k; each of d is broadcast.
  func emitSumOfRows() throws {
    let (d, w, y) = (try site.place(of: chain.operands[0]), chain.operands[1], flattened(try site.result()))
    var mask: Place?
    if case .reluGradient(let output) = chain.steps.first { mask = flattened(try site.place(of: output)) }
    let weights = try site.place(of: w.value, in: .weights(w.shape, features: y.layout, axis: 1))
    let (inner, features) = (w.shape[0], w.shape[1])
    let lanes = min(lanes, max(features.nextPowerOfTwo, 2))
    let kernel = site.kernel()
    let k = kernel.builder
    let dMemory = kernel.memory("d", .read, d)
    let wMemory = kernel.memory("w", .read, weights.asMatrix)
    let zMemory = mask.map { kernel.memory("z", .read, $0.asMatrix) }
    let yMemory = kernel.memory("y", .write, y.asMatrix)
    // Accumulators, weights, a broadcast.
    let vectors = max((target.vectorRegisters - 2) / (samples + 1), 1)
    func emitBlock(_ position: Index, _ count: Int, first: Index?) {
      k.parallel("n", step: samples) { n in
        let sums = k.registers(.f32(lanes), [samples, count], .number(0), "acc")
        SampleProduct.inGroups(k, sums, [samples, count], .f32(lanes), steps: inner, length: inner) { start, steps in
          k.loop(0..<steps, .serial, "j") { offset in
            let j = start + offset
            k.fence()
            let b = k.registers(.f32(lanes), [count], nil, "k")
            k.loop(0..<count, .unrolled, "u") { u in b[u] = wMemory.buffer[[j, position + u * lanes], lanes: lanes, first: first] }
            k.loop(0..<samples, .unrolled, "s") { s in
              let a = k.let(.splat(lanes: lanes, dMemory.load([n + s, j])), "a")
              k.loop(0..<count, .unrolled, "u") { u in sums[s, u] = target.multiplyAdd(a, b[u], sums[s, u]) }
            }
          }
        }
        k.loop(0..<samples, .unrolled, "s") { s in
          k.loop(0..<count, .unrolled, "u") { u in
            let subscripts = yMemory.inSlot([n + s, position + u * lanes])
            var value = sums[s, u]
            if let zMemory {
              let z = zMemory.buffer[zMemory.inSlot([n + s, position + u * lanes]), lanes: lanes, first: first]
              value = Epilogue.masked(value, by: z)
            }
            yMemory.buffer.store(value, subscripts, lanes: lanes, first: first)
          }
        }
      }
    }
    let whole = features / lanes
    for block in SampleProduct.blocks(whole, by: min(vectors, max(whole, 1))) {
      k.loop(
        Index(block.range.lowerBound * lanes), Index(block.range.upperBound * lanes), step: Index(block.size * lanes), .serial, "l"
      ) { emitBlock($0, block.size, first: nil) }
    }
    if whole * lanes < features { emitBlock(Index(whole * lanes), 1, first: Index(features - whole * lanes)) }
    try site.add(
      kernel, multiple: samples, note: "product by rows of weights: \(samples) samples x \(vectors) vectors of \(lanes) features")
  }

  // MARK: g[j, k] += sum over n of d[n, j] * x[n, k]

  /// Lanes run along k; the sums of a block stay in registers while all samples of the call go by. A call for a whole shard begins with zero.
  func emitOuterProducts(_ gradient: WeightGradient) throws {
    let (d, x) = (try site.place(of: chain.operands[0]), try site.place(of: chain.operands[1]))
    let sum = try site.sum(gradient.weightResult)
    let (outputs, features) = (sum.type.shape[0], sum.type.shape[1])
    let lanes = min(lanes, max(features.nextPowerOfTwo, 2))
    let kernel = site.kernel()
    let k = kernel.builder
    let dMemory = kernel.memory("d", .read, d)
    let xMemory = kernel.memory("x", .read, x.asMatrix)
    let isWhole = site.isOncePerShard
    let access = isWhole ? AccessMode.write : .update
    let gMemory = kernel.memory("g", access, sum.place.asMatrix)
    if let result = gradient.biasResult,
      let bias = BiasGradientSum(kernel, try site.sum(result), lanes: target.channelLanes(outputs), access)
    {
      emitBias(k, dMemory, bias, outputs, isWhole: isWhole)
    }
    let vectors = 2
    // Accumulators, x, a broadcast.
    let most = max((target.vectorRegisters - 2 - vectors) / vectors, 1)
    let height = (1...most).last { outputs % $0 == 0 && $0 * 2 > min(most, outputs) } ?? min(most, outputs)
    func emitBlock(_ j: Index, _ rows: Int, _ position: Index, _ count: Int, first: Index?) {
      let sums = k.registers(.f32(lanes), [rows, count], isWhole ? .number(0) : nil, "acc")
      func forEachSum(_ body: (Index, Index) -> Void) {
        k.loop(0..<rows, .unrolled, "i") { i in k.loop(0..<count, .unrolled, "u") { u in body(i, u) } }
      }
      forEachSum { i, u in
        let subscripts = [j + i, position + u * lanes]
        // The products hide how long it takes to fetch what is overwritten.
        if isWhole { k.prefetch(gMemory.buffer, subscripts) } else { sums[i, u] = gMemory.buffer[subscripts, lanes: lanes, first: first] }
      }
      k.loop(Index(variable: Kernel.begin), Index(variable: Kernel.end), .serial, "n") { n in
        k.fence()
        let a = k.registers(.f32(lanes), [count], nil, "a")
        k.loop(0..<count, .unrolled, "u") { u in
          a[u] = xMemory.buffer[xMemory.inSlot([n, position + u * lanes]), lanes: lanes, first: first]
        }
        k.loop(0..<rows, .unrolled, "i") { i in
          let e = k.let(.splat(lanes: lanes, dMemory.load([n, j + i])), "e")
          k.loop(0..<count, .unrolled, "u") { u in sums[i, u] = target.multiplyAdd(e, a[u], sums[i, u]) }
        }
      }
      forEachSum { i, u in gMemory.buffer.store(sums[i, u], [j + i, position + u * lanes], lanes: lanes, first: first) }
    }
    let whole = features / lanes
    for rows in SampleProduct.blocks(outputs, by: height) {
      k.loop(Index(rows.range.lowerBound), Index(rows.range.upperBound), step: Index(rows.size), .serial, "j") { j in
        for block in SampleProduct.blocks(whole, by: min(vectors, max(whole, 1))) {
          k.loop(
            Index(block.range.lowerBound * lanes), Index(block.range.upperBound * lanes), step: Index(block.size * lanes), .serial, "l"
          ) { emitBlock(j, rows.size, $0, block.size, first: nil) }
        }
        if whole * lanes < features { emitBlock(j, rows.size, Index(whole * lanes), 1, first: Index(features - whole * lanes)) }
      }
    }
    try site.add(kernel, note: "sum of outer products: \(height) outputs x \(vectors) vectors of \(lanes) features")
  }
}

extension SampleProduct {
  /// Vectors of the bias's gradient whose sums take turns: one alone would be bound by the latency of an addition.
  private static let biasVectors = 4

  /// g[j] += sum over n of d[n, j], from the sum so far on and sample by sample: the same whatever the range.
  private func emitBias(_ k: KernelBuilder, _ d: TemplateKernel.Memory, _ bias: BiasGradientSum, _ outputs: Int, isWhole: Bool) {
    let vectors = outputs.parts(of: bias.lanes)
    for start in stride(from: 0, to: vectors, by: SampleProduct.biasVectors) {
      let own = (start..<min(start + SampleProduct.biasVectors, vectors)).map { $0 * bias.lanes }
      let sums = own.map { j in
        k.variable(.f32(bias.lanes), isWhole ? .number(0) : bias.memory.buffer[[Index(j)], lanes: bias.lanes], "sum")
      }
      k.loop(Index(variable: Kernel.begin), Index(variable: Kernel.end), .serial, "n") { n in
        for (sum, j) in zip(sums, own) {
          let first = j + bias.lanes > outputs ? Index(outputs - j) : nil
          sum.value = sum.value + d.buffer[d.subscripts([n, Index(j)]), lanes: bias.lanes, first: first]
        }
      }
      for (sum, j) in zip(sums, own) { bias.memory.buffer.store(sum.value, [Index(j)], lanes: bias.lanes) }
    }
  }
}

extension Int {
  /// The smallest power of two that is not smaller.
  var nextPowerOfTwo: Int {
    var result = 1
    while result < self { result *= 2 }
    return result
  }
}
