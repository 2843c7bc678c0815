import MartletCore
import MartletLoopIR

/// What the steps of a schedule say, one value for each kind of step: the part of verifying that needs no product.
struct ContractionSteps {
  typealias Step = ContractionSchedule.Step

  private(set) var parts: [ContractionLoop.Variable: Int] = [:]
  private(set) var rowsAreDividedFirst = true
  private var sizes: [ContractionLoop.Variable: Int] = [:]
  private(set) var lanes: (step: Step, loop: ContractionLoop, count: Int)
  private(set) var hold: Step
  private(set) var staged: Set<ContractionSchedule.Factor> = []
  private(set) var unrolled = 1
  private(set) var rowsAreOuter = false

  var rowTile: Int { sizes[.i] ?? 1 }
  var columnTile: Int { sizes[.j] ?? 1 }
  var chunk: Int? { sizes[.l] }

  init(_ schedule: ContractionSchedule) throws(ContractionRefusal) {
    // Both steps are required; what stands here is never read without them.
    hold = .hold([])
    lanes = (hold, ContractionLoop(.j), 1)
    var seen: Set<String> = []
    for step in schedule.steps {
      guard seen.insert(step.subject).inserted else { throw ContractionRefusal(step, "it is there twice", "Leave one out.") }
      try read(step)
    }
    for variable in [ContractionLoop.Variable.i, .j] where sizes[variable] == nil {
      throw ContractionRefusal(
        nil, "\(variable.rawValue) is not split: there is no tile to hold", "Add split(\(variable.rawValue), 1) or more.")
    }
    for (name, advice) in [("bind", "bind(j.in, lanes 1) or more"), ("hold", "hold(i.in, j.in)"), ("order", "order(j, i)")]
    where !seen.contains(name) {
      throw ContractionRefusal(nil, "there is no \(name)", "Add \(advice).")
    }
    try checkOrder(schedule)
  }

  private mutating func read(_ step: Step) throws(ContractionRefusal) {
    switch step {
    case .divide(let variable, let count):
      guard variable != .l else {
        throw ContractionRefusal(step, "units that add to the same results would depend on their order", "Divide i or j.")
      }
      guard 1...ContractionSteps.largestNumber ~= count else {
        throw ContractionRefusal(step, "\(count) is no number of parts", "Divide it in 1 to \(ContractionSteps.largestNumber) parts.")
      }
      if parts.isEmpty { rowsAreDividedFirst = variable == .i }
      parts[variable] = count
    case .split(let variable, let size):
      guard 1...ContractionSteps.largestNumber ~= size else {
        throw ContractionRefusal(step, "\(size) is no size of a tile", "Split by 1 to \(ContractionSteps.largestNumber).")
      }
      sizes[variable] = size
    case .bind(let loop, let count):
      guard loop.isInner, loop.variable != .i else {
        throw ContractionRefusal(
          step, "lanes run along j.in or l.in", "Bind one of them; for lanes along the rows give the transposed product.")
      }
      lanes = (step, loop, count)
    case .hold(let loops):
      guard Set(loops) == ContractionSteps.held, loops.count == 2 else {
        throw ContractionRefusal(step, "what is held is a tile of results", "Write hold(i.in, j.in).")
      }
      hold = step
    case .stage(let factor): staged.insert(factor)
    case .unroll(let loop, let count):
      guard loop == ContractionLoop(.l, isInner: true) else {
        throw ContractionRefusal(step, "only the steps of a sum are unrolled; i.in and j.in are held, and so written out", "Unroll l.in.")
      }
      guard 1...ContractionNest.mostUnrolled ~= count else {
        throw ContractionRefusal(step, "between 1 and \(ContractionNest.mostUnrolled) steps can be written out", "Write out fewer.")
      }
      unrolled = count
    case .order: break
    }
  }

  /// Of parts and sizes in a text: nothing overflows that is computed from these.
  private static let largestNumber = 1 << 24
  private static let held: Set = [ContractionLoop(.i, isInner: true), ContractionLoop(.j, isInner: true)]

  private mutating func checkOrder(_ schedule: ContractionSchedule) throws(ContractionRefusal) {
    for step in schedule.steps {
      guard case .order(let loops) = step else { continue }
      let chunks = chunk == nil ? [] : [ContractionLoop(.l)]
      let orders = [[ContractionLoop(.j), ContractionLoop(.i)], [ContractionLoop(.i), ContractionLoop(.j)]].map { chunks + $0 }
      guard orders.contains(loops) else {
        let legal = orders.map { Step.order($0).printed }.joined(separator: " or ")
        throw ContractionRefusal(
          step, "the loops around a tile are those over chunks of l, where it is split, and over tiles of i and j", "Write \(legal).")
      }
      rowsAreOuter = loops.last == ContractionLoop(.j)
    }
  }
}

extension ContractionSchedule.Step {
  /// What a schedule says once: two steps of one subject contradict each other.
  fileprivate var subject: String {
    switch self {
    case .divide(let variable, _): "divide \(variable.rawValue)"
    case .split(let variable, _): "split \(variable.rawValue)"
    case .bind: "bind"
    case .hold: "hold"
    case .stage(let factor): "stage \(factor.rawValue)"
    case .unroll(let loop, _): "unroll \(loop)"
    case .order: "order"
    }
  }
}
