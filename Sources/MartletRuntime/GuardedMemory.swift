import Glibc

/// Memory that ends at a page that may not be accessed: a kernel that reads or writes beyond its buffer ends the process at once,
/// in the instruction that did it. What `MARTLET_CHECKS=1` gives every buffer.
///
///     | page that traps | unused | the bytes, on 64 | page that traps |
struct GuardedMemory {
  /// All pages, those that trap too.
  private let pages: UnsafeMutableRawBufferPointer
  /// On a multiple of 64; at most 63 bytes are between the end and the page that traps.
  let bytes: UnsafeMutableRawBufferPointer

  /// Zeros; nil when the system gives no memory.
  init?(byteCount: Int) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let rounded = (max(byteCount, 1) + 63) / 64 * 64
    let inner = (rounded + page - 1) / page * page
    guard let start = mmap(nil, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), start != MAP_FAILED else { return nil }
    pages = UnsafeMutableRawBufferPointer(start: start, count: inner + 2 * page)
    guard mprotect(start + page, inner, PROT_READ | PROT_WRITE) == 0 else {
      munmap(start, pages.count)
      return nil
    }
    bytes = UnsafeMutableRawBufferPointer(start: start + page + inner - rounded, count: byteCount)
  }

  func release() { munmap(pages.baseAddress, pages.count) }
}
