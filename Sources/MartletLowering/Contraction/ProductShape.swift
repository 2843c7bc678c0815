import MartletCore
import MartletLoopIR

/// What a contraction is once its variables are classified: `c[b, i, j] = sum over l of a[b, i, l] * b[b, l, j]`.
///
/// i is in a and the result only, j in b and the result only, l is summed, and the batch axes b are in all three. Where an element is in memory is
/// said by strides alone: a transposed factor, rows that are further apart than they are long, and batches are nothing special.
package struct ProductShape: Hashable, Sendable {
  package struct Extents: Hashable, Sendable {
    /// Of i, j and l.
    package var rows: Int
    package var columns: Int
    package var inner: Int
    /// Outermost first; empty for one product.
    package var batch: [Int]

    package init(rows: Int, columns: Int, inner: Int, batch: [Int] = []) {
      (self.rows, self.columns, self.inner, self.batch) = (rows, columns, inner, batch)
    }
  }

  /// How many elements of memory a step of each variable moves by. A factor that all products of a batch axis share has a stride of 0 there.
  package struct Strides: Hashable, Sendable {
    /// i of a and of the result, l of b.
    package var row: Int
    /// l of a, j of b and of the result.
    package var column: Int
    package var batch: [Int]

    package init(row: Int, column: Int, batch: [Int] = []) { (self.row, self.column, self.batch) = (row, column, batch) }
  }

  package var extents: Extents
  package var element: ElementType
  package var a: Strides
  package var b: Strides
  package var c: Strides

  package init(_ extents: Extents, a: Strides, b: Strides, c: Strides, element: ElementType = .f32) {
    (self.extents, self.element, self.a, self.b, self.c) = (extents, element, a, b, c)
  }

  package var rows: Int { extents.rows }
  package var columns: Int { extents.columns }
  package var inner: Int { extents.inner }
  /// How many products of matrices there are.
  package var products: Int { extents.batch.reduce(1, *) }
  package var multiplyAdds: Double { Double(rows) * Double(columns) * Double(inner) * Double(products) }

  /// Matrices without gaps, one product behind the other; `transposesA`: a is in memory as [inner, rows], `transposesB`: b as [columns, inner].
  package static func dense(
    _ extents: Extents, transposesA: Bool = false, transposesB: Bool = false, element: ElementType = .f32
  ) -> ProductShape {
    func strides(_ rows: Int, _ columns: Int, isTransposed: Bool) -> Strides {
      var size = rows * columns
      var batch: [Int] = []
      for extent in extents.batch.reversed() {
        batch.insert(size, at: 0)
        size *= extent
      }
      return isTransposed ? Strides(row: 1, column: rows, batch: batch) : Strides(row: columns, column: 1, batch: batch)
    }
    return ProductShape(
      extents, a: strides(extents.rows, extents.inner, isTransposed: transposesA),
      b: strides(extents.inner, extents.columns, isTransposed: transposesB),
      c: strides(extents.rows, extents.columns, isTransposed: false), element: element)
  }

  /// The elements of memory from the first one of an operand to its last, that one included.
  package var counts: (a: Int, b: Int, c: Int) {
    func count(_ strides: Strides, _ rows: Int, _ columns: Int) -> Int {
      let batch = zip(extents.batch, strides.batch).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
      return 1 + (rows - 1) * strides.row + (columns - 1) * strides.column + batch
    }
    return (count(a, rows, inner), count(b, inner, columns), count(c, rows, columns))
  }

  /// The same products with fewer batch axes: neighbouring axes that move all operands like one become one, and the innermost becomes rows where
  /// all its products share b.
  package var joined: ProductShape {
    var result = self
    for axis in extents.batch.indices.reversed() where extents.batch[axis] == 1 { result.removeBatchAxis(axis) }
    var axis = result.extents.batch.count - 1
    while axis > 0 {
      let extent = result.extents.batch[axis]
      if result.all(where: { $0.batch[axis - 1] == $0.batch[axis] * extent }) {
        result.extents.batch[axis] *= result.extents.batch[axis - 1]
        result.removeBatchAxis(axis - 1)
      }
      axis -= 1
    }
    let rows = result.rows
    if let last = result.extents.batch.last, result.b.batch.last == 0,
      [result.a, result.c].allSatisfy({ $0.batch.last == $0.row * rows })
    {
      result.extents.rows *= last
      result.removeBatchAxis(result.extents.batch.count - 1)
    }
    return result
  }

  private func all(where condition: (Strides) -> Bool) -> Bool { [a, b, c].allSatisfy(condition) }

  private mutating func removeBatchAxis(_ axis: Int) {
    extents.batch.remove(at: axis)
    a.batch.remove(at: axis)
    b.batch.remove(at: axis)
    c.batch.remove(at: axis)
  }
}

extension ProductShape: CustomStringConvertible {
  /// `64 x 128 x 256, 8 products, b transposed`: rows, columns, inner.
  package var description: String {
    var text = "\(rows) x \(columns) x \(inner)"
    if products > 1 { text += ", \(products) products" }
    if a.row == 1, a.column != 1 { text += ", a transposed" }
    if b.row == 1, b.column != 1 { text += ", b transposed" }
    return element == .f32 ? text : "\(text), \(element.rawValue)"
  }
}
