/// Why a strategy does not take a node that it is made for.
package struct StrategyRefusal: Error, Hashable {
  package var reason: String
  /// What it would have cost: a line for `explain`, beside what was done instead.
  package var alternative: String?

  package init(_ reason: String, alternative: String? = nil) {
    self.reason = reason
    self.alternative = alternative
  }

  /// Throws the reason unless the condition holds.
  package static func unless(_ condition: Bool, _ reason: @autoclosure () -> String) throws(StrategyRefusal) {
    guard condition else { throw StrategyRefusal(reason()) }
  }
}
