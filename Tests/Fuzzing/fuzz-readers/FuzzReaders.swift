import Glibc
import MartletCore
import TestSupport

/// What libFuzzer, whose main function is the program's, calls for each input.
private enum Chosen {
  /// The reader that the environment names. Writes its whole files to the folder that `MARTLET_FUZZER_SEEDS` names.
  static let reader: FuzzedReader = {
    do {
      let readers = try FuzzedReader.all()
      if let reader = readers.first(where: { $0.name == FileBytes.environment("MARTLET_FUZZER") }) {
        if let folder = FileBytes.environment("MARTLET_FUZZER_SEEDS") {
          for (number, bytes) in reader.seeds.enumerated() { try FileBytes.write(bytes, to: "\(folder)/seed-\(number)") }
        }
        return reader
      }
      print("MARTLET_FUZZER must be one of \(readers.map(\.name).joined(separator: ", "))")
    } catch {
      print("the readers' first files cannot be read: \(error)")
    }
    exit(2)
  }()
}

/// Source: https://llvm.org/docs/LibFuzzer.html
@_cdecl("LLVMFuzzerTestOneInput") public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  do { _ = try Chosen.reader.accepts(Array(UnsafeBufferPointer(start: data, count: count))) } catch {
    print("not one of the reader's errors: \(error)")
    abort()
  }
  return 0
}
