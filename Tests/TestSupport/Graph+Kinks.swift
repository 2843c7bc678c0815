import MartletGraph

extension Graph {
  /// This graph with silu in place of every relu and the mean of each window in place of its maximum: functions without kinks, so that
  /// gradients depend continuously on rounding. Nobody may read the positions of maxima.
  package func withoutKinks() throws -> Graph {
    let lines = description.replacing(" relu(", with: " silu(").split(separator: "\n").map { line in
      // `%4, %5 = max_pool2d(%3) {window = [2, 2]} : f32[64, 8, 14, 14], u8[64, 8, 14, 14]`: the second result and its type go.
      let sides = line.split(separator: " = max_pool2d(")
      guard sides.count == 2, let value = sides[0].split(separator: ",").first, let types = sides[1].split(separator: " : ").last,
        let type = types.split(separator: "],").first
      else { return String(line) }
      return "\(value) = avg_pool2d(\(sides[1].dropLast(types.count))\(type)]"
    }
    return try GraphParser.parse(lines.joined(separator: "\n"), file: name)
  }
}
