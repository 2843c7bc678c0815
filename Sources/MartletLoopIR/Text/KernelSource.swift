import MartletCore

/// What a text of kernels says, also where it has errors: for tools that show it.
package struct KernelSource {
  /// A kernel with the places of its parts. Where the text has errors, statements are missing.
  package struct NamedKernel: Sendable {
    package var kernel: Kernel
    package var location: SourcePosition
    package var parameters: [SourcePosition]
    /// Of all statements, nested ones behind the one around them.
    package var statements: [SourcePosition]
  }

  /// A name that is defined.
  package struct NamedThing: Sendable {
    /// As the text defines it: a parameter, or the statement without what is nested in it.
    package var text: String
    /// The number of the kernel.
    package var kernel: Int
    package var isIndex: Bool
  }

  package internal(set) var kernels: [NamedKernel] = []
  package internal(set) var errors = TextErrors()
  package internal(set) var names = NameIndex()
  /// By the number of the definition.
  package internal(set) var things: [Int: NamedThing] = [:]

  /// With `isAlone` the text is one kernel, otherwise any number of them.
  package init(_ text: String, file: String, isAlone: Bool) {
    let reader = TokenReader(text, file: file)
    guard reader.isAt("kernel") else {
      // This is some other text: nothing else is said of it.
      errors.add(reader.faults.first { $0.position == 0 }?.error ?? reader.unexpected("'kernel'"))
      return
    }
    for fault in reader.faults { errors.add(fault.error) }
    var parser = KernelTextParser(reader: reader, source: self)
    repeat { parser.readKernel() } while !isAlone && parser.skipToKernel()
    if isAlone, parser.source.errors.isEmpty, parser.reader.current.kind != .end {
      parser.source.errors.add(parser.reader.unexpected("the end of the text"))
    }
    self = parser.source
  }
}
