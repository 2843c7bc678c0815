import Foundation
import Martlet
import Testing

/// Functions of tensors on numbers, angles, integers and indices, and tables in a model, as a program writes them.
@Suite struct NumberFunctions {
  private let weights: Variables

  init() throws { weights = try Variables(Linear(3, 3), seed: 0, on: .cpu(threads: 2)) }

  @Test func ofFloats() throws {
    let x: [Float] = [1e-7, -0.5, 2, -3e-6, 0.25, 1]
    let function = try Function(weights, inputs: .f32(2, 3)) { x in
      NamedTensors([
        "log": try x.logOnePlus(), "exp": try x.expMinusOne(), "angle": try x.arcTangent2(x - 1), "rest": try x.remainder(0.4),
        "whole": try x.floorDivide(0.4), "running": try x.cumulativeSum(axis: -1), "rising": try x.cumulativeSum(axis: 0, reverse: true),
        "before": try x.cumulativeSum(axis: 1, exclusive: true),
      ])
    }
    let results = try function.values(x)
    func expect(_ name: String, _ expected: [Double]) throws {
      for (found, right) in zip(try #require(results[name]).numbers, expected) {
        #expect(abs(found - right) <= 1e-6 * abs(right), "\(name): \(found), not \(right)")
      }
    }
    let wide = x.map(Double.init)
    try expect("log", wide.map { log1p($0) })
    try expect("exp", wide.map { expm1($0) })
    try expect("angle", x.map { atan2(Double($0), Double($0 - 1)) })
    let divisor = Double(Float(0.4))
    try expect("whole", wide.map { ($0 / divisor).rounded(.down) })
    try expect("rest", wide.map { $0 - ($0 / divisor).rounded(.down) * divisor })
    let (first, second) = (wide[0] + wide[1], wide[3] + wide[4])
    try expect("running", [wide[0], first, first + wide[2], wide[3], second, second + wide[5]])
    try expect("rising", [wide[0] + wide[3], wide[1] + wide[4], wide[2] + wide[5], wide[3], wide[4], wide[5]])
    try expect("before", [0, wide[0], first, 0, wide[3], second])
  }

  @Test func ofIntegersAndIndices() throws {
    let function = try Function(weights, inputs: .i32(2, 4), .i32(2, 3)) { x, indices in
      let isSmall = try x.isLess(than: 3)
      let isOdd = try x.remainder(2).isEqual(to: 1)
      return NamedTensors([
        "sum": try x.sum(axes: [-1]), "largest": try x.max(axes: [0]), "smallest": try x.min(axes: [0]),
        "where": try x.argumentOfMaximum(axis: 1),
        "half": try x.floorDivide(2), "picked": try x.gatherElements(indices, axis: 1),
        "added": try x.scatterAddElements(indices, indices, axis: 1), "one": try isSmall.exclusiveOr(isOdd).converted(to: .i32),
        "last": try x.slice(starts: [0, -2], limits: [2, 4]),
      ])
    }
    let results = try function.values([5, -7, 2, 3, 0, 9, -1, 9] as [Int32], [3, 0, 0, 1, 1, 2] as [Int32])
    func expect(_ name: String, _ expected: [Double]) throws { #expect(try #require(results[name]).numbers == expected, "\(name)") }
    try expect("sum", [3, 17])
    try expect("largest", [5, 9, 2, 9])
    try expect("smallest", [0, -7, -1, 3])
    try expect("where", [0, 1])
    try expect("half", [2, -4, 1, 1, 0, 4, -1, 4])
    try expect("picked", [3, 5, 5, 9, 9, -1])
    try expect("added", [5, -7, 2, 6, 0, 11, 1, 9])
    try expect("one", [1, 0, 1, 1, 1, 1, 0, 1])
    try expect("last", [2, 3, -1, 9])
  }

  /// A table of 3,000 numbers is part of a model; gradients flow through what reads it.
  @Test func tables() throws {
    let net = Linear(3, 3, bias: false)
    let weights = try Variables(net, seed: 0, on: .cpu(threads: 2))
    let table = (0..<3000).map { Float($0 % 11) / 8 }
    let step = try TrainingStep(weights, .sgd(), inputs: .f32(5, 3), .i32(5)) { x, rows in
      let entries = try x.constant(HostTensor([1000, 3], elements: table)).gather(rows)
      return try (net(x) * entries).mean(axes: [0, 1])
    }
    let (x, rows): ([Float], [Int32]) = (numbers(15, step: 1), [0, 999, 500, 7, 500])
    let gradient = try #require(try step.gradients(x, rows).values.first).numbers
    for out in 0..<3 {
      for input in 0..<3 {
        let expected = (0..<5).reduce(0.0) { sum, n in sum + Double(x[n * 3 + input] * table[Int(rows[n]) * 3 + out]) / 15 }
        #expect(abs(gradient[out * 3 + input] - expected) < 1e-6)
      }
    }
  }
}
