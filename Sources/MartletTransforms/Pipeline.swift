import MartletCore
import MartletGraph

/// Observes the graph before and after every pass: to check it, print it or time the pass.
package protocol Instrument: AnyObject {
  /// The pass numbered `position` of the pipeline is about to run.
  func begins(_ pass: Pass, at position: Int, on graph: Graph)
  /// `log` says what the pass did.
  func ran(_ pass: Pass, before: Graph, after: Graph, log: RewriteLog) throws
  /// The pass threw, or what it made does not pass an instrument's check.
  func failed(_ pass: Pass, at position: Int, on graph: Graph, _ error: MartletError)
}

extension Instrument {
  package func begins(_ pass: Pass, at position: Int, on graph: Graph) {}
  package func failed(_ pass: Pass, at position: Int, on graph: Graph, _ error: MartletError) {}
}

/// Passes one after the other.
package struct Pipeline {
  package var passes: [Pass]
  package var instruments: [any Instrument]

  package init(_ passes: [Pass], instruments: [any Instrument] = [VerifyInstrument()]) {
    self.passes = passes
    self.instruments = instruments
  }

  package func run(_ graph: Graph) throws -> Graph {
    var graph = graph
    for (position, pass) in passes.enumerated() {
      let before = graph
      let log = RewriteLog()
      for instrument in instruments { instrument.begins(pass, at: position, on: graph) }
      do {
        graph = try pass.run(graph, log)
        for instrument in instruments.reversed() { try instrument.ran(pass, before: before, after: graph, log: log) }
      } catch let error as MartletError {
        for instrument in instruments { instrument.failed(pass, at: position, on: before, error) }
        throw error
      }
    }
    return graph
  }

  /// What makes a graph cheaper without changing what it computes. Without fusion: one kernel an operation.
  package static func optimization(fuses: Bool = true) -> [Pass] {
    [.simplify, .foldConstants, .eliminateCommonSubexpressions, .simplify, .eliminateDeadCode]
      + (fuses ? [.exchangeReluAndPool, .fusePooling, .fuseGradients, .fuseLoss, .fuse, .eliminateDeadCode] : [])
  }

  /// From a graph with a loss to a whole training step.
  package static func training(_ optimizer: UpdateRule) -> [Pass] { [.differentiate, .applyOptimizer(optimizer)] }
}

/// Verifies the graph after every pass.
package final class VerifyInstrument: Instrument {
  package init() {}

  package func ran(_ pass: Pass, before: Graph, after: Graph, log: RewriteLog) throws {
    do {
      try after.verify()
    } catch let error as MartletError {
      throw MartletError(PassErrorCode.invalidGraphMade, "pass \(pass.name) made an invalid graph: \(error.message)", at: error.location)
    }
  }
}

/// Prints the graph and reads it back: the text must mean the same graph.
package final class RoundTripInstrument: Instrument {
  package init() {}

  package func ran(_ pass: Pass, before: Graph, after: Graph, log: RewriteLog) throws {
    guard try GraphParser.parse(after.description, file: "after \(pass.name)") == after else {
      throw MartletError(PassErrorCode.invalidGraphMade, "the graph after pass \(pass.name) does not survive printing and parsing")
    }
  }
}

/// Hands out the text after every pass that changed something.
package final class DumpInstrument: Instrument {
  private let write: (String) -> Void

  package init(_ write: @escaping (String) -> Void) { self.write = write }

  package func ran(_ pass: Pass, before: Graph, after: Graph, log: RewriteLog) throws {
    if before == after {
      write("// after \(pass.name): unchanged\n")
    } else {
      write("// after \(pass.name)\n\(after)\n")
    }
  }
}

/// Hands out what each pass changed, as a unified difference. Values that a pass leaves alone keep their numbers through the whole pipeline.
package final class DifferenceInstrument: Instrument {
  private let only: String?
  private let hasColours: Bool
  private let write: (String) -> Void
  private var last: (graph: Graph, names: PrintedNames)?

  /// With `only` the other passes are followed, but not handed out.
  package init(of only: String? = nil, hasColours: Bool, _ write: @escaping (String) -> Void) {
    self.only = only
    self.hasColours = hasColours
    self.write = write
  }

  package func ran(_ pass: Pass, before: Graph, after: Graph, log: RewriteLog) throws {
    let isWanted = only == nil || only == pass.name
    guard before != after else {
      if isWanted { write("// \(pass.name): unchanged\n") }
      return
    }
    let oldNames = last?.graph == before ? last?.names ?? PrintedNames(of: before) : PrintedNames(of: before)
    let newNames = oldNames.aligned(from: before, to: after)
    last = (after, newNames)
    guard isWanted else { return }
    let count = log.rewrites.count
    write("// \(pass.name)\(count == 0 ? "" : count == 1 ? ": 1 rewrite" : ": \(count) rewrites")\n")
    write(
      UnifiedDifference(
        from: before.text(Graph.PrintOptions(names: oldNames)), to: after.text(Graph.PrintOptions(names: newNames))
      ).text(hasColours: hasColours))
  }
}
