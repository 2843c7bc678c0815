/// The header of a `.npy` file: a Python dictionary of the keys `descr`, `fortran_order` and `shape`.
///
/// Source: NumPy reads it with Python's `ast.literal_eval`; https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
struct NpyHeader {
  /// The element type as NumPy writes it: `<f4`.
  var type = ""
  /// Whether the first axis varies fastest.
  var isFortranOrder = false
  var extents: [Int] = []

  /// What is wrong, in words.
  struct Problem: Error {
    var reason: String
    var advice: String?
  }

  /// Reads the dictionary: keys in any order, spaces, line breaks and comments anywhere, either kind of quotes, a comma after the last value.
  /// Throws a `Problem`.
  init(_ bytes: some Collection<UInt8>) throws(Problem) {
    var reader = Reader(bytes: Array(bytes))
    var keys: Set<String> = []
    try reader.expect("{")
    while !reader.take("}") {
      guard let key = reader.string() else { throw Problem(reason: "the header is no dictionary of names: \(reader.rest)") }
      try reader.expect(":")
      switch key {
      case "descr":
        guard !reader.isAt("["), !reader.isAt("(") else {
          throw Problem(reason: "its elements are structures of several fields", advice: "Save one field: numpy.save(file, x['name']).")
        }
        guard let text = reader.string() else { throw Problem(reason: "the header's descr is no text: \(reader.rest)") }
        type = text
      case "fortran_order":
        if reader.takeWord("True") {
          isFortranOrder = true
        } else if reader.takeWord("False") {
          isFortranOrder = false
        } else {
          throw Problem(reason: "the header's fortran_order is neither True nor False: \(reader.rest)")
        }
      case "shape": extents = try reader.tuple()
      case _: throw Problem(reason: "the header has the unknown key '\(key)'")
      }
      keys.insert(key)
      guard reader.take(",") || reader.isAt("}") else { throw Problem(reason: "a comma is missing in the header: \(reader.rest)") }
    }
    if let key = ["descr", "fortran_order", "shape"].first(where: { !keys.contains($0) }) {
      throw Problem(reason: "the header has no \(key)")
    }
    reader.skipSpace()
    guard reader.position == reader.bytes.count else { throw Problem(reason: "something follows the header's dictionary: \(reader.rest)") }
  }

  /// Words and signs of Python.
  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// What follows, for messages.
    var rest: String {
      let text = String(decoding: bytes[position...].prefix(24), as: UTF8.self)
      return text.isEmpty ? "it ends there" : "found '\(text)'"
    }

    mutating func skipSpace() {
      while let byte = current {
        if byte == UInt8(ascii: "#") {
          while let byte = current, byte != UInt8(ascii: "\n") { position += 1 }
        } else if byte == UInt8(ascii: " ") || (9...13).contains(byte) {
          position += 1
        } else {
          return
        }
      }
    }

    mutating func isAt(_ sign: UnicodeScalar) -> Bool {
      skipSpace()
      return current == UInt8(ascii: sign)
    }

    mutating func take(_ sign: UnicodeScalar) -> Bool {
      guard isAt(sign) else { return false }
      position += 1
      return true
    }

    mutating func expect(_ sign: UnicodeScalar) throws(Problem) {
      guard take(sign) else { throw Problem(reason: "the header has no '\(sign)' where one was expected: \(rest)") }
    }

    mutating func takeWord(_ word: String) -> Bool {
      skipSpace()
      let end = position + word.utf8.count
      guard bytes[position...].starts(with: word.utf8), end == bytes.count || !Reader.isPartOfWord(bytes[end]) else { return false }
      position = end
      return true
    }

    /// A text in either kind of quotes, without escapes, which no name or type has.
    mutating func string() -> String? {
      skipSpace()
      let start = position
      // Python 2 wrote u'...' for some, which Python 3 reads.
      if current == UInt8(ascii: "u") || current == UInt8(ascii: "U") { position += 1 }
      if let quote = current, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
        let end = bytes[(position + 1)...].firstIndex(where: { $0 == quote || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\\") }),
        bytes[end] == quote
      {
        let text = String(decoding: bytes[position + 1..<end], as: UTF8.self)
        position = end + 1
        return text
      }
      position = start
      return nil
    }

    /// `()`, `(3,)`, `(2, 3)`; a number in parentheses alone is no tuple.
    mutating func tuple() throws(Problem) -> [Int] {
      let problem = Problem(reason: "the header's shape cannot be read: \(rest)")
      guard take("(") else { throw problem }
      var extents: [Int] = []
      var endsWithComma = true
      while !take(")") {
        guard endsWithComma, let extent = integer() else { throw problem }
        extents.append(extent)
        endsWithComma = take(",")
      }
      guard extents.count != 1 || endsWithComma else { throw problem }
      return extents
    }

    /// A number that is not negative. Python 2 wrote an L behind long ones.
    private mutating func integer() -> Int? {
      skipSpace()
      let start = position
      while let byte = current, Reader.isPartOfWord(byte) { position += 1 }
      var text = String(decoding: bytes[start..<position], as: UTF8.self)
      if text.hasSuffix("L") { text.removeLast() }
      return Int(text)
    }

    private static func isPartOfWord(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_")
    }
  }
}
