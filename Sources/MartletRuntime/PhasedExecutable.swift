/// A program that can be run phase by phase: some of its results can be used, or sent, while it computes the others.
package protocol PhasedExecutable: Executable {
  /// How many phases a run has.
  var phaseCount: Int { get }
  /// For each output (a result that updates no parameter) after how many phases nothing reads or writes its memory any more.
  var phasesUntilDone: [Int] { get }
  /// Runs some of the phases. All of them run in order, by one call or by several with the same buffers. Between the calls the caller may change only
  /// outputs that are done. `phaseEnded` is called after each phase, on the thread of any worker. Throws what `run` throws.
  func run(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer], phases: Range<Int>, phaseEnded: () -> Void) throws
}

extension Program {
  /// For each output after how many turns no launch reads or writes its memory any more.
  package var turnsUntilDone: [Int] {
    var done = [Int](repeating: 0, count: results.count)
    for (number, turn) in turns.enumerated() {
      for storage in phases[turn.phase].flatMap({ launches[$0].storages }) {
        if case .result(let result) = storage.root { done[result] = number + 1 }
      }
    }
    return zip(results, done).filter { $0.0.updates == nil }.map(\.1)
  }
}
