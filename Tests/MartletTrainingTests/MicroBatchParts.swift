import MartletCore
import TestSupport
import Testing

@testable import MartletCompiler
@testable import MartletTraining

/// How a batch is divided, and in which order sums over its parts are added.
@Suite struct MicroBatchParts {
  @Test func rangesAreThoseOfTheDefinition() {
    for (count, samples) in [(1, 1), (1, 7), (2, 7), (3, 10), (4, 10), (7, 10), (10, 10), (16, 10), (4, 256), (5, 3)] {
      let batches = MicroBatches(count: count, samples: samples)
      let ranges = (0..<count).map { batches.range($0) }
      #expect(ranges == (0..<count).map { $0 * samples / count..<($0 + 1) * samples / count })
      #expect(batches.sizes == Set(ranges.map(\.count).filter { $0 > 0 }), "\(count) of \(samples)")
      #expect((0..<count).filter { batches.isEmpty($0) } == (0..<count).filter { ranges[$0].isEmpty })
      let shares = (0..<count).reduce(0.0) { $0 + Double(batches.share($1)) }
      #expect(abs(shares - 1) < 1e-6)
    }
    // The product of number and samples would not fit.
    let large = MicroBatches(count: 3, samples: Int.max)
    #expect(large.range(0).lowerBound == 0 && large.range(2).upperBound == Int.max)
  }

  @Test func processesHaveRunsOfNeighbours() {
    for (count, processes) in [(1, 1), (4, 3), (7, 2), (7, 7), (16, 5)] {
      let batches = MicroBatches(count: count, samples: 100)
      let runs = (0..<processes).map { batches.ofProcess($0, of: processes) }
      #expect(runs.flatMap { Array($0) } == Array(0..<count))
      #expect(runs.allSatisfy { !$0.isEmpty })
    }
  }

  /// The text of a sum shows its order.
  private func text(_ tree: MicroBatchTree) -> String? {
    tree.sum(tree.root, known: { $0.level == 0 ? "\($0.index)" : nil }, add: { "(\($0)+\($1))" })
  }

  @Test func sumsAreTrees() {
    #expect(text(MicroBatchTree(MicroBatches(count: 1, samples: 9))) == "0")
    #expect(text(MicroBatchTree(MicroBatches(count: 2, samples: 9))) == "(0+1)")
    #expect(text(MicroBatchTree(MicroBatches(count: 3, samples: 9))) == "((0+1)+2)")
    #expect(text(MicroBatchTree(MicroBatches(count: 4, samples: 9))) == "((0+1)+(2+3))")
    #expect(text(MicroBatchTree(MicroBatches(count: 7, samples: 9))) == "(((0+1)+(2+3))+((4+5)+6))")
    // Numbers 0, 2 and 4 of seven are empty.
    #expect(text(MicroBatchTree(MicroBatches(count: 7, samples: 4))) == "((1+3)+(5+6))")
    #expect(text(MicroBatchTree(MicroBatches(count: 5, samples: 1))) == "4")
  }

  /// What processes add up by themselves, and an owner of that, is the sum of the tree: for every division.
  @Test func processesAddInTheSameOrder() {
    for count in 1...17 {
      for samples in [1, 3, count - 1, count, 2 * count + 1] where samples > 0 {
        let tree = MicroBatchTree(MicroBatches(count: count, samples: samples))
        for processes in 1...count {
          var sums: [MicroBatchTree.Node: String] = [:]
          for rank in 0..<processes {
            let run = tree.batches.ofProcess(rank, of: processes)
            let nodes = tree.nodes(covering: run)
            #expect(nodes.flatMap { Array(tree.leaves($0)) }.allSatisfy { run.contains($0) })
            // Neighbours that make a whole subtree are one node.
            #expect(nodes.count <= 2 * (Int.bitWidth - count.leadingZeroBitCount))
            for node in nodes { sums[node] = tree.sum(node, known: { $0.level == 0 ? "\($0.index)" : nil }, add: { "(\($0)+\($1))" }) }
          }
          let total = tree.sum(tree.root, known: { sums[$0] }, add: { "(\($0)+\($1))" })
          #expect(total == text(tree), "\(count) micro-batches of \(samples) samples, \(processes) processes")
        }
      }
    }
  }

  @Test func ownersHaveNeighboursOfNearlyEqualBytes() {
    func terms(_ sizes: [Int]) -> TermLayout {
      TermLayout(sizes.enumerated().map { Compiler.Term(kind: .gradient, variable: "p\($0)", type: TensorType(.f32, [$1])) })
    }
    #expect(terms([100, 100, 100, 100]).owned(processes: 2) == [0..<2, 2..<4])
    #expect(terms([16, 16, 1600, 16]).owned(processes: 2) == [0..<2, 2..<4])
    // More processes than terms: some own none.
    let many = terms([16, 16]).owned(processes: 5)
    #expect(many.flatMap { Array($0) } == [0, 1] && many.count == 5)
    #expect(terms([]).owned(processes: 3) == [0..<0, 0..<0, 0..<0])
    for processes in 1...9 {
      let owned = terms((1...20).map { $0 * 37 % 101 + 1 }).owned(processes: processes)
      #expect(owned.flatMap { Array($0) } == Array(0..<20) && owned.count == processes)
    }
  }
}
