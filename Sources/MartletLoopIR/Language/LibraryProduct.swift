import MartletCore

/// A product of row-major f32 matrices by the BLAS library: `C = alpha * op(A) * op(B) + beta * C`, in which `op` may transpose. With beta 0
/// C is not read. The library rounds as it likes: the result is not the interpreter's to the bit, but it is the same for the same arguments.
/// Source: the reference BLAS, netlib.org/blas, routine SGEMM.
public struct LibraryProduct: Hashable, Sendable {
  public var transposesA: Bool
  public var transposesB: Bool
  /// Rows and columns of C, and the length of the sums.
  public var rows: Int
  public var columns: Int
  public var inner: Int
  public var alpha: ExactDouble
  /// The first element of each matrix, and the stride of its rows.
  public var a: Access
  public var aStride: Int
  public var b: Access
  public var bStride: Int
  public var beta: ExactDouble
  public var c: Access
  public var cStride: Int

  public init(
    rows: Int, columns: Int, inner: Int, transposesA: Bool = false, transposesB: Bool = false, alpha: Double = 1, a: Access, aStride: Int,
    b: Access, bStride: Int, beta: Double = 0, c: Access, cStride: Int
  ) {
    (self.rows, self.columns, self.inner) = (rows, columns, inner)
    (self.transposesA, self.transposesB) = (transposesA, transposesB)
    (self.alpha, self.beta) = (ExactDouble(alpha), ExactDouble(beta))
    (self.a, self.aStride, self.b, self.bStride, self.c, self.cStride) = (a, aStride, b, bStride, c, cStride)
  }

  /// A matrix in memory: its first element, the distance of its rows, and its extents there.
  public struct Operand: Sendable {
    public var access: Access
    public var stride: Int
    public var rows: Int
    public var columns: Int

    /// Elements from the first to the last.
    public var reach: Int { (rows - 1) * stride + columns }
  }

  /// A, B and C.
  public var matrices: [Operand] {
    [
      Operand(access: a, stride: aStride, rows: transposesA ? inner : rows, columns: transposesA ? rows : inner),
      Operand(access: b, stride: bStride, rows: transposesB ? columns : inner, columns: transposesB ? inner : columns),
      Operand(access: c, stride: cStride, rows: rows, columns: columns),
    ]
  }

  /// The same product of other memory.
  public func mappingAccesses(_ transform: (Access) throws -> Access) rethrows -> LibraryProduct {
    var result = self
    (result.a, result.b, result.c) = (try transform(a), try transform(b), try transform(c))
    return result
  }
}

extension LibraryProduct: CustomStringConvertible {
  public var description: String {
    "sgemm(\(transposesA), \(transposesB), \(rows), \(columns), \(inner), \(NumberText.text(alpha.value)), \(a), \(aStride), \(b), \(bStride), "
      + "\(NumberText.text(beta.value)), \(c), \(cStride))"
  }
}
