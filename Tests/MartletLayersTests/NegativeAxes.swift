import MartletCore
import MartletGraph
import MartletLayers
import TestSupport
import Testing

/// Axes and positions that count from the end, wherever a tensor takes them.
@Suite struct NegativeAxes {
  private struct Anything: Model {
    var inputShape: Shape = [3, 4, 5]
    var body: @Sendable (Tensor) throws -> Tensor
    func callAsFunction(_ x: Tensor) throws -> Tensor { try body(x) }
  }

  private func graph(_ body: @escaping @Sendable (Tensor) throws -> Tensor) throws -> Graph {
    try Tracer.trace(Anything(body: body), name: "m", batch: 2, purpose: .inference)
  }

  /// Functions of an axis of a tensor of four, all of which take -4 to 3.
  private static let functions: [(name: String, body: @Sendable (Tensor, Int) throws -> Tensor)] = [
    ("flatten", { try $0.flatten(from: $1) }), ("sum", { try $0.sum(axes: [$1]) }), ("mean", { try $0.mean(axes: [$1]) }),
    ("max", { try $0.max(axes: [$1]) }), ("min", { try $0.min(axes: [$1]) }), ("argmax", { try $0.argumentOfMaximum(axis: $1) }),
    ("concat", { try $0.concatenated([$0], axis: $1) }), ("softmax", { try $0.softmax(axis: $1) }),
    ("log_softmax", { try $0.logSoftmax(axis: $1) }), ("cumulative_sum", { try $0.cumulativeSum(axis: $1, reverse: true) }),
    ("gather", { try $0.gather($0.converted(to: .i32), axis: $1) }),
    ("gather_elements", { try $0.gatherElements($0.converted(to: .i32), axis: $1) }),
    ("scatter_add_elements", { try $0.scatterAddElements($0.converted(to: .i32), $0, axis: $1) }),
    ("Softmax", { try Softmax(axis: $1)($0) }),
    ("transpose", { x, axis in try x.transposed([axis] + (0..<4).filter { $0 != (axis + 4) % 4 }) }),
  ]

  @Test(arguments: functions.indices) func countFromTheEnd(_ number: Int) throws {
    let (name, body) = Self.functions[number]
    for axis in 0..<4 {
      let (positive, negative) = (try graph { try body($0, axis) }, try graph { try body($0, axis - 4) })
      #expect(positive == negative, "\(name) of axis \(axis)")
    }
    for axis in [4, -5, Int.max, Int.min] {
      let given = name == "transpose" ? min(axis, 1 << 40) : axis
      let error = try #require(throws: MartletError.self) { try graph { try body($0, given) } }
      #expect(error.number == LayerErrorCode.noSuchAxis.rawValue, "\(name): \(error)")
      let message = "a tensor of shape [2, 3, 4, 5] has axes 0 to 3, or -4 to -1 from the last, found axis \(given)"
      #expect(error.description.contains(message), "\(error)")
    }
  }

  @Test func listsOfAxes() throws {
    #expect(try graph { try $0.sum(axes: [-1, 1]) } == graph { try $0.sum(axes: [1, 3]) })
    #expect(try graph { try $0.mean(axes: [-2, -1]) } == graph { try $0.mean(axes: [2, 3]) })
    let twice = try #require(throws: MartletError.self) { try graph { try $0.sum(axes: [3, -1]) } }
    #expect(twice.description.contains("each once"), "\(twice)")
    let ofScalar = try #require(throws: MartletError.self) { try graph { try $0.sum(axes: [0, 1, 2, 3]).softmax(axis: -1) } }
    #expect(ofScalar.description.contains("has no axes, found axis -1"), "\(ofScalar)")
  }

  @Test func slices() throws {
    let fromEnd = try graph { try $0.slice(starts: [0, -2, 1, -5], limits: [-1, 3, -1, 5]) }
    #expect(try fromEnd == graph { try $0.slice(starts: [0, 1, 1, 0], limits: [1, 3, 3, 5]) })
    for (starts, limits, message) in [
      ([0, 0, 0, -6], [2, 3, 4, 5], "the start of axis 3 of [2, 3, 4, 5] is from -5 to 5, found -6"),
      ([0, 0, 0, 0], [2, 4, 4, 5], "the limit of axis 1 of [2, 3, 4, 5] is from -3 to 3, found 4"),
      ([0, 0, 0, -1], [2, 3, 4, -2], "0 <= start <= limit <= extent"), ([0, 0], [1, 1], "a number for each axis"),
    ] {
      let error = try #require(throws: MartletError.self) { try graph { try $0.slice(starts: starts, limits: limits) } }
      #expect(error.description.contains(message), "\(error)")
    }
  }

  /// What the functions of numbers trace to.
  @Test func functionsOfNumbers() throws {
    let text = try graph { x in
      let y = try x.logOnePlus().expMinusOne().arcTangent2(x)
      let z = try (y.floorDivide(2) + y.remainder(x.remainder(3))).floorDivide(x)
      return try z.choosingPositive(x)
    }.description
    for operation in ["log1p(", "expm1(", "atan2(", "floor_divide(", "remainder(", "xor("] { #expect(text.contains(operation), "\(text)") }
  }
}

extension Tensor {
  fileprivate func choosingPositive(_ x: Tensor) throws -> Tensor {
    try isGreater(than: 0).exclusiveOr(x.isLess(than: 0)).choosing(self, else: x)
  }
}
