import MartletCore

/// Checks a kernel as it was built: names, types, access modes, nesting of loops, parallel stores.
struct StructureChecker {
  let kernel: Kernel
  var types = TypeEnvironment()
  /// All names ever defined, of data and of indices; scopes end, names are still not defined again.
  var defined: Set<String> = []
  var definedIndices: Set<String> = [Kernel.begin, Kernel.end]
  var indices: Set<String> = [Kernel.begin, Kernel.end]
  var visible: Set<String> = []
  /// The indices that tell iterations apart which may run at the same time: of the parallel loop, of blocks and threads.
  var parallelVariables: Set<String> = []
  var isInsideVectorized = false
  /// Whether a condition around the statement at hand leaves one iteration of the parallel loops.
  var isSingle = false
  /// The block and thread loops so far.
  var launched: Set<LoopKind> = []
  /// Whether the statement at hand is nested in anything but block and thread loops.
  var isInsideOrdinary = false
  /// Whether only some threads of a block may come to the statement at hand.
  var isDivergent = false
  /// Indices that differ between the threads of a block, or come from data.
  var divergent: Set<String> = []

  /// Whether checking goes on behind a fault: each statement then has a `line` before it, which numbers it.
  var collectsFaults = false
  private(set) var faults: [Kernel.Fault] = []
  /// The number of the statement at hand.
  private var number: Int?
  /// Names that statements with faults define: what uses them is not checked.
  private var unknown: Set<String> = []

  init(kernel: Kernel) { self.kernel = kernel }

  mutating func run() throws {
    guard kernel.over >= 0, kernel.multiple >= 1, kernel.tile.map({ $0 >= 1 }) ?? true else {
      throw kernel.damage("over, tile and multiple must not be negative")
    }
    var parameterTypes = kernel
    parameterTypes.body = []
    do { types = try TypeEnvironment(parameterTypes) }
    for (index, parameter) in kernel.parameters.enumerated() {
      do {
        try define(parameter.name, nil)
        guard parameter.element != .mask, Shape.checkedElementCount(parameter.shape) != nil else {
          throw kernel.damage("%\(parameter.name) cannot be stored in memory")
        }
      } catch let error as MartletError where collectsFaults {
        faults.append(Kernel.Fault(error: error, number: index, isParameter: true))
        unknown.insert("%" + parameter.name)
      }
    }
    try check(kernel.body)
  }

  private mutating func define(_ name: String, _ statement: Statement?) throws {
    guard defined.insert(name).inserted else { throw kernel.damage("%\(name) is defined twice", statement) }
    visible.insert(name)
  }

  private mutating func defineIndex(_ name: String, _ statement: Statement) throws {
    guard definedIndices.insert(name).inserted else { throw kernel.damage("index '\(name)' is defined twice", statement) }
    indices.insert(name)
  }

  mutating func check(_ statements: [Statement]) throws {
    let (outerVisible, outerIndices) = (visible, indices)
    for statement in statements {
      if collectsFaults {
        collect(statement)
        continue
      }
      do { try check(statement) } catch let error as MartletError where error.kind == .invalidInput {
        throw kernel.damage(error.message, statement)
      }
    }
    visible = outerVisible
    indices = outerIndices
  }

  /// Checks a statement and keeps its fault.
  private mutating func collect(_ statement: Statement) {
    if case .line(let number) = statement { self.number = number }
    let own = number
    do {
      guard unknown.isEmpty || unknown.isDisjoint(with: statement.names) else { return hide(statement) }
      try check(statement)
    } catch let error as MartletError {
      let fault = error.kind == .invalidInput ? kernel.damage(error.message, statement) : error
      if faults.count < TextErrors.mostCounted { faults.append(Kernel.Fault(error: fault, number: own)) }
      hide(statement)
    } catch { hide(statement) }
  }

  /// What a statement defines, and what is nested in it, is not known.
  private mutating func hide(_ statement: Statement) {
    [statement].forEachNested { nested in
      if let name = nested.definedName { unknown.insert("%" + name) }
      if let name = nested.definedIndex { unknown.insert(name) }
    }
  }

  private mutating func check(_ statement: Statement) throws {
    for expression in statement.expressions { try check(expression, statement) }
    switch statement {
    case .letValue(let name, _):
      try define(name, statement)
      try types.define(statement)
    case .letIndex(let name, let index):
      try check(index, statement)
      try defineIndex(name, statement)
      derived[name] = index
      if !isUniform(index) { divergent.insert(name) }
    case .letDataIndex(let name, let e, let lower, let upper, let multiple):
      guard let type = try types.type(of: e), type == .i32() || type == .i64() else {
        throw kernel.damage("index(…) takes an integer", statement)
      }
      guard lower <= upper, multiple >= 1 else { throw kernel.damage("the range is empty", statement) }
      try defineIndex(name, statement)
      derived[name] = indices(in: e)
      if !isUniform(e) { divergent.insert(name) }
    case .variable(let name, let type, let e):
      try checkStorable(type, statement)
      try checkValue(e, type, statement)
      try define(name, statement)
      try types.define(statement)
    case .assign(let name, let e):
      guard visible.contains(name), types.variables.contains(name), let type = types.values[name] else {
        throw kernel.damage("%\(name) is not a variable here", statement)
      }
      try checkValue(e, type, statement)
    case .registers(let name, let type, let shape, let e):
      try checkStorable(type, statement)
      guard !shape.isEmpty, shape.allSatisfy({ $0 >= 1 }) else { throw kernel.damage("registers need extents", statement) }
      if let e { try checkValue(e, type, statement) }
      try define(name, statement)
      try types.define(statement)
    case .assignRegister(let name, let subscripts, let e):
      guard visible.contains(name), let register = types.registers[name] else {
        throw kernel.damage("%\(name) is not registers here", statement)
      }
      guard subscripts.count == register.shape.count else { throw kernel.damage("%\(name) has \(register.shape.count) axes", statement) }
      for index in subscripts { try check(index, statement) }
      try checkValue(e, register.type, statement)
    case .array(let name, let element, _, let scope):
      guard element != .mask else { throw kernel.damage("masks cannot be stored in memory", statement) }
      guard scope == .local || !launched.isEmpty else { throw kernel.damage("memory of a block outside of a block", statement) }
      try define(name, statement)
      try types.define(statement)
    case .store(let access, let e):
      try check(access, statement)
      guard let memory = types.memories[access.buffer] else { throw kernel.damage("%\(access.buffer) is not memory", statement) }
      guard memory.access != .read else { throw kernel.damage("%\(access.buffer) is read only", statement) }
      try checkValue(e, ValueType(memory.element.loaded, lanes: access.lanes), statement)
      try checkStoreIsOwn(access, memory, statement)
    case .loop(let loop):
      for index in [loop.lower, loop.upper, loop.step] { try check(index, statement) }
      switch loop.kind {
      case .parallel:
        guard parallelVariables.isEmpty, !isInsideVectorized else {
          throw kernel.damage("parallel loops do not nest", statement)
        }
        parallelVariables = [loop.variable]
        defer { parallelVariables = [] }
        try checkLoopBody(loop, statement)
      case .vectorized(let lanes):
        guard !isInsideVectorized, ValueType.laneCounts.contains(lanes) else {
          throw kernel.damage("vectorized loops do not nest and have 2, 4, 8 or 16 lanes", statement)
        }
        isInsideVectorized = true
        defer { isInsideVectorized = false }
        try checkLoopBody(loop, statement)
      case .block, .thread: try checkLaunched(loop, statement)
      case .serial, .unrolled: try checkLoopBody(loop, statement)
      }
    case .bits(let variable, let e, let limit, let body):
      guard try types.type(of: e) == .i64(), (0...64).contains(limit) else {
        throw kernel.damage("bits takes an i64 and a limit to 64", statement)
      }
      let (outer, outerOrdinary) = (indices, isInsideOrdinary)
      isInsideOrdinary = true
      defer { isInsideOrdinary = outerOrdinary }
      try defineIndex(variable, statement)
      divergent.insert(variable)
      try check(body, divergent: true)
      indices = outer
    case .when(let condition, let body, let otherwise):
      let outer = isInsideOrdinary
      isInsideOrdinary = true
      defer { isInsideOrdinary = outer }
      let differs: Bool
      switch condition {
      case .indices(let conditions):
        try check(conditions, statement)
        differs = !isUniform(conditions)
        if conditions.contains(where: isSingle) {
          // One iteration comes here: whatever it stores is its own.
          let outerSingle = isSingle
          isSingle = true
          try check(body, divergent: differs)
          isSingle = outerSingle
          return try check(otherwise, divergent: differs)
        }
      case .mask(let e):
        guard try types.type(of: e) == .mask() else { throw kernel.damage("when takes a scalar mask", statement) }
        differs = !isUniform(e)
      }
      try check(body, divergent: differs)
      try check(otherwise, divergent: differs)
    case .staticWhen(let conditions, let body, let otherwise):
      let outer = isInsideOrdinary
      isInsideOrdinary = true
      defer { isInsideOrdinary = outer }
      try check(conditions, statement)
      try check(body, divergent: !isUniform(conditions))
      try check(otherwise, divergent: !isUniform(conditions))
    case .prefetch(let access):
      try check(access, statement)
      guard access.lanes == 1, access.first == nil else { throw kernel.damage("prefetch takes one element", statement) }
    case .sgemm(let product): try check(product, statement)
    case .barrier: try checkMeeting(statement)
    case .letExchange(let name, let exchange, let e):
      try checkMeeting(statement)
      guard let type = try types.type(of: e), type.lanes == 1, type.element != .mask, type.element != .u8 else {
        throw kernel.damage("threads exchange scalars", statement)
      }
      guard (0..<WarpExchange.width).contains(exchange.number) else { throw kernel.damage("a warp has 32 threads", statement) }
      try define(name, statement)
      try types.define(statement)
    case .fence, .line, .part: break
    }
  }

  /// One iteration of the parallel loop must not store what another one stores.
  private func checkStoreIsOwn(_ access: Access, _ memory: TypeEnvironment.Memory, _ statement: Statement) throws {
    guard memory.space == .global || memory.space == .worker else { return }
    guard !parallelVariables.isEmpty else {
      throw kernel.damage("a store to %\(access.buffer) outside the parallel loop", statement)
    }
    guard isSingle || kernel.over <= kernel.multiple || access.subscripts.contains(where: dependsOnParallel) else {
      let names = parallelVariables.sorted().joined(separator: ", ")
      throw kernel.damage("a store to %\(access.buffer) is not subscripted by the parallel index \(names)", statement)
    }
  }

  private func check(_ product: LibraryProduct, _ statement: Statement) throws {
    guard product.rows >= 1, product.columns >= 1, product.inner >= 1 else { throw kernel.damage("a matrix is empty", statement) }
    for (position, matrix) in product.matrices.enumerated() {
      try check(matrix.access, statement)
      guard let memory = types.memories[matrix.access.buffer], memory.element == .f32, matrix.access.lanes == 1 else {
        throw kernel.damage("%\(matrix.access.buffer) is no matrix of f32", statement)
      }
      guard matrix.stride >= matrix.columns else {
        throw kernel.damage("rows of %\(matrix.access.buffer) have \(matrix.columns) elements, but are \(matrix.stride) apart", statement)
      }
      let isResult = position == 2
      guard isResult ? memory.access != .read : memory.access != .write else {
        throw kernel.damage("%\(matrix.access.buffer) is \(isResult ? "read" : "write") only", statement)
      }
      guard !isResult else {
        guard product.beta.value == 0 || memory.access == .update else {
          throw kernel.damage("%\(matrix.access.buffer) is write only", statement)
        }
        try checkStoreIsOwn(matrix.access, memory, statement)
        continue
      }
      guard matrix.access.buffer != product.c.buffer else {
        throw kernel.damage("%\(matrix.access.buffer) is the result and an operand", statement)
      }
    }
  }

  mutating func checkLoopBody(_ loop: Loop, _ statement: Statement) throws {
    let (outer, outerOrdinary) = (indices, isInsideOrdinary)
    if !loop.kind.isLaunched { isInsideOrdinary = true }
    defer { isInsideOrdinary = outerOrdinary }
    try defineIndex(loop.variable, statement)
    derived[loop.variable] = loop.lower
    let differs = !isUniform(loop.lower) || !isUniform(loop.upper)
    if case .thread = loop.kind { divergent.insert(loop.variable) } else if differs { divergent.insert(loop.variable) }
    try check(loop.body, divergent: differs)
    indices = outer
  }

  /// For indices that are defined by others: what they are made of.
  private var derived: [String: Index] = [:]

  func dependsOnParallel(_ index: Index) -> Bool {
    index.variables.contains { name in
      parallelVariables.contains(name) || name == Kernel.begin
        || (derived[name].map { $0.variables != [name] && dependsOnParallel($0) } ?? false)
    }
  }

  /// The indices in an expression that an index is made of: `min(i32(e), i32(end - 1))`.
  private func indices(in expression: Expr) -> Index {
    var sum = Index(0)
    expression.visit { if case .indexValue(_, let index) = $0 { sum = sum + index } }
    return sum
  }

  private func checkStorable(_ type: ValueType, _ statement: Statement) throws {
    guard type.element != .mask, type.element != .u8 else { throw kernel.damage("a variable cannot be \(type)", statement) }
  }

  private func checkValue(_ e: Expr, _ type: ValueType, _ statement: Statement) throws {
    guard let found = try types.type(of: e) else {
      if case .vector(let elements) = e, elements.count != type.lanes { throw kernel.damage("\(type) has \(type.lanes) lanes", statement) }
      return
    }
    guard found == type else { throw kernel.damage("\(type) is needed, found \(found)", statement) }
  }

  private func check(_ conditions: [IndexCondition], _ statement: Statement) throws {
    for condition in conditions {
      for index in [condition.index, condition.lower, condition.upper] { try check(index, statement) }
    }
  }

  private func check(_ index: Index, _ statement: Statement) throws {
    for name in index.variables where !indices.contains(name) { throw kernel.damage("index '\(name)' is not defined here", statement) }
  }

  private func check(_ access: Access, _ statement: Statement) throws {
    guard visible.contains(access.buffer), let memory = types.memories[access.buffer] else {
      throw kernel.damage("%\(access.buffer) is not memory here", statement)
    }
    guard access.subscripts.count == memory.shape.count else {
      throw kernel.damage("%\(access.buffer) has \(memory.shape.count) axes, found \(access.subscripts.count) subscripts", statement)
    }
    guard ValueType.laneCounts.contains(access.lanes) else { throw kernel.damage("\(access.lanes) lanes", statement) }
    for index in access.subscripts + (access.first.map { [$0] } ?? []) { try check(index, statement) }
  }

  private func check(_ expression: Expr, _ statement: Statement) throws {
    try expression.visit { e in
      switch e {
      case .name(let name), .register(let name, _):
        guard visible.contains(name) else { throw kernel.damage("%\(name) is not defined here", statement) }
        if case .register(_, let subscripts) = e {
          guard subscripts.count == types.registers[name]?.shape.count else { throw kernel.damage("subscripts of %\(name)", statement) }
          for index in subscripts { try check(index, statement) }
        }
      case .load(let access), .conditionalLoad(let access, _, _):
        try check(access, statement)
        guard types.memories[access.buffer]?.access != .write else { throw kernel.damage("%\(access.buffer) is write only", statement) }
        if case .conditionalLoad(_, let conditions, _) = e { try check(conditions, statement) }
      case .literalIndex(let index), .indexValue(_, let index): try check(index, statement)
      default: break
      }
    }
    _ = try types.type(of: expression)
  }
}

extension Statement {
  /// The names that the statement uses or defines, without those of nested statements; data with a '%'.
  fileprivate var names: Set<String> {
    final class Names { var all: Set<String> = [] }
    let names = Names()
    let visit = Renaming(
      data: {
        names.all.insert("%" + $0)
        return $0
      },
      index: {
        names.all.insert($0)
        return Index(variable: $0)
      })
    _ = try? visit([mappingBodies { _ in [] }])
    return names.all
  }
}
