import Glibc
import MartletCore
import Synchronization

/// `MARTLET_PERF=1`: kernels have their names in profilers and debuggers. `perf report` finds them in `/tmp/perf-PID.map`, one line a function:
/// address and size in hexadecimal, then the name; GDB is told by its JIT interface.
///
/// Source: tools/perf/Documentation/jit-interface.txt of the Linux kernel.
enum PerformanceMap {
  static let isWanted = FileBytes.environment("MARTLET_PERF") == "1"

  private static let known = Mutex<Set<String>>([])

  /// Adds all functions of an object of which the one with this name lies at an address in this process's memory: the entry of a kernel and
  /// its body. A map that cannot be written is no reason not to run.
  static func add(_ name: String, at address: UInt, _ object: [UInt8]) {
    guard isWanted else { return }
    let functions = ELFObject(object).functions
    guard let entry = functions.first(where: { $0.name == name }) else { return }
    let lines = functions.filter { $0.section == entry.section }.map { function in
      let start = address &+ UInt(bitPattern: function.offset &- entry.offset)
      return "\(String(start, radix: 16)) \(String(function.size, radix: 16)) \(function.name)\n"
    }.joined()
    // The file is this process's alone, and only grows.
    known.withLock { known in
      guard known.insert(lines).inserted, let file = fopen("/tmp/perf-\(getpid()).map", "a") else { return }
      fputs(lines, file)
      fclose(file)
    }
  }
}

/// The symbol table of a 64-bit relocatable object.
///
/// Source: "System V Application Binary Interface", Edition 4.1, chapter 4, object files.
struct ELFObject {
  private let bytes: [UInt8]

  private static let (sectionHeaderSize, symbolSize, symbolTable, functionKind) = (64, 24, 2, 2)

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private func number(_ offset: Int, _ count: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - count else { return nil }
    let value = (0..<count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[offset + $1]) }
    return Int(exactly: value)
  }

  private func text(_ offset: Int) -> String? {
    guard bytes.indices.contains(offset), let end = bytes[offset...].firstIndex(of: 0) else { return nil }
    return String(validating: bytes[offset..<end], as: UTF8.self)
  }

  /// A function, its section and its offset there.
  struct Function: Hashable {
    var name: String
    var section: Int
    var offset: Int
    var size: Int
  }

  /// All functions that the object defines; none when it is damaged.
  var functions: [Function] {
    guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2]), let headers = number(40, 8), headers <= bytes.count,
      let count = number(60, 2)
    else { return [] }
    func header(_ section: Int) -> Int { headers + section * ELFObject.sectionHeaderSize }
    var functions: [Function] = []
    for section in 0..<count where number(header(section) + 4, 4) == ELFObject.symbolTable {
      guard let start = number(header(section) + 24, 8), let size = number(header(section) + 32, 8), start <= bytes.count,
        size <= bytes.count,
        let names = number(header(section) + 40, 4), let nameStart = number(header(names) + 24, 8), nameStart <= bytes.count
      else { return [] }
      for symbol in stride(from: start, to: start + size, by: ELFObject.symbolSize) {
        guard let nameOffset = number(symbol, 4), let kind = number(symbol + 4, 1), let index = number(symbol + 6, 2),
          let offset = number(symbol + 8, 8), let size = number(symbol + 16, 8)
        else { return [] }
        guard kind & 0xf == ELFObject.functionKind, let name = text(nameStart + nameOffset) else { continue }
        functions.append(Function(name: name, section: index, offset: offset, size: size))
      }
    }
    return functions
  }
}
