import MartletCore
import MartletGraph
import Synchronization

/// A transformation of graphs: a name and a function. Whether it changed anything is seen by comparing, never reported.
public struct Pass: Sendable {
  package let name: String
  /// One line for `opt --list-passes`.
  package let summary: String
  private let body: @Sendable (Graph, RewriteLog) throws -> Graph
  /// Whether it runs on the regions of loops too.
  private let rewritesLoops: Bool

  /// A pass that checks with the log before each rewrite, so that bisection can stop inside it. It rewrites the regions of loops like graphs.
  package init(_ name: String, _ summary: String, _ body: @escaping @Sendable (Graph, RewriteLog) throws -> Graph) {
    self.name = name
    self.summary = summary
    self.body = body
    rewritesLoops = true
  }

  /// A pass that is one change as a whole.
  public init(_ name: String, _ summary: String, _ body: @escaping @Sendable (Graph) throws -> Graph) {
    self.name = name
    self.summary = summary
    self.body = { graph, _ in try body(graph) }
    rewritesLoops = false
  }

  package func run(_ graph: Graph, _ log: RewriteLog = RewriteLog()) throws -> Graph {
    let rewritten = try body(graph, log)
    return rewritesLoops ? try rewritten.mappingLoops { try run($0, log) } : rewritten
  }
}

extension Graph {
  /// The graph with other regions in its loops.
  fileprivate func mappingLoops(_ transform: (Graph) throws -> Graph) throws -> Graph {
    guard nodes.contains(where: { $0.operation is Scan }) else { return self }
    let mapped = try nodes.map { node in
      guard let scan = node.operation as? Scan else { return node }
      var copy = node
      copy.operation = scan.replacingRegion(try transform(scan.region))
      return copy
    }
    return Graph(name: name, parameters: parameters, nodes: mapped, results: results)
  }
}

/// All passes that can be named, in the order in which a training step goes through them; a program's own stand last.
package enum PassRegistry {
  private static let added = Mutex<[Pass]>([])

  package static var all: [Pass] { builtIn + added.withLock { $0 } }

  /// Makes passes known by their names: `MartletCommand.main(passes:)`. One of a name that was added before takes its place.
  package static func add(_ passes: [Pass]) {
    added.withLock { known in
      for pass in passes {
        known.removeAll { $0.name == pass.name }
        known.append(pass)
      }
    }
  }

  private static let builtIn: [Pass] = [
    .weighMicroBatch, .differentiate, .clipGradients(1), .clipGradientValues(1), .applyOptimizer(.adam(AdamUpdate())),
    .averageParameters(decay: 0.999),
    .simplify, .foldConstants, .eliminateCommonSubexpressions, .eliminateDeadCode, .exchangeReluAndPool, .fusePooling, .fuseGradients,
    .fuseLoss, .fuse, .recompute(byteCount: 0),
  ]

  /// Passes that take a number.
  private static let numbered: [String: @Sendable (Double) -> Pass] = [
    "clip-gradients": { .clipGradients($0) }, "clip-gradient-values": { .clipGradientValues($0) },
    "average-parameters": { .averageParameters(decay: $0) },
    "recompute": { .recompute(byteCount: Int(exactly: $0.rounded(.down)) ?? .max) },
  ]

  /// The pass of a name; `apply-optimizer=sgd` gives a pass its argument.
  package static func pass(named text: String) throws -> Pass {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2, parts[0] == "apply-optimizer" {
      guard let optimizer = UpdateRule(named: parts[1]) else {
        throw MartletError(
          PassErrorCode.passArgument, "unknown optimizer '\(parts[1])'",
          advice: KnownNames.advice("optimizers", UpdateRule.names, insteadOf: parts[1]))
      }
      return .applyOptimizer(optimizer)
    }
    if parts.count == 2, let make = numbered[parts[0]] {
      guard let number = Double(parts[1]) else {
        throw MartletError(
          PassErrorCode.passArgument, "\(parts[0]) takes a number, found '\(parts[1])'", advice: "Write \(parts[0])=0.5.")
      }
      return make(number)
    }
    guard let pass = all.first(where: { $0.name == text }) else {
      throw MartletError(
        PassErrorCode.unknownPass, "unknown pass '\(text)'",
        advice: KnownNames.advice("passes", all.map(\.name), insteadOf: text, all: "martlet opt --list-passes lists them"))
    }
    return pass
  }
}
