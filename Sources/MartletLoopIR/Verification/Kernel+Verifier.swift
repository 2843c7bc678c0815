import MartletCore

extension Kernel {
  /// Checks the kernel as it was built, then what it expands to: names, types, access modes, parallel stores, and that every subscript
  /// stays inside its memory, by interval arithmetic. Throws M604, which names the kernel and the statement.
  public func verify() throws {
    try verifyStructure()
    try expanded().verifyBounds()
  }

  func damage(_ message: String, _ statement: Statement? = nil) -> MartletError {
    let place = statement.map { statement in
      let line = statement.description.split(separator: "\n").first ?? ""
      return " in '\(line)'"
    }
    return MartletError(KernelErrorCode.verification, "kernel @\(name): \(message)\(place ?? "")")
  }

  /// Names are defined once and before use, types agree, access modes are kept, loops nest as they may.
  package func verifyStructure() throws {
    var checker = StructureChecker(kernel: self)
    try checker.run()
  }

  /// On an expanded kernel: each subscript is an interval inside its extent.
  package func verifyBounds() throws {
    var checker = BoundsChecker(kernel: self)
    try checker.run()
  }
}
