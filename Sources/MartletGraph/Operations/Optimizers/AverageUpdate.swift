import MartletCore

/// One step of an exponential moving average: an average e and a new value p of one type give `decay e + (1 - decay) p`
/// [torch.optim.swa_utils.get_ema_avg_fn].
package struct AverageUpdate: WithoutDerivative {
  package static let mnemonic = "average_update"
  package static var samples: [OperationSample] {
    [([3, 11], DType.f32, 0.999), ([], .f32, 0), ([19], .f32, 0.5), ([2, 5], .f64, 0.9)].map {
      (extents: [Int], dtype: DType, decay: Double) in
      let type = TensorType(dtype, Shape(extents))
      return OperationSample(AverageUpdate(decay: decay), [(type, .uniform(-1, 1)), (type, .uniform(-1, 1))])
    }
  }

  package let decay: ExactDouble

  package init(decay: Double) { self.decay = ExactDouble(decay) }
  package init(_ attributes: inout AttributeReader, resultTypes: [TensorType]) throws {
    decay = ExactDouble(try attributes.number("decay"))
  }

  package var attributes: [Attribute] { [Attribute("decay", .number(decay))] }

  package func resultTypes(_ operands: [TensorType]) throws -> [TensorType] {
    try expectOperands(2, operands)
    try expectFloatingPoint(operands[0])
    guard operands[0] == operands[1] else {
      throw invalid(
        "expected an average and a new value of one type, found \(operands[0]) and \(operands[1])",
        advice: "Give the average the parameter's type.")
    }
    guard decay.value >= 0, decay.value < 1 else {
      throw MartletError(
        GraphErrorCode.attributeValue, "\(Self.mnemonic): decay must be at least 0 and below 1, found \(decay.value)",
        advice: "Give a number such as 0.999.")
    }
    return [operands[0]]
  }

  package func evaluate(_ operands: [HostTensor]) throws -> [HostTensor] {
    func update<Scalar: RealScalar>(_ average: [Scalar]) throws -> [HostTensor] {
      let new: [Scalar] = try Evaluation.elements(operands[1])
      return [HostTensor(operands[0].shape, zip(average, new).map { Scalar(decay.value) * $0 + Scalar(1 - decay.value) * $1 })]
    }
    switch operands[0].storage {
    case .f32(let average): return try update(average)
    case .f64(let average): return try update(average)
    case .i32, .u8, .bool: throw Evaluation.mismatch(operands[0])
    }
  }

  package func elements(_ context: ElementContext, at index: [Index]) throws -> [Element] {
    let (average, new) = (try context.read(0, index), try context.read(1, index))
    return [average.constant(decay.value) * average + new.constant(1 - decay.value) * new]
  }

  package func floatingPointOperations(_ operands: [TensorType]) -> Int { saturatingProduct(operands[0].elementCount, 3) }
}

extension GraphBuilder {
  /// The new value of an exponential moving average.
  package func averageUpdate(_ average: Value, _ new: Value, decay: Double) throws -> Value {
    try add(AverageUpdate(decay: decay), average, new)
  }
}
