import MartletCompiler
import MartletCPU
import MartletCUDA
import MartletLowering

/// What of device, processor and libraries decides the bits of a run, as it stands in a checkpoint. Threads do not.
package struct MachineDescription: Hashable, Sendable {
  /// The entries of the metadata, in order.
  private static let names = ["device", "instruction-set", "compiler", "matrix-library", "gpu"]

  private var values: [String: String] = [:]

  /// Of nothing that is known, as older checkpoints are.
  package init() {}

  init(_ file: Safetensors) {
    for name in MachineDescription.names { values[name] = file.metadata(name) }
  }

  package init(_ device: any ExecutionDevice) {
    values["device"] = device.name
    guard let backend = (device as? CompilingDevice)?.backend else { return }
    values["instruction-set"] = backend.target.instructionSet?.rawValue
    if backend is CPUBackend {
      values["compiler"] = LLVMLibrary.description
      values["matrix-library"] = MatrixLibrary.name ?? "none"
    }
    if let gpu = backend as? CUDABackend, backend.name == "cuda" {
      values["compiler"] = RuntimeCompiler.description
      values["gpu"] = gpu.deviceName
    }
  }

  var device: String? { values["device"] }

  var entries: [(name: String, value: String)] {
    MachineDescription.names.compactMap { name in values[name].map { (name, $0) } }
  }

  /// What is another thing here than in `other`; what one of them does not know is left out.
  func differences(from other: MachineDescription) -> [String] {
    entries.compactMap { name, mine in
      guard let theirs = other.values[name], theirs != mine else { return nil }
      return "\(name) \(mine), this run has \(theirs)"
    }
  }
}
