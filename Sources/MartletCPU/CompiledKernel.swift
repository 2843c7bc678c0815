import MartletCore
import MartletLoopIR
import MartletRuntime

/// One kernel in machine code, to be called on tensors: what tests and experiments compare with the loop interpreter.
package final class CompiledKernel {
  private let kernel: Kernel
  private let module: JITModule
  private let function: KernelFunction

  /// Throws `.lowering` when LLVM rejects the kernel, `.unavailable` without LLVM.
  package init(_ kernel: Kernel, _ target: Target) throws {
    self.kernel = kernel
    let compiler = KernelCompiler(target)
    module = try JITModule(target.processor())
    let object = try compiler.compile(compiler.source(kernel), name: kernel.name)
    try module.add(object, name: kernel.name)
    function = try module.function(kernel.symbol, in: object)
  }

  /// Runs the iterations of a range (all by default) on this thread, with one tensor a parameter.
  ///
  /// - Returns: the tensors afterwards, in order. Parameters that are only written begin as NaN, as in the loop interpreter.
  package func run(_ arguments: [HostTensor], range: Range<Int>? = nil) throws -> [HostTensor] {
    guard arguments.count == kernel.parameters.count else {
      throw MartletError(
        CPUErrorCode.arguments, "kernel @\(kernel.name) takes \(kernel.parameters.count) tensors, found \(arguments.count)")
    }
    let buffers = try zip(kernel.parameters, arguments).map { parameter, argument in
      guard ElementType(argument.dtype) == parameter.element, argument.count == parameter.elementCount else {
        throw MartletError(
          CPUErrorCode.arguments, "kernel @\(kernel.name): %\(parameter.name) does not take a tensor of type \(argument.type)")
      }
      let buffer = try HostBuffer(argument.type)
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
}

extension HostProcessor {
  /// What kernels can be compiled for and run on this machine.
  package static var runnableTargets: [Target] { InstructionSet.allCases.filter { $0 <= instructionSet }.map { Target($0) } }
}
