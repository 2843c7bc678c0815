import MartletCore
import MartletGraph
import MartletLoopIR
import MartletLowering
import TestSupport
import Testing

/// Products as loop IR, run by the interpreter, against three nested loops. Small integers are exact in every order.
@Suite struct ContractionKernels {
  /// The elements of an operand, small integers or uniform numbers.
  static func operand(_ count: Int, _ seed: Int, _ fill: OperationSample.Fill = .integers(-3, 4)) -> HostTensor {
    TestSupport.fill(TensorType(.f32, [count]), fill, seed: UInt64(seed))
  }

  /// What the product is, at the places where it has results, nil elsewhere.
  static func expected(_ shape: ProductShape, _ a: [Double], _ b: [Double], _ finish: (Double, Int, Int) -> Double) -> [Double?] {
    var result = [Double?](repeating: nil, count: shape.counts.c)
    for product in 0..<shape.products {
      let index = Shape(shape.extents.batch).index(ofElement: product)
      func start(_ strides: ProductShape.Strides) -> Int { zip(index, strides.batch).reduce(0) { $0 + $1.0 * $1.1 } }
      let (startOfA, startOfB, startOfC) = (start(shape.a), start(shape.b), start(shape.c))
      for i in 0..<shape.rows {
        for j in 0..<shape.columns {
          var sum = 0.0
          for l in 0..<shape.inner {
            sum += a[startOfA + i * shape.a.row + l * shape.a.column] * b[startOfB + l * shape.b.row + j * shape.b.column]
          }
          result[startOfC + i * shape.c.row + j * shape.c.column] = finish(sum, i, j)
        }
      }
    }
    return result
  }

  /// Bias along the columns and relu.
  static func epilogue(_ shape: ProductShape) -> (KernelBuilder) -> ProductEmitter.Epilogue? {
    { k in
      let bias = k.parameter("bias", .read, .global, .f32, [shape.columns])
      return { value, place in .binary(.maximum, .number(0), value + bias[[place.column], lanes: place.lanes, first: place.first]) }
    }
  }

  private static func check(_ nest: ContractionNest, _ target: Target, seed: Int, finishes: Bool) throws {
    let shape = nest.shape
    let kernel = try ProductEmitter(nest, target).kernel("product", epilogue: finishes ? epilogue(shape) : { _ in nil })
    #expect(try KernelParser.parse(kernel.description) == kernel)
    let (a, b, bias) = (operand(shape.counts.a, seed), operand(shape.counts.b, seed + 1), operand(shape.columns, seed + 2))
    let arguments = [a, b, HostTensor(repeating: 0, TensorType(.f32, [shape.counts.c]))] + (finishes ? [bias] : [])
    let expected = expected(shape, a.numbers, b.numbers) { sum, _, j in finishes ? max(0, sum + bias.numbers[j]) : sum }
    for kernel in [kernel, try kernel.prepared(for: target)] {
      let found = try KernelInterpreter.run(kernel, arguments)[2].numbers
      let wrong = zip(found, expected).enumerated().first { pair in pair.element.1.map { $0 != pair.element.0 } ?? false }
      if let wrong { Issue.record("\(shape), \(target), \(nest.schedule): element \(wrong.offset) is \(wrong.element.0)\n\(kernel)") }
    }
  }

  /// A product of random extents, transposed or not, with gaps between rows, in a batch or not.
  private static func randomShape(_ generator: inout PyTorchGenerator) -> ProductShape {
    let extents = (0..<3).map { _ in 1 + generator.below(generator.below(2) == 0 ? 8 : 40) }
    let batches = [[], [], [2], [2, 3]]
    let batch = batches[generator.below(batches.count)]
    var shape = ProductShape.dense(
      .init(rows: extents[0], columns: extents[1], inner: extents[2], batch: batch), transposesA: generator.below(2) == 0,
      transposesB: generator.below(2) == 0)
    guard batch.isEmpty, generator.below(3) == 0 else { return shape }
    func widen(_ strides: inout ProductShape.Strides) { if strides.column == 1 { strides.row += 3 } else { strides.column += 3 } }
    widen(&shape.a)
    widen(&shape.b)
    shape.c.row += 5
    // Neither rows nor columns lie together.
    if generator.below(2) == 0 { (shape.b.row, shape.b.column) = (2 * shape.columns + 1, 2) }
    return shape
  }

  /// A random schedule that is legal for the product.
  private static func randomSchedule(_ shape: ProductShape, _ target: Target, _ generator: inout PyTorchGenerator) -> ContractionNest? {
    func one<Element>(_ choices: [Element]) -> Element { choices[generator.below(choices.count)] }
    for _ in 0..<200 {
      let lanes = one([1, 2, 4, 8, 16])
      let alongSum = generator.below(4) == 0
      var steps: [ContractionSchedule.Step] = [
        .split(.i, 1 + generator.below(8)), .split(.j, alongSum ? 1 + generator.below(4) : lanes * (1 + generator.below(3))),
        .bind(ContractionLoop(alongSum ? .l : .j, isInner: true), lanes: lanes),
        .hold([ContractionLoop(.i, isInner: true), ContractionLoop(.j, isInner: true)]),
      ]
      let divided = one([[], [ContractionLoop.Variable.i], [.j], [.i, .j], [.j, .i]])
      steps += divided.map { .divide($0, parts: one([2, 3])) }
      let chunk = one([nil, 1, 3, 5, 8, 16, 32])
      if let chunk { steps.append(.split(.l, chunk)) }
      steps += one([[], [ContractionSchedule.Factor.a], [.b], [.a, .b]]).map { .stage($0) }
      if generator.below(2) == 0 { steps.append(.unroll(ContractionLoop(.l, isInner: true), one([2, 3, 4]))) }
      let tiles = one([[ContractionLoop.Variable.i, .j], [.j, .i]])
      steps.append(.order(((chunk == nil ? [] : [.l]) + tiles).map { ContractionLoop($0) }))
      if let nest = try? ContractionNest(shape, ContractionSchedule(steps), target) { return nest }
    }
    return nil
  }

  @Test(arguments: InstructionSet.allCases, 0..<4) func randomSchedules(_ instructions: InstructionSet, _ part: Int) throws {
    let target = Target(instructions)
    var generator = PyTorchGenerator(seed: UInt64(7 + part))
    var (count, kinds) = (0, Set<String>())
    for number in 0..<30 {
      let shape = ContractionKernels.randomShape(&generator)
      guard let nest = ContractionKernels.randomSchedule(shape, target, &generator) else { continue }
      count += 1
      kinds.insert("\(nest.laneVariable) \(nest.staged.count) \(nest.chunks > 1)")
      try ContractionKernels.check(nest, target, seed: number, finishes: number % 2 == 0)
    }
    #expect(count >= 25 && kinds.count >= 5, "\(count) products, \(kinds)")
  }

  @Test(arguments: InstructionSet.allCases) func chosenSchedules(_ instructions: InstructionSet) throws {
    let target = Target(instructions)
    var generator = PyTorchGenerator(seed: 3)
    for number in 0..<12 {
      let shape = ContractionKernels.randomShape(&generator)
      for choice in ContractionScheduler.ranked(shape, target, count: 2) {
        try ContractionKernels.check(choice.nest, target, seed: number, finishes: true)
      }
    }
  }

  /// Extents around the sizes of tiles, each with parts that are not equal.
  @Test(arguments: [1, 5, 6, 7, 12, 13, 19], [1, 8, 15, 16, 17, 40]) func edges(_ rows: Int, _ columns: Int) throws {
    let target = Target(.avx2)
    for text in [
      "split(i, 6) split(j, 16) split(l, 8) bind(j.in, lanes 8) hold(i.in, j.in) stage(a) stage(b) order(l, j, i)",
      "divide(i, 2) split(i, 6) split(j, 16) split(l, 5) bind(j.in, lanes 8) hold(i.in, j.in) stage(a) order(l, i, j)",
      "divide(j, 2) divide(i, 2) split(i, 6) split(j, 8) bind(j.in, lanes 8) hold(i.in, j.in) stage(b) order(j, i)",
    ] {
      let shape = ProductShape.dense(.init(rows: rows, columns: columns, inner: 19), transposesB: columns % 2 == 1)
      guard let nest = try? ContractionNest(shape, ContractionSchedule.parse(text), target) else { continue }
      try ContractionKernels.check(nest, target, seed: rows, finishes: true)
    }
  }

  /// The same bits when every unit is a call of its own, in any order.
  @Test func unitsAreIndependent() throws {
    let target = Target(.avx2)
    let shape = ProductShape.dense(.init(rows: 20, columns: 37, inner: 23, batch: [2]))
    let text =
      "divide(i, 3) divide(j, 2) split(i, 4) split(j, 8) split(l, 10) bind(j.in, lanes 8) hold(i.in, j.in) stage(a) stage(b) order(l, j, i)"
    let nest = try ContractionNest(shape, ContractionSchedule.parse(text), target)
    let kernel = try ProductEmitter(nest, target).kernel("product")
    #expect(nest.units == 12 && kernel.over == 12)
    let arguments = [
      ContractionKernels.operand(shape.counts.a, 1, .uniform(-1, 1)), ContractionKernels.operand(shape.counts.b, 2, .uniform(-1, 1)),
      HostTensor(repeating: 0, TensorType(.f32, [shape.counts.c])),
    ]
    let whole = try KernelInterpreter.run(kernel, arguments)
    let apart = try (0..<12).reversed().reduce(arguments) { try KernelInterpreter.run(kernel, $0, range: $1..<$1 + 1) }
    #expect(apart[2] == whole[2])
  }
}
