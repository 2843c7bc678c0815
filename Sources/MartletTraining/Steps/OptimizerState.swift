import MartletCore
import MartletGraph
import MartletRuntime
import MartletTransforms

/// The moments and counters of one optimizer, shared by the graphs of all sizes of batches.
final class OptimizerState {
  private let variables: Variables
  private let hasAverages: Bool
  private var buffers: [(name: String, buffer: any DeviceBuffer)] = []

  init(_ variables: Variables, hasAverages: Bool) { (self.variables, self.hasAverages) = (variables, hasAverages) }

  /// The memory of a variable of the model or of the optimizer. Where it is new, the average of a parameter begins with the parameter's
  /// numbers, everything else with zeros.
  func buffer(_ name: String, _ type: TensorType) throws -> any DeviceBuffer {
    if variables.has(name) { return try variables.buffer(name) }
    if let known = buffers.first(where: { $0.name == name }) { return known.buffer }
    let buffer = try variables.device.execution.makeBuffer(type)
    if hasAverages, let parameter = Pass.averagedParameter(ofState: name), variables.has(parameter) {
      try buffer.write(variables.buffer(parameter).read())
    } else {
      try buffer.write(HostTensor(type, repeating: 0))
    }
    buffers.append((name, buffer))
    return buffer
  }

  /// Frees a part of the state.
  func remove(where isUnwanted: (String) -> Bool) { buffers.removeAll { isUnwanted($0.name) } }

  func has(_ name: String) -> Bool { buffers.contains { $0.name == name } }

  /// The names and types of all parts of the state, in order.
  var types: [(name: String, type: TensorType)] { buffers.map { ($0.name, $0.buffer.type) } }

  func tensors() throws -> [(name: String, tensor: HostTensor)] { try buffers.map { ($0.name, try $0.buffer.read()) } }

  func set(_ tensors: [(name: String, tensor: HostTensor)]) throws {
    let found = try tensors.map { name, tensor in
      guard let own = buffers.first(where: { $0.name == name }) else {
        throw MartletError(
          LibraryErrorCode.unknownVariable, "the optimizer has no state '\(name)'",
          advice: "Set what `optimizerState` of a step gave for the same model and optimizer.")
      }
      guard own.buffer.type == tensor.type else {
        throw MartletError(
          LibraryErrorCode.inputType, "the optimizer's state '\(name)' is \(own.buffer.type), found \(tensor.type)",
          advice: "Set what `optimizerState` of a step gave for the same model and optimizer.")
      }
      return (own.buffer, tensor)
    }
    for (buffer, tensor) in found { try buffer.write(tensor) }
  }
}
