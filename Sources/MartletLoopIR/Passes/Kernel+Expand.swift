import MartletCore

// The pass `expand`: writes unrolled loops out, substitutes index names, folds loops of one iteration, decides `static when` (and every
// `when` that is decided by bounds), splits registers into variables.
//
// Legal because an unrolled loop means its iterations one after the other, and registers are subscripted by constants afterwards: a cell
// is a variable. Names inside an iteration get a number, so that every name is still defined once.
//
//   registers %acc: f32[2] = 0.0                          var %acc.0: f32 = 0.0
//   for u in 0 ..< 2 unrolled {                           var %acc.1: f32 = 0.0
//     %acc[u] = fma(%x[n], %w[u], %acc[u])          =>    %acc.0 = fma(%x[n], %w[0], %acc.0)
//   }                                                     %acc.1 = fma(%x[n], %w[1], %acc.1)

extension Kernel {
  /// The kernel as the emitters see it. Throws `.lowering` when something that must be constant is not.
  package func expanded() throws -> Kernel {
    var expander = Expander(kernel: self)
    var result = self
    result.body = try expander.expand(body)
    return result
  }
}

private struct Expander {
  let kernel: Kernel
  let names: NameSupply
  var indices: [String: Index] = [:]
  var renamed: [String: String] = [:]
  var registerShapes: [String: [Int]] = [:]
  var bounds: IndexBounds
  /// Iterations of unrolled loops that were written out so far.
  private var copies = 0
  /// Iterations or registers. No processor runs straight code of that length from its cache; text with large numbers would fill the memory.
  private static let mostCopies = 100_000

  init(kernel: Kernel) {
    self.kernel = kernel
    names = NameSupply(reserved: Set(kernel.parameters.map(\.name) + [Kernel.begin, Kernel.end]))
    bounds = IndexBounds(kernel)
  }

  private func index(_ index: Index) -> Index { index.substituting { indices[$0] }.simplified(bounds) }

  private func conditions(_ conditions: [IndexCondition]) -> [IndexCondition] {
    conditions.map { IndexCondition(index($0.index), index($0.lower), index($0.upper)) }
  }

  private func name(_ name: String) -> String { renamed[name] ?? name }

  private mutating func define(_ name: String) -> String {
    let fresh = names.fresh(name)
    renamed[name] = fresh
    return fresh
  }

  private mutating func defineIndex(_ name: String) -> String {
    let fresh = names.fresh(name)
    indices[name] = Index(variable: fresh)
    return fresh
  }

  private func cell(_ register: String, _ subscripts: [Index]) throws -> String {
    let shape = registerShapes[register] ?? []
    let constants = try subscripts.enumerated().map { axis, position in
      guard let constant = index(position).constantValue else {
        throw kernel.damage("subscript '\(position)' of registers %\(register) is not constant after expand")
      }
      guard shape.indices.contains(axis), 0..<shape[axis] ~= constant else {
        throw kernel.damage("subscript \(constant) of registers %\(register) is out of range: the extents are \(shape)")
      }
      return String(constant)
    }
    return ([name(register)] + constants).joined(separator: ".")
  }

  private func access(_ access: Access) -> Access {
    Access(
      name(access.buffer), access.subscripts.map(index), lanes: access.lanes, first: access.first.map(index))
  }

  private func expression(_ expression: Expr) throws -> Expr {
    try expression.rewritten { e in
      switch e {
      case .name(let name): return .name(self.name(name))
      case .register(let register, let subscripts): return .name(try cell(register, subscripts))
      case .load(let access): return .load(self.access(access))
      case .conditionalLoad(let access, let conditions, let otherwise):
        let remaining = self.conditions(conditions).filter { $0.decided(bounds) != true }
        if remaining.contains(where: { $0.decided(bounds) == false }) { return otherwise }
        return remaining.isEmpty ? .load(self.access(access)) : .conditionalLoad(self.access(access), remaining, otherwise: otherwise)
      case .literalIndex(let index):
        let value = self.index(index)
        return value.constantValue.map { .integer($0) } ?? .literalIndex(value)
      case .indexValue(let element, let index): return .indexValue(element, self.index(index))
      default: return e
      }
    }
  }

  mutating func expand(_ statements: [Statement]) throws -> [Statement] {
    var result: [Statement] = []
    for statement in statements { try expand(statement, into: &result) }
    return result
  }

  /// Expands a nested list under narrower bounds, which are forgotten afterwards.
  private mutating func scoped(_ body: (inout Expander) throws -> [Statement]) rethrows -> [Statement] {
    let (outerBounds, outerIndices) = (bounds, indices)
    defer { (bounds, indices) = (outerBounds, outerIndices) }
    return try body(&self)
  }

  private mutating func expand(_ statement: Statement, into result: inout [Statement]) throws {
    switch statement {
    case .letValue(let name, let e):
      let value = try expression(e)
      result.append(.letValue(define(name), value))
    case .letIndex(let name, let index): indices[name] = self.index(index)
    case .letDataIndex(let name, let e, let lower, let upper, let multiple):
      let value = try expression(e)
      let fresh = defineIndex(name)
      bounds.set(fresh, Interval(lower, upper - 1), multiple: multiple)
      result.append(.letDataIndex(fresh, value, lower: lower, upper: upper, multiple: multiple))
    case .variable(let name, let type, let e):
      let value = try expression(e)
      result.append(.variable(define(name), type, value))
    case .assign(let name, let e): result.append(.assign(self.name(name), try expression(e)))
    case .registers(let name, let type, let shape, let e):
      let value = try e.map(expression) ?? .literal(0, type.element)
      let fresh = define(name)
      registerShapes[name] = shape
      guard let count = Shape.checkedElementCount(shape), count <= Expander.mostCopies else {
        throw kernel.damage("registers %\(name) have more than \(Expander.mostCopies) cells", statement)
      }
      for position in 0..<count {
        let cell = ([fresh] + Shape(shape).index(ofElement: position).map(String.init)).joined(separator: ".")
        result.append(.variable(names.fresh(cell), type, value))
      }
    case .assignRegister(let name, let subscripts, let e): result.append(.assign(try cell(name, subscripts), try expression(e)))
    case .array(let name, let element, let shape, let scope): result.append(.array(define(name), element, shape, scope))
    case .letExchange(let name, let exchange, let e):
      let value = try expression(e)
      result.append(.letExchange(define(name), exchange, value))
    case .store(let access, let e): result.append(.store(self.access(access), try expression(e)))
    case .loop(let loop): try expand(loop, into: &result)
    case .bits(let variable, let e, let limit, let body):
      let mask = try expression(e)
      var fresh = variable
      let inner = try scoped {
        fresh = $0.defineIndex(variable)
        $0.bounds.set(fresh, Interval(0, limit - 1))
        return try $0.expand(body)
      }
      result.append(.bits(fresh, mask, limit: limit, inner))
    case .when(.indices(let conditions), let body, let otherwise):
      try expandWhen(self.conditions(conditions), body, otherwise, isStatic: false, into: &result)
    case .when(.mask(let e), let body, let otherwise):
      let mask = try expression(e)
      let inner = try scoped { try $0.expand(body) }
      result.append(.when(.mask(mask), inner, otherwise: try scoped { try $0.expand(otherwise) }))
    case .staticWhen(let conditions, let body, let otherwise):
      try expandWhen(self.conditions(conditions), body, otherwise, isStatic: true, into: &result)
    case .sgemm(let product): result.append(.sgemm(product.mappingAccesses { access($0) }))
    case .prefetch(let access): result.append(.prefetch(self.access(access)))
    case .fence, .barrier, .line, .part: result.append(statement)
    }
  }

  private mutating func expandWhen(
    _ conditions: [IndexCondition], _ body: [Statement], _ otherwise: [Statement], isStatic: Bool, into result: inout [Statement]
  ) throws {
    let undecided = conditions.filter { $0.decided(bounds) != true }
    if undecided.contains(where: { $0.decided(bounds) == false }) {
      for statement in otherwise { try expand(statement, into: &result) }
    } else if undecided.isEmpty {
      for statement in body { try expand(statement, into: &result) }
    } else {
      guard !isStatic else { throw kernel.damage("'static when \(Statement.text(undecided))' is undecided") }
      let inner = try scoped { expander in
        for condition in undecided { expander.bounds.narrow(condition) }
        return try expander.expand(body)
      }
      result.append(.when(.indices(undecided), inner, otherwise: try scoped { try $0.expand(otherwise) }))
    }
  }

  private mutating func expand(_ loop: Loop, into result: inout [Statement]) throws {
    let (lower, upper, step) = (index(loop.lower), index(loop.upper), index(loop.step))
    guard let stride = step.constantValue, stride > 0 else {
      throw kernel.damage("the step '\(loop.step)' of \(loop.variable) is not a positive constant after expand")
    }
    let extent = (upper - lower).simplified(bounds).constantValue
    if loop.kind == .unrolled {
      guard let extent else { throw kernel.damage("the bounds of the unrolled loop over \(loop.variable) are not constant after expand") }
      let outer = indices
      for offset in Swift.stride(from: 0, to: extent, by: stride) {
        copies += 1
        guard copies <= Expander.mostCopies else {
          throw kernel.damage("the unrolled loop over \(loop.variable) makes more than \(Expander.mostCopies) copies of its statements")
        }
        indices[loop.variable] = lower + offset
        for statement in loop.body { try expand(statement, into: &result) }
      }
      indices = outer
      return
    }
    if let extent, loop.kind != .parallel, !loop.kind.isLaunched {
      guard extent > 0 else { return }
      if extent <= stride {
        indices[loop.variable] = lower
        for statement in loop.body { try expand(statement, into: &result) }
        return
      }
    }
    var variable = loop.variable
    let body = try scoped { expander in
      variable = expander.defineIndex(loop.variable)
      _ = expander.bounds.enter(loop, as: variable, lower: lower, upper: upper, step: stride, of: expander.kernel)
      return try expander.expand(loop.body)
    }
    result.append(.loop(Loop(variable, lower, upper, step: step, loop.kind, body)))
  }
}
