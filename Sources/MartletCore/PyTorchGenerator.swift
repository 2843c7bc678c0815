import Glibc

/// PyTorch's CPU random numbers, bit for bit: the 32-bit Mersenne Twister MT19937 and its uniform distribution.
///
/// Source: Matsumoto and Nishimura, "Mersenne Twister", 1998; `torch.manual_seed`, `Tensor.uniform_`.
package struct PyTorchGenerator: Sendable {
  private var state: [UInt32]
  private var position: Int

  package init(seed: UInt64) {
    state = [UInt32](repeating: 0, count: 624)
    state[0] = UInt32(truncatingIfNeeded: seed)
    for i in 1..<624 { state[i] = 1_812_433_253 &* (state[i - 1] ^ state[i - 1] >> 30) &+ UInt32(i) }
    position = 624
  }

  package mutating func next32() -> UInt32 {
    if position == 624 { twist() }
    var y = state[position]
    position += 1
    y ^= y >> 11
    y ^= y << 7 & 0x9d2c_5680
    y ^= y << 15 & 0xefc6_0000
    return y ^ y >> 18
  }

  private mutating func twist() {
    for i in 0..<624 {
      let y = state[i] & 0x8000_0000 | state[(i + 1) % 624] & 0x7fff_ffff
      state[i] = state[(i + 397) % 624] ^ y >> 1 ^ (y & 1 == 0 ? 0 : 0x9908_b0df)
    }
    position = 0
  }

  /// A number in `low ..< high` as `Tensor.uniform_(low, high)` draws it: 24 random bits, one fused multiply-add.
  package mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low.addingProduct(Float(next32() & 0xff_ffff) * 0x1p-24, high - low)
  }

  /// 2 pi, rounded to the nearest Float: `2 * Float.pi` is rounded down.
  private static let circle = Float(2 * Double.pi)

  /// Numbers as `Tensor.normal_(0, deviation)` draws them, by the method of Box and Muller: of 16 numbers at a time, the last block drawn
  /// anew where it is not whole; fewer than 16 numbers in pairs of Doubles. Of 16 numbers or more they are the bits of PyTorch on a processor
  /// with AVX2, whose logarithms, sines and cosines `VectorMath` repeats; of fewer they are equal within rounding.
  package mutating func normal(_ count: Int, deviation: Double) -> [Float] {
    let block = 16
    guard count >= block else {
      var numbers: [Float] = []
      while numbers.count < count {
        let (angle, draw) = (2 * Double.pi * uniformDouble(), uniformDouble())
        let radius = (-2 * Glibc.log1p(-draw)).squareRoot()
        numbers += [Float(radius * Glibc.cos(angle) * deviation), Float(radius * Glibc.sin(angle) * deviation)]
      }
      return Array(numbers.prefix(count))
    }
    var numbers = (0..<count).map { _ in uniform(0, 1) }
    func transform(_ start: Int) {
      for first in start..<start + block / 2 {
        let radius = (-2 * VectorMath.log(1 - numbers[first])).squareRoot()
        let (sine, cosine) = VectorMath.sineAndCosine(PyTorchGenerator.circle * numbers[first + block / 2])
        numbers[first] = radius * cosine * Float(deviation)
        numbers[first + block / 2] = radius * sine * Float(deviation)
      }
    }
    for start in stride(from: 0, through: count - block, by: block) { transform(start) }
    if count % block != 0 {
      for position in count - block..<count { numbers[position] = uniform(0, 1) }
      transform(count - block)
    }
    return numbers
  }

  /// 53 random bits of two words.
  private mutating func uniformDouble() -> Double {
    let (high, low) = (UInt64(next32()), UInt64(next32()))
    return Double((high << 32 | low) & (1 << 53 - 1)) * 0x1p-53
  }

  /// A number below `bound`, every one equally likely.
  package mutating func below(_ bound: Int) -> Int {
    let limit = UInt32.max - UInt32.max % UInt32(bound)
    while true {
      let draw = next32()
      if draw < limit { return Int(draw % UInt32(bound)) }
    }
  }
}
