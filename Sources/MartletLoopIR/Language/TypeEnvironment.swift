import MartletCore

/// What the names of a kernel are, and what type an expression has.
package struct TypeEnvironment: Sendable {
  package struct Memory: Hashable, Sendable {
    package var element: ElementType
    package var shape: [Int]
    package var access: AccessMode
    package var space: MemorySpace?
    /// Whether the threads of a block share it.
    package var isShared = false
  }

  package private(set) var memories: [String: Memory] = [:]
  package private(set) var values: [String: ValueType] = [:]
  package private(set) var registers: [String: (type: ValueType, shape: [Int])] = [:]
  package private(set) var variables: Set<String> = []

  package init() {}

  package init(_ kernel: Kernel) throws {
    for parameter in kernel.parameters {
      memories[parameter.name] = Memory(
        element: parameter.element, shape: parameter.shape, access: parameter.access, space: parameter.space)
    }
    try define(kernel.body)
  }

  /// Defines what the statements declare, nested ones too; names are unique in a kernel.
  package mutating func define(_ statements: [Statement]) throws {
    for statement in statements {
      try define(statement)
      for body in statement.bodies { try define(body) }
    }
  }

  package mutating func define(_ statement: Statement) throws {
    switch statement {
    case .letValue(let name, let e): values[name] = try type(of: e) ?? TypeEnvironment.literalDefault(e)
    case .variable(let name, let type, _):
      values[name] = type
      variables.insert(name)
    case .registers(let name, let type, let shape, _): registers[name] = (type, shape)
    case .array(let name, let element, let shape, let scope):
      memories[name] = Memory(element: element, shape: shape, access: .update, space: nil, isShared: scope == .shared)
    case .letExchange(let name, _, let e): values[name] = try type(of: e) ?? TypeEnvironment.literalDefault(e)
    case .letIndex, .letDataIndex, .assign, .assignRegister, .store, .loop, .bits, .when, .staticWhen, .prefetch, .sgemm, .fence, .barrier,
      .line, .part:
      break
    }
  }

  package mutating func set(_ name: String, _ type: ValueType) { values[name] = type }

  /// What a literal is where nothing else decides.
  package static func literalDefault(_ expression: Expr) -> ValueType {
    switch expression {
    case .vector(let elements): (elements.first.map(literalDefault) ?? .i32()).with(lanes: elements.count)
    case .number: .f32()
    default: .i32()
    }
  }

  private func mismatch(_ expression: Expr, _ reason: String) -> MartletError {
    MartletError(KernelErrorCode.expressionType, "in '\(expression)': \(reason)")
  }

  /// The type; nil for a literal, which takes the type that its place needs. Throws where types do not agree.
  package func type(of expression: Expr) throws -> ValueType? {
    switch expression {
    case .integer, .number, .literalIndex: return nil
    case .vector: return nil
    case .name(let name):
      guard let type = values[name] else { throw mismatch(expression, "%\(name) is not a value here") }
      return type
    case .register(let name, _):
      guard let register = registers[name] else { throw mismatch(expression, "%\(name) is not a set of registers here") }
      return register.type
    case .load(let access): return try type(of: access)
    case .conditionalLoad(let access, _, let otherwise):
      let loaded = try type(of: access)
      if let other = try type(of: otherwise), other != loaded { throw mismatch(expression, "\(loaded) meets \(other)") }
      return loaded
    case .splat(let lanes, let e):
      guard let scalar = try type(of: e) else { return nil }
      guard scalar.lanes == 1 else { throw mismatch(expression, "only a scalar is splatted, not \(scalar)") }
      return scalar.with(lanes: lanes)
    case .unary(_, let e), .opaque(let e): return try type(of: e)
    case .binary(_, let a, let b): return try common([a, b], expression)
    case .fma(let a, let b, let c): return try common([a, b, c], expression)
    case .compare(_, let a, let b):
      let operands = try common([a, b], expression) ?? TypeEnvironment.literalDefault(a)
      return .mask(operands.lanes)
    case .isNaN(let e): return .mask(try type(of: e)?.lanes ?? 1)
    case .logicalAnd(let a, let b), .logicalOr(let a, let b):
      guard let type = try common([a, b], expression), type.element == .mask else { throw mismatch(expression, "masks are needed") }
      return type
    case .logicalNot(let e):
      guard let type = try type(of: e), type.element == .mask else { throw mismatch(expression, "a mask is needed") }
      return type
    case .select(let m, let a, let b):
      guard let mask = try type(of: m), mask.element == .mask else { throw mismatch(expression, "a mask is needed") }
      guard let chosen = try common([a, b], expression) else { return nil }
      guard chosen.lanes == mask.lanes else { throw mismatch(expression, "\(mask) chooses between \(chosen)") }
      return chosen
    case .convert(let element, let e):
      return ValueType(element, lanes: try type(of: e)?.lanes ?? 1)
    case .indexValue(let element, _): return ValueType(element)
    case .bitcast(let element, let e): return ValueType(element, lanes: try type(of: e)?.lanes ?? 1)
    case .shuffle(let a, let b, let lanes):
      guard let type = try common([a, b], expression) else { return nil }
      guard lanes.allSatisfy({ (0..<2 * type.lanes).contains($0) }) else { throw mismatch(expression, "a lane number is out of range") }
      return type.with(lanes: lanes.count)
    case .extract(let e, let lane):
      let vector = try type(of: e) ?? TypeEnvironment.literalDefault(e)
      guard (0..<vector.lanes).contains(lane) else { throw mismatch(expression, "lane \(lane) of \(vector)") }
      return vector.with(lanes: 1)
    case .permute4(let v, let i), .permute(let v, let i):
      let index = try type(of: i) ?? TypeEnvironment.literalDefault(i)
      let vector = try type(of: v) ?? ValueType(TypeEnvironment.literalDefault(v).element, lanes: index.lanes)
      guard index.element == .i32, index.lanes == vector.lanes else { throw mismatch(expression, "lane numbers are i32, one a lane") }
      return vector
    case .sum(let e), .maximum(let e): return try type(of: e)?.with(lanes: 1)
    case .movemask(let e):
      guard let type = try type(of: e), type.element == .mask else { throw mismatch(expression, "a mask is needed") }
      return .i64()
    }
  }

  private func type(of access: Access) throws -> ValueType {
    guard let memory = memories[access.buffer] else {
      throw MartletError(KernelErrorCode.unknownBuffer, "%\(access.buffer) is not memory here")
    }
    return ValueType(memory.element.loaded, lanes: access.lanes)
  }

  /// The one type of all operands that have one.
  private func common(_ operands: [Expr], _ expression: Expr) throws -> ValueType? {
    var result: ValueType?
    for operand in operands {
      guard let type = try type(of: operand) else { continue }
      if let known = result, known != type { throw mismatch(expression, "\(known) meets \(type)") }
      result = type
    }
    return result
  }
}
