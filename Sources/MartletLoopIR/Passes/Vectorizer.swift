import MartletCore

/// Turns scalar code for one value of an index into vector code for `lanes` consecutive values.
///
/// Values that do not depend on the index stay scalar and are splatted where they meet a vector. The index itself stands for the first
/// lane. Used by the pass `vectorize` and by lowering, for reductions.
package struct Vectorizer {
  /// The reason why code cannot be vectorised: there is no gather, and no branch a lane.
  package struct NotVectorizable: Error {
    package let reason: String
  }

  /// The loads of one row at a distance of more than one element that are worth a shuffle.
  static let largestStride = 4

  package let lane: String
  package let lanes: Int
  /// Only the first so many lanes count; nil for all.
  package let count: Int?
  /// Names whose value differs from lane to lane.
  package private(set) var varying: Set<String> = []
  var types: TypeEnvironment

  package init(lane: String, lanes: Int, count: Int?, types: TypeEnvironment) {
    self.lane = lane
    self.lanes = lanes
    self.count = count
    self.types = types
  }

  // MARK: Statements

  package mutating func vectorize(_ statements: [Statement]) throws -> [Statement] {
    // A variable that is assigned a varying value varies everywhere: repeat until nothing changes.
    var known = -1
    while known != varying.count {
      known = varying.count
      findVarying(statements)
    }
    return try statements.map { try vectorize($0) }
  }

  private mutating func findVarying(_ statements: [Statement]) {
    for statement in statements {
      switch statement {
      case .letValue(let name, let e), .variable(let name, _, let e), .assign(let name, let e):
        if varies(e) { varying.insert(name) }
      default: break
      }
      for body in statement.bodies { findVarying(body) }
    }
  }

  private func vectorize(_ statement: Statement) throws -> Statement {
    switch statement {
    case .letValue(let name, let e):
      return .letValue(name, varying.contains(name) ? try vector(e) : e)
    case .variable(let name, let type, let e):
      guard varying.contains(name) else { return statement }
      guard type.lanes == 1 else { throw NotVectorizable(reason: "%\(name) is a vector already") }
      return .variable(name, type.with(lanes: lanes), try splatted(e))
    case .assign(let name, let e): return .assign(name, varying.contains(name) ? try splatted(e) : e)
    case .store(let access, let e):
      guard access.lanes == 1 else { throw NotVectorizable(reason: "a store is a vector already") }
      guard try stride(of: access) == 1 else { throw NotVectorizable(reason: "the store to \(access) is not to neighbours") }
      return .store(widened(access), try splatted(e))
    case .loop(let loop):
      guard ![loop.lower, loop.upper, loop.step].contains(where: { $0.uses(lane) }) else {
        throw NotVectorizable(reason: "the bounds of \(loop.variable) depend on \(lane)")
      }
      return try statement.mappingBodies { try $0.map(vectorize) }
    case .when(let condition, _, _):
      switch condition {
      case .indices(let conditions):
        guard !conditions.contains(where: { $0.index.uses(lane) || $0.lower.uses(lane) || $0.upper.uses(lane) }) else {
          throw NotVectorizable(reason: "a condition depends on \(lane)")
        }
      case .mask(let e): guard !varies(e) else { throw NotVectorizable(reason: "a condition depends on \(lane)") }
      }
      return try statement.mappingBodies { try $0.map(vectorize) }
    case .letDataIndex(_, let e, _, _, _), .bits(_, let e, _, _):
      guard !varies(e) else { throw NotVectorizable(reason: "an address depends on \(lane)") }
      return try statement.mappingBodies { try $0.map(vectorize) }
    case .barrier, .letExchange: throw NotVectorizable(reason: "threads meet inside")
    case .sgemm: throw NotVectorizable(reason: "a call of a library has no lanes")
    case .prefetch, .fence, .line, .part: return statement
    case .letIndex, .registers, .assignRegister, .array, .staticWhen:
      throw NotVectorizable(reason: "the kernel is not expanded")
    }
  }

  // MARK: Expressions

  package func varies(_ expression: Expr) -> Bool {
    var result = false
    expression.visit { e in
      switch e {
      case .name(let name): if varying.contains(name) { result = true }
      case .load(let access): if access.subscripts.contains(where: { $0.uses(lane) }) { result = true }
      case .conditionalLoad(let access, let conditions, _):
        if access.subscripts.contains(where: { $0.uses(lane) }) || conditions.contains(where: { $0.index.uses(lane) }) { result = true }
      case .indexValue(_, let index), .literalIndex(let index): if index.uses(lane) { result = true }
      default: break
      }
    }
    return result
  }

  /// The vector of an expression, splatted if all lanes are equal.
  package func splatted(_ expression: Expr) throws -> Expr {
    if expression.isLiteral { return expression }
    guard varies(expression) else {
      // A literal inside has no type of its own, but the whole expression has one here.
      return .splat(lanes: lanes, expression)
    }
    return try vector(expression)
  }

  /// The vector of an expression that varies.
  private func vector(_ expression: Expr) throws -> Expr {
    switch expression {
    case .name: return expression
    case .load(let access): return try load(access)
    case .indexValue(let element, let index): return try lanesOf(index, element)
    case .select(let m, let a, let b): return .select(try splatted(m), try splatted(a), try splatted(b))
    case .unary, .binary, .compare, .isNaN, .logicalAnd, .logicalOr, .logicalNot, .fma, .convert, .bitcast, .opaque:
      return expression.with(operands: try expression.operands.map(splatted))
    case .conditionalLoad: throw NotVectorizable(reason: "'\(expression)' depends on \(lane)")
    case .integer, .number, .literalIndex, .vector, .register, .splat, .shuffle, .extract, .permute4, .permute, .sum, .maximum, .movemask:
      throw NotVectorizable(reason: "'\(expression)' is a vector already or has no vector form")
    }
  }

  /// By how many elements neighbouring lanes are apart.
  private func stride(of access: Access) throws -> Int {
    guard let last = access.subscripts.last, !access.subscripts.dropLast().contains(where: { $0.uses(lane) }) else {
      throw NotVectorizable(reason: "\(access) does not run along its row")
    }
    guard let stride = last.coefficient(of: lane) else { throw NotVectorizable(reason: "\(access) jumps") }
    return stride
  }

  private func widened(_ access: Access) -> Access {
    Access(access.buffer, access.subscripts, lanes: lanes, first: count.map { Index($0) })
  }

  private func load(_ access: Access) throws -> Expr {
    guard access.lanes == 1 else { throw NotVectorizable(reason: "\(access) is a vector already") }
    let stride = try stride(of: access)
    if stride == 1 { return .load(widened(access)) }
    guard (2...Vectorizer.largestStride).contains(stride), lanes > 1 else {
      throw NotVectorizable(reason: "\(access) has stride \(stride)")
    }
    return stridedLoad(access, stride)
  }

  /// Elements 0, s, 2s … of a row from plain loads and shuffles. The loads touch nothing behind the last element needed.
  private func stridedLoad(_ access: Access, _ stride: Int) -> Expr {
    let needed = count ?? lanes
    let span = (needed - 1) * stride + 1
    // Piece q begins at q * lanes, the last one ends at the last needed element if that lies inside a full piece.
    var pieces: [(start: Int, vector: Expr)] = []
    for start in Swift.stride(from: 0, to: span, by: lanes) {
      let available = min(lanes, span - start)
      var subscripts = access.subscripts
      subscripts[subscripts.count - 1] = subscripts[subscripts.count - 1] + start
      pieces.append(
        (start, .load(Access(access.buffer, subscripts, lanes: lanes, first: available < lanes ? Index(available) : nil))))
    }
    func pick(_ a: (start: Int, vector: Expr), _ b: (start: Int, vector: Expr), keeping: Int) -> Expr {
      // Lanes below `keeping` come from a (already in place if a was combined before), the others from b.
      .shuffle(
        a.vector, b.vector,
        (0..<lanes).map { lane in
          let position = min(lane, needed - 1) * stride
          if position >= b.start { return lanes + min(position - b.start, lanes - 1) }
          return keeping > 0 && lane < keeping ? lane : position - a.start
        })
    }
    guard pieces.count > 1 else {
      return .shuffle(pieces[0].vector, pieces[0].vector, (0..<lanes).map { min($0, needed - 1) * stride })
    }
    var combined = pieces[0].vector
    var keeping = 0
    for piece in pieces.dropFirst() {
      combined = pick((start: 0, vector: combined), piece, keeping: keeping)
      keeping = (0..<lanes).filter { min($0, needed - 1) * stride < piece.start + lanes }.count
    }
    return combined
  }

  /// An index as a vector of integers: the first lane's value plus 0, c, 2c …
  private func lanesOf(_ index: Index, _ element: ElementType) throws -> Expr {
    guard let coefficient = index.coefficient(of: lane) else { throw NotVectorizable(reason: "'\(index)' jumps") }
    let offsets = Expr.vector((0..<lanes).map { .integer($0 * coefficient) })
    if let constant = index.constantValue { return .splat(lanes: lanes, .integer(constant)) }
    return .splat(lanes: lanes, .indexValue(element, index)) + offsets
  }
}
