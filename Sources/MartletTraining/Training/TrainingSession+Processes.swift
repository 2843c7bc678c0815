import MartletCore
import MartletGraph
import MartletRuntime
import MartletTransforms

/// The optimizer's state of a run of several processes: each keeps that of the variables that it updates.
extension TrainingSession {
  /// The number of the process that keeps a part of the optimizer's state, or of the averages.
  func owner(ofState name: String) -> Int {
    guard let (terms, owned) = divided?.ownership else { return 0 }
    let gradients = terms.indices.filter { terms[$0].kind == .gradient }
    let number =
      name == StepNames.step
      ? gradients.first
      : gradients.filter { name.hasPrefix(terms[$0].variable + ".") }.max { terms[$0].variable.count < terms[$1].variable.count }
    return number.flatMap { number in owned.firstIndex { $0.contains(number) } } ?? 0
  }

  /// A checkpoint gave this process the whole state; it keeps its part.
  func dropStateOfOthers() {
    guard let group else { return }
    state.remove { !TrainingSession.isAverage($0) && owner(ofState: $0) != group.rank }
  }

  /// Every process has all averages, for tests read them.
  static func isAverage(_ name: String) -> Bool { Pass.averagedParameter(ofState: name) != nil }

  /// Gives all processes the averages of the parameters, which tests read.
  package func shareAverages() throws {
    guard let group, hasAverages else { return }
    for (name, type) in stateTypes where TrainingSession.isAverage(name) {
      try share(name, type, from: owner(ofState: name), to: Array(0..<group.count), group)
    }
  }

  /// Copies a tensor of one process to others; this process may be neither.
  func share(_ name: String, _ type: TensorType, from owner: Int, to others: [Int], _ group: any ProcessGroup) throws {
    guard owner == group.rank || others.contains(group.rank) else { return }
    let staged = try HostBuffer(type)
    let bytes = UnsafeMutableRawBufferPointer(rebasing: staged.bytes[..<type.byteCount])
    if owner == group.rank {
      try state.buffer(name, type).copy(to: staged)
      try group.exchange(others.filter { $0 != owner }.map { .send(UnsafeRawBufferPointer(bytes), to: $0, tag: 2) })
    } else {
      try group.exchange([.receive(bytes, from: owner, tag: 2)])
      try staged.copy(to: state.buffer(name, type))
    }
  }
}
