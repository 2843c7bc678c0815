import MartletCore

/// A line at the bottom of the terminal that is drawn over itself, in whatever width the terminal has at the moment; nothing where there is no
/// terminal.
struct ProgressLine {
  /// Drawing at every step would cost more than it shows.
  private static let interval = Duration.milliseconds(50)
  private static let shortestBar = 8
  private static let longestBar = 30

  /// Where the line is drawn, and how wide that is now; nil where nothing is.
  struct Terminal: Sendable {
    var write: @Sendable (String) -> Void
    var columns: @Sendable () -> Int

    static let standardError = Terminal(write: { Output.write($0, to: 2) }, columns: { Output.columns(of: 2) })
  }

  private let terminal: Terminal?
  /// Characters of what is drawn; 0 where nothing is.
  private var drawn = 0
  private var lastDrawn: ContinuousClock.Instant?

  /// On standard error, if that is a terminal.
  init(isWanted: Bool) { self.init(isWanted && Output.isTerminal(2) ? .standardError : nil) }

  init(_ terminal: Terminal?) { self.terminal = terminal }

  /// Shows how much is done. `details` are left out from the last to the first where the terminal is narrow.
  mutating func draw(_ title: String, _ done: Int, of total: Int, _ details: @autoclosure () -> [String]) {
    guard let terminal, total > 0 else { return }
    let now = ContinuousClock.now
    if let lastDrawn, now - lastDrawn < ProgressLine.interval, done < total { return }
    lastDrawn = now
    show(ProgressLine.text(title, done, of: total, details(), columns: terminal.columns()))
  }

  /// Shows what is going on where no end is known.
  mutating func note(_ text: String) {
    guard let terminal else { return }
    show(String(text.prefix(max(1, terminal.columns() - 1))))
  }

  /// Removes the line, so that another one can be printed in its place.
  mutating func clear() {
    if drawn > 0 { show("") }
  }

  private mutating func show(_ text: String) {
    guard let terminal else { return }
    terminal.write(ProgressLine.erasing(drawn, columns: terminal.columns()) + text)
    drawn = text.count
  }

  /// What removes a line of so many characters. In a terminal that became narrower it takes several rows: the cursor is in the last of them.
  static func erasing(_ count: Int, columns: Int) -> String {
    let rows = count == 0 ? 1 : (count - 1) / max(columns, 1) + 1
    return rows > 1 ? "\r\u{1b}[\(rows - 1)A\u{1b}[J" : "\r\u{1b}[K"
  }

  /// The line for a terminal of so many columns, one shorter: in the last column some terminals begin a new row. What does not fit is left out,
  /// from the last detail to the first one, before which the bar goes; the bar gets the room that is left.
  static func text(_ title: String, _ done: Int, of total: Int, _ details: [String], columns: Int) -> String {
    let room = max(columns - 1, 1)
    let count = "\(done)/\(total)"
    var used = title.count + 1 + count.count
    guard used <= room else { return String((count.count <= room ? count : "\(done * 100 / total)%").prefix(room)) }
    var shown = ""
    var bar = 0
    // Nil stands for the bar.
    let parts = details.prefix(1).map(Optional.some) + [nil] + details.dropFirst().map(Optional.some)
    for part in parts {
      let width = part.map { $0.count + 2 } ?? shortestBar + 3
      guard used + width <= room else { break }
      used += width
      if let part { shown += "  \(part)" } else { bar = shortestBar }
    }
    guard bar > 0 else { return "\(title) \(count)\(shown)" }
    bar = min(longestBar, bar + room - used)
    let filled = bar * min(done, total) / total
    return "\(title) [\(String(repeating: "=", count: filled))\(String(repeating: " ", count: bar - filled))] \(count)\(shown)"
  }
}
