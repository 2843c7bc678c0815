import MartletCore
import MartletGraph
import Synchronization

/// A transformation of graphs: a name and a function. Whether it changed anything is seen by comparing, never reported.
public struct Pass: Sendable {
  public let name: String
  /// One line for `opt --list-passes`.
  public let summary: String
  private let body: @Sendable (Graph, RewriteLog) throws -> Graph

  /// A pass that checks with the log before each rewrite, so that bisection can stop inside it.
  public init(_ name: String, _ summary: String, _ body: @escaping @Sendable (Graph, RewriteLog) throws -> Graph) {
    self.name = name
    self.summary = summary
    self.body = body
  }

  /// A pass that is one change as a whole.
  public init(_ name: String, _ summary: String, _ body: @escaping @Sendable (Graph) throws -> Graph) {
    self.init(name, summary) { graph, _ in try body(graph) }
  }

  public func run(_ graph: Graph, _ log: RewriteLog = RewriteLog()) throws -> Graph { try body(graph, log) }
}

/// All passes that can be named, in the order in which a training step goes through them; a program's own stand last.
public enum PassRegistry {
  private static let added = Mutex<[Pass]>([])

  public static var all: [Pass] { builtIn + added.withLock { $0 } }

  /// Makes passes known by their names: `MartletCommand.main(passes:)`. One of a name that was added before takes its place.
  public static func add(_ passes: [Pass]) {
    added.withLock { known in
      for pass in passes {
        known.removeAll { $0.name == pass.name }
        known.append(pass)
      }
    }
  }

  private static let builtIn: [Pass] = [
    .differentiate, .clipGradients(1), .applyOptimizer(.adam(AdamUpdate())), .simplify, .foldConstants, .eliminateCommonSubexpressions,
    .eliminateDeadCode,
    .exchangeReluAndPool, .fusePooling, .fuseGradients, .fuseLoss, .fuse,
  ]

  /// The pass of a name; `apply-optimizer=sgd` gives a pass its argument.
  public static func pass(named text: String) throws -> Pass {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2, parts[0] == "apply-optimizer" {
      guard let optimizer = Optimizer(named: parts[1]) else {
        throw MartletError(
          PassErrorCode.passArgument, "unknown optimizer '\(parts[1])'",
          advice: "The optimizers are \(Optimizer.names.joined(separator: ", ")).")
      }
      return .applyOptimizer(optimizer)
    }
    if parts.count == 2, parts[0] == "clip-gradients" {
      guard let maximum = Double(parts[1]) else {
        throw MartletError(
          PassErrorCode.passArgument, "clip-gradients takes a number, found '\(parts[1])'", advice: "Write clip-gradients=1.0.")
      }
      return .clipGradients(maximum)
    }
    guard let pass = all.first(where: { $0.name == text }) else {
      throw MartletError(
        PassErrorCode.unknownPass, "unknown pass '\(text)'", advice: "The passes are \(all.map(\.name).joined(separator: ", ")).")
    }
    return pass
  }
}
