// Where reading goes on behind an error. What is skipped is found by its shape: lines, braces and the names that begin statements.

extension TokenReader {
  /// Moves behind the item of a list that begins with the token `start`: to the comma before the next item, or to the ')' behind the last
  /// one. False where neither comes before the text goes on with something else. `isNext` tells an item's first two tokens.
  package mutating func skipItem(from start: Int, isNext: (Token, Token) -> Bool) -> Bool {
    for number in start..<count {
      let token = self[number]
      guard token.kind == .punctuation else { continue }
      switch token.text {
      case ",": guard isNext(self[number + 1], self[number + 2]) else { continue }
      case ")": break
      case "->":
        move(to: number)
        return false
      case "{": guard isRegion(number) else { continue }
      default: continue
      }
      move(to: number)
      return token.text != "{"
    }
    move(to: count)
    return false
  }

  /// Moves to the brace that opens the body of a graph. False where there is none.
  package mutating func skipToRegion() -> Bool {
    for number in position..<count where self[number].kind == .punctuation && self[number].text == "{" && isRegion(number) {
      move(to: number)
      return true
    }
    move(to: count)
    return false
  }

  /// Whether one of the tokens from `start` to the current one is a name with that sign behind it.
  package func hasName(from start: Int, before sign: String) -> Bool {
    (start..<max(start, position)).contains { self[$0].kind == .value && self[$0 + 1].kind == .punctuation && self[$0 + 1].text == sign }
  }

  /// Moves behind a node, or a `return`, that begins with the token `start`: to the next one, or to the '}' of the body around it.
  package mutating func skipNode(from start: Int) {
    // Braces that are open: of regions, or of attributes, which no new line of a node ends.
    var areRegions: [Bool] = []
    for number in start..<count {
      let token = self[number]
      if number > start, beginsLine(number), isNode(number) {
        while areRegions.last == false { areRegions.removeLast() }
        if areRegions.isEmpty { return move(to: number) }
      }
      guard token.kind == .punctuation else { continue }
      if token.text == "{" { areRegions.append(isRegion(number)) }
      if token.text == "}", areRegions.popLast() == nil { return move(to: number) }
    }
    move(to: count)
  }

  /// Moves behind a statement of the loop IR that begins with the token `start`: to the next one, or to the '}' of the block around it.
  package mutating func skipStatement(from start: Int) {
    var depth = 0
    for number in start..<count {
      let token = self[number]
      if number > start, depth == 0, beginsLine(number), isStatement(number) { return move(to: number) }
      guard token.kind == .punctuation else { continue }
      switch token.text {
      case "{": depth += 1
      case "}":
        if depth == 0 { return move(to: number) }
        depth -= 1
        let next = self[number + 1]
        if depth == 0, !(next.kind == .word && next.text == "else") { return move(to: number + 1) }
      case ";" where depth == 0: return move(to: number)
      default: break
      }
    }
    move(to: count)
  }

  private static let statements: Set<String> = [
    "let", "var", "registers", "array", "for", "when", "static", "sgemm", "prefetch", "fence", "barrier", "part", "line",
  ]

  /// Whether a token is the first of a line, and the word of a statement of the loop IR with a name behind it.
  package func beginsStatement(_ number: Int) -> Bool {
    guard self[number].kind == .word, TokenReader.statements.contains(self[number].text), beginsLine(number) else { return false }
    let next = self[number + 1].kind
    return next == .value || next == .word || next == .symbol || next == .number
  }

  /// Whether a statement of the loop IR begins with the first token of a line.
  private func isStatement(_ number: Int) -> Bool {
    let first = self[number]
    guard first.kind == .value else {
      // A word before a name is a statement too, if one that does not exist.
      return first.kind == .word && (TokenReader.statements.contains(first.text) || self[number + 1].kind == .value)
    }
    var next = number + 1
    while next < count, !beginsLine(next) {
      if self[next].kind == .punctuation, self[next].text == "=" { return true }
      next += 1
    }
    return false
  }

  /// Whether a '{' opens a body: attributes begin on its line, with a word.
  private func isRegion(_ number: Int) -> Bool {
    let next = self[number + 1]
    return beginsLine(number + 1) || next.kind == .value || next.kind == .word && next.text == "return"
      || next.kind == .punctuation && next.text == "}"
  }

  /// Whether a node or a `return` begins with a token.
  package func isNode(_ number: Int) -> Bool {
    if self[number].kind == .word { return self[number].text == "return" }
    var next = number
    // No node has so many results; without a bound lines of one name each would be read again and again.
    while self[next].kind == .value, next - number < 256 {
      if self[next + 1].kind != .punctuation { return false }
      if self[next + 1].text == "=" { return true }
      guard self[next + 1].text == "," else { return false }
      next += 2
    }
    return false
  }
}
