import MartletCore
import MartletGraph

/// Something that looks at the graph around every pass: checks it, prints it, takes the time.
public protocol Instrument: AnyObject {
  func begins(_ pass: Pass)
  func ran(_ pass: Pass, before: Graph, after: Graph) throws
}

extension Instrument {
  public func begins(_ pass: Pass) {}
}

/// Passes one after the other.
public struct Pipeline {
  public var passes: [Pass]
  public var instruments: [any Instrument]

  public init(_ passes: [Pass], instruments: [any Instrument] = [VerifyInstrument()]) {
    self.passes = passes
    self.instruments = instruments
  }

  public func run(_ graph: Graph) throws -> Graph {
    var graph = graph
    for pass in passes {
      let before = graph
      for instrument in instruments { instrument.begins(pass) }
      graph = try pass.run(graph)
      for instrument in instruments.reversed() { try instrument.ran(pass, before: before, after: graph) }
    }
    return graph
  }

  /// What makes a graph cheaper without changing what it computes. Without fusion: one kernel an operation.
  public static func optimization(fuses: Bool = true) -> [Pass] {
    [.simplify, .foldConstants, .eliminateCommonSubexpressions, .simplify, .eliminateDeadCode]
      + (fuses ? [.exchangeReluAndPool, .fusePooling, .fuseGradients, .fuseLoss, .fuse, .eliminateDeadCode] : [])
  }

  /// From a graph with a loss to a whole training step.
  public static func training(_ optimizer: Optimizer) -> [Pass] { [.differentiate, .applyOptimizer(optimizer)] }
}

/// Verifies the graph after every pass.
public final class VerifyInstrument: Instrument {
  public init() {}

  public func ran(_ pass: Pass, before: Graph, after: Graph) throws {
    do {
      try after.verify()
    } catch let error as MartletError {
      throw MartletError(PassErrorCode.invalidGraphMade, "pass \(pass.name) made an invalid graph: \(error.message)", at: error.location)
    }
  }
}

/// Prints the graph and reads it back: the text must mean the same graph.
public final class RoundTripInstrument: Instrument {
  public init() {}

  public func ran(_ pass: Pass, before: Graph, after: Graph) throws {
    guard try GraphParser.parse(after.description, file: "after \(pass.name)") == after else {
      throw MartletError(PassErrorCode.invalidGraphMade, "the graph after pass \(pass.name) does not survive printing and parsing")
    }
  }
}

/// Hands out the text after every pass that changed something.
public final class DumpInstrument: Instrument {
  private let write: (String) -> Void

  public init(_ write: @escaping (String) -> Void) { self.write = write }

  public func ran(_ pass: Pass, before: Graph, after: Graph) throws {
    if before == after {
      write("// after \(pass.name): unchanged\n")
    } else {
      write("// after \(pass.name)\n\(after)\n")
    }
  }
}
