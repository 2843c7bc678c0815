import MartletCore
import MartletGraph
import MartletTransforms
import TestSupport
import Testing

/// Every operation's adjoint against central differences of its `evaluate`, in Double.
@Suite struct FiniteDifferences {
  static let mnemonics = OperationRegistry.builtIn.map { $0.mnemonic }

  /// More elements than this are sampled.
  private static let mostElements = 60

  @Test(arguments: mnemonics) func gradient(_ mnemonic: String) throws {
    let type = try #require(OperationRegistry.builtIn.first { $0.mnemonic == mnemonic })
    #expect(!type.samples.isEmpty)
    for (number, sample) in type.samples.enumerated() {
      let (operation, types) = sample.inDouble
      let arguments = zip(types, sample.operands).enumerated().map { fill($1.0, $1.1.fill, seed: UInt64(31 * number + $0 + 7)) }
      let differentiable = types.indices.filter {
        types[$0].dtype.isFloatingPoint && operation.differentiability(operand: $0) == .differentiable
      }
      let resultType = try operation.resultTypes(types)[0]
      guard !differentiable.isEmpty, resultType.dtype.isFloatingPoint else { continue }
      let weights = fill(resultType, .signed(0.5, 1.5), seed: UInt64(number + 1000))
      // loss = sum of the first result times fixed numbers.
      let builder = GraphBuilder(name: "check")
      let operands = try types.enumerated().map {
        try builder.parameter("x\($0.offset)", differentiable.contains($0.offset) ? .parameter : .input, $0.element)
      }
      let c = try builder.parameter("c", .input, resultType)
      let product = try builder.multiply(try builder.add(operation, operands)[0], c)
      builder.result("loss", try builder.reduceSum(product, axes: Array(resultType.shape.extents.indices)))
      let graph = try builder.finish()
      let gradients = try Pipeline([.differentiate]).run(graph).evaluate(arguments + [weights])
      func loss(_ arguments: [HostTensor]) throws -> Double { try graph.evaluate(arguments + [weights])[0].numbers[0] }
      for (position, operand) in differentiable.enumerated() {
        let gradient = gradients[1 + position].numbers
        let largest = gradient.map(abs).max() ?? 0
        #expect(largest > 0 || gradient.count == 1, "\(mnemonic): the gradient of operand \(operand) is zero")
        let step = max(1, gradient.count / FiniteDifferences.mostElements)
        for element in stride(from: 0, to: gradient.count, by: step) {
          var numbers = arguments[operand].numbers
          let h = 1e-5 * max(1, abs(numbers[element]))
          let center = numbers[element]
          func shifted(_ value: Double) throws -> Double {
            numbers[element] = value
            var changed = arguments
            changed[operand] = HostTensor(types[operand], numbers: numbers)
            return try loss(changed)
          }
          let difference = try (shifted(center + h) - shifted(center - h)) / (2 * h)
          let tolerance = 1e-6 * abs(difference) + 1e-9 * largest
          #expect(
            abs(difference - gradient[element]) <= tolerance,
            "\(mnemonic) sample \(number), operand \(operand)[\(element)]: gradient \(gradient[element]), difference \(difference)")
        }
      }
    }
  }
}
