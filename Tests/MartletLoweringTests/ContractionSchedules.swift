import MartletCore
import MartletLoopIR
import MartletLowering
import Testing

/// The text of schedules, and what is refused.
@Suite struct ContractionSchedules {
  static let shape = ProductShape.dense(.init(rows: 384, columns: 512, inner: 1024))
  static let text =
    "divide(i, 2) split(i, 6) split(j, 16) split(l, 256) bind(j.in, lanes 8) hold(i.in, j.in) stage(b) unroll(l.in, 2) order(l, j, i)"

  @Test func roundTrip() throws {
    let schedule = try ContractionSchedule.parse(ContractionSchedules.text)
    #expect(schedule.description == ContractionSchedules.text)
    #expect(try ContractionSchedule.parse(schedule.description) == schedule)
    // Steps in another order, lines and comments.
    let other = try ContractionSchedule.parse(
      """
      order(l, j, i)   // chunks outermost
      unroll(l.in, 2) stage(b) hold(i.in, j.in) bind(j.in, lanes 8)
      split(l, 256) split(j, 16) split(i, 6) divide(i, 2)
      """)
    #expect(other == schedule && other.description == schedule.description)
    // Which variable is divided first numbers the units.
    let (first, second) = ("divide(i, 2) divide(j, 2)", "divide(j, 2) divide(i, 2)")
    #expect(try ContractionSchedule.parse(first) != ContractionSchedule.parse(second))
    for text in [first, second] { #expect(try ContractionSchedule.parse(text).description == text) }
  }

  @Test func nestsSayWhatSchedulesSay() throws {
    let nest = try ContractionSchedule.parse(ContractionSchedules.text, for: ContractionSchedules.shape, Target(.avx2))
    #expect(nest.rows.size == 6 && nest.columns.size == 16 && nest.lanes == 8 && nest.chunk == 256 && nest.unrolled == 2)
    #expect(nest.units == 2 && nest.chunks == 4 && nest.readsResult && nest.staged == [.b] && !nest.rowsAreOuter)
    #expect(nest.registers(Target(.avx2)) == 15 && nest.packedBytes == 256 * 16 * 4 && nest.additions == 259)
  }

  @Test(arguments: [
    ("splot(i, 6)", "1:1", "expected a step, found 'splot'"), ("split(k, 6)", "1:7", "expected a variable, found 'k'"),
    ("split(i 6)", "1:9", "expected ',', found '6'"), ("\n split(i, x)", "2:11", "expected the size of a tile, found 'x'"),
    ("stage(c)", "1:7", "expected a factor, found 'c'"), ("bind(j.on, lanes 8)", "1:8", "expected 'in', found 'on'"),
    ("bind(j.in, 8)", "1:12", "expected 'lanes', found '8'"), ("order(l, j", "1:11", "expected ',' or ')', found the end of the text"),
    ("split(i, 99999999999999999999)", "1:10", "expected the size of a tile"), ("hold", "1:5", "expected '(', found the end"),
  ])
  func textsWithErrors(_ text: String, _ place: String, _ message: String) throws {
    let error = try #require(throws: MartletError.self) { try ContractionSchedule.parse(text, file: "s") }
    #expect(error.location?.description == "s:\(place)" && error.message.hasPrefix(message), "\(error)")
    #expect(error.advice?.isEmpty == false)
  }

  /// One step is replaced, or one is added.
  @Test(arguments: [
    ("split(i, 6)", "split(i, 8)", "registers"), ("split(i, 6)", "", "i is not split"), ("hold(i.in, j.in)", "", "there is no hold"),
    ("hold(i.in, j.in)", "hold(i, j)", "a tile of results"), ("bind(j.in, lanes 8)", "bind(j.in, lanes 6)", "lanes"),
    ("bind(j.in, lanes 8)", "bind(j.in, lanes 16)", "lanes"), ("bind(j.in, lanes 8)", "bind(j.in, lanes 0)", "lanes"),
    ("bind(j.in, lanes 8)", "bind(j.in, lanes -8)", "lanes"), ("bind(j.in, lanes 8)", "bind(i.in, lanes 8)", "j.in or l.in"),
    ("bind(j.in, lanes 8)", "bind(j, lanes 8)", "j.in or l.in"), ("bind(j.in, lanes 8)", "", "there is no bind"),
    ("bind(j.in, lanes 8)", "bind(l.in, lanes 8)", "registers"), ("split(j, 16)", "split(j, 12)", "no whole vectors"),
    ("split(j, 16)", "split(j, 0)", "no size"), ("split(l, 256)", "split(l, 1024)", "one chunk"),
    ("divide(i, 2)", "divide(i, 65)", "64 whole tiles"), ("divide(i, 2)", "divide(l, 2)", "depend on their order"),
    ("divide(i, 2)", "divide(i, 0)", "no number of parts"), ("divide(i, 2)", "divide(i, 2) divide(i, 2)", "twice"),
    ("order(l, j, i)", "order(j, i)", "the loops around a tile"), ("order(l, j, i)", "order(l, j)", "the loops around a tile"),
    ("order(l, j, i)", "", "there is no order"), ("unroll(l.in, 2)", "unroll(i.in, 2)", "only the steps"),
    ("unroll(l.in, 2)", "unroll(l.in, 17)", "between 1 and 16"), ("stage(b)", "stage(b) stage(b)", "twice"),
  ])
  func refusals(_ step: String, _ replacement: String, _ reason: String) throws {
    let text = ContractionSchedules.text.replacing(step, with: replacement)
    let error = try #require(throws: MartletError.self) {
      try ContractionSchedule.parse(text, file: "s", for: ContractionSchedules.shape, Target(.avx2))
    }
    #expect(error.message.contains(reason), "\(error)")
    #expect(error.location?.file == "s" && error.advice?.isEmpty == false)
    // A message that begins with a step stands where the step does.
    guard error.message.hasPrefix("'"), let end = error.message.firstRange(of: "': "), let column = error.location?.column else { return }
    let named = error.message[..<end.lowerBound].dropFirst()
    #expect(text.dropFirst(column - 1).hasPrefix(named), "\(error)")
  }

  @Test func productsThatAScheduleDoesNotFit() throws {
    func refusal(_ text: String, _ shape: ProductShape, _ target: Target = Target(.avx2)) throws -> String {
      let schedule = try ContractionSchedule.parse(text)
      return try #require(throws: ContractionRefusal.self) { try ContractionNest(shape, schedule, target) }.reason
    }
    let extents = ProductShape.Extents(rows: 384, columns: 512, inner: 1024)
    let unstaged = ContractionSchedules.text.replacing("stage(b) ", with: "")
    #expect(try refusal(unstaged, .dense(extents, transposesB: true)).contains("1024 elements apart in b"))
    let alongSum = unstaged.replacing("bind(j.in", with: "bind(l.in")
    #expect(try refusal(alongSum, .dense(extents)).contains("neighbours along l are 512 elements apart in b"))
    var columnMajor = ContractionSchedules.shape
    (columnMajor.c.row, columnMajor.c.column) = (1, 384)
    #expect(try refusal(ContractionSchedules.text, columnMajor).contains("384 elements apart in the result"))
    #expect(try refusal(ContractionSchedules.text, ContractionSchedules.shape, .cuda).contains("processors"))
    #expect(try refusal(ContractionSchedules.text, ContractionSchedules.shape, Target(.sse2)).contains("4 lanes"))
    // Whole blocks of a large product are too much for private memory.
    let blocks = ContractionSchedules.text.replacing("divide(i, 2) ", with: "").replacing("stage(b)", with: "stage(a) stage(b)")
    var tall = extents
    tall.rows = 4096
    #expect(try refusal(blocks, .dense(tall)).contains("bytes are packed"))
    // One sum of 5,000 numbers is longer than docs/numerics.md allows.
    let whole = ContractionSchedules.text.replacing("split(l, 256) ", with: "").replacing("order(l, j, i)", with: "order(j, i)")
    let alone = whole.replacing("stage(b) ", with: "").replacing("divide(i, 2) ", with: "")
    #expect(try refusal(alone, .dense(.init(rows: 6, columns: 16, inner: 5000))).contains("5000 additions"))
    _ = try ContractionNest(.dense(.init(rows: 6, columns: 16, inner: 4096)), ContractionSchedule.parse(alone), Target(.avx2))
  }

  @Test func batchAxesAreJoined() {
    let shape = ProductShape.dense(.init(rows: 3, columns: 4, inner: 5, batch: [2, 1, 7]))
    #expect(shape.joined.extents.batch == [14] && shape.joined.a.batch == [15])
    var shared = shape
    shared.b.batch = [0, 0, 0]
    #expect(shared.joined == .dense(.init(rows: 42, columns: 4, inner: 5)))
    var apart = shape
    apart.a.batch = [200, 200, 15]
    #expect(apart.joined.extents.batch == [2, 7])
  }

  /// What is chosen is legal, uses both kinds of lanes, packs nothing small, and leaves work for sixteen.
  @Test(arguments: InstructionSet.allCases) func choices(_ instructions: InstructionSet) throws {
    let target = Target(instructions)
    func best(_ extents: ProductShape.Extents, transposesB: Bool = false) throws -> ContractionScheduler.Choice {
      let ranked = ContractionScheduler.ranked(.dense(extents, transposesB: transposesB), target, count: 4)
      #expect(ranked.map(\.estimate.score) == ranked.map(\.estimate.score).sorted())
      for choice in ranked { #expect(try ContractionSchedule.parse(choice.nest.schedule.description) == choice.nest.schedule) }
      return try #require(ranked.first)
    }
    let large = try best(.init(rows: 512, columns: 512, inner: 512))
    #expect(large.nest.units >= 16 && large.estimate.imbalance < 1.25, "\(large)")
    #expect(large.nest.lanes == target.lanes(.f32) && large.nest.registers(target) > target.vectorRegisters - 5, "\(large)")
    let small = try best(.init(rows: 16, columns: 16, inner: 16))
    #expect(small.nest.units == 1 && small.nest.staged.isEmpty && small.nest.chunks == 1, "\(small)")
    #expect(try best(.init(rows: 512, columns: 512, inner: 512), transposesB: true).nest.staged.contains(.b))
    #expect(try best(.init(rows: 1, columns: 64, inner: 512), transposesB: true).nest.laneVariable == .l)
    for extents in [(1, 1, 1), (1, 1, 5000), (3, 5, 40_000), (4000, 1, 3), (1, 4000, 7)] {
      _ = try best(.init(rows: extents.0, columns: extents.1, inner: extents.2))
      _ = try best(.init(rows: extents.0, columns: extents.1, inner: extents.2), transposesB: true)
    }
  }
}
