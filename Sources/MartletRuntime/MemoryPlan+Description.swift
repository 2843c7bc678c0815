extension MemoryPlan: CustomStringConvertible {
  /// A table of all values, and a picture: address downwards, time to the right.
  package var description: String {
    func pad(_ text: String, _ width: Int, left: Bool = false) -> String {
      let space = String(repeating: " ", count: max(0, width - text.count))
      return left ? space + text : text + space
    }
    let ratio = lowerBound == 0 ? 1 : Double(arenaByteCount) / Double(lowerBound)
    let hundredths = Int((ratio * 100).rounded())
    let digits = String(hundredths % 100)
    var text =
      "arena \(arenaByteCount) bytes, lower bound \(lowerBound), ratio \(hundredths / 100).\(digits.count == 1 ? "0" : "")\(digits)\n"
    if let peak = peakTime {
      let alive = requests.indices.filter { requests[$0].lifetime.contains(peak) }
        .sorted { (requests[$0].byteCount, $1) > (requests[$1].byteCount, $0) }
      let largest = alive.prefix(3).map { "%\(requests[$0].name) \(requests[$0].byteCount)" }.joined(separator: ", ")
      text += "most is alive at \(peak): \(liveByteCounts[peak]) bytes in \(alive.count) values, the largest \(largest)\n"
    }
    text += "\n"
    let nameWidth = max(5, (requests.map { $0.name.count + 1 }.max() ?? 0))
    text += "\(pad("value", nameWidth))  \(pad("offset", 9, left: true))  \(pad("bytes", 9, left: true))  launches\n"
    for index in requests.indices.sorted(by: {
      (offsets[$0], requests[$0].lifetime.lowerBound) < (offsets[$1], requests[$1].lifetime.lowerBound)
    }) {
      let request = requests[index]
      text += pad("%\(request.name)", nameWidth) + "  " + pad(String(offsets[index]), 9, left: true) + "  "
      text += pad(String(request.byteCount), 9, left: true) + "  \(request.lifetime.lowerBound)...\(request.lifetime.upperBound)\n"
    }
    return text + "\n" + picture
  }

  /// One column a launch, one row a slice of the arena; a letter stands for a value, '.' is free.
  private var picture: String {
    let rows = 24
    let times = (requests.map(\.lifetime.upperBound).max() ?? -1) + 1
    guard times > 0, arenaByteCount > 0 else { return "" }
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    let slice = max((arenaByteCount + rows - 1) / rows, 1)
    var text = "address against launch, a row is \(slice) bytes\n"
    for row in 0..<rows where row * slice < arenaByteCount {
      let range = row * slice..<min((row + 1) * slice, arenaByteCount)
      var line = ""
      for time in 0..<times {
        // The value that fills most of the slice.
        var best: (index: Int, bytes: Int)?
        for index in requests.indices where requests[index].lifetime.contains(time) {
          let bytes = min(range.upperBound, offsets[index] + requests[index].byteCount) - max(range.lowerBound, offsets[index])
          if bytes > best?.bytes ?? 0 { best = (index, bytes) }
        }
        line.append(best.map { letters[$0.index % letters.count] } ?? ".")
      }
      text += "|\(line)|\n"
    }
    let keys = requests.indices.map { "\(letters[$0 % letters.count]) %\(requests[$0].name)" }
    var line = ""
    for key in keys {
      if line.count + key.count > 110 {
        text += line + "\n"
        line = ""
      }
      line += line.isEmpty ? key : ", \(key)"
    }
    return text + line + "\n"
  }
}
