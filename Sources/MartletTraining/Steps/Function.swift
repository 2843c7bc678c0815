import MartletCompiler
import MartletCore
import MartletGraph
import MartletLayers
import MartletLowering
import MartletRuntime
import MartletTransforms
import Synchronization

/// A function of tensors, compiled, without gradients or updates: prediction, a test loss, a metric. Layers behave as outside training.
///
/// ```swift
/// let classify = try Function(weights, inputs: .u8(1, 1, 28, 28)) { try net($0.scaled()).softmax(axis: 1) }
/// let probabilities: [Float] = try classify(pixels)
/// ```
///
/// It is compiled once for each number of samples. May be called from several threads: its own calls take turns, those of other functions
/// over the same
/// variables run at the same time.
public final class Function: @unchecked Sendable {
  package let variables: Variables
  private let graphs: CompiledGraphs
  private let turn = Mutex<Void>(())

  /// A function of any number of inputs: `body` gets as many tensors, in this order.
  ///
  /// Traces and compiles it for the number of samples of the specifications. Throws what `body` throws, M1501 for two results of one name, and
  /// M153 where the memory does not suffice.
  public init(
    _ variables: Variables, inputs: [InputSpecification], _ body: @escaping ([Tensor]) throws -> any TracedResults
  ) throws {
    self.variables = variables
    let names = inputs.indices.map(CompiledGraphs.inputName)
    graphs = CompiledGraphs(
      inputs, variables.device.execution, Compiler(), variable: { name, _ in try variables.buffer(name) }
    ) { samples in
      let own = zip(names, inputs).map { (name: $0, specification: $1.with(samples: samples)) }
      let graph = try Tracer.trace(
        variables.structure, name: "function", inputs: own, purpose: .inference,
        showsValues: variables.device.execution is InterpreterDevice, isTrained: { _ in true }
      ) { try Tracer.Body(body($0), fallback: "result", variables) }
      return graph
    }
    _ = try graphs.bound(samples: graphs.specifiedSamples())
  }

  /// A function of one input, as `init(_:inputs:_:)` with a list of one.
  public convenience init(
    _ variables: Variables, inputs first: InputSpecification, _ body: @escaping (Tensor) throws -> any TracedResults
  ) throws {
    try self.init(variables, inputs: [first]) { try body($0[0]) }
  }

  /// A function of two inputs, as `init(_:inputs:_:)` with a list of two.
  public convenience init(
    _ variables: Variables, inputs first: InputSpecification, _ second: InputSpecification,
    _ body: @escaping (Tensor, Tensor) throws -> any TracedResults
  ) throws {
    try self.init(variables, inputs: [first, second]) { try body($0[0], $0[1]) }
  }

  /// How many batch sizes stay compiled, 16 at first: the least recently used one is dropped first.
  public var mostCompiledSizes: Int {
    get { turn.withLock { _ in graphs.mostKept } }
    set { turn.withLock { _ in graphs.mostKept = newValue } }
  }

  /// The numbers of all results and watched values. A number of samples that is not compiled yet is compiled first. Throws M1504 and M1505
  /// where the inputs do not fit, M1503 while a step changes the variables, and M804 for an index out of range.
  public func values(_ inputs: any InputData...) throws -> ResultValues { try results(inputs) }

  /// The same for a list of inputs.
  package func results(_ inputs: [any InputData]) throws -> ResultValues {
    try variables.reading {
      try turn.withLock { _ in
        let bound = try graphs.bound(samples: graphs.samples(inputs))
        try graphs.run(bound, inputs)
        return try bound.values()
      }
    }
  }

  /// The traced graph for a number of samples.
  package func graph(samples: Int) throws -> Graph { try turn.withLock { _ in try graphs.bound(samples: samples).graph } }

  /// The first result, of the type that the function gives. Throws as `values` does.
  public func callAsFunction(_ inputs: any InputData...) throws -> HostTensor {
    try TrainingSession.required(results(inputs).tensors.first?.tensor, "a result")
  }

  /// The elements of the first result, row-major: `let p: [Float] = try classify(pixels)`. Throws as `values` does, and M1505 where the
  /// result is of another element type.
  public func callAsFunction<Scalar: TensorScalar>(_ inputs: any InputData...) throws -> [Scalar] {
    let tensor = try TrainingSession.required(results(inputs).tensors.first?.tensor, "a result")
    guard let elements = tensor.elements(as: Scalar.self) else {
      throw MartletError(
        LibraryErrorCode.inputType, "the function gives \(tensor.type), its elements are not \(Scalar.self)",
        advice: "Take them as an array of that element type, or convert the result: converted(to: .f32).")
    }
    return elements
  }
}
