import MartletCore

/// Builds a kernel statement by statement: templates and general lowering append to the innermost open block. Swift's `if` and `for`
/// decide what exists, `unrolled`, tables and `static when` say what repeats.
package final class KernelBuilder {
  private let name: String
  private var parameters: [KernelParameter] = []
  private var blocks: [[Statement]] = [[]]
  /// Names of data and indices, unique in the kernel.
  package let names = NameSupply(reserved: [Kernel.begin, Kernel.end])

  package init(name: String) { self.name = name }

  package func append(_ statement: Statement) { blocks[blocks.count - 1].append(statement) }

  /// The statements that `body` appends, as a list of their own.
  package func collect(_ body: () throws -> Void) rethrows -> [Statement] {
    blocks.append([])
    do { try body() } catch {
      blocks.removeLast()
      throw error
    }
    return blocks.removeLast()
  }

  // MARK: Names and memory

  package func parameter(_ name: String, _ access: AccessMode, _ space: MemorySpace, _ element: ElementType, _ shape: [Int]) -> Buffer {
    parameters.append(KernelParameter(names.fresh(name), access, space, element, shape))
    return Buffer(builder: self, name: parameters[parameters.count - 1].name, element: element)
  }

  package func array(_ element: ElementType, _ shape: [Int], _ hint: String = "a", _ scope: ArrayScope = .local) -> Buffer {
    let name = names.fresh(hint)
    append(.array(name, element, shape, scope))
    return Buffer(builder: self, name: name, element: element)
  }

  package func registers(_ type: ValueType, _ shape: [Int], _ initial: Expr? = nil, _ hint: String = "acc") -> Registers {
    let name = names.fresh(hint)
    append(.registers(name, type, shape, initial))
    return Registers(builder: self, name: name)
  }

  package func `let`(_ value: Expr, _ hint: String = "t") -> Expr {
    let name = names.fresh(hint)
    append(.letValue(name, value))
    return .name(name)
  }

  package func letIndex(_ index: Index, _ hint: String = "i") -> Index {
    let name = names.fresh(hint)
    append(.letIndex(name, index))
    return Index(variable: name)
  }

  /// The only door from data to addresses.
  package func index(_ value: Expr, _ range: Range<Int>, multiple: Int = 1, _ hint: String = "k") -> Index {
    let name = names.fresh(hint)
    append(.letDataIndex(name, value, lower: range.lowerBound, upper: range.upperBound, multiple: multiple))
    return Index(variable: name)
  }

  package func variable(_ type: ValueType, _ initial: Expr, _ hint: String = "v") -> Variable {
    let name = names.fresh(hint)
    append(.variable(name, type, initial))
    return Variable(builder: self, name: name)
  }

  // MARK: Control

  package func loop(
    _ lower: Index, _ upper: Index, step: Index = Index(1), _ kind: LoopKind = .serial, _ hint: String = "i", _ body: (Index) throws -> Void
  ) rethrows {
    let name = names.fresh(hint)
    let statements = try collect { try body(Index(variable: name)) }
    append(.loop(Loop(name, lower, upper, step: step, kind, statements)))
  }

  package func loop(_ range: Range<Int>, _ kind: LoopKind = .serial, _ hint: String = "i", _ body: (Index) throws -> Void) rethrows {
    try loop(Index(range.lowerBound), Index(range.upperBound), kind, hint, body)
  }

  /// The iterations of a call: `begin ..< end`.
  package func parallel(_ hint: String = "n", step: Int = 1, _ body: (Index) throws -> Void) rethrows {
    try loop(Index(variable: Kernel.begin), Index(variable: Kernel.end), step: Index(step), .parallel, hint, body)
  }

  package func bits(of mask: Expr, below limit: Int, _ hint: String = "i", _ body: (Index) throws -> Void) rethrows {
    let name = names.fresh(hint)
    let statements = try collect { try body(Index(variable: name)) }
    append(.bits(name, mask, limit: limit, statements))
  }

  package func when(_ condition: Condition, _ body: () throws -> Void) rethrows {
    append(.when(condition, try collect(body), otherwise: []))
  }

  package func when(_ condition: Condition, _ body: () throws -> Void, otherwise: () throws -> Void) rethrows {
    append(.when(condition, try collect(body), otherwise: try collect(otherwise)))
  }

  package func staticWhen(_ conditions: [IndexCondition], _ body: () throws -> Void) rethrows {
    append(.staticWhen(conditions, try collect(body), otherwise: []))
  }

  package func fence() { append(.fence) }
  package func barrier() { append(.barrier) }

  /// A value of another thread of the warp.
  package func exchange(_ value: Expr, _ exchange: WarpExchange, _ hint: String = "t") -> Expr {
    let name = names.fresh(hint)
    append(.letExchange(name, exchange, value))
    return .name(name)
  }
  package func prefetch(_ buffer: Buffer, _ subscripts: [Index]) { append(.prefetch(Access(buffer.name, subscripts))) }
  package func sgemm(_ product: LibraryProduct) { append(.sgemm(product)) }

  /// The kernel, verified. `over` is the number of iterations that callers divide.
  package func finish(over: Int, tile: Int? = nil, multiple: Int = 1) throws -> Kernel {
    let kernel = Kernel(name: name, parameters: parameters, over: over, tile: tile, multiple: multiple, body: blocks[0])
    try kernel.verify()
    return kernel
  }

  /// Memory: a parameter or a private array.
  package struct Buffer {
    let builder: KernelBuilder
    package let name: String
    package let element: ElementType

    package subscript(_ subscripts: Index...) -> Expr { self[subscripts] }
    package subscript(_ subscripts: [Index], lanes lanes: Int = 1, first first: Index? = nil) -> Expr {
      .load(Access(name, subscripts, lanes: lanes, first: first))
    }

    package func store(_ value: Expr, _ subscripts: [Index], lanes: Int = 1, first: Index? = nil) {
      builder.append(.store(Access(name, subscripts, lanes: lanes, first: first), value))
    }
  }

  /// Accumulators: cells whose subscripts are constant after expand.
  package struct Registers {
    let builder: KernelBuilder
    package let name: String

    package subscript(_ subscripts: Index...) -> Expr {
      get { .register(name, subscripts) }
      nonmutating set { builder.append(.assignRegister(name, subscripts, newValue)) }
    }
  }

  /// A mutable variable.
  package struct Variable {
    let builder: KernelBuilder
    package let name: String

    package var value: Expr {
      get { .name(name) }
      nonmutating set { builder.append(.assign(name, newValue)) }
    }
  }
}
