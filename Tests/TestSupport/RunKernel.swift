import MartletCore
import MartletLoopIR
import MartletRuntime

@testable import MartletCPU

/// Compiles one kernel and calls it on the iterations of a range; the tensors afterwards. Buffers that are only written begin as NaN, as
/// in the loop interpreter.
public func runKernel(_ kernel: Kernel, _ arguments: [HostTensor], range: Range<Int>? = nil, _ target: Target) throws -> [HostTensor] {
  let compiler = KernelCompiler(target)
  let module = try JITModule(target.instructionSet)
  try module.add(try compiler.compile(compiler.source(kernel), name: kernel.name), name: kernel.name)
  let function = try module.function(kernel.name)
  let buffers = try zip(kernel.parameters, arguments).map { parameter, argument in
    let buffer = HostBuffer(argument.type)
    if parameter.access == .write {
      let poison: UInt8 = parameter.element.isFloatingPoint ? 0xff : 0xee
      for position in buffer.bytes.indices { buffer.bytes[position] = poison }
    } else {
      try buffer.write(argument)
    }
    return buffer
  }
  let addresses: [UnsafeMutableRawPointer?] = buffers.map(\.bytes.baseAddress)
  let range = range ?? 0..<kernel.over
  withFlushToZero {
    addresses.withUnsafeBufferPointer { if let base = $0.baseAddress { function(base, range.lowerBound, range.upperBound) } }
  }
  return try buffers.map { try $0.read() }
}

/// The instruction sets that this machine runs.
public let runnableTargets: [Target] = InstructionSet.allCases.filter { $0 <= HostProcessor.instructionSet }.map { Target($0) }
