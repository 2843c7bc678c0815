import MartletCore
import MartletGraph
import MartletLoopIR

extension PullEmitter {
  // MARK: Invariants

  /// Computes, in the open block, every largest part of the elements that depends only on indices in scope: what an inner loop would
  /// compute again and again.
  func hoistInvariants(_ roots: [Element]) throws {
    var seen: Set<ObjectIdentifier> = []
    func visit(_ element: Element) throws {
      guard seen.insert(ObjectIdentifier(element)).inserted, known[ObjectIdentifier(element)] == nil else { return }
      if isWorthHoisting(element), analysis.free(element).isSubset(of: bound), isSafe(element) {
        try hoist(element)
        return
      }
      switch element.kind {
      case .guarded: return
      case .withDataIndex(_, let value, _, let body):
        // What does not read the index that data give is computed before it is known: the maximum and the sum of a row.
        try visit(value)
        try visit(body)
      case .fold(let fold, _):
        guard foldResults[ObjectIdentifier(fold)] == nil else { return }
        for part in fold.initial + fold.steps { try visit(part) }
      default: for child in element.children { try visit(child) }
      }
    }
    for root in roots { try visit(root) }
  }

  private func isWorthHoisting(_ element: Element) -> Bool {
    switch element.kind {
    case .constant, .index, .carried: false
    case .fold(let fold, _): foldResults[ObjectIdentifier(fold)] == nil
    case .read, .unary, .binary, .compare, .select, .convert, .guarded, .withDataIndex: true
    }
  }

  /// Whether all reads stay inside their memory without the conditions that may protect them.
  private func isSafe(_ element: Element) -> Bool {
    var isSafe = true
    analysis.visit([element]) { inner, folds in
      guard case .read(let operand, let index) = inner.kind, folds.isEmpty else { return }
      let isInSlot = kernel.operands[operand].space == .worker
      for (axis, (position, extent)) in zip(index, views.operandShape(operand)).enumerated() where !(axis == 0 && isInSlot) {
        guard let interval = position.interval(bounds), interval.isInside(0..<extent) else {
          // An index that data gives is clamped where it is bound.
          if !position.variables.allSatisfy({ bounds[$0] != nil }) { continue }
          isSafe = false
          return
        }
      }
    }
    return isSafe
  }

  private func hoist(_ element: Element) throws {
    // A fold that runs here runs for all accumulators at once.
    let outer = unrolled
    unrolled = nil
    defer { unrolled = outer }
    known[ObjectIdentifier(element)] = bindToName(try emit(element))
  }

  private func bindToName(_ value: Expr) -> Expr {
    switch value {
    case .name, .integer, .number: value
    default: builder.let(value)
    }
  }

  // MARK: Expressions

  /// The expression of an element in the open block; statements that it needs are appended.
  func emit(_ element: Element) throws -> Expr {
    if let value = known[ObjectIdentifier(element)] { return value }
    let value = try emitAnew(element)
    guard useCounts[ObjectIdentifier(element), default: 0] > 1, isShared(element) else { return value }
    let name = bindToName(value)
    known[ObjectIdentifier(element)] = name
    return name
  }

  private func isShared(_ element: Element) -> Bool {
    switch element.kind {
    case .constant, .index, .carried, .fold: false
    case .read, .unary, .binary, .compare, .select, .convert, .guarded, .withDataIndex: true
    }
  }

  private func emitAnew(_ element: Element) throws -> Expr {
    switch element.kind {
    case .constant(let value): return constant(value, element.dtype)
    case .read(let operand, let index): return read(operand, index)
    case .compare(.ne, let a, let b) where a === b && a.dtype.isFloatingPoint:
      // A comparison of a value with itself tests for NaN.
      return .isNaN(try emitTyped([a])[0])
    case .unary, .binary, .compare, .convert: return combined(element, try emitTyped(element.children))
    case .select(let condition, let a, let b): return combined(element, [try emit(condition)] + (try emitTyped([a, b])))
    case .index(let index): return .indexValue(.i32, index.simplified(bounds))
    case .carried(let token, let position):
      guard let values = carried[ObjectIdentifier(token)] else { throw lost("a carried value") }
      return values[position]
    case .fold(let fold, let position):
      if foldResults[ObjectIdentifier(fold)] == nil { try emitFold(fold) }
      guard let results = foldResults[ObjectIdentifier(fold)] else { throw lost("a fold") }
      return results[position]
    case .guarded(let conditions, let value, let otherwise): return try emitGuarded(conditions, value, otherwise, element.dtype)
    case .withDataIndex(let variable, let value, let limit, let body):
      let given = try emit(value)
      if case .integer(let constant) = given {
        // A constant of one element is no data: the index is known.
        builder.append(.letIndex(variable, Index(max(0, min(limit - 1, constant)))))
      } else {
        let clamped = Expr.binary(.maximum, .integer(0), .binary(.minimum, .integer(limit - 1), given))
        builder.append(.letDataIndex(variable, clamped, lower: 0, upper: limit, multiple: 1))
      }
      bind(variable, Interval(0, limit - 1))
      return try emit(body)
    }
  }

  /// The expression of an element of which the operands' expressions are known: one lane or several.
  func combined(_ element: Element, _ operands: [Expr]) -> Expr {
    let isMask = element.dtype == .bool
    switch element.kind {
    case .unary(let function, _): return function == .not ? .logicalNot(operands[0]) : .unary(function, operands[0])
    case .binary(let function, _, _):
      guard isMask else { return .binary(function, operands[0], operands[1]) }
      return function == .and ? .logicalAnd(operands[0], operands[1]) : .logicalOr(operands[0], operands[1])
    case .compare(let comparison, _, _): return .compare(comparison, operands[0], operands[1])
    case .select:
      let (mask, a, b) = (operands[0], operands[1], operands[2])
      return isMask ? .logicalOr(.logicalAnd(mask, a), .logicalAnd(.logicalNot(mask), b)) : .select(mask, a, b)
    case .convert: return .convert(ElementType(element.dtype).loaded, operands[0])
    case .constant, .read, .index, .guarded, .fold, .carried, .withDataIndex: return operands[0]
    }
  }

  func lost(_ what: String) -> MartletError {
    MartletError(LoweringErrorCode.noKernel, "kernel @\(kernel.name): \(what) is used where it is not computed")
  }

  private func constant(_ value: Double, _ dtype: DType) -> Expr {
    switch dtype {
    case .f32, .f64: .number(ExactDouble(dtype.rounded(value)))
    case .i32, .u8: .integer(Int(value))
    case .bool: .compare(value != 0 ? .eq : .ne, .integer(0), .integer(0))
    }
  }

  func read(_ operand: Int, _ index: [Index], lanes: Int = 1, first: Index? = nil) -> Expr {
    let inside = clampsSubscripts ? clamped(index, operand) : index.map { $0.simplified(bounds) }
    let subscripts = inSlot(inside, kernel.operands[operand].space)
    let load = buffers[operand][subscripts, lanes: lanes, first: first]
    return kernel.operands[operand].dtype == .bool ? .compare(.ne, load, .integer(0)) : load
  }

  /// Subscripts that the bounds prove to be inside, as they are; the others clamped. The first subscript of a worker's memory is a sample.
  private func clamped(_ index: [Index], _ operand: Int) -> [Index] {
    zip(index, views.operandShape(operand)).enumerated().map { axis, pair in
      let (position, extent) = (pair.0.simplified(bounds), pair.1)
      if axis == 0, kernel.operands[operand].space == .worker { return position }
      if let interval = position.interval(bounds), interval.isInside(0..<extent) { return position }
      let value = Expr.binary(.maximum, .integer(0), .binary(.minimum, .integer(max(extent - 1, 0)), .indexValue(.i32, position)))
      let name = builder.index(value, 0..<max(extent, 1), "k")
      for variable in name.variables { bind(variable, Interval(0, max(extent - 1, 0))) }
      return name
    }
  }

  /// The expressions of operands of one type. Literals alone have no type of their own: the first gets a variable.
  func emitTyped(_ elements: [Element]) throws -> [Expr] {
    var operands = try elements.map(emit)
    if operands.allSatisfy(\.isLiteral), elements[0].dtype != .bool {
      operands[0] = builder.variable(ValueType(ElementType(elements[0].dtype).loaded), operands[0], "c").value
    }
    return operands
  }

  private func emitGuarded(_ conditions: [IndexCondition], _ value: Element, _ otherwise: Element, _ dtype: DType) throws -> Expr {
    let undecided = conditions.filter { $0.decided(bounds) != true }
    if undecided.isEmpty { return try emit(value) }
    if undecided.contains(where: { $0.decided(bounds) == false }) { return try emit(otherwise) }
    let other = try emit(otherwise)
    if case .read(let operand, let index) = value.kind, dtype != .bool, !clampsSubscripts {
      let subscripts = inSlot(index, kernel.operands[operand].space)
      return .conditionalLoad(Access(buffers[operand].name, subscripts), undecided, otherwise: other)
    }
    // Masks are not stored in variables: 1 and 0 are.
    let isMask = dtype == .bool
    let variable = builder.variable(
      ValueType(isMask ? .i32 : ElementType(dtype).loaded), isMask ? .select(other, .integer(1), .integer(0)) : other, "g")
    try builder.when(.indices(undecided)) {
      try scoped {
        for condition in undecided { bounds.narrow(condition) }
        let inner = try emit(value)
        variable.value = isMask ? .select(inner, .integer(1), .integer(0)) : inner
      }
    }
    return isMask ? .compare(.ne, variable.value, .integer(0)) : variable.value
  }
}
