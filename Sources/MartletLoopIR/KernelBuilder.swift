import MartletCore

/// Builds a kernel statement by statement: templates and general lowering append to the innermost open block. Swift's `if` and `for`
/// decide what exists, `unrolled`, tables and `static when` say what repeats.
public final class KernelBuilder {
  private let name: String
  private var parameters: [KernelParameter] = []
  private var blocks: [[Statement]] = [[]]
  /// Names of data and indices, unique in the kernel.
  public let names = NameSupply(reserved: [Kernel.begin, Kernel.end])

  public init(name: String) { self.name = name }

  public func append(_ statement: Statement) { blocks[blocks.count - 1].append(statement) }

  /// The statements that `body` appends, as a list of their own.
  public func collect(_ body: () throws -> Void) rethrows -> [Statement] {
    blocks.append([])
    do { try body() } catch {
      blocks.removeLast()
      throw error
    }
    return blocks.removeLast()
  }

  // MARK: Names and memory

  public func parameter(_ name: String, _ access: AccessMode, _ space: MemorySpace, _ element: ElementType, _ shape: [Int]) -> Buffer {
    parameters.append(KernelParameter(names.fresh(name), access, space, element, shape))
    return Buffer(builder: self, name: parameters[parameters.count - 1].name, element: element)
  }

  public func array(_ element: ElementType, _ shape: [Int], _ hint: String = "a", _ scope: ArrayScope = .local) -> Buffer {
    let name = names.fresh(hint)
    append(.array(name, element, shape, scope))
    return Buffer(builder: self, name: name, element: element)
  }

  public func registers(_ type: ValueType, _ shape: [Int], _ initial: Expr? = nil, _ hint: String = "acc") -> Registers {
    let name = names.fresh(hint)
    append(.registers(name, type, shape, initial))
    return Registers(builder: self, name: name)
  }

  public func `let`(_ value: Expr, _ hint: String = "t") -> Expr {
    let name = names.fresh(hint)
    append(.letValue(name, value))
    return .name(name)
  }

  public func letIndex(_ index: Index, _ hint: String = "i") -> Index {
    let name = names.fresh(hint)
    append(.letIndex(name, index))
    return Index(variable: name)
  }

  /// The only door from data to addresses.
  public func index(_ value: Expr, _ range: Range<Int>, multiple: Int = 1, _ hint: String = "k") -> Index {
    let name = names.fresh(hint)
    append(.letDataIndex(name, value, lower: range.lowerBound, upper: range.upperBound, multiple: multiple))
    return Index(variable: name)
  }

  public func variable(_ type: ValueType, _ initial: Expr, _ hint: String = "v") -> Variable {
    let name = names.fresh(hint)
    append(.variable(name, type, initial))
    return Variable(builder: self, name: name)
  }

  // MARK: Control

  public func loop(
    _ lower: Index, _ upper: Index, step: Index = Index(1), _ kind: LoopKind = .serial, _ hint: String = "i", _ body: (Index) throws -> Void
  ) rethrows {
    let name = names.fresh(hint)
    let statements = try collect { try body(Index(variable: name)) }
    append(.loop(Loop(name, lower, upper, step: step, kind, statements)))
  }

  public func loop(_ range: Range<Int>, _ kind: LoopKind = .serial, _ hint: String = "i", _ body: (Index) throws -> Void) rethrows {
    try loop(Index(range.lowerBound), Index(range.upperBound), kind, hint, body)
  }

  /// The iterations of a call: `begin ..< end`.
  public func parallel(_ hint: String = "n", step: Int = 1, _ body: (Index) throws -> Void) rethrows {
    try loop(Index(variable: Kernel.begin), Index(variable: Kernel.end), step: Index(step), .parallel, hint, body)
  }

  public func bits(of mask: Expr, below limit: Int, _ hint: String = "i", _ body: (Index) throws -> Void) rethrows {
    let name = names.fresh(hint)
    let statements = try collect { try body(Index(variable: name)) }
    append(.bits(name, mask, limit: limit, statements))
  }

  public func when(_ condition: Condition, _ body: () throws -> Void) rethrows {
    append(.when(condition, try collect(body), otherwise: []))
  }

  public func when(_ condition: Condition, _ body: () throws -> Void, otherwise: () throws -> Void) rethrows {
    append(.when(condition, try collect(body), otherwise: try collect(otherwise)))
  }

  public func staticWhen(_ conditions: [IndexCondition], _ body: () throws -> Void) rethrows {
    append(.staticWhen(conditions, try collect(body), otherwise: []))
  }

  public func fence() { append(.fence) }
  public func barrier() { append(.barrier) }

  /// A value of another thread of the warp.
  public func exchange(_ value: Expr, _ exchange: WarpExchange, _ hint: String = "t") -> Expr {
    let name = names.fresh(hint)
    append(.letExchange(name, exchange, value))
    return .name(name)
  }
  public func prefetch(_ buffer: Buffer, _ subscripts: [Index]) { append(.prefetch(Access(buffer.name, subscripts))) }
  public func sgemm(_ product: LibraryProduct) { append(.sgemm(product)) }

  /// The kernel, verified. `over` is the number of iterations that callers divide.
  public func finish(over: Int, tile: Int? = nil, multiple: Int = 1) throws -> Kernel {
    let kernel = Kernel(name: name, parameters: parameters, over: over, tile: tile, multiple: multiple, body: blocks[0])
    try kernel.verify()
    return kernel
  }

  /// Memory: a parameter or a private array.
  public struct Buffer {
    let builder: KernelBuilder
    public let name: String
    public let element: ElementType

    public subscript(_ subscripts: Index...) -> Expr { self[subscripts] }
    public subscript(_ subscripts: [Index], lanes lanes: Int = 1, first first: Index? = nil) -> Expr {
      .load(Access(name, subscripts, lanes: lanes, first: first))
    }

    public func store(_ value: Expr, _ subscripts: [Index], lanes: Int = 1, first: Index? = nil) {
      builder.append(.store(Access(name, subscripts, lanes: lanes, first: first), value))
    }
  }

  /// Accumulators: cells whose subscripts are constant after expand.
  public struct Registers {
    let builder: KernelBuilder
    public let name: String

    public subscript(_ subscripts: Index...) -> Expr {
      get { .register(name, subscripts) }
      nonmutating set { builder.append(.assignRegister(name, subscripts, newValue)) }
    }
  }

  /// A mutable variable.
  public struct Variable {
    let builder: KernelBuilder
    public let name: String

    public var value: Expr {
      get { .name(name) }
      nonmutating set { builder.append(.assign(name, newValue)) }
    }
  }
}
