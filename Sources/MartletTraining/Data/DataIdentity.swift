import MartletCore

/// The name of a data set and a digest of its contents: what a checkpoint keeps to tell whether it is used with the data it was made with.
package struct DataIdentity: Hashable, Sendable {
  static let nameEntry = "data"
  static let digestEntry = "data-sha256"

  package var name: String
  package var digest: String

  /// Bytes of images of a part that are hashed: more would delay the start of a run by tenths of a second.
  private static let hashedBytes = 2 << 20

  init(name: String, digest: String) {
    self.name = name
    self.digest = digest
  }

  /// SHA-256 over, for the training set and then the test set, the number and shape of the images, all labels (a byte each) and every k-th
  /// image from the first on, with the least k that hashes at most 2 MiB of them: all images of a small set, every 23rd of MNIST's.
  package init(_ set: DataSet) {
    var hash = SHA256()
    for part in [set.train, set.test] {
      Array("\(part.count) \(part.shape)\n".utf8).withUnsafeBytes { hash.update($0) }
      part.labels.map { UInt8(truncatingIfNeeded: $0) }.withUnsafeBytes { hash.update($0) }
      let step = max(1, (part.pixels.count + DataIdentity.hashedBytes - 1) / DataIdentity.hashedBytes)
      part.pixels.withUnsafeBytes { pixels in
        for image in stride(from: 0, to: part.count, by: step) {
          let start = image * part.imageByteCount
          hash.update(UnsafeRawBufferPointer(rebasing: pixels[start..<start + part.imageByteCount]))
        }
      }
    }
    self.init(name: set.name, digest: hash.hexDigest())
  }

  /// In words, nil where both are the same data.
  package func difference(from other: DataIdentity) -> String? {
    guard digest != other.digest else { return nil }
    return "the data set \(name) (digest \(digest.prefix(8))), this run has \(other.name) (digest \(other.digest.prefix(8)))"
  }
}
