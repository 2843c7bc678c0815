import CFuzzer
import Glibc
import TestSupport

/// The reader under test; libFuzzer's callback has no context.
enum Chosen { nonisolated(unsafe) static var reader: FuzzedReader? }

let readers = try FuzzedReader.all()
guard CommandLine.argc > 1, let reader = readers.first(where: { $0.name == CommandLine.arguments[1] }) else {
  print("usage: fuzz-readers \(readers.map(\.name).joined(separator: "|")) [libFuzzer's options and folders]")
  exit(2)
}
Chosen.reader = reader

// libFuzzer starts itself anew in some modes: the reader's name stays its first argument and is no folder of inputs.
var count = CommandLine.argc - 1
var arguments = CommandLine.unsafeArgv + 1
arguments[0] = CommandLine.unsafeArgv[0]
withUnsafeMutablePointer(to: &arguments) { pointer in
  pointer.withMemoryRebound(to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?.self, capacity: 1) { rebound in
    exit(
      LLVMFuzzerRunDriver(&count, rebound) { data, size in
        do { _ = try Chosen.reader?.accepts(Array(UnsafeBufferPointer(start: data, count: size))) } catch {
          print("not one of the reader's errors: \(error)")
          abort()
        }
        return 0
      })
  }
}
