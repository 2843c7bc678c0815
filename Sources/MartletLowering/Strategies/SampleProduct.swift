import MartletCore
import MartletGraph
import MartletLoopIR

/// The kernels of `SampleProducts`.
struct SampleProduct {
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
          GroupedSum(k: k, sums: sums, shape: [samples, block.size], type: .f32(lanes)).emit(steps: whole / lanes, length: features) {
            start, count in
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
        GroupedSum(k: k, sums: sums, shape: [samples, count], type: .f32(lanes)).emit(steps: inner, length: inner) { start, steps in
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
