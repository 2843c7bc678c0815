import MartletCore

// The pass `vectorize`: a `vectorized(W)` loop of an expanded kernel becomes a loop over whole vectors and a tail of fewer lanes.
//
// Legal because the iterations are independent: each lane does what its iteration did, in the same order. The tail touches no element
// beyond the range. A loop that has no vector form (a load that jumps, a branch that depends on the lane) becomes serial.
//
//   for x in 0 ..< 12 vectorized(8) {                     for x in 0 ..< 8 step 8 { %y[n, x : 8] = max(0.0, %x[n, x : 8]) }
//     %y[n, x] = max(0.0, %x[n, x])                 =>    %y[n, 8 : 4] = max(0.0, %x[n, 8 : 4])
//   }

extension Kernel {
  package func vectorized() throws -> Kernel {
    let types = try TypeEnvironment(self)
    var result = self
    result.body = body.flatMap { vectorize($0, types) }
    // Loops of one iteration fold, and every name is unique again.
    return try result.expanded()
  }

  private func vectorize(_ statement: Statement, _ types: TypeEnvironment) -> [Statement] {
    guard case .loop(let loop) = statement, case .vectorized(let width) = loop.kind else {
      return [statement.mappingBodies { $0.flatMap { vectorize($0, types) } }]
    }
    do {
      return try vectorize(loop, width, types)
    } catch {
      var serial = loop
      serial.kind = .serial
      return [.loop(serial)]
    }
  }

  private func vectorize(_ loop: Loop, _ width: Int, _ types: TypeEnvironment) throws -> [Statement] {
    guard loop.step.constantValue == 1, let extent = (loop.upper - loop.lower).constantValue else {
      throw Vectorizer.NotVectorizable(reason: "the extent of \(loop.variable) is not constant")
    }
    var result: [Statement] = []
    let whole = extent / width * width
    if whole > 0 {
      var vectorizer = Vectorizer(lane: loop.variable, lanes: width, count: nil, types: types)
      let body = try vectorizer.vectorize(loop.body)
      result.append(.loop(Loop(loop.variable, loop.lower, loop.lower + whole, step: Index(width), .serial, body)))
    }
    let rest = extent - whole
    guard rest > 0 else { return result }
    // The narrowest vector that holds the rest; a mask only if some lanes are left over.
    let lanes = ValueType.laneCounts.first { $0 >= rest } ?? width
    let tail: [Statement]
    if lanes == 1 {
      tail = loop.body
    } else {
      var vectorizer = Vectorizer(lane: loop.variable, lanes: lanes, count: lanes == rest ? nil : rest, types: types)
      tail = try vectorizer.vectorize(loop.body)
    }
    result.append(.loop(Loop(loop.variable, loop.lower + whole, loop.lower + whole + 1, .serial, tail)))
    return result
  }
}
