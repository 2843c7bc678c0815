import ArgumentParser
import Glibc
import MartletCore

struct LanguageServerCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandHelp.configuration(
      "lsp", "Serve an editor: errors, types, costs and definitions of .gir and .kir files, by the Language Server Protocol.",
      details: "The editor starts it and talks to it over standard input and output; docs/editors.md has the settings of editors.",
      examples: ["lsp"])
  }

  @Flag(help: "Accepted for editors that pass it; the server always uses standard input and output.") var stdio = false

  /// What expressions that are nested as deeply as the parser of kernels permits take of the stack, twice.
  private static let stackByteCount = 4 << 20

  func run() throws {
    try MachineMemory.expectStack(LanguageServerCommand.stackByteCount)
    var server = LanguageServer()
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while server.exitCode == nil {
      let count = Glibc.read(0, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        // The editor gave a stream that does not wait by itself.
        var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        poll(&input, 1, -1)
        continue
      }
      guard count >= 0 else {
        throw MartletError(FileErrorCode.inaccessible, "cannot read standard input: \(String(cString: strerror(errno)))")
      }
      if count == 0 { break }
      Output.write(server.receive(Array(chunk[..<count])))
      // The editor is gone.
      if Output.failure != nil { break }
    }
    if server.codeAtEnd != 0 { throw ExitCode(server.codeAtEnd) }
  }
}
