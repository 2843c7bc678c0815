import MartletCore

extension MartletError {
  /// The error as a layer or function reports it: with its title before the message, and how its input came about behind it, unless an inner one
  /// has said so. An operation's name that is the layer's or function's own is not repeated: `Conv2D(1, 4): conv2d: …`, `sum: reduce_sum: …`.
  func raised(in title: String, named name: String, from history: String?, at location: SourcePosition?) -> MartletError {
    func letters(_ text: some StringProtocol) -> String { text.lowercased().filter { $0 != "_" } }
    var text = message[...]
    if let colon = text.firstRange(of: ": "), !text[..<colon.lowerBound].contains(" "),
      letters(text[..<colon.lowerBound]).hasSuffix(letters(name))
    {
      text = text[colon.upperBound...]
    }
    let isTold = text.contains("\n  \(History.title): ")
    let story = isTold ? nil : history.map { "\n  \(History.title): \($0)" }
    return MartletError(self, "\(title): \(text)\(story ?? "")", at: location)
  }
}
