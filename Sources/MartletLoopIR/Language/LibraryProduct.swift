import MartletCore

/// A product of row-major f32 matrices by the BLAS library: `C = alpha * op(A) * op(B) + beta * C`, in which `op` may transpose. With beta 0
/// C is not read. The library rounds as it likes: the result is not the interpreter's to the bit, but it is the same for the same arguments.
/// Source: the reference BLAS, netlib.org/blas, routine SGEMM.
package struct LibraryProduct: Hashable, Sendable {
  package var transposesA: Bool
  package var transposesB: Bool
  /// Rows and columns of C, and the length of the sums.
  package var rows: Int
  package var columns: Int
  package var inner: Int
  package var alpha: ExactDouble
  /// The first element of each matrix, and how far apart its rows lie.
  package var a: Access
  package var aStride: Int
  package var b: Access
  package var bStride: Int
  package var beta: ExactDouble
  package var c: Access
  package var cStride: Int

  package init(
    rows: Int, columns: Int, inner: Int, transposesA: Bool = false, transposesB: Bool = false, alpha: Double = 1, a: Access, aStride: Int,
    b: Access, bStride: Int, beta: Double = 0, c: Access, cStride: Int
  ) {
    (self.rows, self.columns, self.inner) = (rows, columns, inner)
    (self.transposesA, self.transposesB) = (transposesA, transposesB)
    (self.alpha, self.beta) = (ExactDouble(alpha), ExactDouble(beta))
    (self.a, self.aStride, self.b, self.bStride, self.c, self.cStride) = (a, aStride, b, bStride, c, cStride)
  }

  /// A matrix in memory: its first element, the distance of its rows, and its extents there.
  package struct Operand: Sendable {
    package var access: Access
    package var stride: Int
    package var rows: Int
    package var columns: Int

    /// Elements from the first to the last.
    package var reach: Int { (rows - 1) * stride + columns }
  }

  /// A, B and C.
  package var matrices: [Operand] {
    [
      Operand(access: a, stride: aStride, rows: transposesA ? inner : rows, columns: transposesA ? rows : inner),
      Operand(access: b, stride: bStride, rows: transposesB ? columns : inner, columns: transposesB ? inner : columns),
      Operand(access: c, stride: cStride, rows: rows, columns: columns),
    ]
  }

  /// The same product of other memory.
  package func mappingAccesses(_ transform: (Access) throws -> Access) rethrows -> LibraryProduct {
    var result = self
    (result.a, result.b, result.c) = (try transform(a), try transform(b), try transform(c))
    return result
  }
}

extension LibraryProduct: CustomStringConvertible {
  package var description: String {
    "sgemm(\(transposesA), \(transposesB), \(rows), \(columns), \(inner), \(NumberText.text(alpha.value)), \(a), \(aStride), \(b), \(bStride), "
      + "\(NumberText.text(beta.value)), \(c), \(cStride))"
  }
}
