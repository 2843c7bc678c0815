import MartletCore
import MartletRuntime
import Testing

/// Runs a program once on host tensors: results in order, those of variables among them.
func run(_ executable: any Executable, _ arguments: [HostTensor], _ backend: any Backend) throws -> [HostTensor] {
  let buffers = try zip(executable.parameters, arguments).map { parameter, tensor in
    let buffer = try backend.makeBuffer(parameter.type)
    try buffer.write(tensor)
    return buffer
  }
  let outputs = try executable.results.filter { $0.updates == nil }.map { try backend.makeBuffer($0.type) }
  try executable.run(buffers, outputs)
  var remaining = outputs[...]
  return try executable.results.map { result in
    try #require(result.updates.map { buffers[$0] } ?? remaining.popFirst()).read()
  }
}
