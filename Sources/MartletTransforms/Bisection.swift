import MartletCore
import MartletGraph

/// Finds where a pipeline goes wrong: the first pass after which a graph gives other results than before, or is invalid, or that throws; and
/// inside it the first rewrite that makes the difference. Results are the interpreter's, on random numbers.
///
/// A result is compared from the pass on that makes it: gradients are what `differentiate` says they are.
package struct Bisection {
  /// What is wrong after a pass.
  package enum Fault: CustomStringConvertible {
    /// A result is so far from what it was, relative to its largest element.
    case differs(result: String, distance: Double)
    case isMissing(result: String)
    case throwing(MartletError)

    package var description: String {
      switch self {
      case .differs(let result, let distance): "result \(result) is \(distance) away from what it was"
      case .isMissing(let result): "result \(result) is gone, or has another type"
      case .throwing(let error): error.message
      }
    }
  }

  package struct Finding {
    package let pass: Pass
    /// The pass's place in the pipeline, from 0.
    package let position: Int
    package let fault: Fault
    /// The first rewrite after which it is so; nil when the pass does it without a rewrite, or is one change as a whole.
    package let rewrite: RewriteLog.Rewrite?
    /// Which of the pass's rewrites that is, from 1, and how many it makes.
    package let rewriteNumber: Int
    package let rewriteCount: Int
    /// The graph without and with that rewrite; the second is missing when the pass throws.
    package let before: Graph
    package let after: Graph?
  }

  private let passes: [Pass]
  private let tolerance: Double
  private let arguments: (Graph) throws -> [HostTensor]

  /// `tolerance` is how far a result may be from what it was; rewrites that change the order of additions need some.
  package init(_ passes: [Pass], tolerance: Double, arguments: @escaping (Graph) throws -> [HostTensor]) {
    self.passes = passes
    self.tolerance = tolerance
    self.arguments = arguments
  }

  /// Nil when nothing goes wrong. Throws what the interpreter throws for the graph itself.
  package func run(_ graph: Graph) throws -> Finding? {
    var current = graph
    var expected = try results(of: graph)
    for (position, pass) in passes.enumerated() {
      let log = RewriteLog()
      let (fault, next) = try check(pass, current, log, expected)
      if let fault { return try search(pass, position, current, log.rewrites.count, fault, expected) }
      guard let next, next != current else { continue }
      let names = Set(next.results.map(\.name))
      for (name, tensor) in try results(of: next) where expected[name]?.type != tensor.type { expected[name] = tensor }
      // Optimizers take gradients away.
      expected = expected.filter { names.contains($0.key) }
      current = next
    }
    return nil
  }

  /// The smallest number of rewrites after which there is a fault; with one fewer there is none.
  private func search(
    _ pass: Pass, _ position: Int, _ graph: Graph, _ count: Int, _ whole: Fault, _ expected: [String: HostTensor]
  ) throws -> Finding {
    var (good, bad, fault) = (-1, count, whole)
    while bad - good > 1 {
      let middle = (good + bad) / 2
      if let found = try check(pass, graph, RewriteLog(most: middle), expected).fault {
        (bad, fault) = (middle, found)
      } else {
        good = middle
      }
    }
    let log = RewriteLog(most: bad)
    let after = try? pass.run(graph, log)
    let before = good >= 0 ? (try? pass.run(graph, RewriteLog(most: good))) ?? graph : graph
    return Finding(
      pass: pass, position: position, fault: fault, rewrite: bad > 0 ? log.rewrites.last : nil, rewriteNumber: bad, rewriteCount: count,
      before: before, after: after)
  }

  private func check(
    _ pass: Pass, _ graph: Graph, _ log: RewriteLog, _ expected: [String: HostTensor]
  ) throws -> (fault: Fault?, graph: Graph?) {
    let next: Graph
    let found: [String: HostTensor]
    do {
      next = try pass.run(graph, log)
      try next.verify()
      if next == graph { return (nil, next) }
      found = try results(of: next)
    } catch let error as MartletError {
      // What the user asked for in vain is no mistake of a pass.
      guard error.kind != .usage else { throw error }
      return (.throwing(error), nil)
    }
    let updates = Set(next.parameters.map(\.name))
    for (name, tensor) in expected.sorted(by: { $0.key < $1.key }) {
      guard let own = found[name], own.type == tensor.type else {
        // `apply-optimizer` turns a gradient into an update.
        if name.hasSuffix(Bisection.gradientSuffix), updates.contains(String(name.dropLast(Bisection.gradientSuffix.count))) { continue }
        return (.isMissing(result: name), next)
      }
      let distance = own.distance(from: tensor)
      if distance > tolerance { return (.differs(result: name, distance: distance), next) }
    }
    return (nil, next)
  }

  private static let gradientSuffix = ".gradient"

  private func results(of graph: Graph) throws -> [String: HostTensor] {
    let tensors = try graph.evaluate(try arguments(graph))
    return Dictionary(zip(graph.results.map(\.name), tensors), uniquingKeysWith: { first, _ in first })
  }
}
