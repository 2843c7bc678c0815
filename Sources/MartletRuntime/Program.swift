import MartletCore
import MartletLoopIR

/// What a graph becomes: kernels, the launches of one execution in order, and where every intermediate value lies. Data only; a backend
/// turns it into an executable.
public struct Program: Hashable, Sendable {
  public struct Parameter: Hashable, Sendable {
    public var name: String
    public var role: ParameterRole
    public var type: TensorType
    /// For integers that are used as an index: what they must lie below. Checked before the launches.
    public var indexLimit: Int?

    public init(name: String, role: ParameterRole, type: TensorType, indexLimit: Int? = nil) {
      self.name = name
      self.role = role
      self.type = type
      self.indexLimit = indexLimit
    }
  }

  public struct Result: Hashable, Sendable {
    public var name: String
    public var type: TensorType
    /// The parameter in whose storage the result lies: it is the parameter's new value.
    public var updates: Int?

    public init(name: String, type: TensorType, updates: Int?) {
      self.name = name
      self.type = type
      self.updates = updates
    }
  }

  /// The memory behind a parameter of a launch.
  public enum Storage: Hashable, Sendable {
    case parameter(Int)
    case result(Int)
    /// An entry of `temporaries`.
    case temporary(Int)
  }

  /// An intermediate value.
  public struct Temporary: Hashable, Sendable {
    /// The value's name in the text of the optimized graph.
    public var name: String
    public var type: TensorType

    public init(name: String, type: TensorType) {
      self.name = name
      self.type = type
    }
  }

  public enum Launch: Hashable, Sendable {
    /// Calls a kernel over all its iterations, with one storage a parameter.
    case kernel(Int, [Storage])
    /// Copies all bytes.
    case copy(from: Storage, to: Storage)
  }

  public var name: String
  public var parameters: [Parameter]
  public var results: [Result]
  public var kernels: [Kernel]
  public var launches: [Launch]
  public var temporaries: [Temporary]
  public var memory: MemoryPlan

  public init(
    name: String, parameters: [Parameter], results: [Result], kernels: [Kernel], launches: [Launch], temporaries: [Temporary]
  ) throws {
    self.name = name
    self.parameters = parameters
    self.results = results
    self.kernels = kernels
    self.launches = launches
    self.temporaries = temporaries
    memory = MemoryPlan(Program.lifetimes(launches, temporaries))
    try memory.check()
  }

  /// For each temporary the first and last launch that touches it.
  static func lifetimes(_ launches: [Launch], _ temporaries: [Temporary]) -> [MemoryPlan.Request] {
    var first = [Int?](repeating: nil, count: temporaries.count)
    var last = [Int](repeating: -1, count: temporaries.count)
    for (time, launch) in launches.enumerated() {
      for case .temporary(let index) in launch.storages {
        first[index] = first[index] ?? time
        last[index] = time
      }
    }
    return temporaries.enumerated().map { index, temporary in
      MemoryPlan.Request(name: temporary.name, byteCount: temporary.type.byteCount, lifetime: (first[index] ?? 0)...max(last[index], 0))
    }
  }

  public func type(of storage: Storage) -> TensorType {
    switch storage {
    case .parameter(let index): parameters[index].type
    case .result(let index): results[index].type
    case .temporary(let index): temporaries[index].type
    }
  }
}

extension Program.Launch {
  public var storages: [Program.Storage] {
    switch self {
    case .kernel(_, let storages): storages
    case .copy(let source, let target): [source, target]
    }
  }
}
