/// A type whose text is part of what it is: how `print` and errors write it.
package protocol Printed: CustomStringConvertible {
  /// `description`.
  var printed: String { get }
}

extension Printed {
  /// As messages and the texts of the IRs write it.
  public var description: String { printed }
}
