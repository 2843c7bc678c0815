import MartletCore
import MartletLoopIR

extension FunctionEmitter {
  /// The operand that holds an expression; literals take the type `expected`.
  mutating func emit(_ expression: Expr, _ expected: ValueType) throws -> Operand {
    switch expression {
    case .integer(let value): return constant(Double(value), exactly: value, expected)
    case .number(let number): return constant(number.value, exactly: nil, expected)
    case .literalIndex(let index):
      guard let value = index.constantValue else { throw unsupported("'\(index)', which is not constant after expand,") }
      return constant(Double(value), exactly: value, expected)
    case .vector(let elements):
      let scalar = expected.with(lanes: 1)
      let list = try elements.map { try emit($0, scalar).typed }
      return Operand(type: scalar.with(lanes: elements.count), text: "<\(list.joined(separator: ", "))>", isConstant: true)
    case .name(let name):
      if let value = values[name] { return value }
      guard let variable = variables[name] else { throw unsupported("%\(name), which has no value,") }
      return assign(variable.type, "load \(LLVMEmitter.text(variable.type)), ptr \(variable.pointer)")
    case .load(let access): return try load(access)
    case .conditionalLoad(let access, let conditions, let otherwise): return try conditionalLoad(access, conditions, otherwise)
    case .splat(let lanes, let e):
      let scalar = try emit(e, expected.with(lanes: 1))
      return splat(scalar, lanes)
    case .unary(let function, let e): return try unary(function, try emit(e, try types.type(of: e) ?? expected))
    case .binary(let function, let a, let b):
      let type = try types.type(of: expression) ?? expected
      return try binary(function, try emit(a, type), try emit(b, type))
    case .fma(let a, let b, let c):
      let type = try types.type(of: expression) ?? expected
      guard target.hasFusedMultiplyAdd else { throw unsupported("fma") }
      return call("llvm.fma.\(LLVMEmitter.mangled(type))", type, [try emit(a, type), try emit(b, type), try emit(c, type)])
    case .compare(let comparison, let a, let b):
      let type = try types.type(of: a) ?? types.type(of: b) ?? TypeEnvironment.literalDefault(a)
      return compare(comparison, try emit(a, type), try emit(b, type))
    case .isNaN(let e):
      let value = try emit(e, try types.type(of: e) ?? .f32())
      return assign(value.type.with(.mask), "fcmp uno \(value.typed), \(value.text)")
    case .logicalAnd(let a, let b): return try logical("and", a, b, expected)
    case .logicalOr(let a, let b): return try logical("or", a, b, expected)
    case .logicalNot(let e):
      let value = try emit(e, expected)
      let ones = constant(1, exactly: 1, value.type)
      return assign(value.type, "xor \(value.typed), \(ones.text)")
    case .select(let m, let a, let b):
      let type = try types.type(of: expression) ?? expected
      let mask = try emit(m, .mask(type.lanes))
      let (x, y) = (try emit(a, type), try emit(b, type))
      return assign(type, "select \(mask.typed), \(x.typed), \(y.typed)")
    case .convert(let element, let e): return try convert(element, try emit(e, try types.type(of: e) ?? (e.isNumber ? .f32() : .i32())))
    case .indexValue(let element, let index):
      if let value = index.constantValue { return constant(Double(value), exactly: value, ValueType(element)) }
      let wide = try emit(index)
      return element == .i64 ? Operand(type: .i64(), text: wide) : assign(.i32(), "trunc i64 \(wide) to i32")
    case .bitcast(let element, let e):
      let value = try emit(e, try types.type(of: e) ?? expected)
      let type = value.type.with(element)
      return assign(type, "bitcast \(value.typed) to \(LLVMEmitter.text(type))")
    case .shuffle(let a, let b, let lanes):
      let type = try types.type(of: a) ?? types.type(of: b) ?? expected
      return shuffle(try emit(a, type), try emit(b, type), lanes)
    case .extract(let e, let lane):
      let vector = try emit(e, try types.type(of: e) ?? expected)
      return assign(vector.type.with(lanes: 1), "extractelement \(vector.typed), i32 \(lane)")
    case .permute4(let v, let i), .permute(let v, let i):
      var isLocal = false
      if case .permute4 = expression { isLocal = true }
      let numbers = try emit(i, try types.type(of: i) ?? .i32(expected.lanes))
      let vector = try emit(v, try types.type(of: v) ?? expected.with(lanes: numbers.type.lanes))
      return permute(vector, numbers, withinFour: isLocal)
    case .sum(let e), .maximum(let e):
      var vector = try emit(e, try types.type(of: e) ?? expected)
      let function: BinaryFunction = if case .sum = expression { .add } else { .maximum }
      while vector.type.lanes > 1 {
        let half = vector.type.lanes / 2
        vector = try binary(
          function, shuffle(vector, vector, Array(0..<half)), shuffle(vector, vector, Array(half..<vector.type.lanes)))
      }
      return vector
    case .movemask(let e):
      let mask = try emit(e, try types.type(of: e) ?? .mask())
      let bits = assign(.i32(), "bitcast \(mask.typed) to i\(mask.type.lanes)").text
      return assign(.i64(), "zext i\(mask.type.lanes) \(bits) to i64")
    case .opaque(let e):
      let value = try emit(e, expected)
      let register = target.has(.avx512) ? "v" : "x"
      return assign(value.type, "call \(LLVMEmitter.text(value.type)) asm \"\", \"=\(register),0\"(\(value.typed))")
    case .register: throw unsupported("'\(expression)', which expand removes,")
    }
  }

  private func constant(_ value: Double, exactly integer: Int?, _ type: ValueType) -> Operand {
    let scalar: String
    switch type.element {
    case .f32, .f64: scalar = LLVMEmitter.literal(value, type.element)
    case .i32: scalar = String(Int32(truncatingIfNeeded: integer ?? Int(value)))
    case .i64: scalar = String(integer ?? Int(value))
    case .u8, .mask: scalar = LLVMEmitter.literal(value, type.element)
    }
    guard type.lanes > 1 else { return Operand(type: type, text: scalar, isConstant: true) }
    let element = LLVMEmitter.text(type.element)
    let list = [String](repeating: "\(element) \(scalar)", count: type.lanes).joined(separator: ", ")
    return Operand(type: type, text: "<\(list)>", isConstant: true)
  }

  private mutating func call(_ function: String, _ type: ValueType, _ arguments: [Operand], extra: [String] = []) -> Operand {
    let parameters = arguments.map { LLVMEmitter.text($0.type) } + extra.map { $0.split(separator: " ").first.map(String.init) ?? "" }
    declarations.insert("\(LLVMEmitter.text(type)) @\(function)(\(parameters.joined(separator: ", ")))")
    let passed = (arguments.map(\.typed) + extra).joined(separator: ", ")
    return assign(type, "call \(LLVMEmitter.text(type)) @\(function)(\(passed))")
  }

  private mutating func splat(_ scalar: Operand, _ lanes: Int) -> Operand {
    let type = scalar.type.with(lanes: lanes)
    guard lanes > 1 else { return scalar }
    let first = assign(type, "insertelement \(LLVMEmitter.text(type)) poison, \(scalar.typed), i32 0")
    return assign(type, "shufflevector \(first.typed), \(LLVMEmitter.text(type)) poison, <\(lanes) x i32> zeroinitializer")
  }

  private mutating func shuffle(_ a: Operand, _ b: Operand, _ lanes: [Int]) -> Operand {
    let type = a.type.with(lanes: lanes.count)
    if lanes.count == 1 {
      let source = lanes[0] < a.type.lanes ? a : b
      return assign(type, "extractelement \(source.typed), i32 \(lanes[0] % a.type.lanes)")
    }
    let numbers = lanes.map { "i32 \($0)" }.joined(separator: ", ")
    return assign(type, "shufflevector \(a.typed), \(b.typed), <\(lanes.count) x i32> <\(numbers)>")
  }

  // MARK: Memory

  private mutating func load(_ access: Access) throws -> Operand {
    let (pointer, alignment, element) = try address(access)
    let stored = ValueType(element, lanes: access.lanes)
    let type = stored.with(element.loaded)
    var value: Operand
    if let first = access.first?.constantValue, first < access.lanes {
      let zero = "\(LLVMEmitter.text(stored)) zeroinitializer"
      guard first > 0 else { return constant(0, exactly: 0, type) }
      let name = "llvm.masked.load.\(LLVMEmitter.mangled(stored)).p0"
      let maskType = LLVMEmitter.text(ValueType.mask(access.lanes))
      declarations.insert("\(LLVMEmitter.text(stored)) @\(name)(ptr, i32, \(maskType), \(LLVMEmitter.text(stored)))")
      let mask = FunctionEmitter.mask(first: first, lanes: access.lanes)
      value = assign(stored, "call \(LLVMEmitter.text(stored)) @\(name)(ptr \(pointer), i32 \(alignment), \(mask), \(zero))")
    } else {
      value = assign(stored, "load \(LLVMEmitter.text(stored)), ptr \(pointer), align \(alignment)")
    }
    if element == .u8 { value = assign(type, "zext \(value.typed) to \(LLVMEmitter.text(type))") }
    return value
  }

  private mutating func conditionalLoad(_ access: Access, _ conditions: [IndexCondition], _ otherwise: Expr) throws -> Operand {
    let type = ValueType((memories[access.buffer]?.element ?? .f32).loaded, lanes: access.lanes)
    let other = try emit(otherwise, type)
    let test = try emit(conditions)
    let (then, exit) = (newLabel("load"), newLabel("loaded"))
    let before = block
    line("br i1 \(test), label %\(then), label %\(exit)")
    label(then)
    var loaded = other
    try nested { emitter in
      for condition in conditions { emitter.bounds.narrow(condition) }
      loaded = try emitter.load(access)
    }
    let after = block
    line("br label %\(exit)")
    label(exit)
    return assign(type, "phi \(LLVMEmitter.text(type)) [ \(other.text), %\(before) ], [ \(loaded.text), %\(after) ]")
  }

  // MARK: Arithmetic

  private mutating func logical(_ instruction: String, _ a: Expr, _ b: Expr, _ expected: ValueType) throws -> Operand {
    let (x, y) = (try emit(a, expected), try emit(b, expected))
    return assign(x.type, "\(instruction) \(x.typed), \(y.text)")
  }

  private mutating func compare(_ comparison: Comparison, _ a: Operand, _ b: Operand) -> Operand {
    let type = a.type.with(.mask)
    if a.type.element.isFloatingPoint {
      let predicate = comparison == .ne ? "une" : "o\(comparison.rawValue)"
      return assign(type, "fcmp \(predicate) \(a.typed), \(b.text)")
    }
    let predicate =
      switch comparison {
      case .eq, .ne: comparison.rawValue
      case .lt, .le, .gt, .ge: "s\(comparison.rawValue)"
      }
    return assign(type, "icmp \(predicate) \(a.typed), \(b.text)")
  }

  private mutating func unary(_ function: UnaryFunction, _ x: Operand) throws -> Operand {
    let type = x.type
    let mangled = LLVMEmitter.mangled(type)
    switch function {
    case .neg:
      return assign(
        type,
        type.element.isFloatingPoint ? "fneg \(x.typed)" : "sub \(LLVMEmitter.text(type)) \(constant(0, exactly: 0, type).text), \(x.text)")
    case .abs where type.element.isFloatingPoint: return call("llvm.fabs.\(mangled)", type, [x])
    case .abs: return call("llvm.abs.\(mangled)", type, [x], extra: ["i1 false"])
    case .sqrt: return call("llvm.sqrt.\(mangled)", type, [x])
    case .floor: return call("llvm.floor.\(mangled)", type, [x])
    case .round: return call("llvm.roundeven.\(mangled)", type, [x])
    case .ctz: return call("llvm.cttz.\(mangled)", type, [x], extra: ["i1 false"])
    case .popcount: return call("llvm.ctpop.\(mangled)", type, [x])
    case .sin, .cos, .erf: return library(function.rawValue + (type.element == .f32 ? "f" : ""), [x])
    case .not, .exp, .log, .tanh: throw unsupported("\(function.rawValue), which expand-math removes,")
    }
  }

  /// A function of the C library, lane by lane.
  private mutating func library(_ name: String, _ arguments: [Operand]) -> Operand {
    let type = arguments[0].type
    guard type.lanes > 1 else { return call(name, type, arguments) }
    var result = Operand(type: type, text: "poison")
    for lane in 0..<type.lanes {
      let scalars = arguments.map { assign(type.with(lanes: 1), "extractelement \($0.typed), i32 \(lane)") }
      let value = call(name, type.with(lanes: 1), scalars)
      result = assign(type, "insertelement \(result.typed), \(value.typed), i32 \(lane)")
    }
    return result
  }

  private mutating func binary(_ function: BinaryFunction, _ a: Operand, _ b: Operand) throws -> Operand {
    let isFloat = a.type.element.isFloatingPoint
    func plain(_ float: String, _ integer: String) -> String { "\(isFloat ? float : integer) \(a.typed), \(b.text)" }
    switch function {
    case .add: return assign(a.type, plain("fadd", "add"))
    case .subtract: return assign(a.type, plain("fsub", "sub"))
    case .multiply: return assign(a.type, plain("fmul", "mul"))
    case .divide: return assign(a.type, plain("fdiv", "sdiv"))
    case .maximum: return extremum(a, b, integer: "sgt", float: "gt")
    case .minimum: return extremum(a, b, integer: "slt", float: "lt")
    case .pow, .fmod: return library(function.rawValue + (a.type.element == .f32 ? "f" : ""), [a, b])
    case .and: return assign(a.type, "and \(a.typed), \(b.text)")
    case .or: return assign(a.type, "or \(a.typed), \(b.text)")
    case .xor: return assign(a.type, "xor \(a.typed), \(b.text)")
    case .shiftLeft: return assign(a.type, "shl \(a.typed), \(b.text)")
    case .shiftRight: return assign(a.type, "lshr \(a.typed), \(b.text)")
    }
  }

  /// `a > b or isnan(a) ? a : b`. With a constant that is one instruction of the processor.
  private mutating func extremum(_ a: Operand, _ b: Operand, integer: String, float: String) -> Operand {
    let mask: Operand
    if !a.type.element.isFloatingPoint {
      mask = assign(a.type.with(.mask), "icmp \(integer) \(a.typed), \(b.text)")
    } else if a.isConstant {
      mask = assign(a.type.with(.mask), "fcmp o\(float) \(a.typed), \(b.text)")
    } else if b.isConstant {
      mask = assign(a.type.with(.mask), "fcmp u\(float) \(a.typed), \(b.text)")
    } else {
      let wins = assign(a.type.with(.mask), "fcmp o\(float) \(a.typed), \(b.text)")
      let isNaN = assign(a.type.with(.mask), "fcmp uno \(a.typed), \(a.text)")
      mask = assign(a.type.with(.mask), "or \(wins.typed), \(isNaN.text)")
    }
    return assign(a.type, "select \(mask.typed), \(a.typed), \(b.typed)")
  }

  private mutating func convert(_ element: ElementType, _ x: Operand) throws -> Operand {
    let from = x.type.element
    let type = x.type.with(element)
    guard from != element else { return x }
    let instruction: String
    switch (from, element) {
    case (.f32, .f64): instruction = "fpext"
    case (.f64, .f32): instruction = "fptrunc"
    case (.i32, .i64): instruction = "sext"
    case (.i64, .i32): instruction = "trunc"
    case (.i32, .f32), (.i32, .f64), (.i64, .f32), (.i64, .f64): instruction = "sitofp"
    case (.f32, .i32), (.f32, .i64), (.f64, .i32), (.f64, .i64): instruction = "fptosi"
    default: throw unsupported("a conversion from \(from.rawValue) to \(element.rawValue)")
    }
    return assign(type, "\(instruction) \(x.typed) to \(LLVMEmitter.text(type))")
  }

  /// One instruction where the processor has it, else lane by lane.
  private mutating func permute(_ vector: Operand, _ numbers: Operand, withinFour: Bool) -> Operand {
    let type = vector.type
    if target.has(.avx2), type.lanes == 8, type.element == .f32 || type.element == .i32 {
      let float = ValueType.f32(8)
      let source = type == float ? vector : assign(float, "bitcast \(vector.typed) to \(LLVMEmitter.text(float))")
      let permuted = call(withinFour ? "llvm.x86.avx.vpermilvar.ps.256" : "llvm.x86.avx2.permps", float, [source, numbers])
      return type == float ? permuted : assign(type, "bitcast \(permuted.typed) to \(LLVMEmitter.text(type))")
    }
    var result = Operand(type: type, text: "poison")
    for lane in 0..<type.lanes {
      let number = assign(.i32(), "extractelement \(numbers.typed), i32 \(lane)")
      var position = assign(.i32(), "and \(number.typed), \(withinFour ? 3 : type.lanes - 1)")
      if withinFour { position = assign(.i32(), "or \(position.typed), \(lane / 4 * 4)") }
      let value = assign(type.with(lanes: 1), "extractelement \(vector.typed), \(position.typed)")
      result = assign(type, "insertelement \(result.typed), \(value.typed), i32 \(lane)")
    }
    return result
  }
}

extension Expr {
  fileprivate var isNumber: Bool { if case .number = self { true } else { false } }
}
