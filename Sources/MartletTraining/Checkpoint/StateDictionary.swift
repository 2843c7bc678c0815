import MartletCore
import MartletLayers

extension ModelStructure {
  /// PyTorch's names of the counters of batches, one for each layer that has running statistics [torch.nn.BatchNorm2d,
  /// num_batches_tracked]. No graph reads them; `load_state_dict(strict=True)` expects them.
  var batchCounters: [String] {
    variables.filter(\.specification.isState).compactMap { ModelStructure.batchCounter(beside: $0.name) }
  }

  /// The name of the counter of the layer that has this running mean; nil for any other variable.
  static func batchCounter(beside name: String) -> String? {
    let (path, statistic) = name.lastIndex(of: ".").map { (name[...$0], name[name.index(after: $0)...]) } ?? ("", name[...])
    return statistic == "running_mean" ? "\(path)num_batches_tracked" : nil
  }

  /// The model's counters, each with the same number.
  func batchCounters(_ count: Int) -> [ForeignTensor] {
    batchCounters.map { ForeignTensor($0, counting: Int64(clamping: count)) }
  }
}

extension Safetensors {
  /// The model's tensors alone, as `state_dict()` of the same module in PyTorch has them: for `load_state_dict(load_file(path),
  /// strict=True)`. Of a checkpoint, the optimizer's state is left out; counters of batches are the file's, and 0 where it has none. Throws
  /// where the file lacks a tensor of the model or has one of another shape.
  package func stateDictionary(of structure: ModelStructure, model: String, path: String) throws -> (file: Safetensors, notes: LoadNotes) {
    let matching = StateMatching(
      path: path, owner: "the model \(model)", model: structure.variables.map { ($0.name, TensorType(.f32, $0.specification.shape)) },
      counters: Set(structure.batchCounters))
    let (tensors, notes) = try matching.match(self)
    var file = Safetensors(metadata: [("format", "pt")], tensors: tensors)
    file.foreign = structure.batchCounters.map { ForeignTensor($0, counting: counter($0, prefix: notes.prefix)) }
    return (file, notes)
  }

  /// The number that a scalar of type I64 holds; 0 where there is none, or a negative one.
  func counter(_ name: String, prefix: String = "") -> Int64 {
    let entry = foreign.first { $0.name == prefix + name } ?? foreign.first { $0.name == name }
    guard let entry, entry.shape.rank == 0, let count = entry.integers?.first else { return 0 }
    return max(count, 0)
  }
}
