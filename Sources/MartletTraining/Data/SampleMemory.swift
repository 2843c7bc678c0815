/// Samples that follow one another in memory.
enum SampleMemory {
  /// Copies samples of `size` bytes each from memory that holds all of them; neighbours in one piece. The numbers and sizes must have been checked.
  static func copy(_ samples: [Int], of size: Int, from source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer) {
    guard size > 0, let from = source.baseAddress, let to = target.baseAddress else { return }
    var position = 0
    while position < samples.count {
      let first = samples[position]
      var end = position + 1
      while end < samples.count, samples[end] == first + (end - position) { end += 1 }
      (to + position * size).copyMemory(from: from + first * size, byteCount: (end - position) * size)
      position = end
    }
  }
}
