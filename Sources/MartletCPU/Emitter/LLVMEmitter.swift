import MartletCore
import MartletLoopIR

/// Writes an expanded, vectorised kernel as LLVM IR. A pure function from kernel and target to text: no LLVM is needed.
///
/// A kernel becomes `@name(ptr %arguments, i64 %begin, i64 %end)`, which loads the buffers and calls `@name.body` with one `noalias`
/// argument a buffer. There is no fast-math flag anywhere: what the loop IR says is what is computed.
package enum LLVMEmitter {
  ///
  /// `writesProvenFlags` false leaves out what is promised to LLVM: for tests, which compare both.
  package static func emit(_ kernel: Kernel, _ target: Target, writesProvenFlags: Bool = true) throws -> String {
    var emitter = FunctionEmitter(kernel: kernel, target: target, types: try TypeEnvironment(kernel))
    emitter.writesProvenFlags = writesProvenFlags
    return try emitter.module().text
  }

  /// The text, and for each of its lines the line of the kernel that it comes from, where the kernel says so: `Kernel.numberingLines`.
  package static func traced(_ kernel: Kernel, _ target: Target) throws -> (text: String, sources: [Int?]) {
    var emitter = FunctionEmitter(kernel: kernel, target: target, types: try TypeEnvironment(kernel))
    return try emitter.module()
  }

  /// `float`, `<8 x float>`, `i1`.
  static func text(_ type: ValueType) -> String {
    let element = text(type.element)
    return type.lanes == 1 ? element : "<\(type.lanes) x \(element)>"
  }

  static func text(_ element: ElementType) -> String {
    switch element {
    case .f32: "float"
    case .f64: "double"
    case .i32: "i32"
    case .i64: "i64"
    case .u8: "i8"
    case .mask: "i1"
    }
  }

  /// As intrinsics are named: `v8f32`, `f32`, `v4i1`.
  static func mangled(_ type: ValueType) -> String {
    let element =
      switch type.element {
      case .f32: "f32"
      case .f64: "f64"
      case .i32: "i32"
      case .i64: "i64"
      case .u8: "i8"
      case .mask: "i1"
      }
    return type.lanes == 1 ? element : "v\(type.lanes)\(element)"
  }

  /// Floats are written as the bits of the double: every value has a text, and one only.
  static func literal(_ value: Double, _ element: ElementType) -> String {
    switch element {
    case .f32, .f64:
      let bits = (element == .f32 ? Double(Float(value)) : value).bitPattern
      let digits = String(bits, radix: 16, uppercase: true)
      return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
    case .i32, .i64, .u8: return String(Int64(value))
    case .mask: return value != 0 ? "true" : "false"
    }
  }
}

/// A typed LLVM operand: a register, an argument or a constant.
struct Operand {
  var type: ValueType
  var text: String
  /// Set for constants: some instructions are cheaper then.
  var isConstant = false

  var typed: String { "\(LLVMEmitter.text(type)) \(text)" }
}

/// The state of one function: the lines so far, what names stand for, and which block is open.
struct FunctionEmitter {
  /// A line of LLVM IR, and the line of the kernel that it comes from.
  struct Line {
    var text: String
    var source: Int?
  }

  let kernel: Kernel
  let target: Target
  let types: TypeEnvironment
  var lines: [Line] = []
  /// The line of the kernel at hand.
  var source: Int?
  var allocas: [String] = []
  var declarations: Set<String> = []
  var values: [String: Operand] = [:]
  var variables: [String: (pointer: String, type: ValueType)] = [:]
  var memories: [String: (pointer: String, element: ElementType, shape: [Int])] = [:]
  var bounds: IndexBounds
  /// Indices that are in registers already, valid in the open block.
  var computed: [Index: String] = [:]
  var block = "entry"
  var counter = 0
  /// Whether what is proven of indices and memory is promised to LLVM.
  var writesProvenFlags = true

  init(kernel: Kernel, target: Target, types: TypeEnvironment) {
    self.kernel = kernel
    self.target = target
    self.types = types
    bounds = IndexBounds(kernel)
  }

  func unsupported(_ what: String) -> MartletError {
    MartletError(
      CPUErrorCode.noInstruction, "kernel @\(kernel.name): \(what) cannot be written as LLVM IR for \(target)")
  }

  // MARK: Text

  mutating func fresh() -> String {
    counter += 1
    return "%$\(counter)"
  }

  mutating func line(_ text: String) { lines.append(Line(text: "  " + text, source: source)) }

  /// `%r = instruction`, with a new register.
  mutating func assign(_ type: ValueType, _ instruction: String) -> Operand {
    let name = fresh()
    line("\(name) = \(instruction)")
    return Operand(type: type, text: name)
  }

  mutating func label(_ name: String) {
    lines.append(Line(text: "\(name):", source: source))
    block = name
  }

  mutating func newLabel(_ hint: String) -> String {
    counter += 1
    return "\(hint).\(counter)"
  }

  /// LLVM reads a name that begins with a digit as a number.
  static func name(_ name: String) -> String { name.first.map { $0.isNumber } == true ? "_\(name)" : name }

  mutating func module() throws -> (text: String, sources: [Int?]) {
    let usesFence = containsFence(kernel.body)
    var arguments: [String] = []
    for parameter in kernel.parameters {
      let pointer = "%" + FunctionEmitter.name(parameter.name)
      memories[parameter.name] = (pointer, parameter.element, parameter.shape)
      let mode =
        switch parameter.access {
        case .read: "readonly "
        case .write: "writeonly "
        case .update: ""
        }
      // An escaped buffer may be touched by asm: no promise then.
      arguments.append(writesProvenFlags ? "ptr noalias \(usesFence ? "" : mode)align 64 \(pointer)" : "ptr \(pointer)")
    }
    for name in [Kernel.begin, Kernel.end] { computed[Index(variable: name)] = "%\(name)" }
    if usesFence {
      for parameter in kernel.parameters {
        line("call void asm sideeffect \"\", \"r,~{memory}\"(ptr %\(FunctionEmitter.name(parameter.name)))")
      }
    }
    try emit(kernel.body)
    line("ret void")

    var text = "define void @\(kernel.symbol)(ptr %arguments, i64 %begin, i64 %end) nounwind {\n"
    for (position, parameter) in kernel.parameters.enumerated() {
      let name = FunctionEmitter.name(parameter.name)
      text += "  %\(name).slot = getelementptr ptr, ptr %arguments, i64 \(position)\n"
      text += "  %\(name) = load ptr, ptr %\(name).slot, align 8\n"
    }
    let passed = kernel.parameters.map { "ptr %\(FunctionEmitter.name($0.name))" } + ["i64 %begin", "i64 %end"]
    text += "  call void @\(kernel.symbol).body(\(passed.joined(separator: ", ")))\n  ret void\n}\n\n"
    text += "define internal void @\(kernel.symbol).body("
    text += (arguments + ["i64 %begin", "i64 %end"]).joined(separator: ", ") + ") noinline nounwind {\nentry:\n"
    text += allocas.map { "  \($0)\n" }.joined()
    var sources = [Int?](repeating: nil, count: text.utf8.count { $0 == UInt8(ascii: "\n") })
    sources += lines.map(\.source)
    text += lines.map(\.text).joined(separator: "\n") + "\n}\n"
    for declaration in declarations.sorted() { text += "\ndeclare \(declaration)" }
    text += declarations.isEmpty ? "" : "\n"
    sources += [Int?](repeating: nil, count: text.utf8.count { $0 == UInt8(ascii: "\n") } - sources.count)
    return (text, sources)
  }

  private func containsFence(_ statements: [Statement]) -> Bool {
    var found = false
    statements.forEachNested { if case .fence = $0 { found = true } }
    return found
  }

  // MARK: Indices

  /// The register or constant that holds an index.
  mutating func emit(_ index: Index) throws -> String {
    if let constant = index.constantValue { return String(constant) }
    if let known = computed[index] { return known }
    var sum: String?
    let flags = wrapFlags(index)
    for term in index.terms {
      var value = try emit(term.atom)
      if term.coefficient != 1 {
        let scaled = Index(atom: term.atom) * term.coefficient
        if let known = computed[scaled] {
          value = known
        } else {
          value = assign(.i64(), "mul\(flags) i64 \(value), \(term.coefficient)").text
          computed[scaled] = value
        }
      }
      sum = sum.map { assign(.i64(), "add\(flags) i64 \($0), \(value)").text } ?? value
    }
    var result = sum ?? "0"
    if index.constant != 0 { result = assign(.i64(), "add\(flags) i64 \(result), \(index.constant)").text }
    computed[index] = result
    return result
  }

  private mutating func emit(_ atom: Index.Atom) throws -> String {
    let whole = Index(atom: atom)
    if let known = computed[whole] { return known }
    let result: String
    switch atom {
    case .variable(let name): throw unsupported("index '\(name)', which has no value here,")
    case .table: throw unsupported("the table '\(whole)', which is not constant after expand,")
    case .quotient(let inner, let divisor):
      let value = try emit(inner)
      if let interval = inner.interval(bounds), interval.lower >= 0 {
        result = assign(.i64(), "udiv i64 \(value), \(divisor)").text
      } else {
        // Division rounds towards zero: one less where the remainder is negative.
        let quotient = assign(.i64(), "sdiv i64 \(value), \(divisor)").text
        let rest = assign(.i64(), "srem i64 \(value), \(divisor)").text
        let isNegative = assign(.mask(), "icmp slt i64 \(rest), 0").text
        let lowered = assign(.i64(), "add i64 \(quotient), -1").text
        result = assign(.i64(), "select i1 \(isNegative), i64 \(lowered), i64 \(quotient)").text
      }
    case .remainder(let inner, let divisor):
      let value = try emit(inner)
      if let interval = inner.interval(bounds), interval.lower >= 0 {
        result = assign(.i64(), "urem i64 \(value), \(divisor)").text
      } else {
        let signed = assign(.i64(), "srem i64 \(value), \(divisor)").text
        let isNegative = assign(.mask(), "icmp slt i64 \(signed), 0").text
        let raised = assign(.i64(), "add i64 \(signed), \(divisor)").text
        result = assign(.i64(), "select i1 \(isNegative), i64 \(raised), i64 \(signed)").text
      }
    }
    computed[whole] = result
    return result
  }

  /// Runs `body` in a nested block: what it computes is not known afterwards.
  mutating func nested(_ body: (inout FunctionEmitter) throws -> Void) rethrows {
    let (outerComputed, outerBounds) = (computed, bounds)
    try body(&self)
    (computed, bounds) = (outerComputed, outerBounds)
  }

  /// An `i1` that says whether all conditions hold.
  mutating func emit(_ conditions: [IndexCondition]) throws -> String {
    var all: String?
    for condition in conditions {
      for (comparison, bound) in [("sge", condition.lower), ("slt", condition.upper)] {
        let test = assign(.mask(), "icmp \(comparison) i64 \(try emit(condition.index)), \(try emit(bound))").text
        all = all.map { assign(.mask(), "and i1 \($0), \(test)").text } ?? test
      }
    }
    return all ?? "true"
  }

  /// The address of an access and its proven alignment in bytes.
  mutating func address(_ access: Access) throws -> (pointer: String, alignment: Int, element: ElementType) {
    guard let memory = memories[access.buffer] else { throw unsupported("%\(access.buffer), which is not memory,") }
    let linear = zip(access.subscripts, Shape(memory.shape).strides).reduce(Index(0)) { $0 + $1.0 * $1.1 }
    let variable = linear - linear.constant
    let element = LLVMEmitter.text(memory.element)
    let count = Shape(memory.shape).elementCount
    var pointer = memory.pointer
    // Both steps stay inside, or neither is promised to: where `i - 1` is inside, `i` may not be.
    var flag = boundsFlag(linear, count: count)
    if variable.constantValue == nil {
      if boundsFlag(variable, count: count).isEmpty { flag = "" }
      pointer = assign(.i64(), "getelementptr\(flag) \(element), ptr \(pointer), i64 \(try emit(variable))").text
    }
    if linear.constant != 0 {
      pointer = assign(.i64(), "getelementptr\(flag) \(element), ptr \(pointer), i64 \(linear.constant)").text
    }
    let divisor = linear.divisor(bounds) * memory.element.byteCount
    guard writesProvenFlags else { return (pointer, memory.element.byteCount, memory.element) }
    return (pointer, divisor == 0 ? 64 : greatestCommonDivisor(divisor, 64), memory.element)
  }
}
