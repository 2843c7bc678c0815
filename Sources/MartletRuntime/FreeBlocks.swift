/// The free parts of an arena that grows as needed. A request takes a block of the smallest class whose blocks are all large enough, and a
/// block that becomes free is joined with its free neighbours; both take constant time.
///
/// Classes as in M. Masmano et al., "TLSF: a New Dynamic Memory Allocator for Real-Time Systems", 2004: sixteen for each power of two.
struct FreeBlocks {
  /// The end of the arena.
  private(set) var byteCount = 0
  private var sizes: [Int: Int] = [:]
  /// The start of the free block that ends at an offset.
  private var starts: [Int: Int] = [:]
  /// Offsets and sizes by class; blocks that are not free any more, or have grown, stay until they are found.
  private var classes: [[(offset: Int, size: Int)]] = []
  /// Classes that may hold a block.
  private var occupied: [UInt64] = []

  private static let steps = 4

  /// The class of blocks of a size.
  private static func number(_ size: Int) -> Int {
    let power = Int.bitWidth - 1 - size.leadingZeroBitCount
    guard power > steps else { return size }
    return ((power - steps) << steps) + (size >> (power - steps))
  }

  /// The offset of a block of so many bytes, at least 1, which is not free any more.
  mutating func take(_ size: Int) -> Int {
    // From this class on every block is large enough.
    let power = Int.bitWidth - 1 - size.leadingZeroBitCount
    let rounded = power > FreeBlocks.steps ? size + (1 << (power - FreeBlocks.steps)) - 1 : size
    if let offset = takeExact(size) ?? takeFirst(from: FreeBlocks.number(rounded), size) { return offset }
    // The last block grows, if it is free.
    if let start = starts[byteCount] {
      remove(start)
      byteCount = start + size
      return start
    }
    byteCount += size
    return byteCount - size
  }

  mutating func free(_ offset: Int, _ size: Int) {
    var (offset, size) = (offset, size)
    if let start = starts[offset] {
      size += offset - start
      remove(start)
      offset = start
    }
    if let next = sizes[offset + size] {
      remove(offset + size)
      size += next
    }
    insert(offset, size)
  }

  private mutating func insert(_ offset: Int, _ size: Int) {
    sizes[offset] = size
    starts[offset + size] = offset
    let number = FreeBlocks.number(size)
    while classes.count <= number { classes.append([]) }
    while occupied.count <= number / 64 { occupied.append(0) }
    classes[number].append((offset, size))
    occupied[number / 64] |= 1 << UInt64(number % 64)
  }

  private mutating func remove(_ offset: Int) {
    guard let size = sizes.removeValue(forKey: offset) else { return }
    starts.removeValue(forKey: offset + size)
  }

  /// The last block of exactly this size, if it is the last of its class.
  private mutating func takeExact(_ size: Int) -> Int? {
    let number = FreeBlocks.number(size)
    guard classes.indices.contains(number) else { return nil }
    dropStale(number)
    guard let last = classes[number].last, last.size == size else { return nil }
    classes[number].removeLast()
    remove(last.offset)
    return last.offset
  }

  private mutating func takeFirst(from first: Int, _ size: Int) -> Int? {
    var number = first
    while let found = nextOccupied(number) {
      dropStale(found)
      if let block = classes[found].popLast() {
        remove(block.offset)
        if block.size > size { insert(block.offset + size, block.size - size) }
        return block.offset
      }
      number = found + 1
    }
    return nil
  }

  private func nextOccupied(_ number: Int) -> Int? {
    var (word, bit) = (number / 64, UInt64(number % 64))
    while word < occupied.count {
      let rest = (occupied[word] >> bit) << bit
      if rest != 0 { return word * 64 + rest.trailingZeroBitCount }
      (word, bit) = (word + 1, 0)
    }
    return nil
  }

  /// Removes blocks at the end of a class that are not free as they were.
  private mutating func dropStale(_ number: Int) {
    while let last = classes[number].last, sizes[last.offset] != last.size { classes[number].removeLast() }
    if classes[number].isEmpty { occupied[number / 64] &= ~(1 << UInt64(number % 64)) }
  }
}
