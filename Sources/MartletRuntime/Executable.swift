import MartletCore
import MartletLoopIR

/// A graph ready to run on a device.
package protocol Executable: AnyObject {
  /// What `run` takes, in order.
  var parameters: [Program.Parameter] { get }
  /// What `run` gives, in order; those that update a parameter are written into its buffer.
  var results: [Program.Result] { get }
  /// Runs once. `arguments` holds a buffer a parameter; `outputs` one for each result that updates no parameter. Throws `.invalidInput`
  /// when an integer that is used as an index is out of range, before anything is changed.
  func run(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws
}

extension Executable {
  /// Throws unless the buffers fit the parameters and results, and indices are in range.
  package func check(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws {
    let free = results.filter { $0.updates == nil }
    guard arguments.count == parameters.count, outputs.count == free.count else {
      throw MartletError(
        RuntimeErrorCode.bufferCount,
        "\(parameters.count) arguments and \(free.count) outputs are needed, found \(arguments.count) and \(outputs.count)")
    }
    for (parameter, argument) in zip(parameters, arguments) {
      guard parameter.type == argument.type else {
        throw MartletError(RuntimeErrorCode.bufferType, "%\(parameter.name) is \(parameter.type), found a buffer of type \(argument.type)")
      }
      if let limit = parameter.indexLimit { try Self.checkIndices(argument, parameter.name, limit) }
    }
    for (result, output) in zip(free, outputs) where result.type != output.type {
      throw MartletError(RuntimeErrorCode.bufferType, "result \(result.name) is \(result.type), found a buffer of type \(output.type)")
    }
  }

  private static func checkIndices(_ buffer: any DeviceBuffer, _ name: String, _ limit: Int) throws {
    if let range = (buffer as? any HostWrittenBuffer)?.writtenRange, range.lowerBound >= 0, range.upperBound < limit { return }
    func check(_ numbers: UnsafeRawBufferPointer) throws {
      for (position, number) in numbers.bindMemory(to: Int32.self).prefix(buffer.type.elementCount).enumerated()
      where number < 0 || number >= limit {
        throw MartletError(
          RuntimeErrorCode.indexOutOfRange, "element \(position) of %\(name) is \(number), but it is used as an index below \(limit)",
          advice: number == limit
            ? "Labels and indices count from 0 to \(limit - 1): subtract 1 where they count from 1."
            : "Correct the data: labels and indices count from 0 to \(limit - 1)"
              + (number < 0 ? "; crossEntropy leaves out the label that ignoreIndex: names." : "."))
      }
    }
    if let host = buffer as? HostBuffer {
      try check(UnsafeRawBufferPointer(host.bytes))
    } else {
      try buffer.read().withUnsafeBytes(check)
    }
  }
}

/// What compiles programs for some processor.
package protocol Backend: Sendable {
  var name: String { get }
  /// What kernels are lowered for.
  var target: Target { get }
  func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer
  func load(_ program: Program) throws -> any Executable
  /// How buffers come to the other processes: all of them call it together, and decide alike.
  func bufferRoute(among group: any ProcessGroup) throws -> BufferRoute
}

extension Backend {
  package func bufferRoute(among group: any ProcessGroup) throws -> BufferRoute { BufferRoute() }
}

/// A program that says how long its kernels take.
package protocol TimedExecutable: AnyObject {
  /// Runs once to the end; returns for each kernel of the program the seconds that it took, all workers together.
  func time(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws -> [Double]
}

/// A backend whose kernels can be timed one by one.
package protocol TimingBackend: Backend {
  func loadTimed(_ program: Program) throws -> any TimedExecutable
}

/// Switches of the run time that are read from the environment once.
package enum RuntimeOptions {
  /// `MARTLET_CHECKS=1`: freed memory is filled with NaN after every launch, and a page that traps is behind every buffer.
  package static let checks = ["1", "guard"].contains(FileBytes.environment("MARTLET_CHECKS"))
  /// `MARTLET_CHECKS=guard`: intermediate values have buffers of their own, so that each has such a page; no memory is used again.
  package static let guardsTemporaries = FileBytes.environment("MARTLET_CHECKS") == "guard"
}
