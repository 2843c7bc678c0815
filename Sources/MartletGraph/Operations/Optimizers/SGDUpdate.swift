import MartletCore

/// Stochastic gradient descent [torch.optim.SGD]: parameter, gradient, learning rate and, with momentum, the momentum buffer and the
/// step (1 in the first update). Results: parameter (, momentum buffer). At step 1 the buffer is the gradient, dampening ignored.
package struct SGDUpdate: WithoutDerivative {
  package static let mnemonic = "sgd_update"
  package static var samples: [OperationSample] {
    let (p, scalar, step) = (TensorType(.f32, [3, 11]), TensorType(.f32, []), TensorType(.i32, []))
    let plain: [(TensorType, OperationSample.Fill)] = [(p, .uniform(-1, 1)), (p, .uniform(-1, 1)), (scalar, .uniform(0.01, 0.1))]
    return [
      OperationSample(SGDUpdate(), plain),
      OperationSample(SGDUpdate(weightDecay: 0.1), plain),
      OperationSample(SGDUpdate(momentum: 0.9, dampening: 0.2), plain + [(p, .uniform(-1, 1)), (step, .integers(1, 2))]),
      OperationSample(SGDUpdate(momentum: 0.9, isNesterov: true), plain + [(p, .uniform(-1, 1)), (step, .integers(5, 6))]),
    ]
  }

  package let momentum: ExactDouble
  package let dampening: ExactDouble
  package let isNesterov: Bool
  package let weightDecay: ExactDouble

  package init(momentum: Double = 0, dampening: Double = 0, isNesterov: Bool = false, weightDecay: Double = 0) {
    self.momentum = ExactDouble(momentum)
    self.dampening = ExactDouble(dampening)
    self.isNesterov = isNesterov
    self.weightDecay = ExactDouble(weightDecay)
  }

  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    momentum = ExactDouble(try attributes.number("momentum", default: 0))
    dampening = ExactDouble(try attributes.number("dampening", default: 0))
    isNesterov = try attributes.flag("nesterov", default: false)
    weightDecay = ExactDouble(try attributes.number("weight_decay", default: 0))
  }

  package var attributes: [Attribute] {
    Attribute.unlessDefault("momentum", .number(momentum), .number(0))
      + Attribute.unlessDefault("dampening", .number(dampening), .number(0))
      + Attribute.unlessDefault("nesterov", .flag(isNesterov), .flag(false))
      + Attribute.unlessDefault("weight_decay", .number(weightDecay), .number(0))
  }

  private var hasMomentum: Bool { momentum.value != 0 }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(hasMomentum ? 5 : 3, operands)
    try expectFloatingPoint(operands[0])
    let p = operands[0]
    guard operands[1] == p, operands[2] == TensorType(p.dtype, []) else {
      throw invalid(
        "expected a parameter, its gradient and a scalar learning rate of one type, found \(p), \(operands[1]) and \(operands[2])",
        advice: "Give a gradient of the parameter's type, and a learning rate without axes.")
    }
    for (name, number) in [("momentum", momentum), ("dampening", dampening), ("weight_decay", weightDecay)] {
      try expectFits(name, number.value, p.dtype)
    }
    guard hasMomentum else { return [p] }
    guard operands[3] == p, operands[4] == TensorType(.i32, []) else {
      throw invalid(
        "expected a momentum buffer \(p) and a step i32[], found \(operands[3]) and \(operands[4])",
        advice: "Give the buffer the parameter's type, and the number of updates so far.")
    }
    return [p, p]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    func update<Scalar: RealScalar>(_ p: [Scalar]) throws -> [HostTensor] {
      let g: [Scalar] = try Evaluation.elements(operands[1])
      let rate: [Scalar] = try Evaluation.elements(operands[2])
      let buffer: [Scalar]? = hasMomentum ? try Evaluation.elements(operands[3]) : nil
      let isFirst = hasMomentum && operands[4].numbers[0] == 1
      var (newP, newBuffer) = (p, buffer ?? [])
      for i in p.indices {
        let gradient = weightDecay.value == 0 ? g[i] : g[i] + Scalar(weightDecay.value) * p[i]
        var direction = gradient
        if hasMomentum {
          newBuffer[i] = isFirst ? gradient : Scalar(momentum.value) * newBuffer[i] + Scalar(1 - dampening.value) * gradient
          direction = isNesterov ? gradient + Scalar(momentum.value) * newBuffer[i] : newBuffer[i]
        }
        newP[i] = p[i] - rate[0] * direction
      }
      return [HostTensor(operands[0].shape, newP)] + (hasMomentum ? [HostTensor(operands[0].shape, newBuffer)] : [])
    }
    switch operands[0].storage {
    case .f32(let p): return try update(p)
    case .f64(let p): return try update(p)
    case .i32, .u8, .bool: throw Evaluation.mismatch(operands[0])
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let p = try context.read(0, index)
    let rate = try context.read(2, [])
    var gradient = try context.read(1, index)
    if weightDecay.value != 0 { gradient = gradient + p.constant(weightDecay.value) * p }
    guard hasMomentum else { return [p - rate * gradient] }
    let isFirst = Element.compare(.eq, try context.read(4, []), .constant(1, .i32))
    let carried = p.constant(momentum.value) * (try context.read(3, index)) + p.constant(1 - dampening.value) * gradient
    let buffer = Element.select(isFirst, gradient, carried)
    let direction = isNesterov ? gradient + p.constant(momentum.value) * buffer : buffer
    return [p - rate * direction, buffer]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { operands[0].elementCount * (hasMomentum ? 5 : 2) }
}
