import MartletLoopIR

extension Lowering {
  /// How a graph is lowered.
  package struct Options: Hashable, Sendable {
    /// Whether the nodes that run sample by sample share batch regions; on a GPU, whether independent kernels share launches.
    package let isDepthFirst: Bool
    /// Whether strategies are used, and on a GPU tiles and split reductions; without them general lowering makes every kernel.
    package let usesTemplates: Bool
    /// The name of a scalar result, the loss: unless it is finite a run updates no variable.
    package var guardingResult: String?
    /// On a GPU: a number of a tile to take in place of the best one, for tests.
    package var tileNumber: Int?
    /// Strategies that are tried before the built-in ones.
    package var additionalStrategies = AdditionalStrategies()
    /// Whether the graph is a step of a loop: its inputs are not checked before it runs, and no batch is guessed.
    var isLoopBody = false

    package init(isDepthFirst: Bool = true, usesTemplates: Bool = true, guardingResult: String? = nil) {
      self.isDepthFirst = isDepthFirst
      self.usesTemplates = usesTemplates
      self.guardingResult = guardingResult
    }

    /// Of which tiles sums of products are made, where kernels are made of tiles.
    func tiles(for target: Target) -> ContractionTile.Choice {
      guard target.mapsToThreads, usesTemplates else { return .none }
      return tileNumber.map { .numbered($0) } ?? .best
    }

    /// The strategies in the order in which they are tried.
    func strategies(for target: Target) -> [any Strategy.Type] {
      (usesTemplates ? additionalStrategies.types + Strategies.all : [General.self]).filter { $0.applies(to: target) }
    }
  }
}
