import MartletCore

/// RMSprop [torch.optim.RMSprop]: the gradient is divided by the root of the running mean of its squares, the variance if centered.
/// Operands: parameter, gradient, learning rate, square_avg (, grad_avg if centered) (, momentum_buffer if momentum is not 0). Results:
/// parameter and states in the same order.
/// Source: G. Hinton, "Neural Networks for Machine Learning", lecture 6e, 2012.
package struct RMSpropUpdate: WithoutDerivative {
  package static let mnemonic = "rmsprop_update"
  package static var samples: [OperationSample] {
    let (p, scalar) = (TensorType(.f32, [3, 11]), TensorType(.f32, []))
    // Squares are larger than the square of the mean.
    let plain: [(TensorType, OperationSample.Fill)] = [
      (p, .uniform(-1, 1)), (p, .uniform(-1, 1)), (scalar, .uniform(0.01, 0.1)), (p, .uniform(0.5, 1)),
    ]
    let state: [(TensorType, OperationSample.Fill)] = [(p, .uniform(-0.4, 0.4))]
    return [
      OperationSample(RMSpropUpdate(), plain),
      OperationSample(RMSpropUpdate(alpha: 0.9, weightDecay: 0.1, momentum: 0.8), plain + state),
      OperationSample(RMSpropUpdate(isCentered: true), plain + state),
      OperationSample(RMSpropUpdate(momentum: 0.9, isCentered: true), plain + state + state),
    ]
  }

  package let alpha: ExactDouble
  package let epsilon: ExactDouble
  package let weightDecay: ExactDouble
  package let momentum: ExactDouble
  package let isCentered: Bool

  package init(
    alpha: Double = 0.99, epsilon: Double = 1e-8, weightDecay: Double = 0, momentum: Double = 0, isCentered: Bool = false
  ) {
    self.alpha = ExactDouble(alpha)
    self.epsilon = ExactDouble(epsilon)
    self.weightDecay = ExactDouble(weightDecay)
    self.momentum = ExactDouble(momentum)
    self.isCentered = isCentered
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    alpha = ExactDouble(try attributes.number("alpha", default: 0.99))
    epsilon = ExactDouble(try attributes.number("epsilon", default: 1e-8))
    weightDecay = ExactDouble(try attributes.number("weight_decay", default: 0))
    momentum = ExactDouble(try attributes.number("momentum", default: 0))
    isCentered = try attributes.flag("centered", default: false)
  }

  package var attributes: [Attribute] {
    Attribute.unlessDefault("alpha", .number(alpha), .number(0.99)) + Attribute.unlessDefault("epsilon", .number(epsilon), .number(1e-8))
      + Attribute.unlessDefault("weight_decay", .number(weightDecay), .number(0))
      + Attribute.unlessDefault("momentum", .number(momentum), .number(0))
      + Attribute.unlessDefault("centered", .flag(isCentered), .flag(false))
  }

  private var hasMomentum: Bool { momentum.value != 0 }

  /// The names of the states, in order.
  var stateNames: [String] { ["square_avg"] + (isCentered ? ["grad_avg"] : []) + (hasMomentum ? ["momentum_buffer"] : []) }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(3 + stateNames.count, operands)
    try expectFloatingPoint(operands[0])
    let p = operands[0]
    guard operands[1] == p, operands[2] == TensorType(p.dtype, []), operands[3...].allSatisfy({ $0 == p }) else {
      throw invalid(
        "expected a parameter, its gradient, a scalar learning rate and the states \(stateNames) of one type, found "
          + operands.map(\.description).joined(separator: ", "),
        advice: "Give the gradient and the states the type of the parameter.")
    }
    let numbers = [("alpha", alpha), ("epsilon", epsilon), ("weight_decay", weightDecay), ("momentum", momentum)]
    for (name, number) in numbers { try expectFits(name, number.value, p.dtype) }
    return [p] + stateNames.map { _ in p }
  }

  /// What the formula needs of numbers and of elements alike.
  private struct Arithmetic<Term> {
    var number: (Double) -> Term
    var add: (Term, Term) -> Term
    var subtract: (Term, Term) -> Term
    var multiply: (Term, Term) -> Term
    var divide: (Term, Term) -> Term
    var root: (Term) -> Term
  }

  /// The new parameter and states.
  private func update<Term>(_ p: Term, _ g: Term, _ rate: Term, _ states: [Term], _ arithmetic: Arithmetic<Term>) -> [Term] {
    let (number, add, subtract, multiply) = (arithmetic.number, arithmetic.add, arithmetic.subtract, arithmetic.multiply)
    let gradient = weightDecay.value == 0 ? g : add(g, multiply(number(weightDecay.value), p))
    let rest = number(1 - alpha.value)
    let meanSquare = add(multiply(number(alpha.value), states[0]), multiply(rest, multiply(gradient, gradient)))
    var results = [meanSquare]
    var square = meanSquare
    if isCentered {
      let mean = add(states[1], multiply(rest, subtract(gradient, states[1])))
      results.append(mean)
      square = subtract(square, multiply(mean, mean))
    }
    var direction = arithmetic.divide(gradient, add(arithmetic.root(square), number(epsilon.value)))
    if hasMomentum {
      direction = add(multiply(number(momentum.value), states[states.count - 1]), direction)
      results.append(direction)
    }
    return [subtract(p, multiply(rate, direction))] + results
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    func run<Scalar: RealScalar>(_ p: [Scalar]) throws -> [HostTensor] {
      let g: [Scalar] = try Evaluation.elements(operands[1])
      let rate: [Scalar] = try Evaluation.elements(operands[2])
      let states: [[Scalar]] = try operands[3...].map { try Evaluation.elements($0) }
      let arithmetic = Arithmetic<Scalar>(
        number: { Scalar($0) }, add: { $0 + $1 }, subtract: { $0 - $1 }, multiply: { $0 * $1 }, divide: { $0 / $1 },
        root: { Scalar.apply(.sqrt, $0) })
      let updated: [[Scalar]] = p.indices.map { i in update(p[i], g[i], rate[0], states.map { $0[i] }, arithmetic) }
      return (0...states.count).map { (result: Int) -> HostTensor in
        let numbers: [Scalar] = updated.map { $0[result] }
        return HostTensor(operands[0].shape, numbers)
      }
    }
    switch operands[0].storage {
    case .f32(let p): return try run(p)
    case .f64(let p): return try run(p)
    case .i32, .u8, .bool: throw Evaluation.mismatch(operands[0])
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let p = try context.read(0, index)
    let states = try stateNames.indices.map { try context.read(3 + $0, index) }
    let arithmetic = Arithmetic<Element>(
      number: { p.constant($0) }, add: { $0 + $1 }, subtract: { $0 - $1 }, multiply: { $0 * $1 }, divide: { $0 / $1 },
      root: { Element.unary(.sqrt, $0) })
    return update(p, try context.read(1, index), try context.read(2, []), states, arithmetic)
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int {
    saturatingProduct(operands[0].elementCount, 9 + (isCentered ? 4 : 0) + (hasMomentum ? 2 : 0))
  }
}
