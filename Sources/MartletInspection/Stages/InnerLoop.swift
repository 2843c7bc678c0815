/// Finds the loop of an assembly text where most of the arithmetic is.
package enum InnerLoop {
  /// The lines from the loop's label to the jump back to it, of the loop that holds no other and has the most floating-point instructions;
  /// nil when nothing jumps back.
  package static func text(ofAssembly assembly: String) -> String? {
    let lines = lines(of: assembly)
    return range(in: lines).map { lines[$0].joined(separator: "\n") + "\n" }
  }

  /// The same as numbers of lines, from 0.
  package static func range(ofAssembly assembly: String) -> ClosedRange<Int>? { range(in: lines(of: assembly)) }

  private static func lines(of assembly: String) -> [String] {
    assembly.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private static func range(in lines: [String]) -> ClosedRange<Int>? {
    var labels: [String: Int] = [:]
    var loops: [ClosedRange<Int>] = []
    for (number, line) in lines.enumerated() {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "," })
      guard let first = words.first else { continue }
      if first.hasSuffix(":") {
        labels[String(first.dropLast())] = number
      } else if first.hasPrefix("j"), words.count > 1, let start = labels[String(words[1])] {
        loops.append(start...number)
      }
    }
    let innermost = loops.filter { loop in
      !loops.contains { $0 != loop && $0.lowerBound >= loop.lowerBound && $0.upperBound <= loop.upperBound }
    }
    func arithmetic(_ loop: ClosedRange<Int>) -> Int {
      lines[loop].count { line in
        let word = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).first ?? ""
        return ["vfmadd", "vfnmadd", "vmul", "mulp", "vadd", "addp"].contains { word.hasPrefix($0) }
      }
    }
    return innermost.max { (arithmetic($0), -$0.lowerBound) < (arithmetic($1), -$1.lowerBound) }
  }
}
