import MartletCore

/// How the iterations of a loop run.
package enum LoopKind: Hashable, Sendable {
  case serial
  /// Bounds are constant after expand, which writes the iterations out.
  case unrolled
  /// Iterations are independent; the pass `vectorize` makes vectors of that many lanes and a tail.
  case vectorized(Int)
  /// Iterations are independent; the range is the kernel's `begin ..< end`.
  case parallel
  /// Iterations are the blocks of a launch on a GPU along one axis of the grid.
  case block(GridAxis)
  /// Iterations are the threads of each block along one axis; the bounds are constant.
  case thread(GridAxis)
}

/// An axis of a launch on a GPU. Source: CUDA C++ Programming Guide, "Thread Hierarchy".
package enum GridAxis: String, CaseIterable, Hashable, Sendable {
  case x, y, z
}

extension LoopKind {
  /// Whether a launch on a GPU runs the iterations, instead of the code of one thread.
  package var isLaunched: Bool {
    switch self {
    case .block, .thread: true
    case .serial, .unrolled, .vectorized, .parallel: false
    }
  }
}

package struct Loop: Hashable, Sendable {
  package var variable: String
  package var lower: Index
  /// Excluded.
  package var upper: Index
  /// Constant after expand.
  package var step: Index
  package var kind: LoopKind
  package var body: [Statement]

  package init(_ variable: String, _ lower: Index, _ upper: Index, step: Index = Index(1), _ kind: LoopKind, _ body: [Statement]) {
    self.variable = variable
    self.lower = lower
    self.upper = upper
    self.step = step
    self.kind = kind
    self.body = body
  }
}

/// The condition of a `when`.
package enum Condition: Hashable, Sendable {
  /// All of these hold; the body knows it.
  case indices([IndexCondition])
  /// A scalar mask.
  case mask(Expr)
}

/// A step of a kernel. The list is closed: the emitters, the interpreter and the verifier cover each case. IR/README.md lists the meanings.
package indirect enum Statement: Hashable, Sendable {
  case letValue(String, Expr)
  /// An index that stands for an expression of others; expand substitutes it.
  case letIndex(String, Index)
  /// The only door from data to addresses: the producer guarantees the range and the divisor.
  case letDataIndex(String, Expr, lower: Int, upper: Int, multiple: Int)
  case variable(String, ValueType, Expr)
  case assign(String, Expr)
  case registers(String, ValueType, [Int], Expr?)
  case assignRegister(String, [Index], Expr)
  /// Memory of a thread, or one for all threads of a block on a GPU; any subscript.
  case array(String, ElementType, [Int], ArrayScope)
  case store(Access, Expr)
  case loop(Loop)
  /// The set bits of an i64, ascending, below the limit.
  case bits(String, Expr, limit: Int, [Statement])
  case when(Condition, [Statement], otherwise: [Statement])
  /// Decided by expand.
  case staticWhen([IndexCondition], [Statement], otherwise: [Statement])
  /// Fetches the cache line of an element that is stored to soon: a hint, changes nothing.
  case prefetch(Access)
  /// A product of matrices by the BLAS library; processors only.
  case sgemm(LibraryProduct)
  /// Changes no value; no memory access moves across.
  case fence
  /// All threads of the block meet: what they stored to its memory before is there afterwards. GPU only.
  case barrier
  /// A value of another thread of the warp, which all its threads give and take at once. GPU only.
  case letExchange(String, WarpExchange, Expr)
  /// What follows comes from this line of the kernel as it was built: for tools that show texts side by side. Changes nothing.
  case line(Int)
  /// What follows computes this: for people who read the text. Changes nothing.
  case part(String)
}

/// Whose memory an array is.
package enum ArrayScope: String, CaseIterable, Hashable, Sendable {
  /// Each thread has its own.
  case local
  /// The threads of a block share one.
  case shared
}

/// Whose value a thread takes of the 32 of its warp. Source: CUDA C++ Programming Guide, "Warp Shuffle Functions".
package enum WarpExchange: Hashable, Sendable {
  /// That of the thread whose number in the warp differs in these bits.
  case xor(Int)
  /// That of the thread of this number.
  case lane(Int)

  /// Threads of a warp.
  package static let width = 32

  /// The number of the thread from which the one of a number takes.
  package func source(of number: Int) -> Int {
    switch self {
    case .xor(let bits): number ^ bits
    case .lane(let lane): lane
    }
  }
}

extension Statement {
  /// Rewrites every expression directly in this statement, not in nested statements.
  package func mappingExpressions(_ transform: (Expr) throws -> Expr) rethrows -> Statement {
    switch self {
    case .letValue(let name, let e): .letValue(name, try transform(e))
    case .letDataIndex(let name, let e, let lower, let upper, let multiple):
      .letDataIndex(name, try transform(e), lower: lower, upper: upper, multiple: multiple)
    case .variable(let name, let type, let e): .variable(name, type, try transform(e))
    case .assign(let name, let e): .assign(name, try transform(e))
    case .registers(let name, let type, let shape, let e): .registers(name, type, shape, try e.map(transform))
    case .assignRegister(let name, let subscripts, let e): .assignRegister(name, subscripts, try transform(e))
    case .store(let access, let e): .store(access, try transform(e))
    case .bits(let variable, let e, let limit, let body): .bits(variable, try transform(e), limit: limit, body)
    case .when(.mask(let e), let body, let otherwise): .when(.mask(try transform(e)), body, otherwise: otherwise)
    case .letExchange(let name, let exchange, let e): .letExchange(name, exchange, try transform(e))
    case .letIndex, .array, .loop, .when, .staticWhen, .prefetch, .sgemm, .fence, .barrier, .line, .part: self
    }
  }

  /// The expressions directly in this statement.
  package var expressions: [Expr] {
    switch self {
    case .letValue(_, let e), .letDataIndex(_, let e, _, _, _), .variable(_, _, let e), .assign(_, let e), .assignRegister(_, _, let e),
      .store(_, let e), .bits(_, let e, _, _), .when(.mask(let e), _, _), .letExchange(_, _, let e):
      [e]
    case .registers(_, _, _, let e): e.map { [$0] } ?? []
    case .letIndex, .array, .loop, .when, .staticWhen, .prefetch, .sgemm, .fence, .barrier, .line, .part: []
    }
  }

  /// The nested statement lists.
  package var bodies: [[Statement]] {
    switch self {
    case .loop(let loop): [loop.body]
    case .bits(_, _, _, let body): [body]
    case .when(_, let body, let otherwise), .staticWhen(_, let body, let otherwise): [body, otherwise]
    case .letValue, .letIndex, .letDataIndex, .variable, .assign, .registers, .assignRegister, .array, .store, .prefetch, .sgemm, .fence,
      .barrier, .letExchange, .line, .part:
      []
    }
  }

  /// The same statement with other nested lists.
  package func mappingBodies(_ transform: ([Statement]) throws -> [Statement]) rethrows -> Statement {
    switch self {
    case .loop(var loop):
      loop.body = try transform(loop.body)
      return .loop(loop)
    case .bits(let variable, let e, let limit, let body): return .bits(variable, e, limit: limit, try transform(body))
    case .when(let condition, let body, let otherwise):
      return .when(condition, try transform(body), otherwise: try transform(otherwise))
    case .staticWhen(let conditions, let body, let otherwise):
      return .staticWhen(conditions, try transform(body), otherwise: try transform(otherwise))
    case .letValue, .letIndex, .letDataIndex, .variable, .assign, .registers, .assignRegister, .array, .store, .prefetch, .sgemm, .fence,
      .barrier, .letExchange, .line, .part:
      return self
    }
  }

  /// The data name that the statement defines.
  package var definedName: String? {
    switch self {
    case .letValue(let name, _), .variable(let name, _, _), .registers(let name, _, _, _), .array(let name, _, _, _),
      .letExchange(let name, _, _):
      name
    case .letIndex, .letDataIndex, .assign, .assignRegister, .store, .loop, .bits, .when, .staticWhen, .prefetch, .sgemm, .fence,
      .barrier, .line, .part:
      nil
    }
  }
}

extension Statement {
  /// The index that the statement defines.
  package var definedIndex: String? {
    switch self {
    case .letIndex(let name, _), .letDataIndex(let name, _, _, _, _), .bits(let name, _, _, _): name
    case .loop(let loop): loop.variable
    case .letValue, .variable, .registers, .array, .letExchange, .assign, .assignRegister, .store, .when, .staticWhen, .prefetch, .sgemm,
      .fence, .barrier, .line, .part:
      nil
    }
  }
}

extension Sequence<Statement> {
  /// Calls the body for every statement, nested ones too.
  package func forEachNested(_ body: (Statement) throws -> Void) rethrows {
    for statement in self {
      try body(statement)
      for nested in statement.bodies { try nested.forEachNested(body) }
    }
  }
}
