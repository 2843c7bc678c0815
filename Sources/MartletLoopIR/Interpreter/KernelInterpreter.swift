import MartletCore

/// Runs kernels statement by statement: the living definition of the loop IR. Runs them as built, before any pass, and as the emitters
/// see them; slow, and it checks what machine code does not: bounds, ranges of data indices, cells read before they are written.
public struct KernelInterpreter {
  /// What one thread has for itself.
  struct PrivateState {
    var values: [String: LaneValue] = [:]
    var registers: [String: (shape: [Int], cells: [LaneValue])] = [:]
    var indices: [String: Int] = [:]
    var arrays: [String: InterpreterMemory] = [:]
  }

  private let kernel: Kernel
  let types: TypeEnvironment
  /// Parameters, and arrays that the threads of a block share.
  var memories: [String: InterpreterMemory] = [:]
  var state = PrivateState()
  /// Who used which element of shared memory since the threads last met; nil where no threads run side by side.
  var races: RaceDetector?

  private var values: [String: LaneValue] {
    get { state.values }
    _modify { yield &state.values }
  }
  private var registers: [String: (shape: [Int], cells: [LaneValue])] {
    get { state.registers }
    _modify { yield &state.registers }
  }
  private var indices: [String: Int] {
    get { state.indices }
    _modify { yield &state.indices }
  }

  /// Runs the iterations `range` (all by default) with one tensor a parameter, of as many elements as the parameter's shape holds.
  ///
  /// - Returns: the tensors afterwards, in order. Parameters that are only written begin as NaN; in global memory, where other iterations
  ///   may have written, only when all iterations run.
  /// - Throws: M605 for other tensors, M606 where the kernel does what the verifier or its own promises exclude.
  public static func run(_ kernel: Kernel, _ arguments: [HostTensor], range: Range<Int>? = nil) throws -> [HostTensor] {
    let range = range ?? 0..<kernel.over
    var interpreter = try KernelInterpreter(kernel, arguments, isWhole: range == 0..<kernel.over)
    interpreter.indices[Kernel.begin] = range.lowerBound
    interpreter.indices[Kernel.end] = range.upperBound
    try withFlushToZero { try interpreter.run(kernel.body) }
    return try zip(kernel.parameters, arguments).map { parameter, argument in
      guard let memory = interpreter.memories[parameter.name] else { throw interpreter.trap("%\(parameter.name) was lost") }
      return try HostTensor(argument.type, bytes: UnsafeRawBufferPointer(rebasing: memory.bytes[..<argument.type.byteCount]))
    }
  }

  private init(_ kernel: Kernel, _ arguments: [HostTensor], isWhole: Bool) throws {
    self.kernel = kernel
    types = try TypeEnvironment(kernel)
    guard arguments.count == kernel.parameters.count else {
      throw MartletError(
        KernelErrorCode.arguments, "kernel @\(kernel.name) takes \(kernel.parameters.count) tensors, found \(arguments.count)")
    }
    for (parameter, argument) in zip(kernel.parameters, arguments) {
      guard ElementType(argument.dtype) == parameter.element, argument.count == parameter.elementCount else {
        throw MartletError(
          KernelErrorCode.arguments,
          "kernel @\(kernel.name): %\(parameter.name) is \(parameter.element.rawValue)\(parameter.shape), found \(argument.type)")
      }
      memories[parameter.name] =
        parameter.access == .write && (isWhole || parameter.space != .global)
        ? InterpreterMemory(parameter.element, parameter.shape)
        : InterpreterMemory(parameter.element, parameter.shape, copying: argument)
    }
  }

  func trap(_ message: String) -> MartletError { MartletError(KernelErrorCode.execution, "kernel @\(kernel.name): \(message)") }

  // MARK: Statements

  mutating func run(_ statements: [Statement]) throws {
    for statement in statements { try run(statement) }
  }

  mutating func run(_ statement: Statement) throws {
    switch statement {
    case .letValue(let name, let e): values[name] = try value(e, types.values[name] ?? TypeEnvironment.literalDefault(e))
    case .letIndex(let name, let index): indices[name] = try value(index)
    case .letDataIndex(let name, let e, let lower, let upper, let multiple):
      let number: Int
      switch try value(e, .i32()) {
      case .i32(let x): number = Int(x[0])
      case .i64(let x): number = Int(x[0])
      case .f32, .f64, .mask: throw trap("an index must be an integer")
      }
      guard number >= lower, number < upper, number % multiple == 0 else {
        throw trap("index \(name) is \(number), promised was \(lower) ..< \(upper), multiple \(multiple)")
      }
      indices[name] = number
    case .variable(let name, let type, let e): values[name] = try value(e, type)
    case .assign(let name, let e):
      guard let type = types.values[name] else { throw trap("%\(name) has no type") }
      values[name] = try value(e, type)
    case .registers(let name, let type, let shape, let e):
      let initial = try e.map { try value($0, type) } ?? .poison(type)
      registers[name] = (shape, [LaneValue](repeating: initial, count: shape.reduce(1, *)))
    case .assignRegister(let name, let subscripts, let e):
      guard let type = types.registers[name]?.type else { throw trap("%\(name) has no type") }
      let cell = try self.cell(name, subscripts)
      let value = try value(e, type)
      registers[name]?.cells[cell] = value
    case .array(let name, let element, let shape, .local): state.arrays[name] = InterpreterMemory(element, shape)
    case .array(let name, let element, let shape, .shared): memories[name] = InterpreterMemory(element, shape)
    case .store(let access, let e):
      let (memory, offset, count) = try locate(access)
      try use(access, offset, count, isStore: true)
      let value = try value(e, ValueType(memory.element.loaded, lanes: access.lanes))
      guard memory.store(offset, count, value) else { throw trap("a store to \(access) of another type") }
    case .loop(let loop) where loop.kind.isThread && (loop.body.containsMeeting || usesShared(loop.body)): try runThreads(loop)
    case .barrier, .letExchange: throw trap("threads meet where only one of them is")
    case .loop(let loop):
      let (lower, upper, step) = (try value(loop.lower), try value(loop.upper), try value(loop.step))
      guard step > 0 else { throw trap("step \(step) of \(loop.variable)") }
      for position in stride(from: lower, to: upper, by: step) {
        indices[loop.variable] = position
        try run(loop.body)
      }
    case .bits(let variable, let e, let limit, let body):
      guard case .i64(let mask) = try value(e, .i64()) else { throw trap("bits takes an i64") }
      var rest = UInt64(bitPattern: mask[0])
      while rest != 0 {
        guard rest.trailingZeroBitCount < limit else { throw trap("bit \(rest.trailingZeroBitCount) is not below \(limit)") }
        indices[variable] = rest.trailingZeroBitCount
        try run(body)
        rest &= rest - 1
      }
    case .when(.indices(let conditions), let body, let otherwise), .staticWhen(let conditions, let body, let otherwise):
      try run(try holds(conditions) ? body : otherwise)
    case .when(.mask(let e), let body, let otherwise):
      guard case .mask(let mask) = try value(e, .mask()) else { throw trap("when takes a mask") }
      try run(mask[0] ? body : otherwise)
    case .sgemm(let product): try run(product)
    case .prefetch, .fence, .line, .part: break
    }
  }

  /// The library may add in another order.
  private func run(_ product: LibraryProduct) throws {
    let located = try product.matrices.map { matrix in
      let (memory, offset, _) = try locate(matrix.access)
      guard offset + matrix.reach <= memory.shape.reduce(1, *) else { throw trap("a matrix from \(matrix.access) leaves its memory") }
      return (memory: memory, offset: offset, stride: matrix.stride)
    }
    func element(_ matrix: Int, _ row: Int, _ column: Int) throws -> Float {
      let (memory, offset, stride) = located[matrix]
      guard case .f32(let value) = memory.load(offset + row * stride + column, 1, lanes: 1) else { throw trap("sgemm takes f32") }
      return value[0]
    }
    for row in 0..<product.rows {
      for column in 0..<product.columns {
        var sum: Float = 0
        for step in 0..<product.inner {
          let a = try product.transposesA ? element(0, step, row) : element(0, row, step)
          let b = try product.transposesB ? element(1, column, step) : element(1, step, column)
          sum.addProduct(a, b)
        }
        var value = Float(product.alpha.value) * sum
        if product.beta.value != 0 { value += Float(product.beta.value) * (try element(2, row, column)) }
        let (memory, offset, stride) = located[2]
        guard memory.store(offset + row * stride + column, 1, .f32([value])) else { throw trap("sgemm makes f32") }
      }
    }
  }

  func value(_ index: Index) throws -> Int {
    guard let value = index.value({ indices[$0] }) else { throw trap("index '\(index)' has no value") }
    return value
  }

  func holds(_ conditions: [IndexCondition]) throws -> Bool {
    for condition in conditions {
      let position = try value(condition.index)
      if try position < value(condition.lower) || position >= value(condition.upper) { return false }
    }
    return true
  }

  private func cell(_ name: String, _ subscripts: [Index]) throws -> Int {
    guard let shape = registers[name]?.shape else { throw trap("%\(name) does not exist yet") }
    var offset = 0
    for (index, extent) in zip(subscripts, shape) {
      let position = try value(index)
      guard position >= 0, position < extent else { throw trap("cell \(position) of \(extent) in %\(name)") }
      offset = offset * extent + position
    }
    return offset
  }

  private func locate(_ access: Access) throws -> (memory: InterpreterMemory, offset: Int, count: Int) {
    guard let memory = state.arrays[access.buffer] ?? memories[access.buffer] else { throw trap("%\(access.buffer) does not exist yet") }
    let count = try access.first.map { min(max(try value($0), 0), access.lanes) } ?? access.lanes
    var offset = 0
    for (axis, index) in access.subscripts.enumerated() {
      let position = try value(index)
      let reach = axis == access.subscripts.count - 1 ? count : 1
      guard position >= 0, position + reach <= memory.shape[axis] || reach == 0 else {
        throw trap("subscript \(position) (and \(reach - 1) more) of \(access) is outside of \(memory.shape[axis])")
      }
      offset += position * memory.strides[axis]
    }
    return (memory, offset, count)
  }

  /// Notes an access to shared memory; throws where another thread may come before or after it.
  private func use(_ access: Access, _ offset: Int, _ count: Int, isStore: Bool) throws {
    guard let races, types.memories[access.buffer]?.isShared == true else { return }
    for element in offset..<offset + count {
      guard let other = races.use(access.buffer, element, isStore: isStore) else { continue }
      throw trap(
        "race: threads \(other) and \(races.thread) use element \(element) of %\(access.buffer) with no barrier between, and one of them stores"
      )
    }
  }

  // MARK: Expressions

  /// The value of an expression; literals take the type `expected`.
  func value(_ expression: Expr, _ expected: ValueType) throws -> LaneValue {
    switch expression {
    case .integer(let number): return .integer(number, expected)
    case .number(let number): return .literal(number.value, expected)
    case .literalIndex(let index): return .integer(try value(index), expected)
    case .vector(let elements):
      let scalar = expected.with(lanes: 1)
      guard let first = elements.first else { throw trap("an empty vector") }
      return try elements.dropFirst().reduce(try value(first, scalar)) { joined, element in
        guard let both = joined.joined(try value(element, scalar)) else { throw trap("a vector of several types") }
        return both
      }
    case .name(let name):
      guard let value = values[name] else { throw trap("%\(name) has no value yet") }
      return value
    case .register(let name, let subscripts):
      let cell = try self.cell(name, subscripts)
      guard let cells = registers[name]?.cells else { throw trap("%\(name) does not exist yet") }
      return cells[cell]
    case .load(let access):
      let (memory, offset, count) = try locate(access)
      try use(access, offset, count, isStore: false)
      return memory.load(offset, count, lanes: access.lanes)
    case .conditionalLoad(let access, let conditions, let otherwise):
      let type = try types.type(of: expression) ?? expected
      return try holds(conditions) ? value(.load(access), type) : value(otherwise, type)
    case .splat(let lanes, let e):
      let scalar = try value(e, expected.with(lanes: 1))
      return scalar.picked([Int](repeating: 0, count: lanes))
    case .unary(let function, let e): return try unary(function, try value(e, try typed(e, expected)))
    case .binary(let function, let a, let b):
      let type = try types.type(of: expression) ?? expected
      return try binary(function, try value(a, type), try value(b, type))
    case .fma(let a, let b, let c):
      let type = try types.type(of: expression) ?? expected
      switch (try value(a, type), try value(b, type), try value(c, type)) {
      case (.f32(let x), .f32(let y), .f32(let z)): return .f32(x.indices.map { z[$0].addingProduct(x[$0], y[$0]) })
      case (.f64(let x), .f64(let y), .f64(let z)): return .f64(x.indices.map { z[$0].addingProduct(x[$0], y[$0]) })
      default: throw trap("fma of '\(expression)' is not of floats")
      }
    case .compare(let comparison, let a, let b):
      let type = try types.type(of: a) ?? types.type(of: b) ?? TypeEnvironment.literalDefault(a)
      switch (try value(a, type), try value(b, type)) {
      case (.f32(let x), .f32(let y)): return .mask(x.indices.map { comparison(x[$0], y[$0]) })
      case (.f64(let x), .f64(let y)): return .mask(x.indices.map { comparison(x[$0], y[$0]) })
      case (.i32(let x), .i32(let y)): return .mask(x.indices.map { comparison(x[$0], y[$0]) })
      case (.i64(let x), .i64(let y)): return .mask(x.indices.map { comparison(x[$0], y[$0]) })
      default: throw trap("'\(expression)' compares different types")
      }
    case .isNaN(let e):
      switch try value(e, try typed(e, .f32())) {
      case .f32(let x): return .mask(x.map(\.isNaN))
      case .f64(let x): return .mask(x.map(\.isNaN))
      case .i32, .i64, .mask: throw trap("isnan takes floats")
      }
    case .logicalAnd(let a, let b): return .mask(try zip(mask(a), mask(b)).map { $0 && $1 })
    case .logicalOr(let a, let b): return .mask(try zip(mask(a), mask(b)).map { $0 || $1 })
    case .logicalNot(let e): return .mask(try mask(e).map { !$0 })
    case .select(let m, let a, let b):
      let type = try types.type(of: expression) ?? expected
      let chosen = try mask(m)
      let (x, y) = (try value(a, type), try value(b, type))
      guard let both = x.joined(y) else { throw trap("'\(expression)' chooses between different types") }
      return both.picked(chosen.indices.map { chosen[$0] ? $0 : $0 + chosen.count })
    case .convert(let element, let e): return try convert(element, try value(e, try typed(e, TypeEnvironment.literalDefault(e))))
    case .indexValue(let element, let index): return .integer(try value(index), ValueType(element))
    case .bitcast(let element, let e):
      switch (try value(e, try typed(e, expected)), element) {
      case (.f32(let x), .i32): return .i32(x.map { Int32(bitPattern: $0.bitPattern) })
      case (.i32(let x), .f32): return .f32(x.map { Float(bitPattern: UInt32(bitPattern: $0)) })
      case (.f64(let x), .i64): return .i64(x.map { Int64(bitPattern: $0.bitPattern) })
      case (.i64(let x), .f64): return .f64(x.map { Double(bitPattern: UInt64(bitPattern: $0)) })
      default: throw trap("'\(expression)' casts between types of different size")
      }
    case .shuffle(let a, let b, let lanes):
      let type = try types.type(of: a) ?? types.type(of: b) ?? expected
      guard let both = try value(a, type).joined(try value(b, type)) else { throw trap("'\(expression)' mixes types") }
      return both.picked(lanes)
    case .extract(let e, let lane): return try value(e, try typed(e, TypeEnvironment.literalDefault(e))).picked([lane])
    case .permute4(let v, let i), .permute(let v, let i):
      guard case .i32(let numbers) = try value(i, try typed(i, .i32())) else { throw trap("lane numbers are i32") }
      let vector = try value(v, types.type(of: v) ?? expected.with(lanes: numbers.count))
      if case .permute4 = expression { return vector.picked(numbers.indices.map { $0 / 4 * 4 + Int(numbers[$0] & 3) }) }
      return vector.picked(numbers.map { Int($0) & (numbers.count - 1) })
    case .sum(let e), .maximum(let e):
      var vector = try value(e, try typed(e, expected))
      let function: BinaryFunction = if case .sum = expression { .add } else { .maximum }
      while vector.lanes > 1 {
        let half = vector.lanes / 2
        vector = try binary(function, vector.picked(Array(0..<half)), vector.picked(Array(half..<vector.lanes)))
      }
      return vector
    case .movemask(let e):
      return .i64([try mask(e).enumerated().reduce(0) { $0 | ($1.element ? 1 << Int64($1.offset) : 0) }])
    case .opaque(let e): return try value(e, expected)
    }
  }

  private func typed(_ expression: Expr, _ fallback: ValueType) throws -> ValueType { try types.type(of: expression) ?? fallback }

  private func mask(_ expression: Expr) throws -> [Bool] {
    guard case .mask(let mask) = try value(expression, .mask()) else { throw trap("'\(expression)' is not a mask") }
    return mask
  }

  private func unary(_ function: UnaryFunction, _ x: LaneValue) throws -> LaneValue {
    switch (x, function) {
    case (.f32(let x), _): return .f32(x.map { function($0) })
    case (.f64(let x), _): return .f64(x.map { function($0) })
    case (.i32(let x), .neg): return .i32(x.map { 0 &- $0 })
    case (.i64(let x), .neg): return .i64(x.map { 0 &- $0 })
    case (.i32(let x), .abs): return .i32(x.map { $0 < 0 ? 0 &- $0 : $0 })
    case (.i32(let x), .ctz): return .i32(x.map { Int32($0.trailingZeroBitCount) })
    case (.i64(let x), .ctz): return .i64(x.map { Int64($0.trailingZeroBitCount) })
    case (.i32(let x), .popcount): return .i32(x.map { Int32($0.nonzeroBitCount) })
    case (.i64(let x), .popcount): return .i64(x.map { Int64($0.nonzeroBitCount) })
    default: throw trap("\(function.rawValue) is not defined for this type")
    }
  }

  private func binary(_ function: BinaryFunction, _ a: LaneValue, _ b: LaneValue) throws -> LaneValue {
    func checked<Scalar>(_ value: Scalar?) throws -> Scalar {
      guard let value else { throw trap("\(function.rawValue) has no result (a shift by the width, a division by zero)") }
      return value
    }
    switch (a, b) {
    case (.f32(let x), .f32(let y)): return .f32(x.indices.map { function(x[$0], y[$0]) })
    case (.f64(let x), .f64(let y)): return .f64(x.indices.map { function(x[$0], y[$0]) })
    case (.i32(let x), .i32(let y)): return .i32(try x.indices.map { try checked(function(x[$0], y[$0])) })
    case (.i64(let x), .i64(let y)): return .i64(try x.indices.map { try checked(function(x[$0], y[$0])) })
    default: throw trap("\(function.rawValue) of different types")
    }
  }

  private func convert(_ element: ElementType, _ x: LaneValue) throws -> LaneValue {
    switch (x, element) {
    case (.f32, .f32), (.f64, .f64), (.i32, .i32), (.i64, .i64): return x
    case (.f32(let x), .f64): return .f64(x.map { Double($0) })
    case (.f64(let x), .f32): return .f32(x.map { Float($0) })
    case (.f32(let x), .i32): return .i32(x.map { Int32(clamping: Double($0)) })
    case (.f64(let x), .i32): return .i32(x.map { Int32(clamping: $0) })
    case (.f32(let x), .i64): return .i64(x.map { Int64(clamping: Double($0)) })
    case (.f64(let x), .i64): return .i64(x.map { Int64(clamping: $0) })
    case (.i32(let x), .f32): return .f32(x.map { Float($0) })
    case (.i32(let x), .f64): return .f64(x.map { Double($0) })
    case (.i64(let x), .f32): return .f32(x.map { Float($0) })
    case (.i64(let x), .f64): return .f64(x.map { Double($0) })
    case (.i32(let x), .i64): return .i64(x.map { Int64($0) })
    case (.i64(let x), .i32): return .i32(x.map { Int32(truncatingIfNeeded: $0) })
    default: throw trap("no conversion to \(element.rawValue)")
    }
  }
}
