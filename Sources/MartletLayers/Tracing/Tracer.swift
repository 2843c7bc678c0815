import MartletCore
import MartletGraph

/// The graph that grows while a model's layers are called.
package final class Tracer {
  /// What grows now: the graph, or the region of a loop in it.
  private(set) var scope: TraceScope
  private let root: TraceScope
  var builder: GraphBuilder { scope.builder }
  /// What was wrong with the use of a tensor inside or outside of a loop.
  private var scopeError: MartletError?
  private var paths: [LayerIdentity: String] = [:]
  /// Parameters and states of the layers that are in the graph; a state that was renewed is its new value.
  private var variables: [LayerIdentity: [String: Value]] = [:]
  /// Those that a layer adds to the graph when it first reads them.
  private var undeclared: [LayerIdentity: [String: (name: String, specification: ParameterSpecification, isTrained: Bool)]] = [:]
  /// Values that the program wants to see: further results.
  private var watched: [(name: String, value: Value)] = []
  /// Whether `Tensor.show` makes results.
  private var showsValues = false
  private var renewed: Set<Variable> = []
  /// The shape of the input of each layer that was called, to tell that of another call from.
  private var called: [LayerIdentity: Shape] = [:]
  /// What the trace is for.
  package let purpose: Purpose
  /// The samples of a micro-batch, if the graph is to compute one: what it draws then depends on the place of its samples in the whole batch.
  private var microBatch: Int?
  /// The number of its first sample.
  private var firstSample: Value?

  private struct Variable: Hashable {
    var layer: LayerIdentity
    var name: String
  }

  init(_ builder: GraphBuilder, purpose: Purpose) {
    root = TraceScope(builder)
    scope = root
    self.purpose = purpose
  }

  convenience init(name: String, purpose: Purpose) { self.init(GraphBuilder(name: name), purpose: purpose) }

  /// What a trace is for.
  package enum Purpose: Hashable, Sendable {
    /// Loss and logits, to be differentiated.
    case training
    /// Loss and logits with inference behaviour.
    case evaluation
    /// Logits alone: no labels.
    case inference
  }

  /// Calls a model once on symbolic tensors and returns the graph.
  ///
  /// Parameters, in order: `%images`, `%labels` (not for inference), then all parameters and states of the model; `%random_key: i32[2]`,
  /// fed at every step, where a layer of a training graph draws random numbers. Results: `loss` (not for inference), `logits`, and the new
  /// values of states. Throws what the layers throw when shapes do not fit.
  package static func trace(_ model: any Model, name: String, batch: Int, purpose: Purpose) throws -> Graph {
    try trace(model, name: name, batch: batch, purpose: purpose, ModelOptions())
  }

  /// The same for samples of other types than bytes with classes, and with options of the run. Parameters that are not trained have the role of
  /// states, which have no gradient.
  package static func trace(_ model: any Model, name: String, batch: Int, purpose: Purpose, _ options: ModelOptions) throws -> Graph {
    guard batch > 0 else { throw MartletError(LayerErrorCode.emptyBatch, "the batch must have at least one sample, found \(batch)") }
    let tracer = Tracer(name: Tracer.identifier(name), purpose: purpose)
    tracer.showsValues = options.showsValues
    if options.isMicroBatch { tracer.microBatch = batch }
    let builder = tracer.builder
    let samples = options.samples ?? model.samples
    func batched(_ type: TensorType) -> TensorType { TensorType(type.dtype, Shape([batch] + type.shape.extents)) }
    let input = try builder.parameter(StepNames.input, .input, batched(samples.input), batchAxis: 0)
    let labels =
      purpose == .inference
      ? nil
      : Tensor(
        try builder.parameter(StepNames.target, .input, batched(samples.target), batchAxis: 0), tracer, History(StepNames.target))
    let structure = ModelStructure(model)
    tracer.notePaths(structure)
    for (name, specification, identity) in structure.variables {
      let isState = specification.isState || purpose == .training && options.isFrozen(name)
      tracer.variables[identity, default: [:]][specification.name] =
        try tracer.addVariable(name, isState ? .state : .parameter, specification, of: identity)
    }
    builder.origin = Origin(layer: StepNames.input)
    let images = Tensor(input, tracer, History(StepNames.input))
    let encoded =
      switch (samples.input.dtype, model.inputEncoding) {
      case (.u8, .intensities): try images.scaled()
      case (.u8, .indices): try images.converted(to: .i32)
      default: images
      }
    builder.origin = nil
    let logits = try model(options.augmentation.map { try $0(encoded) } ?? encoded)
    if let labels {
      builder.origin = Origin(layer: StepNames.loss)
      builder.result(StepNames.loss, try (purpose == .training ? options.loss(model, logits, labels) : model.loss(logits, labels)).value)
    }
    builder.result(StepNames.output, logits.value)
    for (name, value) in tracer.watched where name.hasPrefix(Tracer.shownPrefix) { builder.result(name, value) }
    tracer.addRenewedStates(structure)
    try tracer.checkScopes()
    let graph = try builder.finish()
    if purpose == .training, options.expectsCalls {
      let read = Set(graph.nodes.flatMap(\.operands) + graph.results.map(\.value))
      try structure.expectCalled { name in
        options.isFrozen(name) || graph.parameterIndex(named: name).map { read.contains(graph.parameterValue($0)) } ?? true
      }
    }
    return graph
  }

  /// What a step computes of its inputs.
  package struct Body {
    /// Named scalars and tensors; the one to be minimised is named `loss`.
    package var results: [(name: String, value: Tensor)]

    package init(_ results: [(name: String, value: Tensor)]) { self.results = results }
  }

  /// Calls a function of tensors once and returns its graph.
  ///
  /// Parameters: the inputs, then the parameters and states that layers read, in the order in which they read them; parameters that are not
  /// trained have the role of states, which have no gradient. Results: those of the body, watched values, and the new values of states. Throws
  /// what the body throws. `microBatch` is the number of samples where they are a part of a batch: what is random then depends on the number of
  /// the first one, an input `%first_sample: i32[]`.
  package static func trace(
    _ structure: ModelStructure, name: String, inputs: [(name: String, specification: InputSpecification)], purpose: Purpose,
    showsValues: Bool = false, microBatch: Int? = nil, isTrained: (String) -> Bool, _ body: ([Tensor]) throws -> Body
  ) throws -> Graph {
    let tracer = Tracer(name: identifier(name), purpose: purpose)
    tracer.showsValues = showsValues
    tracer.microBatch = microBatch
    let builder = tracer.builder
    let tensors = try inputs.map { name, specification in
      let value = try builder.parameter(name, .input, specification.type, batchAxis: specification.hasBatch ? 0 : nil)
      return Tensor(value, tracer, History(name))
    }
    tracer.notePaths(structure)
    for (name, specification, identity) in structure.variables {
      tracer.undeclared[identity, default: [:]][specification.name] = (name, specification, isTrained(name))
    }
    let made = try body(tensors)
    for (name, tensor) in made.results { try tracer.addResult(name, tensor) }
    for (name, value) in tracer.watched { try tracer.addResult(name, Tensor(value, tracer, History(name))) }
    tracer.addRenewedStates(structure)
    try tracer.checkScopes()
    let graph = try builder.finish()
    // Where nothing is trained, the caller says so.
    if purpose == .training, graph.parameters.contains(where: { $0.role == .parameter }) {
      try structure.expectCalled { !isTrained($0) || graph.parameterIndex(named: $0) != nil }
    }
    return graph
  }

  /// A layer that stands in two places has its first path.
  private func notePaths(_ structure: ModelStructure) {
    for entry in structure.entries where paths[entry.layer.identity] == nil { paths[entry.layer.identity] = entry.path }
  }

  private func addRenewedStates(_ structure: ModelStructure) {
    for (name, specification, identity) in structure.variables
    where renewed.contains(Variable(layer: identity, name: specification.name)) {
      if let value = variables[identity]?[specification.name] { builder.result(name, value) }
    }
  }

  private func addResult(_ name: String, _ tensor: Tensor) throws {
    guard tensor.tracer === self else {
      throw MartletError(
        LayerErrorCode.foreignTensor, "the result '\(name)' belongs to another step: its tensor was kept from an earlier call",
        advice: "Return tensors that this call of the function computed.")
    }
    builder.result(name, tensor.value)
  }

  /// What the text of a graph takes as a name.
  private static func identifier(_ name: String) -> String {
    String(name.map { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." ? $0 : "_" })
  }

  func watch(_ name: String, _ value: Value) {
    guard scope === root else { return reject("a tensor inside a loop is watched as '\(name)'") }
    watched.append((name, value))
  }

  /// What the names of results begin with that are printed and not returned.
  package static let shownPrefix = "show."

  func show(_ label: String, _ value: Value) {
    guard showsValues else { return }
    guard scope === root else { return reject("a tensor inside a loop is shown as '\(label)'") }
    let number = watched.count { $0.name.hasPrefix(Tracer.shownPrefix) }
    watched.append((Tracer.shownPrefix + "\(number).\(Tracer.identifier(label))", value))
  }

  /// Runs the body of a primitive layer: what it adds carries the layer's name, and what it throws the layer's name and line.
  func call(_ layer: any PrimitiveLayer, _ input: Tensor, _ body: (Tensor) throws -> Value) throws -> Tensor {
    let path = paths[layer.identity]
    let outer = builder.origin
    builder.origin = Origin(layer: path, location: layer.identity.location)
    defer { builder.origin = outer }
    let name = String(describing: type(of: layer))
    do {
      let value = try body(input)
      try checkScopes()
      called[layer.identity] = called[layer.identity] ?? input.shape
      return Tensor(
        value, self, input.history.appending(Tracer.title(path) ?? name, builder.shape(of: value), at: layer.identity.location))
    } catch let error as MartletError {
      let title = [Tracer.title(path), layer.summary].compactMap { $0 }.joined(separator: ": ")
      var history = input.history.description
      if let first = called[layer.identity], first != input.shape {
        history += "\n  the layer was called before, on \(first): both calls share its parameters"
      }
      throw error.raised(in: title, named: name, from: history, at: layer.identity.location)
    }
  }

  /// What messages call a layer of a path: that of a model itself is empty, and that of a list a number.
  static func title(_ path: String?) -> String? {
    guard let path, !path.isEmpty else { return nil }
    return path.allSatisfy { $0.isNumber || $0 == "." } ? "layer \(path)" : path
  }

  /// Adds a parameter or state of a layer to the graph. Throws M308, with the layer's line, for a shape that no machine holds.
  private func addVariable(
    _ name: String, _ role: ParameterRole, _ specification: ParameterSpecification, of layer: LayerIdentity
  ) throws -> Value {
    do {
      return try root.builder.parameter(name, role, TensorType(.f32, specification.shape))
    } catch let error as MartletError {
      throw MartletError(error, "\(name): \(error.message)", at: error.location ?? layer.location)
    }
  }

  /// The value of a parameter or state of a layer that belongs to the model.
  func parameter(_ layer: any PrimitiveLayer, _ name: String) throws -> Value {
    if let value = variables[layer.identity]?[name] { return self.value(value, of: root, root.builder.type(of: value)) }
    guard paths[layer.identity] != nil else {
      throw MartletError(LayerErrorCode.notAProperty, "the layer is called, but it is not a property of the model")
    }
    let own = undeclared[layer.identity] ?? [:]
    guard let (path, specification, isTrained) = own[name] else {
      let others = own.isEmpty ? "it has none" : "it has " + own.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
      throw MartletError(LayerErrorCode.noSuchParameter, "the layer has no parameter '\(name)'; \(others)")
    }
    let role: ParameterRole = isTrained && !specification.isState ? .parameter : .state
    let value = try addVariable(path, role, specification, of: layer.identity)
    variables[layer.identity, default: [:]][name] = value
    return self.value(value, of: root, TensorType(.f32, specification.shape))
  }

  /// Gives a state of a layer its new value, which a second call of the layer then reads.
  func renew(_ layer: any PrimitiveLayer, _ name: String, _ value: Value) {
    guard scope === root else { return reject("a layer inside a loop renews its state '\(name)'") }
    variables[layer.identity]?[name] = value
    renewed.insert(Variable(layer: layer.identity, name: name))
  }

  /// Numbers in `0 ..< 1` that differ from step to step and from call to call; those of samples differ from one micro-batch to another, too.
  func randomUniform(_ shape: Shape, isOfSamples: Bool = true) throws -> Value {
    let key = try scope.randomKey ?? makeRandomKey()
    scope.randomKey = key
    scope.randomStreams += 1
    let first = isOfSamples ? try firstPosition(of: shape) : nil
    return try builder.randomUniform(key, from: first, shape, stream: scope.randomStreams - 1)
  }

  /// Where the draws of a micro-batch begin among those of the whole batch; nil for a whole batch. With samples along the first axis the draws
  /// are those of the whole batch; otherwise they are others than those of any other micro-batch.
  private func firstPosition(of shape: Shape) throws -> Value? {
    guard let microBatch, microBatch > 0 else { return nil }
    let type = TensorType(.i32, [])
    let variables = Set(undeclared.values.flatMap { $0.values.map(\.name) })
    let name = StepNames.free(StepNames.firstSample) { variables.contains($0) || root.builder.parameterValue(named: $0) != nil }
    let own = try firstSample ?? root.builder.parameter(name, .input, type)
    firstSample = own
    let first = value(own, of: root, type)
    let count = shape.elementCount
    let drawsOfSample = count % microBatch == 0 ? count / microBatch : count
    return try builder.multiply(first, builder.constant(Double(drawsOfSample), like: first))
  }

  /// The key of a graph is an input. That of a step of a loop is drawn for it outside of the loop.
  private func makeRandomKey() throws -> Value {
    let type = TensorType(.i32, [2])
    guard let outer = scope.outer else { return try builder.parameter(StepNames.randomKey, .input, type) }
    let inner = scope
    scope = outer
    defer { scope = inner }
    let draws = try randomUniform([inner.steps, 2], isOfSamples: false)
    // As many different numbers as a draw has.
    let keys = try builder.convert(builder.multiply(draws, builder.constant(Double(1 << 24), like: draws)), to: .i32)
    return try inner.addScanned(keys, type)
  }

  // MARK: Loops

  /// Runs `body` while the region of a loop grows in place of the graph around it.
  func inside<Result>(_ region: TraceScope, _ body: () throws -> Result) rethrows -> Result {
    let outer = scope
    scope = region
    defer { scope = outer }
    return try body()
  }

  /// The value in the graph that grows now. A loop reads what is outside of it whole; what is inside a loop that has ended can be read no more.
  fileprivate func value(_ value: Value, of origin: TraceScope, _ type: TensorType, in target: TraceScope) -> Value? {
    if target === origin { return value }
    guard let outer = target.outer, let outerValue = self.value(value, of: origin, type, in: outer) else { return nil }
    return try? target.capture(outerValue, type)
  }

  func value(_ value: Value, of origin: TraceScope, _ type: TensorType) -> Value {
    if let known = self.value(value, of: origin, type, in: scope) { return known }
    reject("a tensor \(type) of a loop's step is used outside of the step")
    // Something of this type, until the error is thrown.
    return (try? builder.add(Constant(0, type))) ?? value
  }

  private func reject(_ message: String) {
    scopeError =
      scopeError
      ?? MartletError(
        LayerErrorCode.loop, message, advice: "Return it from the step, as a carried or a stacked value, and use the loop's result.")
  }

  /// Throws M411 if a tensor was used where its loop does not run.
  func checkScopes() throws { if let scopeError { throw scopeError } }
}

/// How a tensor's shape came about: the layers that changed it.
struct History: CustomStringConvertible {
  private var steps: [(name: String, shape: Shape?)]
  /// The line of the layer or call that made the tensor, or of the last one before it that has one.
  private(set) var location: SourcePosition?
  /// The name of that layer or call.
  private(set) var latest: String

  init(_ name: String) { (steps, latest) = ([(name, nil)], name) }

  func starting(with shape: Shape) -> History {
    var copy = self
    if copy.steps[0].shape == nil { copy.steps[0].shape = shape }
    return copy
  }

  func appending(_ name: String, _ shape: Shape, at location: SourcePosition?) -> History {
    var copy = self
    if let location { (copy.location, copy.latest) = (location, name) }
    if steps.last?.shape != shape { copy.steps.append((name, shape)) }
    return copy
  }

  /// What stands before it in messages.
  static let title = "how the input came about"

  var description: String {
    steps.map { step in step.shape.map { "\(step.name) \($0)" } ?? step.name }.joined(separator: " -> ")
  }
}
