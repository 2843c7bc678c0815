import MartletCompiler
import MartletCore
import MartletGraph
import MartletRuntime
import MartletTransforms

/// The programs of a divided step beside that of its gradients: they add up terms and update the variables. Compiled once, for all numbers of samples.
struct MicroBatchPrograms {
  let layout: TermLayout
  /// For each process its terms.
  let owned: [Range<Int>]
  /// The messages for a sum of all terms; none for one process.
  let messages: [SumExchange.Part]
  /// The number of a term by its name.
  let numbers: [String: Int]
  /// Nil where this process owns no terms.
  private(set) var update: Update?
  /// Adds the terms of a later sum to those of an earlier one: of all terms, of those that this process owns, of those of a message.
  private var sums: [Range<Int>: any Executable] = [:]
  private var squares: (executable: any Executable, outputs: [any DeviceBuffer])?

  /// `compile` optimizes and compiles a graph, `variable` gives the memory of a parameter or state. Throws what these throw.
  init(
    _ terms: [Compiler.Term], _ compiler: Compiler, _ updates: Pass, count: Int, rank: Int, processes: Int, leastMessageBytes: Int,
    on device: any ExecutionDevice, variable: (String, TensorType) throws -> any DeviceBuffer, compile: (Graph) throws -> any Executable
  ) throws {
    layout = TermLayout(terms, leastMessageBytes: leastMessageBytes)
    owned = layout.owned(processes: processes)
    messages = processes == 1 ? [] : SumExchange.parts(layout, owned)
    numbers = Dictionary(terms.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    let own = owned[rank]
    func executable(_ graph: Graph) throws -> (any Executable)? { graph.results.isEmpty ? nil : try compile(graph) }
    var summed: Set<Range<Int>> = count > 1 ? [0..<terms.count] : []
    if processes > 1 { summed.insert(own) }
    // Of several micro-batches a process adds up what it sends.
    if MicroBatches(count: count, samples: count).ofProcess(rank, of: processes).count > 1 { summed.formUnion(messages.map(\.terms)) }
    for range in summed { sums[range] = try executable(compiler.sum(of: Array(terms[range]))) }
    if compiler.gradientNorm != nil, let executable = try executable(compiler.squares(of: Array(terms[own]))) {
      squares = (executable, try executable.results.map { try device.makeBuffer($0.type) })
    }
    update = try executable(compiler.update(of: Array(terms[own]), updates: updates)).map { try update($0, device, variable) }
  }

  /// A program over sums of terms, which are in other memory in each step, and variables, which are not.
  struct Update {
    fileprivate enum Argument {
      case term(Int)
      case buffer(any DeviceBuffer)
    }

    fileprivate var executable: any Executable
    fileprivate var arguments: [Argument]
    fileprivate(set) var inputs: [String: any DeviceBuffer]

    /// The factor that clips the gradients.
    var factor: (any DeviceBuffer)? { inputs.first { StepNames.isFree($0.key, of: StepNames.gradientFactor) }?.value }

    func run(_ terms: TermBuffers) throws {
      try executable.run(
        arguments.map { argument in
          switch argument {
          case .term(let number): terms[number]
          case .buffer(let buffer): buffer
          }
        }, [])
    }
  }

  /// Gives a program its memory. Throws what `variable` throws, and M153 where the memory does not suffice.
  func update(
    _ executable: any Executable, _ device: any ExecutionDevice, _ variable: (String, TensorType) throws -> any DeviceBuffer
  ) throws -> Update {
    var inputs: [String: any DeviceBuffer] = [:]
    let arguments = try executable.parameters.map { parameter -> Update.Argument in
      if let number = numbers[parameter.name] { return .term(number) }
      guard parameter.role == .input else { return .buffer(try variable(parameter.name, parameter.type)) }
      let buffer = try device.makeBuffer(parameter.type)
      inputs[parameter.name] = buffer
      return .buffer(buffer)
    }
    return Update(executable: executable, arguments: arguments, inputs: inputs)
  }

  /// Adds some terms of a later sum to those of an earlier one, whose memory holds the result.
  func add(_ later: TermBuffers, to earlier: TermBuffers, _ range: Range<Int>) throws {
    guard let executable = sums[range] else { return }
    try executable.run(
      executable.parameters.map { parameter in
        let isLater = parameter.name.hasSuffix(Compiler.laterSuffix)
        let number = try number(isLater ? String(parameter.name.dropLast(Compiler.laterSuffix.count)) : parameter.name)
        return isLater ? later[number] : earlier[number]
      }, [])
  }

  /// The number of a term. Throws M1204 where there is none of this name.
  func number(_ name: String) throws -> Int { try TrainingSession.required(numbers[name], "a term \(name)") }

  /// What clips the norm of all gradients: min(maximum / (norm + 1e-6), 1), as the pass `clip-gradients` computes it. The squares are added in the order of
  /// the parameters; nil where nothing is clipped.
  func clippingFactor(_ total: TermBuffers, _ maximum: Double?, rank: Int, _ group: (any ProcessGroup)?) throws -> Float? {
    guard let maximum else { return nil }
    var all = [Float](repeating: 0, count: layout.terms.count)
    if let (executable, outputs) = squares {
      try executable.run(executable.parameters.map { total[try number($0.name)] }, outputs)
      let gradients = owned[rank].filter { layout.terms[$0].kind == .gradient }
      for (number, output) in zip(gradients, outputs) { all[number] = Float(try output.read().numbers.first ?? 0) }
    }
    if let group, group.count > 1 {
      for (other, bytes) in try group.gather(all.withUnsafeBytes { Array($0) }).enumerated() {
        bytes.withUnsafeBytes { bytes in
          for number in owned[other] { all[number] = bytes.loadUnaligned(fromByteOffset: number * 4, as: Float.self) }
        }
      }
    }
    let norm = all.reduce(0, +).squareRoot()
    let quotient = Float(maximum) / (norm + 1e-6)
    return quotient.isNaN ? quotient : min(quotient, 1)
  }
}
