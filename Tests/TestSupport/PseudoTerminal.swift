import Foundation
import Glibc

/// Runs a program whose standard output and error are a terminal of so many columns, and hands over what it writes, piece by piece.
package func runInTerminal(
  _ path: String, _ arguments: [String], columns: Int, environment: [String: String] = [:], received: (String) -> Void
) throws -> Int32 {
  var (primary, secondary) = (Int32(-1), Int32(-1))
  var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
  guard openpty(&primary, &secondary, nil, nil, &size) == 0 else { throw POSIXError(.ENODEV) }
  let process = Process()
  process.executableURL = URL(fileURLWithPath: path)
  process.arguments = arguments
  process.environment = ProcessInfo.processInfo.environment.merging(["TERM": "xterm"]) { $1 }.merging(environment) { $1 }
  let handle = FileHandle(fileDescriptor: secondary, closeOnDealloc: false)
  process.standardOutput = handle
  process.standardError = handle
  process.standardInput = FileHandle.nullDevice
  try process.run()
  close(secondary)
  var buffer = [UInt8](repeating: 0, count: 4096)
  var rest: [UInt8] = []
  while true {
    let count = read(primary, &buffer, buffer.count)
    // The end of the program is an error of the read.
    guard count > 0 else { break }
    rest += buffer[..<count]
    guard let text = String(validating: rest, as: UTF8.self) else { continue }
    received(text)
    rest = []
  }
  close(primary)
  process.waitUntilExit()
  return process.terminationStatus
}
