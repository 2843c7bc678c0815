import MartletCore
import MartletLoopIR

extension CUDAFunctionEmitter {
  /// How tightly C binds: what an operand must at least be to stand without parentheses.
  private enum Precedence: Int {
    case ternary, or, and, bits, equality, sum, product, unary, primary
  }

  /// The text of an expression; literals take the type `expected`.
  mutating func text(_ expression: Expr, _ expected: ValueType) throws -> String { try written(expression, expected).text }

  private mutating func text(_ expression: Expr, _ expected: ValueType, atLeast needed: Precedence) throws -> String {
    let (text, own) = try written(expression, expected)
    return own.rawValue < needed.rawValue ? "(\(text))" : text
  }

  private mutating func call(_ name: String, _ arguments: [Expr], _ type: ValueType) throws -> (String, Precedence) {
    _ = use(type)
    return ("\(name)(\(try arguments.map { try text($0, type) }.joined(separator: ", ")))", .primary)
  }

  private mutating func helper(_ helper: CUDAHelper, _ arguments: [Expr], _ type: ValueType) throws -> (String, Precedence) {
    helpers.insert(helper)
    return try call(helper.rawValue, arguments, type)
  }

  private mutating func infix(_ a: Expr, _ sign: String, _ b: Expr, _ type: ValueType, _ own: Precedence) throws -> (String, Precedence) {
    _ = use(type)
    // Operators of one level group to the left; comparisons do not chain, and `&` and `|` are not of one level in C.
    let tighter = Precedence(rawValue: own.rawValue + 1) ?? .primary
    let left = try text(a, type, atLeast: own == .equality || own == .bits ? tighter : own)
    return ("\(left) \(sign) \(try text(b, type, atLeast: tighter))", own)
  }

  private mutating func written(_ expression: Expr, _ expected: ValueType) throws -> (text: String, precedence: Precedence) {
    switch expression {
    case .integer(let value): return literal(Double(value), exactly: value, expected)
    case .number(let number): return literal(number.value, exactly: nil, expected)
    case .literalIndex(let index):
      guard let value = index.constantValue else { throw unsupported(.notMapped, "'\(index)', which is not constant after expand,") }
      return literal(Double(value), exactly: value, expected)
    case .vector(let elements):
      let scalar = use(expected).with(lanes: 1)
      let list = try elements.map { try text($0, scalar) }.joined(separator: ", ")
      return ("\(CUDAEmitter.text(expected)){{\(list)}}", .primary)
    case .name(let name): return (try data(name), .primary)
    case .load(let access): return try load(access)
    case .conditionalLoad(let access, let conditions, let otherwise):
      let type = ValueType((types.memories[access.buffer]?.element ?? .f32).loaded, lanes: access.lanes)
      let test = try text(conditions)
      let outer = bounds
      for condition in conditions { bounds.narrow(condition) }
      let loaded = try load(access).0
      bounds = outer
      return ("\(test) ? \(loaded) : \(try text(otherwise, type, atLeast: .or))", .ternary)
    case .splat(let lanes, let e):
      helpers.insert(.vector)
      return ("splat<\(lanes)>(\(try text(e, expected.with(lanes: 1))))", .primary)
    case .unary(let function, let e): return try unary(function, e, try types.type(of: e) ?? expected)
    case .binary(let function, let a, let b): return try binary(function, a, b, try types.type(of: expression) ?? expected)
    case .fma(let a, let b, let c):
      let type = try types.type(of: expression) ?? expected
      return try call(type.element == .f64 ? "__fma_rn" : "__fmaf_rn", [a, b, c], type)
    case .compare(let comparison, let a, let b):
      let type = try types.type(of: a) ?? types.type(of: b) ?? TypeEnvironment.literalDefault(a)
      return try infix(a, comparison.sign, b, type, .equality)
    case .isNaN(let e):
      let type = try types.type(of: e) ?? .f32()
      return try infix(e, "!=", e, type, .equality)
    case .logicalAnd(let a, let b): return try infix(a, "&&", b, try types.type(of: a) ?? expected, .and)
    case .logicalOr(let a, let b): return try infix(a, "||", b, try types.type(of: a) ?? expected, .or)
    case .logicalNot(let e): return ("!\(try text(e, use(try types.type(of: e) ?? expected), atLeast: .unary))", .unary)
    case .select(let m, let a, let b):
      let type = try types.type(of: expression) ?? expected
      guard type.lanes == 1 else {
        let parts = [try text(m, .mask(type.lanes)), try text(a, use(type)), try text(b, type)]
        return ("select(\(parts.joined(separator: ", ")))", .primary)
      }
      return (
        "\(try text(m, .mask(), atLeast: .or)) ? \(try text(a, type, atLeast: .or)) : \(try text(b, type, atLeast: .or))", .ternary
      )
    case .convert(let element, let e):
      let from = try types.type(of: e) ?? TypeEnvironment.literalDefault(e)
      guard from.element != element else { return try written(e, from) }
      guard from.lanes == 1 else { return ("convert<\(CUDAEmitter.text(element))>(\(try text(e, use(from))))", .primary) }
      return ("(\(CUDAEmitter.text(element)))\(try text(e, from, atLeast: .unary))", .unary)
    case .indexValue(let element, let index):
      let value = try text(index)
      // A sum: whatever stands around it binds tighter.
      let own: Precedence =
        index.variableName != nil || index.isSingleQuotient || index.constantValue.map { $0 >= 0 } ?? false ? .primary : .sum
      let bare = index.isSingleQuotient && value.hasPrefix("(") ? (String(value.dropFirst().dropLast()), Precedence.product) : (value, own)
      return element == .i64 ? ("(long long)(\(value))", .unary) : bare
    case .bitcast(let element, let e):
      let type = try types.type(of: e) ?? expected
      let name =
        switch element {
        case .f32: "__int_as_float"
        case .f64: "__longlong_as_double"
        case .i64: "__double_as_longlong"
        case .i32, .u8, .mask: "__float_as_int"
        }
      return try call(name, [e], type)
    case .shuffle(let a, let b, let lanes):
      let type = use(try types.type(of: a) ?? types.type(of: b) ?? expected)
      let (x, y) = (try text(a, type, atLeast: .primary), try text(b, type, atLeast: .primary))
      let picked = lanes.map { $0 < type.lanes ? "\(x).lane[\($0)]" : "\(y).lane[\($0 - type.lanes)]" }
      return ("\(CUDAEmitter.text(use(type.with(lanes: lanes.count)))){{\(picked.joined(separator: ", "))}}", .primary)
    case .extract(let e, let lane):
      let type = try types.type(of: e) ?? TypeEnvironment.literalDefault(e)
      return ("\(try text(e, use(type), atLeast: .primary)).lane[\(lane)]", .primary)
    case .permute4(let v, let i), .permute(let v, let i):
      let numbers = try types.type(of: i) ?? TypeEnvironment.literalDefault(i)
      let type = try types.type(of: v) ?? expected.with(lanes: numbers.lanes)
      var group = type.lanes
      if case .permute4 = expression { group = min(4, type.lanes) }
      return ("permute(\(try text(v, use(type))), \(try text(i, numbers)), \(group))", .primary)
    case .sum(let e): return try call("sum", [e], use(try types.type(of: e) ?? expected))
    case .maximum(let e): return try call("largest", [e], use(try types.type(of: e) ?? expected))
    case .movemask(let e): return try call("movemask", [e], use(try types.type(of: e) ?? .mask()))
    // Hidden from LLVM's optimizer; NVRTC is not meant.
    case .opaque(let e): return try written(e, expected)
    case .register: throw unsupported(.notMapped, "'\(expression)', which expand removes,")
    }
  }

  private mutating func literal(_ value: Double, exactly integer: Int?, _ type: ValueType) -> (String, Precedence) {
    let text = CUDAFunctionEmitter.scalar(value, exactly: integer, type.element)
    guard type.lanes == 1 else {
      helpers.insert(.vector)
      return ("splat<\(type.lanes)>(\(text))", .primary)
    }
    return (text, text.hasPrefix("-") ? .unary : .primary)
  }

  /// A number as C reads it back to the same bits.
  private static func scalar(_ value: Double, exactly integer: Int?, _ element: ElementType) -> String {
    switch element {
    case .f32:
      let rounded = Float(value)
      guard rounded.isFinite else {
        let bits = rounded.isNaN ? "0x7fc00000" : rounded > 0 ? "0x7f800000" : "0xff800000"
        return "__int_as_float(\(bits))"
      }
      return "\(rounded)f"
    case .f64:
      guard value.isFinite else {
        let bits = value.isNaN ? "0x7ff8000000000000" : value > 0 ? "0x7ff0000000000000" : "0xfff0000000000000"
        return "__longlong_as_double(\(bits))"
      }
      return "\(value)"
    case .i32, .u8:
      let number = Int32(truncatingIfNeeded: integer ?? Int(value))
      // In C -2147483648 is the negative of a number that does not fit.
      return number == .min ? "(-2147483647 - 1)" : String(number)
    case .i64:
      let number = integer ?? Int(value)
      return number == .min ? "(-9223372036854775807LL - 1)" : "\(number)LL"
    case .mask: return value != 0 ? "true" : "false"
    }
  }

  private mutating func load(_ access: Access) throws -> (String, Precedence) {
    guard let memory = types.memories[access.buffer] else { throw unsupported(.notMapped, "%\(access.buffer), which is not memory,") }
    guard access.lanes > 1 else {
      // Bytes are integers once they are loaded: a template must not see another type.
      return memory.element == .u8 ? ("(int)\(try place(access))", .unary) : (try place(access), .primary)
    }
    helpers.insert(.vector)
    let first = try access.first.map { ", " + (try text($0)) } ?? ""
    return ("load<\(CUDAEmitter.text(memory.element.loaded)), \(access.lanes)>(&\(try place(access))\(first))", .primary)
  }

  private mutating func unary(_ function: UnaryFunction, _ e: Expr, _ type: ValueType) throws -> (String, Precedence) {
    let single = type.element == .f32 ? "f" : ""
    switch function {
    case .neg where type.element.isFloatingPoint:
      // Two signs in a row would be a decrement.
      let operand = try text(e, use(type), atLeast: .unary)
      return ("-\(operand.hasPrefix("-") ? "(\(operand))" : operand)", .unary)
    case .neg:
      helpers.insert(.wrappingSubtract)
      return try helper(.wrappingNegate, [e], type)
    case .abs where type.element.isFloatingPoint: return try call("fabs" + single, [e], type)
    case .abs: return try helper(.absolute, [e], type)
    case .sqrt: return try call("sqrt" + single, [e], type)
    case .floor: return try call("floor" + single, [e], type)
    case .round: return try call("rint" + single, [e], type)
    case .sin, .cos, .erf: return try call(function.rawValue + single, [e], type)
    // Of 0 all bits are counted, as in the loop IR.
    case .ctz where type.lanes == 1:
      return type.element == .i64 ? try wide("__clzll(__brevll(", e, "))") : try narrow("__clz(__brev(", e, "))")
    case .popcount where type.element == .i64: return try wide("__popcll(", e, ")")
    case .popcount: return try call("__popc", [e], type)
    case .not, .exp, .log, .tanh, .ctz: throw unsupported(.notMapped, "\(function.rawValue) of '\(e)'")
    }
  }

  private mutating func narrow(_ before: String, _ e: Expr, _ after: String) throws -> (String, Precedence) {
    (before + (try text(e, .i32())) + after, .primary)
  }

  private mutating func wide(_ before: String, _ e: Expr, _ after: String) throws -> (String, Precedence) {
    ("(long long)" + before + (try text(e, .i64())) + after, .unary)
  }

  private mutating func binary(_ function: BinaryFunction, _ a: Expr, _ b: Expr, _ type: ValueType) throws -> (String, Precedence) {
    let isFloat = type.element.isFloatingPoint
    switch function {
    case .add where isFloat: return try infix(a, "+", b, type, .sum)
    case .subtract where isFloat: return try infix(a, "-", b, type, .sum)
    case .multiply where isFloat: return try infix(a, "*", b, type, .product)
    case .divide: return try infix(a, "/", b, type, .product)
    case .add: return try helper(.wrappingAdd, [a, b], type)
    case .subtract: return try helper(.wrappingSubtract, [a, b], type)
    case .multiply: return try helper(.wrappingMultiply, [a, b], type)
    case .maximum: return try helper(.maximum, [a, b], type)
    case .minimum: return try helper(.minimum, [a, b], type)
    case .pow, .fmod: return try call(function.rawValue + (type.element == .f32 ? "f" : ""), [a, b], type)
    case .and: return try infix(a, "&", b, type, .bits)
    case .or: return try infix(a, "|", b, type, .bits)
    case .xor: return try infix(a, "^", b, type, .bits)
    case .shiftLeft: return try helper(.shiftLeft, [a, b], type)
    case .shiftRight: return try helper(.shiftRight, [a, b], type)
    }
  }
}
