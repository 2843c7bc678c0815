import Martlet
import TestSupport
import Testing

@testable import MartletTransforms

/// Broken rewrites are planted in passes; bisection must name the pass, the rewrite and the result.
@Suite struct BisectionTests {
  private static let text = """
    graph @f(input %x: f32[4, 6], parameter %w: f32[5, 6], input %b: f32[5]) -> (loss: f32[], y: f32[4, 5]) {
      %0 = matmul(%x, %w) {transpose_rhs = true} : f32[4, 5]
      %1 = broadcast(%b) {shape = [4, 5], axes = [1]} : f32[4, 5]
      %2 = add(%0, %1) : f32[4, 5]
      %3 = constant() {value = 1.0} : f32[4, 5]
      %4 = mul(%2, %3) : f32[4, 5]
      %5 = tanh(%4) : f32[4, 5]
      %6 = mul(%5, %5) : f32[4, 5]
      %7 = sub(%6, %2) : f32[4, 5]
      %8 = add(%7, %5) : f32[4, 5]
      %9 = reduce_mean(%8) {axes = [0, 1]} : f32[]
      return %9, %8
    }
    """

  /// Exchanges the operands of every addition and product, which is right, and of the `wrong`th subtraction, which is not.
  private static func exchange(wrong: Int) -> Pass {
    Pass("exchange-operands", "exchanges operands of commutative operations") { graph, log in
      var subtractions = 0
      return try graph.rebuilt { builder, index, operands in
        let node = graph.nodes[index]
        switch node.operation {
        case is Add, is Multiply: break
        case is Subtract:
          subtractions += 1
          guard subtractions == wrong else { return nil }
        default: return nil
        }
        guard log.permits("exchange-operands", [index], of: graph) else { return nil }
        return try builder.add(node.operation, operands.reversed())
      }
    }
  }

  private func bisect(_ passes: [Pass]) throws -> Bisection.Finding? {
    let graph = try GraphParser.parse(BisectionTests.text)
    return try Bisection(passes, tolerance: 1e-5, arguments: { try $0.randomArguments(seed: 1) }).run(graph)
  }

  @Test func rightPassesAreNotBlamed() throws {
    let passes: [Pass] = [.differentiate, .applyOptimizer(.adam(AdamUpdate()))] + Pipeline.optimization()
    #expect(try bisect(passes) == nil)
    #expect(try bisect([BisectionTests.exchange(wrong: 0)] + passes) == nil)
  }

  /// In the middle of a pass: its fourth rewrite of five is the wrong one.
  @Test func inTheMiddleOfAPass() throws {
    let finding = try #require(try bisect([.simplify, .eliminateDeadCode, BisectionTests.exchange(wrong: 1), .fuse]))
    #expect(finding.pass.name == "exchange-operands" && finding.position == 2)
    let rewrite = try #require(finding.rewrite)
    #expect(finding.before.nodes[rewrite.nodes[0]].operation is Subtract)
    #expect(finding.rewriteNumber == 3 && finding.rewriteCount == 4, "\(finding.rewriteNumber) of \(finding.rewriteCount)")
    // One rewrite apart.
    let after = try #require(finding.after)
    #expect(zip(finding.before.nodes, after.nodes).count { $0 != $1 } == 1)
    guard case .differs = finding.fault else {
      Issue.record("\(finding.fault)")
      return
    }
  }

  /// Behind `differentiate`: the forward results stay, only the gradient is wrong, by the last rewrite of the pass.
  @Test func inTheGradientAlone() throws {
    let broken = Pass("break-last", "negates the operand of the last product") { graph, log in
      let last = graph.nodes.lastIndex { $0.operation is MatrixMultiply }
      return try graph.rebuilt { builder, index, operands in
        guard graph.nodes[index].operation is MatrixMultiply, log.permits("break-last", [index], of: graph), index == last else {
          return nil
        }
        return try builder.add(graph.nodes[index].operation, [builder.negate(operands[0]), operands[1]])
      }
    }
    let finding = try #require(try bisect([.differentiate, .simplify, .eliminateCommonSubexpressions, broken]))
    #expect(finding.pass.name == "break-last" && finding.position == 3 && finding.rewriteNumber == 2)
    guard case .differs("w.gradient", let distance) = finding.fault else {
      Issue.record("\(finding.fault)")
      return
    }
    #expect(abs(distance - 2) < 1e-5)
  }

  /// A pass that is wrong without any rewrite, one that takes a result away, and one that makes an invalid graph.
  @Test func asAWhole() throws {
    let loses = Pass("lose", "forgets a result") { graph in
      Graph(name: graph.name, parameters: graph.parameters, nodes: graph.nodes, results: Array(graph.results.prefix(1)))
    }
    let lost = try #require(try bisect([.simplify, loses]))
    #expect(lost.pass.name == "lose" && lost.rewrite == nil && lost.rewriteCount == 0)
    #expect(lost.fault.description.contains("result y is gone"))
    let breaks = Pass("break", "leaves a value undefined") { graph, log in
      guard log.permits("first", [0], of: graph), log.permits("break", [2], of: graph) else { return graph }
      return Graph(
        name: graph.name, parameters: graph.parameters, nodes: Array(graph.nodes.dropFirst()), results: graph.results)
    }
    let broken = try #require(try bisect([.simplify, breaks]))
    #expect(broken.pass.name == "break" && broken.rewriteNumber == 2 && broken.rewrite?.rule == "break")
    guard case .throwing = broken.fault else {
      Issue.record("\(broken.fault)")
      return
    }
  }

  /// Every rewrite that a pass does is in its log, and the pass without rewrites changes nothing.
  @Test func passesAskBeforeTheyRewrite() throws {
    let graph = try Pipeline([.differentiate, .applyOptimizer(.sgd(SGDUpdate()))]).run(GraphParser.parse(BisectionTests.text))
    for pass in Pipeline.optimization() {
      #expect(try pass.run(graph, RewriteLog(most: 0)).nodes.count == graph.nodes.count, "\(pass.name)")
      let log = RewriteLog()
      let whole = try pass.run(graph, log)
      #expect(log.rewrites.isEmpty == (whole == graph), "\(pass.name): \(log.rewrites)")
      for most in 0...log.rewrites.count {
        let part = try pass.run(graph, RewriteLog(most: most))
        try part.verify()
        if most == log.rewrites.count { #expect(part == whole) }
      }
    }
  }

  /// What a pass leaves alone keeps its number.
  @Test func differencesShowOnlyWhatChanged() throws {
    let before = try GraphParser.parse(BisectionTests.text)
    let after = try Pass.simplify.run(before)
    let names = PrintedNames(of: before)
    #expect(before.text(Graph.PrintOptions(names: names)) == before.description)
    let difference = UnifiedDifference(
      from: before.description, to: after.text(Graph.PrintOptions(names: names.aligned(from: before, to: after))))
    let changed = difference.text().split(separator: "\n").filter { $0.hasPrefix("-") || $0.hasPrefix("+") }
    #expect(
      changed == ["-  %4 = mul(%2, %3) : f32[4, 5]", "-  %5 = tanh(%4) : f32[4, 5]", "+  %5 = tanh(%2) : f32[4, 5]"], "\(changed)")
    #expect(UnifiedDifference(from: "a\nb", to: "a\nb").isEmpty)
    #expect(
      UnifiedDifference(from: "a\nb\nc\nd\ne\nf\ng\n", to: "a\nb\nc\nX\ne\nf\ng\n").text()
        == "@@ -1,7 +1,7 @@\n a\n b\n c\n-d\n+X\n e\n f\n g\n")
  }
}
