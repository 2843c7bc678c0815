import Glibc
import MartletCore

/// One step of Adam [torch.optim.Adam], or of AdamW when decoupled: parameter, gradient, first and second moment, step (already
/// incremented: 1 in the first update), learning rate. Results: parameter and both moments. Bias corrections are computed in f64.
package struct AdamUpdate: WithoutDerivative {
  package static let mnemonic = "adam_update"
  package static var samples: [OperationSample] {
    let (p, scalar, step) = (TensorType(.f32, [3, 11]), TensorType(.f32, []), TensorType(.i32, []))
    return [
      (AdamUpdate(), 1), (AdamUpdate(weightDecay: 0.1), 7), (AdamUpdate(beta1: 0.8, beta2: 0.95, weightDecay: 0.1, isDecoupled: true), 40),
    ]
    .map { (operation: AdamUpdate, steps: Int) in
      OperationSample(
        operation,
        [
          (p, .uniform(-1, 1)), (p, .uniform(-1, 1)), (p, .uniform(-1, 1)), (p, .uniform(0, 1)), (step, .integers(steps, steps + 1)),
          (scalar, .uniform(0.01, 0.1)),
        ])
    }
  }

  package let beta1: ExactDouble
  package let beta2: ExactDouble
  package let epsilon: ExactDouble
  package let weightDecay: ExactDouble
  package let isDecoupled: Bool

  package init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0, isDecoupled: Bool = false) {
    self.beta1 = ExactDouble(beta1)
    self.beta2 = ExactDouble(beta2)
    self.epsilon = ExactDouble(epsilon)
    self.weightDecay = ExactDouble(weightDecay)
    self.isDecoupled = isDecoupled
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    beta1 = ExactDouble(try attributes.number("beta1", default: 0.9))
    beta2 = ExactDouble(try attributes.number("beta2", default: 0.999))
    epsilon = ExactDouble(try attributes.number("epsilon", default: 1e-8))
    weightDecay = ExactDouble(try attributes.number("weight_decay", default: 0))
    isDecoupled = try attributes.flag("decoupled", default: false)
  }

  package var attributes: [Attribute] {
    Attribute.unlessDefault("beta1", .number(beta1), .number(0.9)) + Attribute.unlessDefault("beta2", .number(beta2), .number(0.999))
      + Attribute.unlessDefault("epsilon", .number(epsilon), .number(1e-8))
      + Attribute.unlessDefault("weight_decay", .number(weightDecay), .number(0))
      + Attribute.unlessDefault("decoupled", .flag(isDecoupled), .flag(false))
  }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(6, operands)
    try expectFloatingPoint(operands[0])
    let p = operands[0]
    guard operands[1...3].allSatisfy({ $0 == p }), operands[4] == TensorType(.i32, []), operands[5] == TensorType(p.dtype, []) else {
      throw invalid(
        "expected p, gradient, exp_avg, exp_avg_sq of one type, step i32[] and a scalar learning rate, found "
          + operands.map(\.description).joined(separator: ", "),
        advice: "Give the gradient and both states the type of the parameter.")
    }
    for (name, beta) in [("beta1", beta1.value), ("beta2", beta2.value)] where !(beta >= 0 && beta < 1) {
      throw invalid("\(name) must be at least 0 and below 1, found \(beta)", advice: "Give a number such as 0.9 or 0.999.")
    }
    for (name, number) in [("epsilon", epsilon.value), ("weight_decay", weightDecay.value)] { try expectFits(name, number, p.dtype) }
    return [p, p, p]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    let step = operands[4].numbers[0]
    let rate = operands[5].numbers[0]
    func update<Scalar: RealScalar>(_ p: [Scalar]) throws -> [HostTensor] {
      let g: [Scalar] = try Evaluation.elements(operands[1])
      var m: [Scalar] = try Evaluation.elements(operands[2])
      var v: [Scalar] = try Evaluation.elements(operands[3])
      var newP = p
      let stepSize = Scalar(rate / (1 - pow(beta1.value, step)))
      let scale = Scalar(1 / (1 - pow(beta2.value, step)).squareRoot())
      for i in p.indices {
        var (parameter, gradient) = (p[i], g[i])
        if weightDecay.value != 0 {
          if isDecoupled {
            parameter -= Scalar(rate) * Scalar(weightDecay.value) * parameter
          } else {
            gradient += Scalar(weightDecay.value) * parameter
          }
        }
        m[i] = Scalar(beta1.value) * m[i] + Scalar(1 - beta1.value) * gradient
        v[i] = Scalar(beta2.value) * v[i] + Scalar(1 - beta2.value) * (gradient * gradient)
        newP[i] = parameter - stepSize * (m[i] / (v[i].squareRoot() * scale + Scalar(epsilon.value)))
      }
      return [newP, m, v].map { HostTensor(operands[0].shape, $0) }
    }
    switch operands[0].storage {
    case .f32(let p): return try update(p)
    case .f64(let p): return try update(p)
    case .i32, .u8, .bool: throw Evaluation.mismatch(operands[0])
    }
  }

  /// `1 - beta^step` in f64; the power is `exp(step * log beta)`.
  private static func biasCorrection(_ beta: Double, _ step: Element) -> Element {
    guard beta > 0 else { return .constant(1, .f64) }
    let power = Element.unary(.exp, step.converted(to: .f64) * .constant(log(beta), .f64))
    return .constant(1, .f64) - power
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let dtype = context.operandTypes[0].dtype
    let step = try context.read(4, [])
    let rate = try context.read(5, [])
    let stepSize = (rate.converted(to: .f64) / AdamUpdate.biasCorrection(beta1.value, step)).converted(to: dtype)
    let scale = (.constant(1, .f64) / .unary(.sqrt, AdamUpdate.biasCorrection(beta2.value, step))).converted(to: dtype)
    var p = try context.read(0, index)
    var gradient = try context.read(1, index)
    if weightDecay.value != 0 {
      if isDecoupled {
        p = p - rate * p.constant(weightDecay.value) * p
      } else {
        gradient = gradient + p.constant(weightDecay.value) * p
      }
    }
    let m = p.constant(beta1.value) * (try context.read(2, index)) + p.constant(1 - beta1.value) * gradient
    let v = p.constant(beta2.value) * (try context.read(3, index)) + p.constant(1 - beta2.value) * (gradient * gradient)
    let denominator = .unary(.sqrt, v) * scale + p.constant(epsilon.value)
    return [p - stepSize * (m / denominator), m, v]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { 12 * operands[0].elementCount }
}
