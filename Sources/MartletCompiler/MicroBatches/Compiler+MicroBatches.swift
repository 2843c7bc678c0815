import MartletCore
import MartletGraph
import MartletLoopIR
import MartletTransforms

/// The graphs of a step that is divided into micro-batches: gradients, sums and updates are three programs.
extension Compiler {
  /// A named tensor of which every micro-batch computes a part, and whose sum over all of them updates a variable.
  package struct Term: Hashable, Sendable {
    package var kind: Kind
    /// The variable that the sum updates.
    package var variable: String
    package var type: TensorType

    package enum Kind: Hashable, Sendable {
      /// The gradient of a parameter.
      case gradient
      /// The new value of a state of a layer, such as a running mean.
      case state
    }

    /// The name of the result of a micro-batch.
    package var name: String { kind == .gradient ? variable + ".gradient" : Pass.renewedPrefix + variable }
    /// Whether it is added up: others keep the number of the first micro-batch.
    package var isSum: Bool { type.dtype.isFloatingPoint }
  }

  /// A micro-batch: its part of the loss and, of each parameter, of the gradient; its part of the new values of states. `graph` is that of the loss
  /// over the samples of the micro-batch.
  package func microBatch(_ graph: Graph, _ instruments: [any Instrument] = [VerifyInstrument()]) throws -> Graph {
    try Pipeline([.weighMicroBatch, .differentiate], instruments: instruments).run(graph)
  }

  /// Throws M502 and M512 for a norm or a bound that gradients cannot be clipped to.
  package func expectPossibleClipping() throws {
    let builder = GraphBuilder(name: "clipping")
    let parameter = try builder.parameter("p", .parameter, TensorType(.f32, [1]))
    builder.result("p.gradient", try builder.add(parameter, parameter))
    _ = try Pipeline(clipping).run(builder.finish())
  }

  /// What the micro-batches of a step add up, in the order of their graph's results.
  package static func terms(of microBatch: Graph) -> [Term] {
    microBatch.results.compactMap { result in
      let type = microBatch.type(of: result.value)
      let renewed = String(result.name.dropFirst(Pass.renewedPrefix.count))
      if result.name.hasPrefix(Pass.renewedPrefix), let index = microBatch.parameterIndex(named: renewed),
        microBatch.parameters[index].role == .state
      {
        return Term(kind: .state, variable: renewed, type: type)
      }
      guard result.name.hasSuffix(".gradient") else { return nil }
      let variable = String(result.name.dropLast(".gradient".count))
      guard let index = microBatch.parameterIndex(named: variable), microBatch.parameters[index].role == .parameter else { return nil }
      return Term(kind: .gradient, variable: variable, type: type)
    }
  }

  /// Adds the terms of later micro-batches to those of earlier ones, in place.
  ///
  ///     graph @sum(state %w.gradient: f32[4], state %w.gradient.later: f32[4]) -> (w.gradient: f32[4]) { %0 = add(%w.gradient, %w.gradient.later) … }
  package func sum(of terms: [Term]) throws -> Graph {
    let builder = GraphBuilder(name: "sum_of_micro_batches")
    for term in terms where term.isSum {
      builder.origin = Origin(layer: term.variable)
      let earlier = try builder.parameter(term.name, .state, term.type)
      let later = try builder.parameter(term.name + Compiler.laterSuffix, .state, term.type)
      builder.result(term.name, try builder.add(earlier, later))
    }
    return try builder.finish()
  }

  /// What the names of the terms of later micro-batches end with.
  package static let laterSuffix = ".later"

  /// The sum of the squares of each gradient's elements, each element limited before where that is wanted: results `NAME.squares: f32[]`.
  package func squares(of terms: [Term]) throws -> Graph {
    let builder = GraphBuilder(name: "squares_of_gradients")
    for term in terms where term.kind == .gradient {
      builder.origin = Origin(layer: "clip")
      let gradient = try limited(builder, builder.parameter(term.name, .state, term.type))
      let squares = try builder.reduceSum(builder.multiply(gradient, gradient), axes: Array(0..<term.type.shape.rank))
      builder.result(term.variable + ".squares", try builder.convert(squares, to: .f32))
    }
    return try builder.finish()
  }

  private func limited(_ builder: GraphBuilder, _ gradient: Value) throws -> Value {
    guard let bound = gradientBound else { return gradient }
    let (low, high) = (try builder.constant(-bound, like: gradient), try builder.constant(bound, like: gradient))
    return try builder.minimum(builder.maximum(gradient, low), high)
  }

  /// The updates of the variables of some terms, from the sums over all micro-batches. `updates` is the pass that makes new values of gradients; where
  /// the norm of the gradients is clipped, the factor of all of them is an input.
  package func update(of terms: [Term], updates: Pass, _ instruments: [any Instrument] = [VerifyInstrument()]) throws -> Graph {
    let builder = GraphBuilder(name: "update")
    let hasFactor = gradientNorm != nil && terms.contains { $0.kind == .gradient }
    let taken = Set(terms.map(\.variable))
    let factorName = StepNames.free(StepNames.gradientFactor, isTaken: taken.contains)
    let factor = hasFactor ? try builder.parameter(factorName, .input, TensorType(.f32, [])) : nil
    for term in terms {
      builder.origin = Origin(layer: term.variable)
      _ = try builder.parameter(term.variable, term.kind == .gradient ? .parameter : .state, term.type)
      var value = try builder.parameter(term.name, .state, term.type)
      if term.kind == .gradient {
        value = try limited(builder, value)
        if let factor {
          let own = try builder.convert(factor, to: term.type.dtype)
          value = try builder.multiply(value, term.type.shape.rank == 0 ? own : builder.broadcast(own, term.type.shape, axes: []))
        }
        builder.result(term.name, value)
      } else {
        builder.result(term.variable, value)
      }
    }
    builder.origin = nil
    let graph = try builder.finish()
    guard terms.contains(where: { $0.kind == .gradient }) else { return graph }
    let averages = averageDecay.map { [Pass.averageParameters(decay: $0)] } ?? []
    return try Pipeline([updates] + averages, instruments: instruments).run(graph)
  }
}

extension Compilation {
  /// The programs of a step that is divided into micro-batches, of which this compilation's graph computes one: the gradients of a micro-batch, the sum of
  /// two of them, and the updates.
  package func divided(_ batches: MicroBatches) throws -> [(name: MicroBatchProgram, compilation: Compilation)] {
    let gradients = try compiler.microBatch(traced)
    let terms = Compiler.terms(of: gradients)
    return try MicroBatchProgram.allCases.map { name in
      let graph =
        switch name {
        case .gradients: gradients
        case .sum: try compiler.sum(of: terms)
        case .update: try compiler.update(of: terms, updates: .applyOptimizer(optimizer))
        }
      var part = Compilation(asWritten: graph, fuses: fuses)
      if name == .gradients, let memoryLimit {
        // The sums beside it take their part of the memory.
        part.memoryLimit = memoryLimit
        let stateBytes = terms.reduce(0) { $1.kind == .gradient ? $0 + optimizer.stateNames.count * $1.type.byteCount : $0 }
        let beside = MemoryBudget.bytesBeside(gradients, batches, stateBytes: stateBytes)
        part.memoryLimit?.byteCount = max(memoryLimit.byteCount - beside, 1)
      }
      return (name, part)
    }
  }
}

/// A program of a step that is divided into micro-batches.
package enum MicroBatchProgram: String, CaseIterable, Sendable {
  case gradients, sum, update
}
