import Glibc

/// PyTorch's CPU random numbers, bit for bit: the 32-bit Mersenne Twister MT19937 and its uniform distribution.
///
/// Source: Matsumoto and Nishimura, "Mersenne Twister", 1998; `torch.manual_seed`, `Tensor.uniform_`.
public struct PyTorchGenerator: Sendable {
  private var state: [UInt32]
  private var position: Int

  public init(seed: UInt64) {
    state = [UInt32](repeating: 0, count: 624)
    state[0] = UInt32(truncatingIfNeeded: seed)
    for i in 1..<624 { state[i] = 1_812_433_253 &* (state[i - 1] ^ state[i - 1] >> 30) &+ UInt32(i) }
    position = 624
  }

  public mutating func next32() -> UInt32 {
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
  public mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low.addingProduct(Float(next32() & 0xff_ffff) * 0x1p-24, high - low)
  }

  /// A number below `bound`, every one equally likely.
  public mutating func below(_ bound: Int) -> Int {
    let limit = UInt32.max - UInt32.max % UInt32(bound)
    while true {
      let draw = next32()
      if draw < limit { return Int(draw % UInt32(bound)) }
    }
  }
}
