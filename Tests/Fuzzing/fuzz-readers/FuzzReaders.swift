import Glibc
import TestSupport

/// What libFuzzer, whose main function is the program's, calls for each input.
private enum Chosen {
  /// The reader that the environment names.
  static let reader: FuzzedReader = {
    do {
      let readers = try FuzzedReader.all()
      let name = getenv("MARTLET_FUZZER").map { String(cString: $0) }
      if let reader = readers.first(where: { $0.name == name }) { return reader }
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
