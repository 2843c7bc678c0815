import MartletCore

/// Other names for everything that statements define and use.
package struct Renaming {
  /// Of data: values, variables, registers and memory.
  package var data: (String) -> String
  /// Of indices: an index may also become an expression of others.
  package var index: (String) -> Index

  package init(data: @escaping (String) -> String, index: @escaping (String) -> Index) {
    self.data = data
    self.index = index
  }

  /// Another name for one index.
  package init(index old: String, to new: String) {
    self.init(data: { $0 }, index: { Index(variable: $0 == old ? new : $0) })
  }

  package func callAsFunction(_ statements: [Statement]) throws -> [Statement] { try statements.map { try renamed($0) } }

  private func index(_ index: Index) -> Index { index.substituting { self.index($0) } }

  private func conditions(_ list: [IndexCondition]) -> [IndexCondition] { list.map { $0.substituting { index($0) } } }

  private func access(_ access: Access) -> Access {
    Access(data(access.buffer), access.subscripts.map(index), lanes: access.lanes, first: access.first.map(index))
  }

  private func expression(_ expression: Expr) -> Expr {
    expression.rewritten { e in
      switch e {
      case .name(let name): .name(data(name))
      case .register(let name, let subscripts): .register(data(name), subscripts.map(index))
      case .load(let access): .load(self.access(access))
      case .conditionalLoad(let access, let list, let otherwise):
        .conditionalLoad(self.access(access), conditions(list), otherwise: otherwise)
      case .literalIndex(let index): .literalIndex(self.index(index))
      case .indexValue(let element, let index): .indexValue(element, self.index(index))
      default: e
      }
    }
  }

  /// A name that is defined: it cannot become an expression.
  private func defined(_ name: String) throws -> String {
    guard let fresh = index(name).variableName else {
      throw MartletError(KernelErrorCode.verification, "index '\(name)' is defined again under an expression")
    }
    return fresh
  }

  private func renamed(_ statement: Statement) throws -> Statement {
    switch statement {
    case .letValue(let name, let e): .letValue(data(name), expression(e))
    case .letIndex(let name, let index): .letIndex(try defined(name), self.index(index))
    case .letDataIndex(let name, let e, let lower, let upper, let multiple):
      .letDataIndex(try defined(name), expression(e), lower: lower, upper: upper, multiple: multiple)
    case .variable(let name, let type, let e): .variable(data(name), type, expression(e))
    case .assign(let name, let e): .assign(data(name), expression(e))
    case .registers(let name, let type, let shape, let e): .registers(data(name), type, shape, e.map(expression))
    case .assignRegister(let name, let subscripts, let e): .assignRegister(data(name), subscripts.map(index), expression(e))
    case .array(let name, let element, let shape, let scope): .array(data(name), element, shape, scope)
    case .store(let access, let e): .store(self.access(access), expression(e))
    case .loop(let loop):
      .loop(
        Loop(
          try defined(loop.variable), index(loop.lower), index(loop.upper), step: index(loop.step), loop.kind, try self(loop.body)))
    case .bits(let name, let e, let limit, let body): .bits(try defined(name), expression(e), limit: limit, try self(body))
    case .when(.indices(let list), let body, let otherwise):
      .when(.indices(conditions(list)), try self(body), otherwise: try self(otherwise))
    case .when(.mask(let e), let body, let otherwise): .when(.mask(expression(e)), try self(body), otherwise: try self(otherwise))
    case .staticWhen(let list, let body, let otherwise): .staticWhen(conditions(list), try self(body), otherwise: try self(otherwise))
    case .prefetch(let access): .prefetch(self.access(access))
    case .sgemm(let product): .sgemm(product.mappingAccesses(access))
    case .letExchange(let name, let exchange, let e): .letExchange(data(name), exchange, expression(e))
    case .fence, .barrier, .line, .part: statement
    }
  }
}
