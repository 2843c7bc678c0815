import MartletCore
import MartletLoopIR

extension FunctionEmitter {
  mutating func emit(_ statements: [Statement]) throws {
    for statement in statements { try emit(statement) }
  }

  private mutating func emit(_ statement: Statement) throws {
    switch statement {
    case .letValue(let name, let e):
      let type = types.values[name] ?? .f32()
      values[name] = try emit(e, type)
    case .variable(let name, let type, let e):
      let value = try emit(e, type)
      if variables[name] == nil {
        let pointer = "%\(FunctionEmitter.name(name)).cell"
        allocas.append("\(pointer) = alloca \(LLVMEmitter.text(type))")
        variables[name] = (pointer, type)
      }
      try store(value, to: name)
    case .assign(let name, let e):
      guard let variable = variables[name] else { throw unsupported("%\(name), which is not a variable,") }
      try store(try emit(e, variable.type), to: name)
    case .barrier, .letExchange, .array(_, _, _, .shared): throw unsupported("'\(statement)', which is for the threads of a GPU,")
    case .array(let name, let element, let shape, .local):
      let pointer = "%\(FunctionEmitter.name(name)).array"
      allocas.append("\(pointer) = alloca [\(shape.reduce(1, *)) x \(LLVMEmitter.text(element))], align 64")
      memories[name] = (pointer, element, shape)
    case .store(let access, let e): try emitStore(access, e)
    case .letDataIndex(let name, let e, let lower, let upper, let multiple):
      let value = try emit(e, .i32())
      let wide = value.type.element == .i64 ? value.text : assign(.i64(), "sext \(value.typed) to i64").text
      computed[Index(variable: name)] = wide
      bounds.set(name, Interval(lower, upper - 1), multiple: multiple)
    case .loop(let loop): try emit(loop)
    case .bits(let variable, let e, let limit, let body): try emitBits(variable, e, limit, body)
    case .when(let condition, let body, let otherwise): try emitWhen(condition, body, otherwise)
    case .sgemm(let product): try emit(product)
    case .prefetch(let access):
      // For writing, into all levels, of data.
      declarations.insert("void @llvm.prefetch.p0(ptr, i32, i32, i32)")
      line("call void @llvm.prefetch.p0(ptr \(try address(access).pointer), i32 1, i32 3, i32 1)")
    case .line(let number): source = number
    case .part: break
    case .fence: line("call void asm sideeffect \"\", \"~{memory}\"()")
    case .letIndex, .registers, .assignRegister, .staticWhen: throw unsupported("'\(statement)', which expand removes,")
    }
  }

  private mutating func emit(_ product: LibraryProduct) throws {
    let pointers = try product.matrices.map { try address($0.access).pointer }
    // The numbers are CBLAS's: row-major order 101, as it is 111, transposed 112.
    let name = "cblas_sgemm"
    declarations.insert("void @\(name)(i32, i32, i32, i32, i32, i32, float, ptr, i32, ptr, i32, float, ptr, i32)")
    let (alpha, beta) = (LLVMEmitter.literal(product.alpha.value, .f32), LLVMEmitter.literal(product.beta.value, .f32))
    line(
      "call void @\(name)(i32 101, i32 \(product.transposesA ? 112 : 111), i32 \(product.transposesB ? 112 : 111), i32 \(product.rows), "
        + "i32 \(product.columns), i32 \(product.inner), float \(alpha), ptr \(pointers[0]), i32 \(product.aStride), "
        + "ptr \(pointers[1]), i32 \(product.bStride), float \(beta), ptr \(pointers[2]), i32 \(product.cStride))")
  }

  private mutating func store(_ value: Operand, to variable: String) throws {
    guard let cell = variables[variable] else { throw unsupported("%\(variable), which is not a variable,") }
    line("store \(value.typed), ptr \(cell.pointer)")
  }

  private mutating func emitStore(_ access: Access, _ e: Expr) throws {
    let memory = memories[access.buffer]?.element ?? .f32
    let loaded = ValueType(memory.loaded, lanes: access.lanes)
    var value = try emit(e, loaded)
    let (pointer, alignment, element) = try address(access)
    let stored = loaded.with(element)
    if element == .u8 { value = assign(stored, "trunc \(value.typed) to \(LLVMEmitter.text(stored))") }
    guard let first = access.first?.constantValue, first < access.lanes else {
      line("store \(value.typed), ptr \(pointer), align \(alignment)")
      return
    }
    guard first > 0 else { return }
    let mask = FunctionEmitter.mask(first: first, lanes: access.lanes)
    let name = "llvm.masked.store.\(LLVMEmitter.mangled(stored)).p0"
    declarations.insert("void @\(name)(\(LLVMEmitter.text(stored)), ptr, i32, \(LLVMEmitter.text(ValueType.mask(access.lanes))))")
    line("call void @\(name)(\(value.typed), ptr \(pointer), i32 \(alignment), \(mask))")
  }

  static func mask(first: Int, lanes: Int) -> String {
    "<\(lanes) x i1> <" + (0..<lanes).map { "i1 \($0 < first)" }.joined(separator: ", ") + ">"
  }

  /// Bottom-tested, so that what the body does is known to happen once the loop is entered and can move out of it.
  private mutating func emit(_ loop: Loop) throws {
    guard !loop.kind.isLaunched else { throw unsupported("the loop over \(loop.variable), which a GPU launches,") }
    guard let step = loop.step.constantValue else { throw unsupported("the step '\(loop.step)'") }
    let lower = try emit(loop.lower)
    let upper = try emit(loop.upper)
    let (body, exit) = (newLabel("\(loop.variable).body"), newLabel("\(loop.variable).exit"))
    let extent = (loop.upper - loop.lower).interval(bounds)
    if let extent, extent.lower > 0, loop.kind != .parallel {
      line("br label %\(body)")
    } else {
      let enters = assign(.mask(), "icmp slt i64 \(lower), \(upper)").text
      line("br i1 \(enters), label %\(body), label %\(exit)")
    }
    let (before, own) = (block, source)
    label(body)
    let phiPosition = lines.count
    let variable = "%\(FunctionEmitter.name(loop.variable))"
    let next = "\(variable).next"
    var interval: Interval?
    try nested { emitter in
      emitter.computed[Index(variable: loop.variable)] = variable
      let kernel = emitter.kernel
      _ = emitter.bounds.enter(loop, as: loop.variable, lower: loop.lower, upper: loop.upper, step: step, of: kernel)
      interval = emitter.bounds[loop.variable]
      try emitter.emit(loop.body)
    }
    source = own
    line("\(next) = add\(wrapFlags(interval, step: step)) i64 \(variable), \(step)")
    let repeats = assign(.mask(), "icmp slt i64 \(next), \(upper)").text
    line("br i1 \(repeats), label %\(body), label %\(exit)")
    lines.insert(Line(text: "  \(variable) = phi i64 [ \(lower), %\(before) ], [ \(next), %\(block) ]", source: own), at: phiPosition)
    label(exit)
  }

  private mutating func emitBits(_ variable: String, _ e: Expr, _ limit: Int, _ body: [Statement]) throws {
    let mask = try emit(e, .i64()).text
    let (bodyLabel, exit) = (newLabel("\(variable).body"), newLabel("\(variable).exit"))
    let enters = assign(.mask(), "icmp ne i64 \(mask), 0").text
    line("br i1 \(enters), label %\(bodyLabel), label %\(exit)")
    let (before, own) = (block, source)
    label(bodyLabel)
    let phiPosition = lines.count
    let rest = fresh()
    declarations.insert("i64 @llvm.cttz.i64(i64, i1)")
    let position = assign(.i64(), "call i64 @llvm.cttz.i64(i64 \(rest), i1 true)").text
    try nested { emitter in
      emitter.computed[Index(variable: variable)] = position
      emitter.bounds.set(variable, Interval(0, limit - 1))
      try emitter.emit(body)
    }
    source = own
    let less = assign(.i64(), "sub i64 \(rest), 1").text
    let next = assign(.i64(), "and i64 \(rest), \(less)").text
    let repeats = assign(.mask(), "icmp ne i64 \(next), 0").text
    line("br i1 \(repeats), label %\(bodyLabel), label %\(exit)")
    lines.insert(Line(text: "  \(rest) = phi i64 [ \(mask), %\(before) ], [ \(next), %\(block) ]", source: own), at: phiPosition)
    label(exit)
  }

  private mutating func emitWhen(_ condition: Condition, _ body: [Statement], _ otherwise: [Statement]) throws {
    let test: String
    var known: [IndexCondition] = []
    switch condition {
    case .indices(let conditions):
      test = try emit(conditions)
      known = conditions
    case .mask(let e): test = try emit(e, .mask()).text
    }
    let (then, exit) = (newLabel("then"), newLabel("endif"))
    let alternative = otherwise.isEmpty ? exit : newLabel("else")
    line("br i1 \(test), label %\(then), label %\(alternative)")
    label(then)
    try nested { emitter in
      for condition in known { emitter.bounds.narrow(condition) }
      try emitter.emit(body)
    }
    line("br label %\(exit)")
    if !otherwise.isEmpty {
      label(alternative)
      try nested { try $0.emit(otherwise) }
      line("br label %\(exit)")
    }
    label(exit)
  }
}
