import MartletRuntime

/// A program whose kernels' times a profiler records.
final class ProfiledExecutable: TimedExecutable {
  private let program: Program
  private let profiler: Profiler
  private let executable: any Executable

  init(_ program: Program, _ profiler: Profiler, _ executable: any Executable) {
    (self.program, self.profiler, self.executable) = (program, profiler, executable)
  }

  func time(_ arguments: [any DeviceBuffer], _ outputs: [any DeviceBuffer]) throws -> [Double] {
    profiler.clear()
    try executable.run(arguments, outputs)
    var sums: [String: Double] = [:]
    for event in profiler.events() { sums[event.name, default: 0] += event.end - event.start }
    return program.kernels.map { sums[$0.kernel.name] ?? 0 }
  }
}
