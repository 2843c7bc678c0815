import MartletCore
import MartletLoopIR

/// The state of writing one kernel: lines so far, names, what is known of indices.
struct CUDAFunctionEmitter {
  let kernel: Kernel
  let types: TypeEnvironment
  var names = CUDANames()
  var helpers: Set<CUDAHelper> = []
  var bounds: IndexBounds
  private var lines: [String] = []
  private var indent = "  "
  private var threads = 1
  private var sharedBytes = 0
  /// The memory that every GPU gives a block without opting in to more.
  static let mostSharedBytes = 48 * 1024

  init(_ kernel: Kernel) throws {
    self.kernel = kernel
    types = try TypeEnvironment(kernel)
    bounds = IndexBounds(kernel)
  }

  func unsupported(_ code: CUDAErrorCode, _ what: String) -> MartletError {
    MartletError(code, "kernel @\(kernel.name): \(what) cannot be written as CUDA C")
  }

  mutating func function() throws -> String {
    var parameters: [String] = []
    for parameter in kernel.parameters {
      guard parameter.space == .global else {
        throw unsupported(.notMapped, "%\(parameter.name), which is memory of a \(parameter.space.rawValue),")
      }
      guard Shape.checkedElementCount(parameter.shape).map({ $0 <= Int(Int32.max) }) ?? false else {
        throw unsupported(.indexTooWide, "%\(parameter.name) with its \(parameter.shape) elements")
      }
      let constant = parameter.access == .read ? "const " : ""
      parameters.append("\(constant)\(CUDAEmitter.text(parameter.element)) *__restrict__ \(names.defineData(parameter.name))")
    }
    for name in [Kernel.begin, Kernel.end] { parameters.append("int \(names.defineIndex(name))") }
    try emit(kernel.body)
    guard threads <= 1024 else { throw unsupported(.blockTooLarge, "a block of \(threads) threads") }
    // One line if it fits, else a parameter a line.
    // Four blocks of 256 on a multiprocessor leave a thread 64 registers. Without a word ptxas aims at eight blocks, and spills.
    let blocks = max(1, min(1024 / max(threads, 1), 16))
    let head = "extern \"C\" __global__ void __launch_bounds__(\(threads), \(blocks)) \(CUDAEmitter.symbol(kernel))("
    let joined = parameters.joined(separator: ", ")
    let list = head.count + joined.count > 136 ? "\n    " + parameters.joined(separator: ",\n    ") : joined
    return "\(head)\(list)) {\n" + CUDAFunctionEmitter.withoutUnused(lines).map { "\($0)\n" }.joined() + "}\n"
  }

  /// The lines without constants that nothing reads: compilers warn of them.
  private static func withoutUnused(_ lines: [String]) -> [String] {
    func words(_ line: String) -> [Substring] { line.split { !($0.isLetter || $0.isNumber || $0 == "_") } }
    var uses: [Substring: Int] = [:]
    for line in lines { for word in words(line) { uses[word, default: 0] += 1 } }
    var kept: [String] = []
    // What only an unused constant reads is unused too: from the last line to the first.
    for line in lines.reversed() {
      let own = words(line)
      if own.first == "const", !line.contains("__shfl_"), let sign = line.firstRange(of: " = "),
        let name = words(String(line[..<sign.lowerBound])).last,
        uses[name] == 1
      {
        for word in own { uses[word, default: 0] -= 1 }
      } else {
        kept.append(line)
      }
    }
    return kept.reversed()
  }

  // MARK: Text

  mutating func line(_ text: String) { lines.append(indent + text) }

  /// A block of statements, whose bounds are forgotten afterwards.
  mutating func block(_ head: String, _ closing: String = "}", _ body: (inout CUDAFunctionEmitter) throws -> Void) rethrows {
    line(head + " {")
    try nested(body)
    line(closing)
  }

  private mutating func nested(_ body: (inout CUDAFunctionEmitter) throws -> Void) rethrows {
    let (outerIndent, outerBounds) = (indent, bounds)
    indent += "  "
    try body(&self)
    (indent, bounds) = (outerIndent, outerBounds)
  }

  // MARK: Statements

  mutating func emit(_ statements: [Statement]) throws {
    for statement in statements { try emit(statement) }
  }

  private mutating func emit(_ statement: Statement) throws {
    switch statement {
    case .letValue(let name, let e):
      let type = types.values[name] ?? .f32()
      let value = try text(e, type)
      line("const \(CUDAEmitter.text(use(type))) \(names.defineData(name)) = \(value);")
    case .variable(let name, let type, let e):
      let value = try text(e, type)
      line("\(CUDAEmitter.text(use(type))) \(names.defineData(name)) = \(value);")
    case .assign(let name, let e):
      line("\(try data(name)) = \(try text(e, types.values[name] ?? .f32()));")
    case .array(let name, let element, let shape, let scope):
      let count = shape.reduce(1, *)
      if scope == .shared {
        sharedBytes = (sharedBytes + 15) / 16 * 16 + count * element.byteCount
        guard sharedBytes <= CUDAFunctionEmitter.mostSharedBytes else {
          throw unsupported(.sharedTooLarge, "a block with \(sharedBytes) bytes of shared memory")
        }
      }
      // Vectors of four begin on 16 bytes.
      let storage = scope == .shared ? "alignas(16) __shared__ " : ""
      line("\(storage)\(CUDAEmitter.text(element)) \(names.defineData(name))[\(count)];")
    case .barrier: line("__syncthreads();")
    case .letExchange(let name, let exchange, let e):
      let type = types.values[name] ?? .f32()
      guard type.lanes == 1, type.element != .mask else { throw unsupported(.notMapped, "'\(statement)' of \(type)") }
      let value = try text(e, type)
      let call =
        switch exchange {
        case .xor(let bits): "__shfl_xor_sync(0xffffffffu, \(value), \(bits))"
        case .lane(let lane): "__shfl_sync(0xffffffffu, \(value), \(lane))"
        }
      // The exchange happens even if the value is not used: all threads must take part.
      line("const \(CUDAEmitter.text(type)) \(names.defineData(name)) = \(call);")
    case .store(let access, let e): try emitStore(access, e)
    case .letDataIndex(let name, let e, let lower, let upper, let multiple):
      let value = try text(e, types.type(of: e) ?? .i32())
      bounds.set(name, Interval(lower, upper - 1), multiple: multiple)
      let isWide = try types.type(of: e)?.element == .i64
      line("const int \(names.defineIndex(name)) = \(isWide ? "(int)(\(value))" : value);")
    case .loop(let loop): try emit(loop)
    case .bits(let variable, let e, let limit, let body):
      let rest = names.fresh("rest")
      try block("for (long long \(rest) = \(try text(e, .i64())); \(rest) != 0; \(rest) &= \(rest) - 1)") { emitter in
        emitter.bounds.set(variable, Interval(0, limit - 1))
        emitter.line("const int \(emitter.names.defineIndex(variable)) = __ffsll(\(rest)) - 1;")
        try emitter.emit(body)
      }
    case .when(let condition, let body, let otherwise): try emitWhen(condition, body, otherwise)
    // A GPU has no instruction that a hint to store soon would become, and no asm that a fence would hold.
    case .prefetch, .fence, .line: break
    case .part(let name): line("// \(name)")
    case .sgemm: throw unsupported(.processorOnly, "sgemm, a call of the processor's library,")
    case .letIndex, .registers, .assignRegister, .staticWhen: throw unsupported(.notMapped, "'\(statement)', which expand removes,")
    }
  }

  private mutating func emitStore(_ access: Access, _ e: Expr) throws {
    let element = types.memories[access.buffer]?.element ?? .f32
    let value = try text(e, ValueType(element.loaded, lanes: access.lanes))
    guard access.lanes > 1 else {
      let cast = element == .u8 ? "(unsigned char)(\(value))" : value
      return line("\(try place(access)) = \(cast);")
    }
    helpers.insert(.vector)
    let first = try access.first.map { ", " + (try text($0)) } ?? ""
    line("store(&\(try place(access)), \(value)\(first));")
  }

  private mutating func emit(_ loop: Loop) throws {
    guard let step = loop.step.constantValue else { throw unsupported(.notMapped, "the step '\(loop.step)'") }
    func enter(_ emitter: inout CUDAFunctionEmitter) {
      _ = emitter.bounds.enter(loop, as: loop.variable, lower: loop.lower, upper: loop.upper, step: step, of: emitter.kernel)
    }
    func launched(_ source: String) throws {
      let scaled = step == 1 ? source : "\(source) * \(step)"
      line(
        "const int \(names.defineIndex(loop.variable)) = \(loop.lower.constantValue == 0 ? scaled : "\(try text(loop.lower)) + \(scaled)");"
      )
      // The function ends where the loop does.
      enter(&self)
      try emit(loop.body)
    }
    switch loop.kind {
    case .parallel: throw unsupported(.notMapped, "the parallel loop over \(loop.variable)")
    case .block(let axis): try launched("blockIdx.\(axis.rawValue)")
    case .thread(let axis):
      let count = ((loop.upper - loop.lower).constantValue ?? 0) / step
      guard count > 0 else { throw unsupported(.notMapped, "the extent of the threads \(loop.variable)") }
      threads *= count
      try launched("threadIdx.\(axis.rawValue)")
    case .serial, .vectorized, .unrolled:
      let (lower, upper) = (try text(loop.lower), try text(loop.upper))
      let variable = names.defineIndex(loop.variable)
      let next = step == 1 ? "++\(variable)" : "\(variable) += \(step)"
      try block("for (int \(variable) = \(lower); \(variable) < \(upper); \(next))") { emitter in
        enter(&emitter)
        try emitter.emit(loop.body)
      }
    }
  }

  private mutating func emitWhen(_ condition: Condition, _ body: [Statement], _ otherwise: [Statement]) throws {
    let test: String
    var known: [IndexCondition] = []
    switch condition {
    case .indices(let conditions):
      test = try text(conditions)
      known = conditions
    case .mask(let e): test = try text(e, .mask())
    }
    try block("if (\(test))", otherwise.isEmpty ? "}" : "} else {") { emitter in
      for condition in known { emitter.bounds.narrow(condition) }
      try emitter.emit(body)
    }
    guard !otherwise.isEmpty else { return }
    try nested { try $0.emit(otherwise) }
    line("}")
  }

  /// Notes that a vector is used.
  mutating func use(_ type: ValueType) -> ValueType {
    if type.lanes > 1 { helpers.insert(.vector) }
    return type
  }

  func data(_ name: String) throws -> String {
    guard let known = names.data(name) else { throw unsupported(.notMapped, "%\(name), which has no value here,") }
    return known
  }
}
