import MartletCore

/// How many blocks and threads a kernel is launched with, along x, y and z.
package struct LaunchGeometry: Hashable, Sendable {
  package var blocks = [1, 1, 1]
  package var threads = [1, 1, 1]

  /// The geometry of a call over a range (all by default) of a kernel that is mapped to blocks and threads.
  ///
  /// Throws `.lowering` when the kernel has a parallel loop: it is not mapped.
  package init(_ kernel: Kernel, range: Range<Int>? = nil) throws {
    let range = range ?? 0..<kernel.over
    func extent(_ loop: Loop) throws -> Int { try LaunchGeometry.extent(loop, of: kernel, range: range) }
    try kernel.body.forEachNested { statement in
      guard case .loop(let loop) = statement else { return }
      switch loop.kind {
      case .parallel:
        throw MartletError(
          KernelErrorCode.verification, "kernel @\(kernel.name): the parallel loop over \(loop.variable) is not mapped to blocks")
      case .block(let axis): blocks[axis.number] = try extent(loop)
      case .thread(let axis): threads[axis.number] = try extent(loop)
      case .serial, .unrolled, .vectorized: break
      }
    }
  }
}

extension LaunchGeometry {
  /// The iterations of a block or thread loop in a call over a range.
  fileprivate static func extent(_ loop: Loop, of kernel: Kernel, range: Range<Int>) throws -> Int {
    func value(_ index: Index) -> Int? {
      index.value { $0 == Kernel.begin ? range.lowerBound : $0 == Kernel.end ? range.upperBound : nil }
    }
    guard let lower = value(loop.lower), let upper = value(loop.upper), let step = value(loop.step), step > 0 else {
      throw MartletError(
        KernelErrorCode.verification, "kernel @\(kernel.name): the extent of the loop over \(loop.variable) is not known at launch")
    }
    return (upper - lower + step - 1) / step
  }

  /// The iterations of a block loop when the kernel runs over all of its range.
  package static func blockCount(_ loop: Loop, of kernel: Kernel) throws -> Int { try extent(loop, of: kernel, range: 0..<kernel.over) }
}

extension GridAxis {
  fileprivate var number: Int {
    switch self {
    case .x: 0
    case .y: 1
    case .z: 2
    }
  }
}
