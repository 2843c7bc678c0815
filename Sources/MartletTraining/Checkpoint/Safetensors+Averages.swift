import MartletTransforms

extension Safetensors {
  /// Whether a parameter has a moving average beside it.
  package var hasAverages: Bool { tensors.contains { self[Pass.averageState(ofParameter: $0.name)] != nil } }

  /// The same with moving averages in place of the parameters that have them: what a run with averages tests with.
  package func withAverages() -> Safetensors {
    var file = self
    for position in file.tensors.indices {
      if let average = self[Pass.averageState(ofParameter: file.tensors[position].name)] { file.tensors[position].tensor = average }
    }
    return file
  }
}
