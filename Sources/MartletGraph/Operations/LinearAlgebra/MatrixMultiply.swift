import MartletCore

/// The matrix product of the last two axes [torch.matmul]; axes before them are batch axes, equal in both operands.
package struct MatrixMultiply: TensorOperation {
  package static let mnemonic = "matmul"
  package static var samples: [OperationSample] {
    var samples: [OperationSample] = []
    for (lhs, rhs) in [(false, false), (false, true), (true, false), (true, true)] {
      for (m, k, n, batch) in [(5, 13, 11, []), (4, 3, 9, [2])] as [(Int, Int, Int, [Int])] {
        samples.append(
          OperationSample(
            MatrixMultiply(transposeLHS: lhs, transposeRHS: rhs),
            [
              (TensorType(.f32, Shape(batch + (lhs ? [k, m] : [m, k]))), .uniform(-1, 1)),
              (TensorType(.f32, Shape(batch + (rhs ? [n, k] : [k, n]))), .uniform(-1, 1)),
            ]))
      }
    }
    return samples
  }

  package let transposeLHS: Bool
  package let transposeRHS: Bool

  package init(transposeLHS: Bool = false, transposeRHS: Bool = false) {
    self.transposeLHS = transposeLHS
    self.transposeRHS = transposeRHS
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    transposeLHS = try attributes.flag("transpose_lhs", default: false)
    transposeRHS = try attributes.flag("transpose_rhs", default: false)
  }

  package var attributes: [Attribute] {
    Attribute.unlessDefault("transpose_lhs", .flag(transposeLHS), .flag(false))
      + Attribute.unlessDefault("transpose_rhs", .flag(transposeRHS), .flag(false))
  }

  /// Rows and columns of the product, the extent that is summed over, and the batch axes.
  private func extents(_ operands: [TensorType]) throws -> (m: Int, k: Int, n: Int, batch: [Int]) {
    try expectOperands(2, operands)
    try expectFloatingPoint(operands[0])
    let (a, b) = (operands[0].shape, operands[1].shape)
    guard operands[0].dtype == operands[1].dtype, a.rank >= 2, a.rank == b.rank else {
      throw invalid(
        "expected two matrices of one type, found \(operands[0]) and \(operands[1])",
        advice: operands[0].dtype == operands[1].dtype
          ? "Reshape them to as many axes: a vector is a matrix of one row or column." : "Convert one of them to the other's type.")
    }
    let batch = Array(a.extents.dropLast(2))
    guard batch == Array(b.extents.dropLast(2)) else {
      throw invalid(
        "the axes before the last two differ: \(a) and \(b)",
        advice: "Both need the same ones: broadcast the smaller tensor, or transpose axes to the end.")
    }
    let (rows, inner) = (a[a.rank - 2], a[a.rank - 1])
    let (innerRight, columns) = (b[b.rank - 2], b[b.rank - 1])
    let k = transposeLHS ? rows : inner
    guard k == (transposeRHS ? columns : innerRight) else {
      throw invalid(
        "\(a)\(transposeLHS ? " transposed" : "") and \(b)\(transposeRHS ? " transposed" : "") do not multiply: "
          + "\(k) columns meet \(transposeRHS ? columns : innerRight) rows",
        advice: k == (transposeRHS ? innerRight : columns)
          ? "Take the second one \(transposeRHS ? "as it is" : "transposed"): transpose_rhs = \(!transposeRHS), in Swift transposeRight: \(!transposeRHS)."
          : "The columns of the first must be as many as the rows of the second: exchange or correct them.")
    }
    return (transposeLHS ? inner : rows, k, transposeRHS ? innerRight : columns, batch)
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    let (m, _, n, batch) = try extents(operands)
    return [TensorType(operands[0].dtype, Shape(batch + [m, n]))]
  }

  package func differentiability(operand: Int) -> Differentiability { .differentiable }

  package func adjoints(_ context: AdjointContext) throws -> [Value?] {
    let (a, b) = (context.operands[0], context.operands[1])
    let dy = try context.adjoint()
    func product(_ left: Value, _ transposeLeft: Bool, _ right: Value, _ transposeRight: Bool) throws -> Value {
      try context.builder.matrixMultiply(left, right, transposeLHS: transposeLeft, transposeRHS: transposeRight)
    }
    return [
      try context.ifNeeded(0) {
        try transposeLHS ? product(b, transposeRHS, dy, true) : product(dy, false, b, !transposeRHS)
      },
      try context.ifNeeded(1) {
        try transposeRHS ? product(dy, true, a, transposeLHS) : product(a, !transposeLHS, dy, false)
      },
    ]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let types = operands.map(\.type)
    let (m, k, n, batch) = try extents(types)
    func product<Scalar: RealScalar>(_ a: [Scalar]) throws -> [HostTensor] {
      let b: [Scalar] = try Evaluation.elements(operands[1])
      let count = batch.reduce(1, *)
      var result: [Scalar] = []
      result.reserveCapacity(count * m * n)
      let (aRow, aColumn) = transposeLHS ? (1, m) : (k, 1)
      let (bRow, bColumn) = transposeRHS ? (1, k) : (n, 1)
      for s in 0..<count {
        for i in 0..<m {
          for j in 0..<n {
            var sum = 0.0
            var (left, right) = (s * m * k + i * aRow, s * k * n + j * bColumn)
            for _ in 0..<k {
              sum += Double(a[left]) * Double(b[right])
              left += aColumn
              right += bRow
            }
            result.append(Scalar(sum))
          }
        }
      }
      return [HostTensor(Shape(batch + [m, n]), result)]
    }
    switch operands[0].storage {
    case .f32(let a): return try product(a)
    case .f64(let a): return try product(a)
    case .i32, .u8, .bool: throw Evaluation.mismatch(operands[0])
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let k = try extents(context.operandTypes).k
    let batch = Array(index.dropLast(2))
    let (row, column) = (index[index.count - 2], index[index.count - 1])
    return [
      try context.sum(over: [("l", k)], context.operandTypes[0].dtype) { point in
        let a = try context.read(0, batch + (transposeLHS ? [point[0], row] : [row, point[0]]))
        let b = try context.read(1, batch + (transposeRHS ? [column, point[0]] : [point[0], column]))
        return a * b
      }
    ]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int {
    guard let (m, k, n, batch) = try? extents(operands) else { return 0 }
    return saturatingProduct(2, batch.reduce(1, *), m, k, n)
  }
}

extension GraphBuilder {
  /// The product of the last two axes, `[…, M, K]` and `[…, K, N]` to `[…, M, N]`, of f32 or f64 [torch.matmul]; axes before them are equal
  /// in both. The flags exchange the last two axes of an operand first. Throws M305 where the shapes do not fit.
  public func matrixMultiply(_ a: Value, _ b: Value, transposeLHS: Bool = false, transposeRHS: Bool = false) throws -> Value {
    try add(MatrixMultiply(transposeLHS: transposeLHS, transposeRHS: transposeRHS), a, b)
  }
}
