import MartletCore

/// The condition of the updates of variables: a result, the loss, that is finite.
///
///     phase 2
///        3  @loss.finish over 1 (write result loss)
///     unless loss is finite the run ends here: no variable has changed
///     phase 3
///        4  @weight.update over 80 (update %weight, ...)
extension Program {
  package struct UpdateGuard: Hashable, Sendable {
    /// A scalar f32 result.
    package var result: Int
    /// The first launch that runs only if the result is finite; a phase begins with it.
    package var launch: Int

    package init(result: Int, launch: Int) {
      self.result = result
      self.launch = launch
    }
  }

  /// Moves the launches that change a parameter's memory, and what must come after them, behind all others. That is legal because a launch
  /// that stays in front conflicts with none that it overtakes. Nil when the guarding result itself is computed behind an update.
  package static func guarding(_ steps: [Step], _ kernels: [LoweredKernel], by result: Int) -> (free: [Step], held: [Step])? {
    var (free, held): ([Step], [Step]) = ([], [])
    var (touched, written): (Set<Storage>, Set<Storage>) = ([], [])
    for step in steps {
      let (all, stored) = (Set(step.roots), Set(step.writtenRoots(kernels)))
      let updates = stored.contains { if case .parameter = $0 { true } else { false } }
      guard updates || !written.isDisjoint(with: all) || !touched.isDisjoint(with: stored) else {
        free.append(step)
        continue
      }
      if stored.contains(.result(result)) { return nil }
      held.append(step)
      touched.formUnion(all)
      written.formUnion(stored)
    }
    return (free, held)
  }
}
