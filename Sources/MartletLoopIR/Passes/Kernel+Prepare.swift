extension Kernel {
  /// All passes that stand between lowering and an emitter, in order.
  package func prepared(for target: Target) throws -> Kernel {
    let prepared =
      try contracted(target)
      .expandingMath(target)
      .mappedToThreads(target)
      .expanded()
      .vectorized()
    try prepared.verifyStructure()
    try prepared.verifyBounds()
    return prepared
  }
}
