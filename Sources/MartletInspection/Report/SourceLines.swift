import MartletCore

/// The lines of a program's sources, which its layers name as `Module/File.swift:12`, where the command runs in the folder of their package.
///
/// A file is found as `Sources/Module/File.swift`, or in a folder below `Sources/Module`. Two files of one name in a module cannot be told apart, so that
/// neither is read.
struct SourceLines {
  private var files: [String: [Substring]?] = [:]

  /// The files and folders of a module that are looked through, and how large a source may be.
  private static let (mostEntries, largestFile) = (5_000, 1 << 20)

  /// The text of a line without the space around it; nil where its file is not here.
  mutating func line(_ place: SourcePosition) -> String? {
    if files[place.file] == nil { files[place.file] = .some(SourceLines.read(place.file)) }
    guard let lines = files[place.file] ?? nil, lines.indices.contains(place.line - 1) else { return nil }
    let text = lines[place.line - 1].drop { $0 == " " || $0 == "\t" }
    return text.isEmpty ? nil : String(text)
  }

  private static func read(_ file: String) -> [Substring]? {
    let parts = file.split(separator: "/")
    guard parts.count == 2, let path = path("Sources/\(parts[0])", String(parts[1])),
      let bytes = try? FileBytes.read(path, limit: largestFile)
    else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }

  private static func path(_ module: String, _ name: String) -> String? {
    var (folders, found, count) = ([module], [String](), 0)
    while let folder = folders.popLast() {
      for entry in (try? FileBytes.names(in: folder))?.sorted() ?? [] {
        count += 1
        guard count <= mostEntries else { return nil }
        if entry == name {
          found.append("\(folder)/\(entry)")
        } else if !entry.contains(".") {
          folders.append("\(folder)/\(entry)")
        }
      }
    }
    return found.count == 1 ? found[0] : nil
  }
}
