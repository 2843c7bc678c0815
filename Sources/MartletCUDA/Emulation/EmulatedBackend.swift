import Glibc
import MartletCore
import MartletLoopIR
import MartletRuntime

/// Runs a GPU's kernels on this machine's processor, one thread after the other: emitted CUDA C, unchanged, compiled by clang. Slow; it shows
/// that the text computes what it should where there is no GPU. Every value has memory of its own, filled with NaN before it is written.
public final class EmulatedBackend: Backend {
  /// Chooses the order in which blocks and threads run.
  private let seed: UInt32

  public init(seed: UInt32 = 1) { self.seed = seed }

  public var name: String { "cuda-emulated" }
  public var target: Target { .cuda }
  public func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { try HostBuffer(type) }
  public func load(_ program: Program) throws -> any Executable { try load(all: [program])[0] }

  /// Loads several programs, compiled together: that is much quicker than one by one.
  ///
  /// Throws `.unavailable` without a C++ compiler.
  public func load(all programs: [Program]) throws -> [any Executable] {
    var number = 0
    let prepared = try programs.map { program in
      try program.kernels.map { kernel in
        var kernel = try kernel.prepared(for: .cuda)
        // Programs may have kernels of one name.
        number += 1
        kernel.name = "k\(number).\(kernel.name)"
        return kernel
      }
    }
    let kernels = prepared.flatMap { $0 }
    let text = EmulationText.header + (try CUDAEmitter.module(kernels)) + kernels.map(EmulationText.launcher).joined()
    let library = EmulatedLibrary(handle: try HostCompiler.load(text))
    return try zip(programs, prepared).map { program, kernels in
      try EmulatedExecutable(program, kernels.map { try library.function($0) }, library, seed)
    }
  }
}

/// Compiled kernels, as long as someone needs them.
private final class EmulatedLibrary {
  typealias Function = @convention(c) (UnsafePointer<UnsafeMutableRawPointer?>, Int32, Int32, UnsafePointer<Int32>, UInt32) -> Void

  struct Launchable {
    var kernel: Kernel
    var function: Function

    func callAsFunction(_ addresses: [UnsafeMutableRawPointer?], _ seed: UInt32) throws {
      let geometry = try LaunchGeometry(kernel)
      let extents = (geometry.blocks + geometry.threads).map { Int32($0) }
      addresses.withUnsafeBufferPointer { arguments in
        if let base = arguments.baseAddress { function(base, 0, Int32(kernel.over), extents, seed) }
      }
    }
  }

  private let handle: UnsafeMutableRawPointer

  init(handle: UnsafeMutableRawPointer) { self.handle = handle }

  deinit { dlclose(handle) }

  func function(_ kernel: Kernel) throws -> Launchable {
    let name = "emulate_\(CUDAEmitter.symbol(kernel))"
    guard let symbol = dlsym(handle, name) else {
      throw MartletError(CUDAErrorCode.rejectedByCompiler, "compiled kernels have no function \(name)")
    }
    return Launchable(kernel: kernel, function: unsafeBitCast(symbol, to: Function.self))
  }
}

private final class EmulatedExecutable: Executable {
  private let program: Program
  private let functions: [EmulatedLibrary.Launchable]
  private let library: EmulatedLibrary
  private let temporaries: [HostBuffer]
  private let seed: UInt32

  init(_ program: Program, _ functions: [EmulatedLibrary.Launchable], _ library: EmulatedLibrary, _ seed: UInt32) throws {
    self.program = program
    self.functions = functions
    self.library = library
    self.seed = seed
    temporaries = try program.temporaries.map { try HostBuffer($0.type) }
  }

  var parameters: [Program.Parameter] { program.parameters }
  var results: [Program.Result] { program.results }

  func run(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws {
    try check(arguments, outputs)
    var remaining = outputs[...]
    let homes = program.results.map { $0.updates.map { arguments[$0] } ?? remaining.popFirst() }
    func bytes(_ storage: Program.Storage) throws -> UnsafeMutableRawBufferPointer {
      let buffer: (any DeviceBuffer)? =
        switch storage {
        case .parameter(let index): arguments[index]
        case .result(let index): homes[index]
        case .temporary(let index): temporaries[index]
        }
      guard let host = buffer as? HostBuffer else {
        throw MartletError(CUDAErrorCode.foreignBuffer, "the device cuda-emulated takes buffers that it made")
      }
      return host.bytes
    }
    for buffer in temporaries { buffer.bytes.initializeMemory(as: UInt8.self, repeating: 0xff) }
    try withFlushToZero {
      for (time, launch) in program.launches.enumerated() {
        if let updateGuard = program.updateGuard, time == updateGuard.launch {
          guard try bytes(.result(updateGuard.result)).load(as: Float.self).isFinite else { return }
        }
        switch launch {
        case .copy(let source, let target):
          let count = program.type(of: source).byteCount
          try bytes(target).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes(source)[..<count]))
        case .kernel(let index, let storages):
          try functions[index](storages.map { try bytes($0).baseAddress }, seed)
        case .region:
          throw MartletError(CUDAErrorCode.notMapped, "program \(program.name) has a batch region: it was lowered for a processor")
        }
      }
    }
  }
}
