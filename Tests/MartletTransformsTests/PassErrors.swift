import MartletCore
import MartletGraph
import MartletTransforms
import Testing

@Suite struct PassErrors {
  private func refuses(_ passes: [Pass], _ text: String, _ message: String) throws {
    let graph = try GraphParser.parse(text)
    let error = try #require(throws: MartletError.self) { try Pipeline(passes).run(graph) }
    #expect(error.description.contains(message), "\(error)")
  }

  @Test func differentiationNeedsAScalarLoss() throws {
    try refuses([.differentiate], "graph @f(parameter %w: f32[]) -> (y: f32[]) { return %w }", "no result named 'loss'")
    try refuses([.differentiate], "graph @f(parameter %w: f32[2]) -> (loss: f32[2]) { return %w }", "a scalar")
  }

  @Test func differentiationTwiceIsRefused() throws {
    try refuses(
      [.differentiate, .differentiate], "graph @f(parameter %w: f32[]) -> (loss: f32[]) { return %w }", "was differentiated before")
  }

  @Test func gradientsHaveNoGradient() throws {
    try refuses(
      [.differentiate],
      """
      graph @f(parameter %w: f32[2], input %x: f32[2]) -> (loss: f32[]) {
        %0 = relu_grad(%w, %x) : f32[2]
        %1 = reduce_sum(%0) {axes = [0]} : f32[]
        return %1
      }
      """, "has no derivative")
  }

  @Test func optimizersNeedGradients() throws {
    try refuses(
      [.applyOptimizer(.adam(AdamUpdate()))], "graph @f(parameter %w: f32[]) -> (loss: f32[]) { return %w }",
      "no result <parameter>.gradient")
  }

  @Test func unknownNames() {
    #expect(throws: MartletError.self) { try PassRegistry.pass(named: "optimise") }
    #expect(throws: MartletError.self) { try PassRegistry.pass(named: "apply-optimizer=lion") }
  }
}
