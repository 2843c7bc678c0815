/// Why a template does not take what it was offered.
struct TemplateRefusal: Error, Hashable {
  var reason: String

  /// Throws the reason unless the condition holds.
  static func unless(_ condition: Bool, _ reason: @autoclosure () -> String) throws(TemplateRefusal) {
    guard condition else { throw TemplateRefusal(reason: reason()) }
  }
}
