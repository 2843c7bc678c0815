import MartletCore
import MartletGraph

/// An optimizer of one's own, written with the functions of `Tensor`.
///
/// ```swift
/// struct Lion: TensorOptimizer {
///   let stateNames = ["exp_avg"]
///   func update(_ step: OptimizerStep) throws -> OptimizerUpdate {
///     let average = step.states[0]
///     let direction = try (average * 0.9 + step.gradient * 0.1).sign()
///     return OptimizerUpdate(
///       parameter: try step.parameter - direction * step.learningRate, states: [try average * 0.99 + step.gradient * 0.01])
///   }
/// }
/// ```
public protocol TensorOptimizer: ParameterUpdate {
  /// The new values of one parameter and its states. Called once for each parameter when a step is compiled.
  func update(_ step: OptimizerStep) throws -> OptimizerUpdate
}

/// What an optimizer is given for one parameter.
public struct OptimizerStep {
  /// The values before the step: f32 or f64 of any shape.
  public let parameter: Tensor
  /// Of the parameter's type.
  public let gradient: Tensor
  /// In the order of `stateNames`, of the parameter's type; zeros before the first step.
  public let states: [Tensor]
  /// The number of the step as a scalar of the parameter's element type: 1 in the first.
  public let number: Tensor
  /// A scalar.
  public let learningRate: Tensor
}

/// What an optimizer gives for one parameter: new values of the same types.
public struct OptimizerUpdate {
  package var parameter: Tensor
  /// In the order of `stateNames`.
  package var states: [Tensor]

  /// The parameter's new values and those of the states, each of the parameter's type. Making the step throws M409 where one is missing.
  public init(parameter: Tensor, states: [Tensor] = []) {
    self.parameter = parameter
    self.states = states
  }
}

extension TensorOptimizer {
  /// The type's name.
  public var name: String { String(describing: Self.self) }
  /// None, unless the optimizer lists some.
  public var stateNames: [String] { [] }
  /// True: `OptimizerStep.number` can always be read.
  public var needsStep: Bool { true }

  /// Calls `update` with tensors of the graph. Throws M409 where it gives another number of states or tensors of another type.
  public func updated(
    _ builder: GraphBuilder, parameter: Value, gradient: Value, states: [Value], step: Value?, learningRate: Value
  ) throws -> [Value] {
    let tracer = Tracer(builder, purpose: .training)
    func tensor(_ value: Value, _ title: String) -> Tensor { Tensor(value, tracer, History(title)) }
    let count = try builder.convert(step ?? builder.constant(1, like: learningRate), to: builder.type(of: parameter).dtype)
    let made = try update(
      OptimizerStep(
        parameter: tensor(parameter, "parameter"), gradient: tensor(gradient, "gradient"), states: states.map { tensor($0, "state") },
        number: tensor(count, "number"), learningRate: tensor(learningRate, "rate")))
    let type = builder.type(of: parameter)
    let all = [made.parameter] + made.states
    guard all.count == 1 + stateNames.count, all.allSatisfy({ $0.tracer === tracer && $0.type == type }) else {
      throw MartletError(
        LayerErrorCode.optimizerUpdate,
        "the optimizer \(name) must give a parameter and \(stateNames.count) states, each \(type); it gives \(all.map { "\($0.type)" }.joined(separator: ", "))"
      )
    }
    return all.map(\.value)
  }
}
