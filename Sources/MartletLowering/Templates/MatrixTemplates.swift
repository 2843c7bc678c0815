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

struct MatrixTemplate {
  let site: TemplateSite
  let chain: OperationChain
  let product: MatrixMultiply
  private var lowering: GraphLowering { site.lowering }
  private var target: Target { lowering.target }
  private var lanes: Int { target.lanes(.f32) }

  /// Samples that are worked on at a time.
  private var samples: Int { lowering.sampleMultiple }

  func emit(_ results: [ValueSource]) throws -> Bool {
    let (a, b) = (chain.operands[0], chain.operands[1])
    guard site.slot.region != nil, a.shape.rank == 2, b.shape.rank == 2, lowering.graph.type(of: a.value).dtype == .f32 else {
      return false
    }
    let roles = (lowering.batch.roles[a.value.id], lowering.batch.roles[b.value.id])
    switch (results[0], roles) {
    case (.memory(let result), (.sample, .whole)) where !product.transposeLHS:
      // Weights are packed as they are, not as a region reshapes them.
      guard results.count == 1, lowering.graph.type(of: b.value).shape == b.shape, let left = lowering.place(of: a) else { return false }
      return try product.transposeRHS ? emitDots(left, b, result) : emitSumOfRows(left, b, result)
    default: return false
    }
  }

  /// The gradient of the weights, and of the bias.
  func emitGradient(_ sum: ShardedSum, _ bias: ShardedSum?) throws -> Bool {
    let (a, b) = (chain.operands[0], chain.operands[1])
    guard site.slot.region != nil, a.shape.rank == 2, b.shape.rank == 2, lowering.graph.type(of: a.value).dtype == .f32,
      lowering.batch.roles[a.value.id] == .sample, lowering.batch.roles[b.value.id] == .sample, let left = lowering.place(of: a),
      let right = lowering.place(of: b)
    else { return false }
    return try emitOuterProducts(left, right, sum, bias)
  }

  private func makeKernel() -> TemplateKernel {
    TemplateKernel(name: lowering.freshKernelName(lowering.kernelName(site.node)), tile: lowering.tile)
  }

  private func finish(_ kernel: TemplateKernel, multiple: Int, note: String) throws {
    lowering.add(
      try kernel.builder.finish(over: lowering.batch.samples ?? 0, tile: lowering.longestRange(at: site.slot), multiple: multiple),
      kernel.storages, at: site.slot, note: note)
  }

  /// Blocks of `size`, and what is left.
  private static func blocks(_ count: Int, by size: Int) -> [(range: Range<Int>, size: Int)] {
    let whole = count / size * size
    return [(0..<whole, size), (whole..<count, count - whole)].filter { !$0.0.isEmpty }
  }

  // MARK: y[n, j] = sum over k of x[n, k] * w[j, k]

  /// Lanes run along k and are summed at the end.
  private func emitDots(_ x: Place, _ w: OperationChain.Operand, _ y: Place) throws -> Bool {
    guard x.layout.isSamplesOfFeatures, y.layout.isRowMajor else { return false }
    var bias: Value?
    var hasRelu = false
    for (position, step) in chain.steps.enumerated() {
      switch step {
      case .bias(let value, axis: 1) where position == 0 && lowering.batch.roles[value.id] == .whole: bias = value
      case .relu: hasRelu = true
      case .bias, .add, .reluGradient, .maxPool: return false
      }
    }
    let weights = try lowering.place(of: w.value, in: .weights(w.shape, features: x.layout, axis: 1))
    let (outputs, features) = (w.shape[0], w.shape[1])
    let lanes = min(lanes, max(features.nextPowerOfTwo, 2))
    let kernel = makeKernel()
    let k = kernel.builder
    let xMemory = kernel.memory("x", .read, x.asMatrix)
    let wMemory = kernel.memory("w", .read, weights.asMatrix)
    let bMemory = try bias.map { kernel.memory("b", .read, try lowering.place(of: $0, in: .rowMajor([outputs]))) }
    let yMemory = kernel.memory("y", .write, y)
    let most = (target.vectorRegisters - 1 - samples) / samples
    let width = (1...max(most, 1)).last { outputs % $0 == 0 && $0 * 2 > min(most, outputs) } ?? min(most, outputs)
    // The weights of a block of outputs serve all samples of the call before the next ones are read.
    for block in MatrixTemplate.blocks(outputs, by: max(width, 1)) {
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
          MatrixTemplate.inGroups(k, sums, [samples, block.size], .f32(lanes), steps: whole / lanes, length: features) { start, count in
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
    try finish(kernel, multiple: samples, note: "product by dot products along the features: \(samples) samples x \(width) outputs")
    return true
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

  /// A place of samples as a matrix of samples and features; nil when it is no such thing.
  private func flattened(_ place: Place) -> Place? {
    let shape = place.type.shape
    guard shape.rank >= 2 else { return nil }
    let matrix = Shape([shape[0], shape.extents.dropFirst().reduce(1, *)])
    guard let layout = place.layout.flattened(from: shape, to: matrix), layout.isSamplesOfFeatures else { return nil }
    return Place(storage: place.storage, type: TensorType(place.type.dtype, matrix), layout: layout, space: place.space)
  }

  // MARK: y[n, k] = sum over j of d[n, j] * w[j, k]

  /// Lanes run along k; each of d is broadcast.
  private func emitSumOfRows(_ d: Place, _ w: OperationChain.Operand, _ y: Place) throws -> Bool {
    guard d.layout.isRowMajor, let y = flattened(y) else { return false }
    var mask: Place?
    for step in chain.steps {
      guard case .reluGradient(let output) = step, mask == nil, let place = lowering.place(of: output).flatMap(flattened),
        place.layout == y.layout
      else {
        return false
      }
      mask = place
    }
    let weights = try lowering.place(of: w.value, in: .weights(w.shape, features: y.layout, axis: 1))
    let (inner, features) = (w.shape[0], w.shape[1])
    let lanes = min(lanes, max(features.nextPowerOfTwo, 2))
    let kernel = makeKernel()
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
        MatrixTemplate.inGroups(k, sums, [samples, count], .f32(lanes), steps: inner, length: inner) { start, steps in
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
    for block in MatrixTemplate.blocks(whole, by: min(vectors, max(whole, 1))) {
      k.loop(
        Index(block.range.lowerBound * lanes), Index(block.range.upperBound * lanes), step: Index(block.size * lanes), .serial, "l"
      ) { emitBlock($0, block.size, first: nil) }
    }
    if whole * lanes < features { emitBlock(Index(whole * lanes), 1, first: Index(features - whole * lanes)) }
    try finish(
      kernel, multiple: samples, note: "product by rows of weights: \(samples) samples x \(vectors) vectors of \(lanes) features")
    return true
  }

  // MARK: g[j, k] += sum over n of d[n, j] * x[n, k]

  /// Lanes run along k; the sums of a block stay in registers while all samples of the call go by. A call for a whole shard begins with zero.
  private func emitOuterProducts(_ d: Place, _ x: Place, _ sum: ShardedSum, _ bias: ShardedSum?) throws -> Bool {
    guard d.layout.isRowMajor, x.layout.isSamplesOfFeatures,
      sum.layout == .weights(sum.type.shape, features: x.layout, axis: 1)
    else { return false }
    let (outputs, features) = (sum.type.shape[0], sum.type.shape[1])
    let lanes = min(lanes, max(features.nextPowerOfTwo, 2))
    let kernel = makeKernel()
    let k = kernel.builder
    let dMemory = kernel.memory("d", .read, d)
    let xMemory = kernel.memory("x", .read, x.asMatrix)
    let isWhole = site.slot.isOncePerShard
    let access = isWhole ? AccessMode.write : .update
    let gMemory = kernel.memory("g", access, sum.place.asMatrix)
    if let bias {
      guard let bias = BiasGradientSum(kernel, bias, lanes: target.channelLanes(outputs), access) else { return false }
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
    for rows in MatrixTemplate.blocks(outputs, by: height) {
      k.loop(Index(rows.range.lowerBound), Index(rows.range.upperBound), step: Index(rows.size), .serial, "j") { j in
        for block in MatrixTemplate.blocks(whole, by: min(vectors, max(whole, 1))) {
          k.loop(
            Index(block.range.lowerBound * lanes), Index(block.range.upperBound * lanes), step: Index(block.size * lanes), .serial, "l"
          ) { emitBlock(j, rows.size, $0, block.size, first: nil) }
        }
        if whole * lanes < features { emitBlock(j, rows.size, Index(whole * lanes), 1, first: Index(features - whole * lanes)) }
      }
    }
    try finish(kernel, multiple: 1, note: "sum of outer products: \(height) outputs x \(vectors) vectors of \(lanes) features")
    return true
  }
}

extension MatrixTemplate {
  /// Vectors of the bias's gradient whose sums take turns: one alone would be bound by the latency of an addition.
  private static let biasVectors = 4

  /// g[j] += sum over n of d[n, j], from the sum so far on and sample by sample: the same whatever the range.
  private func emitBias(_ k: KernelBuilder, _ d: TemplateKernel.Memory, _ bias: BiasGradientSum, _ outputs: Int, isWhole: Bool) {
    let vectors = outputs.parts(of: bias.lanes)
    for start in stride(from: 0, to: vectors, by: MatrixTemplate.biasVectors) {
      let own = (start..<min(start + MatrixTemplate.biasVectors, vectors)).map { $0 * bias.lanes }
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
