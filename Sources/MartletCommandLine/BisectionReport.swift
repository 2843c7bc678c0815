import MartletInspection
import MartletTraining
import MartletCompiler
import MartletCore
import MartletGraph
import MartletLowering
import MartletTransforms

/// What `opt --bisect` says: the first pass that goes wrong, the rewrite in it, and what that changed.
struct BisectionReport {
  let names: [String]
  let passes: [Pass]
  let seed: UInt64
  let tolerance: Double

  /// Throws `.checkFailed` when something goes wrong. With a device its results for the last graph are compared with the interpreter's too.
  func run(_ graph: Graph, device: (any ExecutionDevice)?) throws {
    guard tolerance >= 0, tolerance.isFinite else {
      throw MartletError(
        UsageErrorCode.notPositive, "--tolerance must be a number that is not negative, found \(tolerance)",
        advice: "Give 0 or a small number.")
    }
    if let finding = try Bisection(passes, tolerance: tolerance, arguments: { try $0.randomArguments(seed: seed) }).run(graph) {
      report(finding)
      throw MartletError(
        PassErrorCode.bisected,
        "pass \(names[finding.position]), number \(finding.position + 1) of \(names.count): \(finding.fault)")
    }
    guard let device else {
      Output.line("no pass of \(names.count) changes a result by more than \(tolerance)")
      return
    }
    let last = try Pipeline(passes).run(graph)
    let comparison = DeviceComparison(device, Lowering.Options(), tolerance: tolerance)
    guard let finding = try comparison.run(last, try last.randomArguments(seed: seed)) else {
      Output.line(
        "no pass of \(names.count) changes a result by more than \(tolerance), and the device \(device.name) agrees with the interpreter")
      return
    }
    var culprit = "every node alone is right: the schedule, the layouts or the memory plan are wrong"
    if let node = finding.node {
      let made = last.nodes[node.index]
      let values = made.results.map { "%\(last.printedNames[$0.id])" }.joined(separator: ", ")
      let name = (made.operation as? Fusion).map { "fusion @\($0.name)" } ?? made.mnemonic
      culprit = "given the interpreter's operands, the first node that differs is \(values) = \(name), by \(node.distance)"
    }
    throw MartletError(
      PassErrorCode.bisected,
      "no pass changes a result, but on the device \(device.name) result \(finding.result) is \(finding.distance) away from the "
        + "interpreter's; \(culprit)")
  }

  private func report(_ finding: Bisection.Finding) {
    if let rewrite = finding.rewrite {
      Output.line("rewrite \(finding.rewriteNumber) of \(finding.rewriteCount), rule \(rewrite.rule): \(rewrite)")
    } else if finding.rewriteCount > 0 {
      Output.line("none of its \(finding.rewriteCount) rewrites makes the difference")
    } else {
      Output.line("the pass cannot be divided into rewrites")
    }
    guard let after = finding.after else { return }
    let names = PrintedNames(of: finding.before)
    let difference = UnifiedDifference(
      from: finding.before.text(Graph.PrintOptions(names: names)),
      to: after.text(Graph.PrintOptions(names: names.aligned(from: finding.before, to: after))))
    Output.write(difference.text(hasColours: Output.hasColours(1)))
  }
}
