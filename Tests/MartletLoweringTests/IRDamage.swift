import MartletCore
@testable import MartletGraph
import MartletLoopIR
import MartletLowering
import MartletTransforms
import TestSupport
import Testing

/// Damage that is planted in valid graphs and kernels: the verifiers refuse every kind of it.
@Suite struct IRDamage {
  // MARK: Graphs

  /// A training step with a convolution, fusions, several results and updated variables.
  private static func step() throws -> Graph {
    let builder = GraphBuilder(name: "step")
    let x = try builder.parameter("x", .input, TensorType(.f32, [2, 3, 6, 6]))
    let w = try builder.parameter("w", .parameter, TensorType(.f32, [4, 3, 3, 3]))
    let labels = try builder.parameter("labels", .input, TensorType(.i32, [2]))
    let convolved = try builder.relu(builder.convolution2D(x, w, ConvolutionGeometry(padding: [1, 1, 1, 1])))
    let pooled = try builder.maxPool2D(convolved, PoolingGeometry(window: [2, 2]))
    let logits = try builder.reduceMean(builder.transpose(pooled, [0, 1, 3, 2]), axes: [2, 3])
    builder.result("loss", try builder.crossEntropy(logits, labels))
    builder.result("logits", try builder.negate(logits))
    let step = try Pipeline(Pipeline.training(.sgd(SGDUpdate()))).run(builder.finish())
    return try Pipeline([.simplify, .fuse]).run(step)
  }

  private typealias GraphDamage = (name: String, change: @Sendable (inout Parts) throws -> Void)

  /// A graph that can be edited.
  private struct Parts {
    var parameters: [Graph.Parameter]
    var nodes: [Node]
    var results: [Graph.Result]

    init(_ graph: Graph) { (parameters, nodes, results) = (graph.parameters, graph.nodes, graph.results) }

    func node(_ isWanted: (Node) -> Bool) throws -> Int {
      let index = nodes.firstIndex(where: isWanted)
      return try #require(index, "the graph has no such node")
    }

  }

  private static let graphDamages: [GraphDamage] = [
    ("an operand that does not exist", { $0.nodes[1].operands[0] = Value(id: 10_000) }),
    ("an operand with a negative number", { $0.nodes[1].operands[0] = Value(id: -1) }),
    ("a node that reads its own result", { $0.nodes[2].operands[0] = $0.nodes[2].results[0] }),
    ("a node that reads a later one", { $0.nodes[0].operands[0] = $0.nodes[3].results[0] }),
    ("two nodes in the wrong order", { $0.nodes.swapAt(0, $0.nodes.count - 1) }),
    ("a node that is missing", { $0.nodes.remove(at: 1) }),
    ("a node that stands there twice", { $0.nodes.insert($0.nodes[0], at: 0) }),
    ("a result of another element type", { $0.nodes[0].resultTypes[0].dtype = .f64 }),
    ("a result of another shape", { $0.nodes[0].resultTypes[0].shape.extents[0] += 1 }),
    ("a result of another rank", { $0.nodes[0].resultTypes[0].shape.extents.append(1) }),
    ("a result type too many", { $0.nodes[0].resultTypes.append($0.nodes[0].resultTypes[0]) }),
    ("no result type", { $0.nodes[0].resultTypes = [] }),
    ("results with other numbers", { $0.nodes[0].results[0] = Value(id: $0.nodes[0].results[0].id + 1) }),
    ("no operand", { $0.nodes[0].operands = [] }), ("an operand too many", { $0.nodes[0].operands.append($0.nodes[0].operands[0]) }),
    (
      "operands in the wrong order",
      {
        let index = try $0.node {
          ($0.operation as? Fusion)?.region.nodes.contains { $0.operation is Convolution2D } ?? $0.operation is Convolution2D
        }
        $0.nodes[index].operands.swapAt(0, 1)
      }
    ),
    (
      "another operation",
      {
        let index = try $0.node { $0.operands.count == 1 && !($0.operation is Negate) }
        $0.nodes[index].operation = ReduceSum(axes: [0])
      }
    ),
    (
      "an axis that does not exist",
      { $0.nodes.append(IRDamage.last($0, ReduceSum(axes: [9]), TensorType(.f32, []))) }
    ),
    (
      "an axis twice in a transposition",
      { $0.nodes.append(IRDamage.last($0, Transpose([0, 1, 1, 3]), TensorType(.f32, [2, 3, 6, 6]))) }
    ),
    (
      "a reshape to more elements",
      { $0.nodes.append(IRDamage.last($0, Reshape([217]), TensorType(.f32, [217]))) }
    ),
    (
      "a slice beyond the end",
      {
        $0.nodes.append(
          IRDamage.last(
            $0, Slice(starts: [0, 0, 0, 0], limits: [3, 3, 6, 6], strides: [1, 1, 1, 1]), TensorType(.f32, [3, 3, 6, 6])))
      }
    ),
    ("a parameter's name twice", { $0.parameters[1].name = $0.parameters[0].name }),
    ("a parameter with a negative extent", { $0.parameters[0].type.shape.extents[0] = -2 }),
    ("a parameter of more elements than fit", { $0.parameters[0].type.shape.extents[0] = 1 << 50 }),
    ("a parameter of another shape", { $0.parameters[0].type.shape.extents[1] = 5 }),
    ("a parameter of another element type", { $0.parameters[0].type.dtype = .i32 }),
    ("a result that does not exist", { $0.results[0].value = Value(id: 10_000) }),
    ("a result with a negative number", { $0.results[0].value = Value(id: -3) }),
    ("a result's name twice", { $0.results[1].name = $0.results[0].name }),
    ("an input with a new value", { $0.results[0].name = "x" }),
    ("a new value of another type", { $0.results[0].name = "w" }),
    ("a region that reads what is not there", { try IRDamage.region(&$0) { $0[0].operands[0] = Value(id: 500) } }),
    ("a region with a wrong type inside", { try IRDamage.region(&$0) { $0[0].resultTypes[0].shape.extents[0] += 3 } }),
    ("a region with nodes in the wrong order", { try IRDamage.region(&$0) { $0.reverse() } }),
  ]

  private static func last(_ parts: Parts, _ operation: any TensorOperation, _ type: TensorType) -> Node {
    let next = parts.parameters.count + parts.nodes.reduce(0) { $0 + $1.results.count }
    return Node(operation: operation, operands: [Value(id: 0)], results: [Value(id: next)], resultTypes: [type], origin: nil)
  }

  /// Changes the nodes inside the first fusion of several.
  private static func region(_ parts: inout Parts, _ change: (inout [Node]) -> Void) throws {
    let index = try parts.node { ($0.operation as? Fusion).map { $0.region.nodes.count > 1 } ?? false }
    let fusion = try #require(parts.nodes[index].operation as? Fusion)
    var nodes = fusion.region.nodes
    change(&nodes)
    parts.nodes[index].operation = Fusion(
      name: fusion.name,
      region: Graph(name: fusion.region.name, parameters: fusion.region.parameters, nodes: nodes, results: fusion.region.results))
  }

  @Test func everyDamageOfAGraphIsRefused() throws {
    let sound = try IRDamage.step()
    try sound.verify()
    #expect(IRDamage.graphDamages.count >= 30)
    for damage in IRDamage.graphDamages {
      var parts = Parts(sound)
      try damage.change(&parts)
      let damaged = Graph(name: "step", parameters: parts.parameters, nodes: parts.nodes, results: parts.results)
      guard let refusal = #expect(throws: MartletError.self, "\(damage.name)", performing: { try damaged.verify() }) else { continue }
      // Who evaluates or compiles it gets the same error, not one of the arguments or of the compiler.
      #expect(throws: refusal, "\(damage.name)") { try damaged.evaluate([]) }
      #expect(throws: refusal, "\(damage.name)") { try Lowering.lower(damaged, for: Target(.avx2)) }
    }
  }

  // MARK: Kernels

  private static let kernel = """
    kernel @sound(%x: read global f32[4, 40], %k: read global i32[4], %y: write global f32[4, 40], %t: write global f32[4]) over 4 {
      for i in begin ..< end parallel {
        let j = index(%k[i], 0 ..< 40)
        let %first = %x[i, j]
        var %sum: f32 = 0.0
        for a in 0 ..< 40 {
          %sum = %sum + %x[i, a]
        }
        registers %r: f32[2] = 0.0
        for u in 0 ..< 2 unrolled {
          %r[u] = %first * %sum
        }
        for b in 0 ..< 40 vectorized(8) {
          %y[i, b] = select(%x[i, b] <= 0.0, 0.0, %x[i, b])
        }
        %t[i] = %r[0] + %r[1]
      }
    }
    """

  /// What is replaced by what.
  private static let kernelDamages: [(name: String, from: String, to: String)] = [
    ("a subscript beyond the end", "%sum + %x[i, a]", "%sum + %x[i, a + 1]"),
    ("a subscript before the start", "%sum + %x[i, a]", "%sum + %x[i, a - 1]"),
    ("a loop that is too long", "for a in 0 ..< 40", "for a in 0 ..< 41"),
    ("data that index too far", "index(%k[i], 0 ..< 40)", "index(%k[i], 0 ..< 41)"),
    ("an index of a floating-point number", "index(%k[i], 0 ..< 40)", "index(%x[i, 0], 0 ..< 40)"),
    ("an index of an empty range", "index(%k[i], 0 ..< 40)", "index(%k[i], 9 ..< 3)"),
    ("a store to what is read only", "%t[i] =", "%x[i, 0] ="),
    ("a load of what is write only", "let %first = %x[i, j]", "let %first = %y[i, j]"),
    ("an unknown value", "%first * %sum", "%last * %sum"),
    ("an unknown index", "let %first = %x[i, j]", "let %first = %x[i, h]"),
    ("an unknown buffer", "let %first = %x[i, j]", "let %first = %z[i, j]"),
    ("a subscript too few", "let %first = %x[i, j]", "let %first = %x[i]"), ("a subscript too many", "%t[i] =", "%t[i, 0] ="),
    ("values of two types", "%first * %sum", "%first * %k[i]"), ("a race between iterations", "%t[i] =", "%t[0] ="),
    ("a parallel loop in another", "for a in 0 ..< 40 {", "for a in begin ..< end parallel {"),
    ("three lanes", "vectorized(8)", "vectorized(3)"),
    ("a value that is defined twice", "registers %r", "let %first = %x[i, 0]\n    registers %r"),
    ("a value that is assigned", "%sum = %sum + %x[i, a]", "%first = %sum + %x[i, a]"),
    ("registers without extent", "%r: f32[2]", "%r: f32[0]"), ("a register beyond the end", "%r[0] + %r[1]", "%r[0] + %r[2]"),
    ("a register subscript too many", "%r[0] + %r[1]", "%r[0] + %r[1, 0]"),
    ("a mask in memory", "%t[i] = %r[0] + %r[1]", "%t[i] = %r[0] <= %r[1]"),
    ("a variable of another type", "var %sum: f32 = 0.0", "var %sum: i32 = 0"),
    ("a choice by a number", "select(%x[i, b] <= 0.0, 0.0, %x[i, b])", "select(%x[i, b], 0.0, %x[i, b])"),
    ("an unknown function", "select(", "choose("), ("an unknown type", "%k: read global i32[4]", "%k: read global i33[4]"),
    ("a missing brace", "    %t[i] = %r[0] + %r[1]\n  }", "    %t[i] = %r[0] + %r[1]"),
    ("a parameter twice", "%t: write global f32[4]", "%x: write global f32[4]"),
    ("an index that is no sum of multiples", "%sum + %x[i, a]", "%sum + %x[i, a * a]"),
  ]

  @Test func everyDamageOfAKernelIsRefused() throws {
    let sound = try KernelParser.parse(IRDamage.kernel)
    try sound.verify()
    #expect(IRDamage.kernelDamages.count >= 30)
    for damage in IRDamage.kernelDamages {
      let parts = IRDamage.kernel.split(separator: damage.from, omittingEmptySubsequences: false)
      guard parts.count > 1 else {
        Issue.record("\(damage.name): the kernel has no '\(damage.from)'")
        continue
      }
      let text = parts.joined(separator: damage.to)
      #expect(throws: MartletError.self, "\(damage.name)") { try KernelParser.parse(text).verify() }
    }
  }
}
