import ArgumentParser
import MartletCore
import MartletRuntime

struct CacheCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "cache", "Report where compiled kernels are kept for the next run, how many and how large; --clear removes them.",
      examples: ["cache", "cache --clear"])
  }

  @Flag(help: "Remove the kernels that are kept.") var clear = false

  func run() throws {
    CacheNote.say()
    guard let folder = ObjectCache.standardFolder else {
      return Output.line("Nothing is kept: no folder is the user's.")
    }
    guard let cache = ObjectCache() else {
      return Output.line("Nothing is kept: \(folder) is not a folder of this user alone.")
    }
    let content = try cache.content()
    let size = NumberText.scaled(Double(content.bytes), "B")
    guard clear else { return Output.line("\(content.count) kernels in \(folder), \(size)") }
    try cache.clear()
    Output.line("\(content.count) kernels removed from \(folder), \(size)")
  }
}
