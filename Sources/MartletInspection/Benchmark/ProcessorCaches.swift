import MartletCore

/// The sizes of the first processor's caches in bytes, as Linux states them; nil where it does not.
/// Source: Documentation/ABI/testing/sysfs-devices-system-cpu of the Linux kernel, `cache/index*`.
enum ProcessorCaches {
  private static let folder = "/sys/devices/system/cpu/cpu0/cache"

  /// Of the cache of the highest level.
  static var last: Int? { sizes.max { $0.level < $1.level }?.bytes }
  /// Of the level-2 cache.
  static var second: Int? { sizes.first { $0.level == 2 }?.bytes }

  /// Caches that hold data.
  private static var sizes: [(level: Int, bytes: Int)] {
    (0..<16).compactMap { index in
      func text(_ name: String) -> String? {
        (try? FileBytes.readText("\(folder)/index\(index)/\(name)"))?.split(separator: "\n").first.map(String.init)
      }
      guard text("type") != "Instruction", let level = text("level").flatMap({ Int($0) }), let bytes = text("size").flatMap(bytes) else {
        return nil
      }
      return (level, bytes)
    }
  }

  /// `32K`, `1024K`, `2M`; nil for anything else.
  static func bytes(_ text: String) -> Int? {
    let shift: Int
    switch text.last {
    case "K": shift = 10
    case "M": shift = 20
    case "G": shift = 30
    default: return nil
    }
    guard let count = Int(text.dropLast()), count > 0, count < 1 << 30 else { return nil }
    return count << shift
  }
}
