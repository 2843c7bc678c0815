import MartletCore

extension KernelInterpreter {
  /// The threads of a block, statement by statement side by side: where they meet, all have done what stands before.
  mutating func runThreads(_ loop: Loop) throws {
    // The innermost of the nested loops over threads comes last; x counts fastest.
    var loops = [loop]
    while let inner = loops[loops.count - 1].body.onlyThreadLoop { loops.append(inner) }
    var states = [state]
    for loop in loops.sorted(by: { $0.kind.threadAxis > $1.kind.threadAxis }) {
      let (lower, upper, step) = (try value(loop.lower), try value(loop.upper), try value(loop.step))
      states = states.flatMap { state in
        stride(from: lower, to: upper, by: step).map { position in
          var own = state
          own.indices[loop.variable] = position
          return own
        }
      }
    }
    let before = (state, races)
    races = RaceDetector()
    try run(loops[loops.count - 1].body, &states)
    (state, races) = before
  }

  /// Whether statements read or write memory of a block.
  func usesShared(_ statements: [Statement]) -> Bool {
    func isShared(_ access: Access) -> Bool { types.memories[access.buffer]?.isShared ?? false }
    var found = false
    statements.forEachNested { statement in
      if case .store(let access, _) = statement, isShared(access) { found = true }
      for expression in statement.expressions {
        expression.visit { e in
          switch e {
          case .load(let access), .conditionalLoad(let access, _, _): if isShared(access) { found = true }
          default: break
          }
        }
      }
    }
    return found
  }

  /// Runs something for each thread in turn.
  private mutating func forEach(_ states: inout [PrivateState], _ body: (inout KernelInterpreter, Int) throws -> Void) throws {
    for thread in states.indices {
      swap(&state, &states[thread])
      races?.thread = thread
      try body(&self, thread)
      swap(&state, &states[thread])
    }
  }

  private mutating func run(_ statements: [Statement], _ states: inout [PrivateState]) throws {
    for statement in statements {
      guard [statement].containsMeeting else {
        try forEach(&states) { interpreter, _ in try interpreter.run(statement) }
        continue
      }
      switch statement {
      case .barrier: races?.clear()
      case .array(let name, let element, let shape, .shared): memories[name] = InterpreterMemory(element, shape)
      case .letExchange(let name, let exchange, let e):
        let type = types.values[name] ?? .f32()
        var given: [LaneValue] = []
        try forEach(&states) { interpreter, _ in given.append(try interpreter.value(e, type)) }
        for thread in states.indices {
          let source = thread / WarpExchange.width * WarpExchange.width + exchange.source(of: thread % WarpExchange.width)
          guard given.indices.contains(source) else { throw trap("thread \(source), whose value is taken, does not exist") }
          states[thread].values[name] = given[source]
        }
      case .loop(let loop):
        let (lower, upper, step) = (
          try same(&states) { try $0.value(loop.lower) }, try same(&states) { try $0.value(loop.upper) },
          try same(&states) { try $0.value(loop.step) }
        )
        guard step > 0 else { throw trap("step \(step) of \(loop.variable)") }
        for position in stride(from: lower, to: upper, by: step) {
          for thread in states.indices { states[thread].indices[loop.variable] = position }
          try run(loop.body, &states)
        }
      case .when(.indices(let conditions), let body, let otherwise), .staticWhen(let conditions, let body, let otherwise):
        try run(try same(&states) { try $0.holds(conditions) } ? body : otherwise, &states)
      case .when(.mask(let e), let body, let otherwise):
        let holds = try same(&states) { interpreter in
          guard case .mask(let mask) = try interpreter.value(e, .mask()) else { throw interpreter.trap("when takes a mask") }
          return mask[0]
        }
        try run(holds ? body : otherwise, &states)
      default: throw trap("threads meet inside of '\(statement)'")
      }
    }
  }

  /// What is the same for all threads; throws where it differs.
  private mutating func same<Result: Equatable>(
    _ states: inout [PrivateState], _ body: (inout KernelInterpreter) throws -> Result
  ) throws -> Result {
    var results: [Result] = []
    try forEach(&states) { interpreter, _ in results.append(try body(&interpreter)) }
    guard let first = results.first, results.allSatisfy({ $0 == first }) else {
      throw trap("threads that are to meet go different ways")
    }
    return first
  }
}

/// Finds two threads that use one element of shared memory without a barrier between, when one of them stores.
final class RaceDetector {
  var thread = 0
  private var uses: [String: [Int: (writer: Int?, reader: Int?, hasSeveralReaders: Bool)]] = [:]

  func clear() { uses = [:] }

  /// Notes a use; the other thread if there is a race.
  func use(_ buffer: String, _ element: Int, isStore: Bool) -> Int? {
    var known = uses[buffer]?[element] ?? (nil, nil, false)
    defer { uses[buffer, default: [:]][element] = known }
    if let writer = known.writer, writer != thread { return writer }
    if isStore {
      if let reader = known.reader, reader != thread || known.hasSeveralReaders { return reader }
      known.writer = thread
    } else {
      if let reader = known.reader, reader != thread { known.hasSeveralReaders = true } else { known.reader = thread }
    }
    return nil
  }
}

extension LoopKind {
  var isThread: Bool { if case .thread = self { true } else { false } }

  /// 0 for x.
  fileprivate var threadAxis: Int {
    switch self {
    case .thread(.y): 1
    case .thread(.z): 2
    case .thread(.x), .block, .serial, .unrolled, .vectorized, .parallel: 0
    }
  }
}

extension [Statement] {
  /// Whether threads meet in these statements, or share memory.
  package var containsMeeting: Bool {
    var found = false
    forEachNested { statement in
      switch statement {
      case .barrier, .letExchange, .array(_, _, _, .shared): found = true
      default: break
      }
    }
    return found
  }

  /// The loop over threads that is all there is, but for notes of lines.
  fileprivate var onlyThreadLoop: Loop? {
    let own = filter { statement in
      switch statement {
      case .line, .part: false
      default: true
      }
    }
    guard own.count == 1, case .loop(let loop) = own[0], loop.kind.isThread else { return nil }
    return loop
  }
}
