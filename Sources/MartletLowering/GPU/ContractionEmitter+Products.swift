import MartletCore
import MartletGraph
import MartletLoopIR

extension ContractionEmitter {
  /// The loops of a thread over the points of a chunk; `points` are their positions in it.
  func emitSteps(_ point: Int, _ points: [Index], _ sums: KernelBuilder.Registers) {
    guard point < points.count else { return emitProducts(points, sums) }
    let (chunk, unroll) = (tile.chunk[point], tile.unroll[point])
    guard unroll < chunk else { return emitSteps(point + 1, points, sums) }
    let isDivided = tile.groups > 1 && tile.divided == point
    builder.loop(
      isDivided ? group : Index(0), Index(chunk / unroll), step: Index(isDivided ? tile.groups : 1), .serial,
      "\(contraction.points[point].name)_chunk"
    ) { position in
      var points = points
      points[point] = position * unroll
      emitSteps(point + 1, points, sums)
    }
  }

  /// What a thread holds of both factors, and all products of that.
  private func emitProducts(_ points: [Index], _ sums: KernelBuilder.Registers) {
    var held: [[[Int]: Expr]] = [[:], [:]]
    let written = Shape(tile.unroll)
    let results = Shape(tile.thread)
    for step in 0..<written.elementCount {
      let point = written.index(ofElement: step)
      for result in 0..<results.elementCount {
        let cell = results.index(ofElement: result)
        let factors = contraction.factors.indices.map { factor -> Expr in
          let position = contraction.factors[factor].axes.map { self.position($0, point, cell) }
          if let known = held[factor][position] { return known }
          let value = builder.let(shared[factor][address(factor, position, points)], ["a", "b"][factor])
          held[factor][position] = value
          return value
        }
        let subscripts = cell.map { Index($0) }
        builder.append(
          .assignRegister(sums.name, subscripts, .register(sums.name, subscripts) + factors[0] * factors[1]))
      }
    }
  }

  /// Where, along an axis of what a thread holds, a point and a result meet.
  private func position(_ axis: Contraction.Axis, _ point: [Int], _ result: [Int]) -> Int {
    axis.results.reduce(axis.point.map { point[$0] } ?? 0) { sum, slide in
      let own = slide.ratio > 0 ? result[slide.variable] : tile.thread[slide.variable] - 1 - result[slide.variable]
      return sum + abs(slide.ratio) * own
    }
  }

  /// The place in the block's memory of a position of what the thread holds.
  private func address(_ factor: Int, _ position: [Int], _ points: [Index]) -> Index {
    zip(contraction.factors[factor].axes, zip(position, strides[factor])).reduce(Index(0)) { sum, entry in
      let (axis, (position, stride)) = entry
      let start = axis.results.reduce(axis.point.map { points[$0] } ?? Index(0)) { start, slide in
        let variable = slide.variable
        let own = slide.ratio > 0 ? first[variable] : Index(tile.block[variable] - tile.thread[variable]) - first[variable]
        return start + own * abs(slide.ratio)
      }
      return sum + (start + position) * stride
    }
  }
}
