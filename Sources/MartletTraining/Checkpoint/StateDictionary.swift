import MartletCore
import MartletLayers

extension ModelStructure {
  /// PyTorch's names of the counters of batches, one for each layer that has running statistics [torch.nn.BatchNorm2d,
  /// num_batches_tracked]. No graph reads them; `load_state_dict(strict=True)` expects them.
  var batchCounters: [String] {
    let statistic = "running_mean"
    return variables.filter { $0.specification.isState && $0.specification.name == statistic }.map {
      String($0.name.dropLast(statistic.utf8.count)) + "num_batches_tracked"
    }
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
  public func stateDictionary(of structure: ModelStructure, model: String, path: String) throws -> (file: Safetensors, notes: LoadNotes) {
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
