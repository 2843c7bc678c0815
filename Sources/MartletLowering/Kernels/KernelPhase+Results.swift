import MartletCore
import MartletGraph
import MartletRuntime

// What leaves the program and was not computed where it belongs.

extension KernelPhase {
  /// Copies what was not computed in place. Results that keep nothing go first; a variable whose new value is another variable's old one
  /// goes through a temporary.
  func deliverResults() throws {
    let slot = Levels.Slot.whole(schedule.levels.levelCount)
    func copy(_ source: Program.Storage, _ target: Program.Storage) {
      add([.launch(.copy(from: source, to: target))], at: slot)
    }
    var updates: [(from: Program.Storage, to: Program.Storage)] = []
    for (position, result) in graph.results.enumerated() where memory.homes[result.value.id] != position {
      guard let updated = memory.results[position].updates else {
        let source = try rowMajor(result.value, in: .result(position))
        if source != .result(position) { copy(source, .result(position)) }
        continue
      }
      let target = Program.Storage.parameter(updated)
      let source = try rowMajor(result.value, in: nil)
      guard source != target else { continue }
      guard case .parameter = source else {
        updates.append((source, target))
        continue
      }
      let temporary = newTemporary("\(result.name).new", memory.results[position].type)
      copy(source, temporary)
      updates.append((temporary, target))
    }
    for update in updates { copy(update.from, update.to) }
  }

  /// Memory that holds a value row-major. A view, or a value in another layout, is copied at the end: to the storage that is offered, or to
  /// a new one.
  private func rowMajor(_ value: Value, in offered: Program.Storage?) throws -> Program.Storage {
    let type = graph.type(of: value)
    if case .memory(let place) = source(of: value), place.layout.isRowMajor { return place.storage }
    let place = Place(
      storage: offered ?? newTemporary(analysis.name(of: value), type), type: type, layout: .rowMajor(type.shape))
    try emitCopy(of: value, to: place, at: .whole(schedule.levels.levelCount), name: "copy")
    store(value, in: place)
    return place.storage
  }
}
