import MartletCore

/// Proves on an expanded kernel, by interval arithmetic, that every subscript stays inside its memory.
struct BoundsChecker {
  let kernel: Kernel
  var shapes: [String: [Int]] = [:]
  var bounds: IndexBounds
  /// Whether checking goes on behind a fault: each statement then has a `line` before it, which numbers it.
  var collectsFaults = false
  private(set) var faults: [Kernel.Fault] = []
  /// The number of the statement at hand.
  private var number: Int?

  init(kernel: Kernel) {
    self.kernel = kernel
    bounds = IndexBounds(kernel)
  }

  mutating func run() throws {
    guard kernel.over > 0 else { return }
    for parameter in kernel.parameters { shapes[parameter.name] = parameter.shape }
    try check(kernel.body)
  }

  private mutating func check(_ statements: [Statement]) throws {
    for statement in statements {
      if case .line(let number) = statement { self.number = number }
      try attempt { for expression in statement.expressions { try $0.check(expression, statement) } }
      try attempt { try $0.check(statement) }
    }
  }

  /// Keeps the fault that the body throws, where faults are collected: the first one of each statement, for unrolled loops repeat it.
  private mutating func attempt(_ body: (inout BoundsChecker) throws -> Void) throws {
    let own = number
    do { try body(&self) } catch let error as MartletError where collectsFaults {
      guard faults.count < TextErrors.mostCounted, !faults.contains(where: { $0.number == own }) else { return }
      faults.append(Kernel.Fault(error: error, number: own))
    }
  }

  private mutating func check(_ statement: Statement) throws {
    switch statement {
    case .array(let name, _, let shape, _): shapes[name] = shape
    case .store(let access, _), .prefetch(let access): try check(access, bounds, statement)
    case .letDataIndex(let name, _, let lower, let upper, let multiple):
      bounds.set(name, Interval(lower, upper - 1), multiple: multiple)
    case .loop(let loop): try check(loop, statement)
    case .bits(let variable, _, let limit, let body):
      try scoped {
        $0.bounds.set(variable, Interval(0, limit - 1))
        try $0.check(body)
      }
    case .when(let condition, let body, let otherwise):
      try scoped {
        if case .indices(let conditions) = condition {
          for condition in conditions {
            if condition.decided($0.bounds) == false { return }
            $0.bounds.narrow(condition)
          }
        }
        try $0.check(body)
      }
      try scoped {
        let known = $0.bounds
        if case .indices(let conditions) = condition, conditions.allSatisfy({ $0.decided(known) == true }) { return }
        try $0.check(otherwise)
      }
    case .staticWhen: throw kernel.damage("'static when' is left after expand", statement)
    case .registers: throw kernel.damage("registers are left after expand", statement)
    case .letIndex: throw kernel.damage("an index name is left after expand", statement)
    case .assignRegister: throw kernel.damage("a register is left after expand", statement)
    case .sgemm(let product): for matrix in product.matrices { try check(matrix, statement) }
    case .letValue, .variable, .assign, .fence, .barrier, .letExchange, .line, .part: break
    }
  }

  private mutating func check(_ loop: Loop, _ statement: Statement) throws {
    guard let step = loop.step.constantValue, step > 0 else { throw kernel.damage("the step must be a positive constant", statement) }
    guard loop.lower.interval(bounds) != nil, loop.upper.interval(bounds) != nil else {
      throw kernel.damage("the bounds of \(loop.variable) are not known", statement)
    }
    try scoped {
      let kernel = $0.kernel
      guard $0.bounds.enter(loop, as: loop.variable, lower: loop.lower, upper: loop.upper, step: step, of: kernel) else { return }
      try $0.check(loop.body)
    }
  }

  private mutating func scoped(_ body: (inout BoundsChecker) throws -> Void) rethrows {
    let outer = bounds
    defer { bounds = outer }
    try body(&self)
  }

  private func check(_ expression: Expr, _ statement: Statement) throws {
    try expression.visit { e in
      switch e {
      case .load(let access): try check(access, bounds, statement)
      case .conditionalLoad(let access, let conditions, _):
        var inner = bounds
        for condition in conditions {
          if condition.decided(inner) == false { return }
          inner.narrow(condition)
        }
        try check(access, inner, statement)
      default: break
      }
    }
  }

  /// All of a matrix is inside its memory.
  private func check(_ matrix: LibraryProduct.Operand, _ statement: Statement) throws {
    try check(matrix.access, bounds, statement)
    guard let shape = shapes[matrix.access.buffer] else { return }
    let first = zip(matrix.access.subscripts, Shape(shape).strides).reduce(Index(0)) { $0 + $1.0 * $1.1 }
    guard let interval = first.interval(bounds) else {
      throw kernel.damage("the range of \(matrix.access) is not known", statement)
    }
    let count = Shape(shape).elementCount
    guard interval.upper + matrix.reach <= count else {
      throw kernel.damage(
        "a matrix of \(matrix.rows) rows from \(matrix.access) reaches element \(interval.upper + matrix.reach - 1) of \(count)", statement)
    }
  }

  private func check(_ access: Access, _ bounds: IndexBounds, _ statement: Statement) throws {
    guard let shape = shapes[access.buffer] else { throw kernel.damage("%\(access.buffer) is not memory", statement) }
    for (axis, (index, extent)) in zip(access.subscripts, shape).enumerated() {
      var reach = 1
      if axis == shape.count - 1, access.lanes > 1 {
        reach = access.lanes
        if let first = access.first {
          guard let count = first.constantValue, (0...access.lanes).contains(count) else {
            throw kernel.damage("'first' of \(access) must be a constant up to \(access.lanes)", statement)
          }
          reach = count
        }
      }
      guard let interval = index.interval(bounds) else {
        throw kernel.damage("the range of '\(index)' in \(access) is not known", statement)
      }
      let highest = (interval + Interval(reach - 1, reach - 1)).upper
      guard interval.lower >= 0, highest < extent || reach == 0 else {
        throw kernel.damage(
          "subscript '\(index)' of \(access) reaches \(Interval(interval.lower, highest)), the extent is \(extent)", statement)
      }
    }
  }
}
