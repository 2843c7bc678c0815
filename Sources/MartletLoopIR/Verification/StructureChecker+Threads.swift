import MartletCore

// What holds for the threads of a GPU's kernel: a launch has one extent an axis, and threads meet where all of them come, or none.

extension StructureChecker {
  /// All threads of the block must come to this statement, or none: no condition and no loop around it depends on the thread or on data.
  func checkMeeting(_ statement: Statement) throws {
    guard launched.contains(where: { if case .thread = $0 { true } else { false } }) else {
      throw kernel.damage("threads meet outside of a thread loop", statement)
    }
    guard !isDivergent else { throw kernel.damage("threads meet under a condition or loop that may differ between them", statement) }
  }

  /// Whether an index is the same for all threads of a block.
  func isUniform(_ index: Index) -> Bool { index.variables.allSatisfy { !divergent.contains($0) } }

  func isUniform(_ conditions: [IndexCondition]) -> Bool {
    conditions.allSatisfy { isUniform($0.index) && isUniform($0.lower) && isUniform($0.upper) }
  }

  /// Whether an expression is the same for all threads: made of literals and of memory that is not written, at subscripts that are the same.
  func isUniform(_ expression: Expr) -> Bool {
    var result = true
    expression.visit { e in
      switch e {
      case .name, .register: result = false
      case .load(let access):
        if types.memories[access.buffer]?.access != .read || !access.subscripts.allSatisfy(isUniform) { result = false }
      case .conditionalLoad(let access, let conditions, _):
        if types.memories[access.buffer]?.access != .read || !access.subscripts.allSatisfy(isUniform) || !isUniform(conditions) {
          result = false
        }
      case .indexValue(_, let index), .literalIndex(let index): if !isUniform(index) { result = false }
      default: break
      }
    }
    return result
  }

  /// Whether a condition holds for one value of an index that tells iterations apart.
  func isSingle(_ condition: IndexCondition) -> Bool {
    dependsOnParallel(condition.index) && (condition.upper - condition.lower).constantValue == 1
  }

  /// Checks nested statements that only some threads may run.
  mutating func check(_ statements: [Statement], divergent: Bool) throws {
    let outer = isDivergent
    if divergent { isDivergent = true }
    defer { isDivergent = outer }
    try check(statements)
  }

  /// A launch has one extent an axis, known before the kernel runs: block loops stand outside of thread loops, both outside of all else.
  mutating func checkLaunched(_ loop: Loop, _ statement: Statement) throws {
    guard !isInsideVectorized, launched.insert(loop.kind).inserted else {
      throw kernel.damage("a launch has one loop an axis", statement)
    }
    guard !isInsideOrdinary else { throw kernel.damage("a block or thread loop stands inside other statements", statement) }
    var allowed: Set<String> = []
    if case .thread = loop.kind {
      guard loop.lower.constantValue != nil, loop.upper.constantValue != nil else {
        throw kernel.damage("the number of threads must be constant", statement)
      }
    } else {
      guard !launched.contains(where: { if case .thread = $0 { true } else { false } }) else {
        throw kernel.damage("a block loop stands inside a thread loop", statement)
      }
      allowed = [Kernel.begin, Kernel.end]
    }
    guard (loop.lower.variables + loop.upper.variables).allSatisfy(allowed.contains) else {
      throw kernel.damage("the extent of a launch depends on an index", statement)
    }
    let outer = parallelVariables
    parallelVariables.insert(loop.variable)
    defer { parallelVariables = outer }
    try checkLoopBody(loop, statement)
  }
}
