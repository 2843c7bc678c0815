import MartletCore
import MartletLoopIR

// The text of schedules: `split(i, 6) split(j, 16) …`, steps one after the other, on as many lines as one likes, with // comments.

extension ContractionSchedule {
  /// Reads a schedule. Throws M202 and M205 with line and column; whether it is legal for a product is `ContractionNest`'s to say.
  package static func parse(_ text: String, file: String = "<schedule>") throws -> ContractionSchedule {
    ContractionSchedule(try parseSteps(text, file: file).map(\.step))
  }

  /// Reads a schedule for a product and verifies it: what is refused names the line and column of the step.
  package static func parse(
    _ text: String, file: String = "<schedule>", for shape: ProductShape, _ target: Target
  ) throws -> ContractionNest {
    let steps = try parseSteps(text, file: file)
    let schedule = ContractionSchedule(steps.map(\.step))
    do { return try ContractionNest(shape, schedule, target) } catch {
      // Of two equal steps the second is one too many.
      let place = error.step.flatMap { step in steps.last { $0.step == step }?.location }
      throw error.error(at: place ?? SourcePosition(file: file, line: 1, column: 1))
    }
  }

  private static func parseSteps(_ text: String, file: String) throws -> [(step: Step, location: SourcePosition)] {
    var reader = TokenReader(text, file: file)
    if let fault = reader.faults.first { throw fault.error }
    var steps: [(step: Step, location: SourcePosition)] = []
    while reader.current.kind != .end {
      let location = reader.current.location
      steps.append((try reader.contractionStep(), location))
    }
    return steps
  }
}

extension TokenReader {
  private static let stepNames = ["divide", "split", "bind", "hold", "stage", "unroll", "order"]

  fileprivate mutating func contractionStep() throws -> ContractionSchedule.Step {
    let name = try expect(.word, "a step of a schedule")
    guard TokenReader.stepNames.contains(name.text) else {
      throw unknown(name, "a step", of: TokenReader.stepNames)
    }
    switch name.text {
    case "hold": return .hold(try list("(", ")") { try $0.contractionLoop() })
    case "order": return .order(try list("(", ")") { try $0.contractionLoop() })
    default: break
    }
    try expect("(")
    let step: ContractionSchedule.Step
    switch name.text {
    case "divide":
      let variable = try contractionVariable()
      try expect(",")
      step = .divide(variable, parts: try integer("the number of parts"))
    case "split":
      let variable = try contractionVariable()
      try expect(",")
      step = .split(variable, try integer("the size of a tile"))
    case "bind":
      let loop = try contractionLoop()
      try expect(",")
      try expect("lanes")
      step = .bind(loop, lanes: try integer("the number of lanes"))
    case "unroll":
      let loop = try contractionLoop()
      try expect(",")
      step = .unroll(loop, try integer("how many iterations are written out"))
    default:
      let factor = try expect(.word, "a factor, a or b")
      guard let known = ContractionSchedule.Factor(rawValue: factor.text) else {
        throw unknown(factor, "a factor", of: ContractionSchedule.Factor.allCases.map(\.rawValue))
      }
      step = .stage(known)
    }
    try expect(")")
    return step
  }

  private mutating func contractionVariable() throws -> ContractionLoop.Variable {
    let token = try expect(.word, "a variable, i, j or l")
    guard let variable = ContractionLoop.Variable(rawValue: token.text) else {
      throw unknown(token, "a variable", of: ContractionLoop.Variable.allCases.map(\.rawValue))
    }
    return variable
  }

  private mutating func contractionLoop() throws -> ContractionLoop {
    let variable = try contractionVariable()
    guard take(".") else { return ContractionLoop(variable) }
    try expect("in")
    return ContractionLoop(variable, isInner: true)
  }

  private func unknown(_ token: Token, _ what: String, of names: [String]) -> MartletError {
    MartletError(
      TextErrorCode.unknownWord, "expected \(what), found \(token.quoted)", at: token.location,
      advice: "It is one of \(names.joined(separator: ", ")).")
  }
}
