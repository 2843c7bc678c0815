/// The logarithm, sine and cosine of single precision that vectorised code computes, one number at a time with the same roundings: polynomials
/// in fused multiply-adds.
///
/// Source: S. L. Moshier, the Cephes Mathematical Library, functions logf, sinf and cosf; W. J. Cody and W. Waite, "Software Manual for the
/// Elementary Functions", 1980, for the reduction of angles.
enum VectorMath {
  /// The natural logarithm of a normal positive number.
  static func log(_ x: Float) -> Float {
    // x = m * 2^e with m from sqrt(1/2) to sqrt(2); then log(1 + m) as a polynomial.
    var mantissa = Float(bitPattern: x.bitPattern & 0x007f_ffff | 0x3f00_0000)
    var exponent = Float(Int(x.bitPattern >> 23) - 126)
    if mantissa < 0.707_106_77 {
      mantissa = mantissa - 1 + mantissa
      exponent -= 1
    } else {
      mantissa -= 1
    }
    let square = mantissa * mantissa
    let polynomial = evaluate(logarithm, mantissa)
    // log 2 in two parts, of which the larger one has few digits.
    let small = (exponent * -2.121_944_40e-4).addingProduct(polynomial * mantissa, square)
    return (mantissa + small.addingProduct(-square, 0.5)).addingProduct(exponent, 0.693_359_375)
  }

  /// Both of an angle from 0 on whose number of octants is an Int32.
  static func sineAndCosine(_ angle: Float) -> (sine: Float, cosine: Float) {
    // Octants are counted in pairs around multiples of pi / 2, which three numbers subtract.
    let octant = (Int32(angle * 1.273_239_544_735_16) + 1) & ~1
    let count = Float(octant)
    let x = angle.addingProduct(count, -0.785_156_25).addingProduct(count, -2.418_756_484_985_351_562_5e-4)
      .addingProduct(count, -3.774_894_977_445_941_08e-8)
    let square = x * x
    let even = evaluate(cosine, square) * square
    let nearCosine = (square * -0.5).addingProduct(even, square) + 1
    let odd = evaluate(sine, square) * square
    let nearSine = x.addingProduct(odd, x)
    let (sine, cosine) = octant & 2 == 0 ? (nearSine, nearCosine) : (nearCosine, nearSine)
    return (octant & 4 == 0 ? sine : -sine, (octant + 2) & 4 == 0 ? cosine : -cosine)
  }

  private static let logarithm: [Float] = [
    7.037_683_629_2e-2, -1.151_461_031_0e-1, 1.167_699_874_0e-1, -1.242_014_084_6e-1, 1.424_932_278_7e-1, -1.666_805_766_5e-1,
    2.000_071_476_5e-1, -2.499_999_399_3e-1, 3.333_333_117_4e-1,
  ]
  private static let cosine: [Float] = [2.443_315_711_809_948e-5, -1.388_731_625_493_765e-3, 4.166_664_568_298_827e-2]
  private static let sine: [Float] = [-1.951_529_589_1e-4, 8.332_160_873_6e-3, -1.666_665_461_1e-1]

  /// A polynomial by Horner's rule; the coefficient of the highest power is the first.
  private static func evaluate(_ coefficients: [Float], _ x: Float) -> Float {
    var sum: Float = 0
    for coefficient in coefficients { sum = coefficient.addingProduct(sum, x) }
    return sum
  }
}
