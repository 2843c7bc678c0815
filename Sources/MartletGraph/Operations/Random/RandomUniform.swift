import MartletCore

/// Numbers in `0 ..< 1`, equally likely, that depend on the key `i32[2]`, the stream and the place in the result alone: every order of
/// computation, number of threads and repetition gives the same ones. What dropout draws from.
///
/// The element at the row-major position p is the upper 24 bits of the first word of Threefry-2x32 with 20 rounds, divided by 2^24: the
/// key is the operand, the counter is (p, stream). A second operand `i32[]` is added to all positions, modulo 2^32: the part of a batch that
/// begins there draws what it draws in the whole batch.
/// Source: J. K. Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011.
package struct RandomUniform: TensorOperation {
  package static let mnemonic = "random_uniform"
  package static var samples: [OperationSample] {
    [([7], 0, DType.f32, false), ([3, 5, 4], 1, .f32, false), ([], 2, .f32, false), ([2, 19], 3, .f64, false), ([3, 5], 1, .f32, true)].map
    {
      (extents: [Int], stream: Int, dtype: DType, isPart: Bool) in
      let key = (TensorType(.i32, [2]), OperationSample.Fill.integers(-2_000_000_000, 2_000_000_000))
      return OperationSample(
        RandomUniform(Shape(extents), stream: stream, dtype), isPart ? [key, (TensorType(.i32, []), .integers(0, 2_000_000_000))] : [key])
    }
  }

  package let shape: Shape
  /// Tells the random tensors of one graph apart.
  package let stream: Int
  package let dtype: DType

  package init(_ shape: Shape, stream: Int, _ dtype: DType = .f32) { (self.shape, self.stream, self.dtype) = (shape, stream, dtype) }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    stream = try attributes.integer("stream", default: 0)
    shape = resultTypes.first?.shape ?? []
    dtype = resultTypes.first?.dtype ?? .f32
  }

  package var attributes: [Attribute] { Attribute.unlessDefault("stream", .integer(stream), .integer(0)) }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    if operands.count != 2 { try expectOperands(1, operands) }
    guard operands[0] == TensorType(.i32, [2]), operands.count == 1 || operands[1] == TensorType(.i32, []), dtype.isFloatingPoint,
      (0...Int(Int32.max)).contains(stream)
    else {
      throw invalid(
        "expected a key i32[2], perhaps a first position i32[], a result of f32 or f64 and a stream from 0 on, found \(operands.map { "\($0)" }.joined(separator: ", ")), \(dtype.rawValue), \(stream)",
        advice: "A key is two integers: a parameter %random_key: i32[2], which is fed at every step.")
    }
    guard let count = Shape.checkedElementCount(shape.extents), count <= Int(Int32.max) else {
      throw invalid(
        "positions are counted in 31 bits; a result \(shape) has too many elements",
        advice: "Draw less at once, in several streams.")
    }
    return [TensorType(dtype, shape)]
  }

  package func differentiability(operand: Int) -> Differentiability { .zeroDerivative }
  package func adjoints(_ context: AdjointContext) throws -> [Value?] { context.operands.map { _ in nil } }

  /// The words of a 32-bit integer type, of numbers and of elements alike.
  private struct Arithmetic<Word> {
    var constant: (Int32) -> Word
    var add: (Word, Word) -> Word
    var xor: (Word, Word) -> Word
    var rotate: (Word, Int) -> Word
  }

  private static let rotations = [13, 15, 26, 6, 17, 29, 16, 24]
  private static let rounds = 20
  /// The parity word of the key schedule (Skein's, section 3 of the paper).
  private static let parity = Int32(0x1BD1_1BDA)
  private static let mantissaBits = 24

  /// The first word of the block.
  private func threefry<Word>(_ key: [Word], _ position: Word, _ arithmetic: Arithmetic<Word>) -> Word {
    let (constant, add, xor) = (arithmetic.constant, arithmetic.add, arithmetic.xor)
    let schedule = key + [xor(constant(RandomUniform.parity), xor(key[0], key[1]))]
    var words = [add(position, key[0]), add(constant(Int32(stream)), key[1])]
    for round in 0..<RandomUniform.rounds {
      words[0] = add(words[0], words[1])
      words[1] = xor(arithmetic.rotate(words[1], RandomUniform.rotations[round % 8]), words[0])
      guard round % 4 == 3 else { continue }
      let injection = round / 4 + 1
      words[0] = add(words[0], schedule[injection % 3])
      words[1] = add(words[1], add(schedule[(injection + 1) % 3], constant(Int32(injection))))
    }
    return words[0]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let key: [Int32] = try Evaluation.elements(operands[0])
    let arithmetic = Arithmetic<UInt32>(
      constant: { UInt32(bitPattern: $0) }, add: { $0 &+ $1 }, xor: { $0 ^ $1 }, rotate: { $0 << UInt32($1) | $0 >> UInt32(32 - $1) })
    let words = key.map { UInt32(bitPattern: $0) }
    let first: [Int32] = operands.count > 1 ? try Evaluation.elements(operands[1]) : [0]
    let numbers = (0..<shape.elementCount).map { position in
      let bits = threefry(words, UInt32(position) &+ UInt32(bitPattern: first[0]), arithmetic) >> UInt32(32 - RandomUniform.mantissaBits)
      return Double(bits) * 0x1p-24
    }
    return [HostTensor(TensorType(dtype, shape), numbers: numbers)]
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    func constant(_ value: Int) -> Element { .constant(Double(value), .i32) }
    let key = [try context.read(0, [Index(0)]), try context.read(0, [Index(1)])]
    let arithmetic = Arithmetic<Element>(
      constant: { constant(Int($0)) }, add: { $0 + $1 }, xor: { .binary(.xor, $0, $1) },
      rotate: { .binary(.or, .binary(.shiftLeft, $0, constant($1)), .binary(.shiftRight, $0, constant(32 - $1))) })
    let place = Element.index(zip(index, shape.strides).reduce(Index(0)) { $0 + $1.0 * $1.1 })
    let position = context.operandTypes.count > 1 ? place + (try context.read(1, [])) : place
    let bits = Element.binary(.shiftRight, threefry(key, position, arithmetic), constant(32 - RandomUniform.mantissaBits))
    return [bits.converted(to: dtype) * .constant(0x1p-24, dtype)]
  }

  /// Integer operations count as arithmetic here.
  package func floatingPointOperations(_ operands: [TensorType]) -> Int { saturatingProduct(shape.elementCount, 5 * RandomUniform.rounds) }
}

extension GraphBuilder {
  package func randomUniform(_ key: Value, from first: Value? = nil, _ shape: Shape, stream: Int, _ dtype: DType = .f32) throws -> Value {
    try add(RandomUniform(shape, stream: stream, dtype), [key] + (first.map { [$0] } ?? []))[0]
  }
}
