import MartletCore

/// The name of a data set and a digest of its contents: what a checkpoint keeps to tell whether it is used with the data it was made with.
package struct DataIdentity: Hashable, Sendable {
  static let nameEntry = "data"
  static let digestEntry = "data-sha256"

  package var name: String
  package var digest: String

  /// Bytes of images, and of targets that are no numbers of classes, of a part that are hashed: more would delay the start of a run by tenths of a second.
  private static let hashedBytes = 2 << 20

  init(name: String, digest: String) {
    self.name = name
    self.digest = digest
  }

  /// SHA-256 over, for the training set and then the test set, the number and shape of the images, all labels (a byte each) and every k-th
  /// image from the first on, with the least k that hashes at most 2 MiB of them: all images of a small set, every 23rd of MNIST's. Of targets
  /// that are no numbers of classes every k-th in the same way.
  package init(_ set: DataSet) throws {
    var hash = SHA256()
    for part in [set.train, set.test] {
      let (input, target) = (set.samples.input, set.samples.target)
      Array("\(part.count) \(input.shape)\n".utf8).withUnsafeBytes { hash.update($0) }
      func chosen(_ type: TensorType) -> [Int] {
        let step = max(1, (part.count * type.byteCount + DataIdentity.hashedBytes - 1) / DataIdentity.hashedBytes)
        return Array(stride(from: 0, to: part.count, by: step))
      }
      if target.dtype == .i32, target.shape.rank == 0 {
        try DataSet.labels(part, Array(0..<part.count)).map { UInt8(truncatingIfNeeded: $0) }.withUnsafeBytes { hash.update($0) }
      } else {
        try hash.update(of: part, 1, chosen(target), target)
      }
      try hash.update(of: part, 0, chosen(input), input)
    }
    self.init(name: set.name, digest: hash.hexDigest())
  }

  /// In words, nil where both are the same data.
  package func difference(from other: DataIdentity) -> String? {
    guard digest != other.digest else { return nil }
    return "the data set \(name) (digest \(digest.prefix(8))), this run has \(other.name) (digest \(other.digest.prefix(8)))"
  }
}

extension SHA256 {
  /// Adds the bytes of an element of some samples.
  fileprivate mutating func update(of source: any DataSource, _ element: Int, _ samples: [Int], _ type: TensorType) throws {
    var bytes = [UInt8](repeating: 0, count: samples.count * type.byteCount)
    try bytes.withUnsafeMutableBytes { try source.write(element, of: samples, to: $0) }
    bytes.withUnsafeBytes { update($0) }
  }
}
