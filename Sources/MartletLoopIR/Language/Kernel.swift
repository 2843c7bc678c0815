import MartletCore

/// How a kernel uses a parameter's memory.
package enum AccessMode: String, CaseIterable, Hashable, Sendable {
  /// Never stored.
  case read
  /// Never loaded.
  case write
  case update
}

/// Whose memory the runtime passes.
package enum MemorySpace: String, CaseIterable, Hashable, Sendable {
  /// One for all.
  case global
  /// One for each worker: the samples in flight.
  case worker
  /// One for each shard of a gradient sum.
  case shard
}

/// A parameter of a kernel: memory that begins on 64 bytes and overlaps no other parameter.
package struct KernelParameter: Hashable, Sendable {
  package var name: String
  package var access: AccessMode
  package var space: MemorySpace
  package var element: ElementType
  package var shape: [Int]

  package init(_ name: String, _ access: AccessMode, _ space: MemorySpace, _ element: ElementType, _ shape: [Int]) {
    self.name = name
    self.access = access
    self.space = space
    self.element = element
    self.shape = shape
  }

  package var elementCount: Int { shape.reduce(1, *) }
}

/// One function of the compiled program. A call runs the iterations `begin ..< end` of its parallel loop; callers divide `0 ..< over`.
public struct Kernel: Hashable, Sendable {
  package var name: String
  package var parameters: [KernelParameter]
  package var over: Int
  /// The longest range that a call may have; nil for any.
  package var tile: Int?
  /// Begin and length of a call's range are multiples of this.
  package var multiple: Int
  package var body: [Statement]

  package init(name: String, parameters: [KernelParameter], over: Int, tile: Int? = nil, multiple: Int = 1, body: [Statement]) {
    self.name = name
    self.parameters = parameters
    self.over = over
    self.tile = tile
    self.multiple = multiple
    self.body = body
  }

  /// The names of the range of a call.
  package static let begin = "begin"
  package static let end = "end"

  /// All names in use, data and indices: what a pass must not define again.
  package var names: Set<String> {
    var names: Set<String> = [Kernel.begin, Kernel.end]
    for parameter in parameters { names.insert(parameter.name) }
    body.forEachNested { statement in
      if let name = statement.definedName { names.insert(name) }
      if let name = statement.definedIndex { names.insert(name) }
    }
    return names
  }
}
