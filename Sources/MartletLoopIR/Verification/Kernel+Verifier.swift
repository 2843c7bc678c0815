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

  /// All that `verify` finds, at the places of the text: `location` of the kernel, `parameters`, and `statements` with nested ones behind
  /// the one around them. What uses a name whose definition has a fault is not checked.
  package func faults(at location: SourcePosition, parameters: [SourcePosition], statements: [SourcePosition]) -> [MartletError] {
    var numbered = self
    var next = 0
    numbered.body = Kernel.numbering(body, &next)
    func located(_ faults: [Fault]) -> [MartletError] {
      faults.map { fault in
        let places = fault.isParameter ? parameters : statements
        // The kernel stands in a text that somebody writes: no lowering made it.
        let error = MartletError(
          KernelErrorCode.verification, fault.error.message, advice: "Correct the statement; IR/README.md says what a kernel may do.")
        return error.located(at: fault.number.flatMap { places.indices.contains($0) ? places[$0] : nil } ?? location)
      }
    }
    var structure = StructureChecker(kernel: numbered)
    structure.collectsFaults = true
    do {
      try structure.run()
      guard structure.faults.isEmpty else { return located(structure.faults) }
      var bounds = BoundsChecker(kernel: try numbered.expanded())
      bounds.collectsFaults = true
      try bounds.run()
      return located(bounds.faults)
    } catch let error as MartletError {
      return located([Fault(error: error)])
    } catch { return [] }
  }

  /// An error, and the number of the statement or parameter that has it.
  struct Fault {
    var error: MartletError
    var number: Int?
    var isParameter = false
  }

  /// The statements with their numbers before them.
  private static func numbering(_ statements: [Statement], _ next: inout Int) -> [Statement] {
    statements.flatMap { statement -> [Statement] in
      let own = next
      next += 1
      if case .line = statement { return [] }
      return [.line(own), statement.mappingBodies { numbering($0, &next) }]
    }
  }

  /// On an expanded kernel: each subscript is an interval inside its extent.
  package func verifyBounds() throws {
    var checker = BoundsChecker(kernel: self)
    try checker.run()
  }
}
