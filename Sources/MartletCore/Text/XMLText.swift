/// Text inside SVG and other XML.
package enum XMLText {
  /// With the characters that begin markup replaced. Source: W3C, "Extensible Markup Language (XML) 1.0", section 2.4.
  package static func escaped(_ text: String) -> String {
    text.map { $0 == "<" ? "&lt;" : $0 == "&" ? "&amp;" : $0 == ">" ? "&gt;" : String($0) }.joined()
  }
}
