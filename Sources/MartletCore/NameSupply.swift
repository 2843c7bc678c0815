/// Hands out names that differ from all handed out before.
package final class NameSupply {
  private var used: Set<String>
  /// For each hint the number that is tried next: all smaller ones are used.
  private var next: [String: Int] = [:]

  package init(reserved: Set<String> = []) { used = reserved }

  /// The hint itself, or the hint with a number.
  package func fresh(_ hint: String) -> String {
    if used.insert(hint).inserted { return hint }
    var number = next[hint, default: 2]
    while !used.insert("\(hint)_\(number)").inserted { number += 1 }
    next[hint] = number + 1
    return "\(hint)_\(number)"
  }
}
