import CHost
import MartletCore

/// How many threads make sense: the processors this process may run on, and no more than its cgroup pays for.
package enum Processors {
  package static let available: Int = max(1, min(affinity, quota ?? Int.max))

  /// The processors in the affinity mask, not those of the host.
  static var affinity: Int { Int(host_affinity_count()) }

  /// The processor on which this thread runs; `none` where the system does not say.
  static var current: UInt32 { host_processor() }
  static let none = UInt32.max

  /// Moves this thread to a processor that it may use and that is not among these (`none` is no processor); does nothing if there is none.
  /// Afterwards the system may run the thread wherever it could before.
  static func leave(_ processors: UnsafeBufferPointer<UInt32>) {
    guard let first = processors.baseAddress else { return }
    host_leave_processors(first, Int32(clamping: processors.count))
  }

  /// The CPU quota of the process's control group (version 2 or 1) in whole processors, rounded up; nil for none.
  static var quota: Int? {
    let groups = (try? FileBytes.readText("/proc/self/cgroup")) ?? ""
    var best: Int?
    for line in groups.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isVersion2 = parts[1].isEmpty
      guard isVersion2 || parts[1].split(separator: ",").contains("cpu") else { continue }
      // A limit may stand anywhere between the group and the root.
      var path = String(parts[2])
      while true {
        if let found = isVersion2 ? limit(version2: "/sys/fs/cgroup" + path) : limit(version1: "/sys/fs/cgroup/cpu" + path) {
          best = min(best ?? found, found)
        }
        guard let slash = path.lastIndex(of: "/"), path != "/", !path.isEmpty else { break }
        path = String(path[..<slash])
      }
    }
    return best
  }

  private static func limit(version2 folder: String) -> Int? {
    guard let text = try? FileBytes.readText(folder + "/cpu.max") else { return nil }
    return processors(text.split { $0 == " " || $0 == "\n" }.map(String.init))
  }

  private static func limit(version1 folder: String) -> Int? {
    guard let quota = try? FileBytes.readText(folder + "/cpu.cfs_quota_us"),
      let period = try? FileBytes.readText(folder + "/cpu.cfs_period_us")
    else { return nil }
    return processors([quota, period].map { String($0.filter { $0.isNumber || $0 == "-" }) })
  }

  /// Quota and period in microseconds; "max" or -1 is no limit.
  static func processors(_ words: [String]) -> Int? {
    guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]), quota > 0, period > 0 else { return nil }
    return (quota + period - 1) / period
  }
}
