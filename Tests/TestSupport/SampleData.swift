import MartletCore
import MartletGraph

/// Numbers for an operand, the same for the same seed.
package func fill(_ type: TensorType, _ fill: OperationSample.Fill, seed: UInt64) -> HostTensor {
  var generator = PyTorchGenerator(seed: seed)
  let count = type.elementCount
  var numbers: [Double]
  switch fill {
  case .uniform(let low, let high):
    numbers = (0..<count).map { _ in low + (high - low) * Double(generator.next32()) / 4_294_967_296 }
  case .signed(let low, let high):
    numbers = (0..<count).map { _ in
      let magnitude = low + (high - low) * Double(generator.next32()) / 4_294_967_296
      return generator.next32() & 1 == 0 ? magnitude : -magnitude
    }
  case .distinct:
    // Offsets that differ between operands, so that two distinct tensors have no ties between them either.
    numbers = (0..<count).map { 0.013 * (Double($0) - Double(count) / 2) + Double(seed % 97) * 1e-4 }
    for position in numbers.indices.reversed() where position > 0 { numbers.swapAt(position, generator.below(position + 1)) }
  case .integers(let low, let high): numbers = (0..<count).map { _ in Double(low + generator.below(high - low)) }
  }
  return HostTensor(type, numbers: numbers)
}

/// The distance of two tensors relative to the largest element of the reference: max|a - b| / max|b|. NaN must meet NaN, infinities must
/// be equal.
package func distance(_ a: HostTensor, _ reference: HostTensor) -> Double { a.distance(from: reference) }

/// A graph of one operation with all of its results.
package func graph(of operation: any TensorOperation, _ types: [TensorType]) throws -> Graph {
  let builder = GraphBuilder(name: "sample")
  let operands = try types.enumerated().map { try builder.parameter("x\($0.offset)", .input, $0.element) }
  for (position, value) in try builder.add(operation, operands).enumerated() { builder.result("y\(position)", value) }
  return try builder.finish()
}

extension OperationSample {
  /// The sample in f64, as far as its operation lets the type free.
  package var inDouble: (operation: any TensorOperation, types: [TensorType]) {
    let inDouble: any TensorOperation
    switch operation {
    case let constant as Constant:
      let type = TensorType(.f64, constant.type.shape)
      inDouble = constant.splat.map { Constant($0, type) } ?? Constant(constant.numbers, type)
    case let convert as Convert where convert.dtype == .f32: inDouble = Convert(.f64)
    default: inDouble = operation
    }
    return (inDouble, operands.map { $0.type.dtype == .f32 ? TensorType(.f64, $0.type.shape) : $0.type })
  }
}
