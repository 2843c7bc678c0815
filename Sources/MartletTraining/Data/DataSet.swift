import MartletCore

/// Images as bytes with labels, kept as they came from the file.
package struct LabelledImages: Sendable {
  /// Channels, height, width.
  package let shape: Shape
  package let count: Int
  /// `count` images, row-major.
  package let pixels: [UInt8]
  package let labels: [Int32]

  package var imageByteCount: Int { shape.elementCount }

  /// Calls the body with the bytes and labels of consecutive images.
  func withBatch<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer, UnsafeBufferPointer<Int32>) throws -> Result
  ) rethrows -> Result {
    try pixels.withUnsafeBytes { bytes in
      try labels.withUnsafeBufferPointer { labels in
        try body(
          UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound * imageByteCount..<range.upperBound * imageByteCount]),
          UnsafeBufferPointer(rebasing: labels[range]))
      }
    }
  }

  /// Copies of images in another order.
  func picked(_ order: [Int]) -> LabelledImages {
    var picked: [UInt8] = []
    picked.reserveCapacity(order.count * imageByteCount)
    for image in order { picked += pixels[image * imageByteCount..<(image + 1) * imageByteCount] }
    return LabelledImages(shape: shape, count: order.count, pixels: picked, labels: order.map { labels[$0] })
  }
}

/// A training set and a test set of small images.
package struct DataSet: Sendable {
  package let name: String
  package let folder: String
  package let classes: Int
  package let train: LabelledImages
  package let test: LabelledImages

  package static let classCount = 10

  /// Reads the IDX or CIFAR-10 files of a folder. Throws `.invalidInput` that names the file.
  package static func load(folder: String) throws -> DataSet {
    if CIFAR10.isComplete(folder) { return try CIFAR10.load(folder: folder) }
    let train = try images(folder, "train")
    let test = try images(folder, "t10k")
    guard train.shape == test.shape else {
      throw MartletError(DataErrorCode.setsDiffer, "\(folder): training images are \(train.shape), test images \(test.shape)")
    }
    return DataSet(name: name(of: train), folder: folder, classes: classCount, train: train, test: test)
  }

  /// The path of one of the four files, with or without `.gz`; nil if neither is there.
  static func file(_ folder: String, _ stem: String) -> String? { MNISTFiles.path(folder, stem) }

  package static let stems = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]

  /// Whether all files of one format are there.
  package static func isComplete(_ folder: String) -> Bool { stems.allSatisfy { file(folder, $0) != nil } || CIFAR10.isComplete(folder) }

  private static func images(_ folder: String, _ part: String) throws -> LabelledImages {
    func path(_ stem: String) throws -> String {
      guard let path = file(folder, stem) else {
        throw MartletError(
          DataErrorCode.missingFile, "\(folder) has no file \(stem).gz")
      }
      return path
    }
    let imagePath = try path("\(part)-images-idx3-ubyte")
    let labelPath = try path("\(part)-labels-idx1-ubyte")
    let pixels = try IDX.read(imagePath, axes: 3)
    let labels = try IDX.read(labelPath, axes: 1)
    guard pixels.shape[0] == labels.shape[0] else {
      throw MartletError(
        DataErrorCode.countsDiffer, "\(imagePath) has \(pixels.shape[0]) images, \(labelPath) has \(labels.shape[0]) labels")
    }
    guard pixels.shape[0] > 0 else { throw MartletError(DataErrorCode.noImage, "\(imagePath) holds no image") }
    let labelBytes: [UInt8] = labels.elements() ?? []
    if let position = labelBytes.firstIndex(where: { $0 >= classCount }) {
      throw MartletError(
        DataErrorCode.labelOutOfRange, "\(labelPath): label \(position) is \(labelBytes[position]), labels are below \(classCount)",
        advice: "The file is damaged or not a set of ten classes.")
    }
    return LabelledImages(
      shape: [1, pixels.shape[1], pixels.shape[2]], count: pixels.shape[0], pixels: pixels.elements() ?? [],
      labels: labelBytes.map { Int32($0) })
  }

  /// Known sets are told by their first hundred training images.
  private static func name(of train: LabelledImages) -> String {
    KnownImages.name(train.pixels.prefix(100 * train.imageByteCount))
      ?? "\(train.count) images of \(train.shape[1]) x \(train.shape[2])"
  }
}

/// Where data are looked for, in this order: a folder that is asked for, `$MARTLET_DATA`, the cache that `Tools/setup` fills.
package enum DataLocator {
  /// The folder of the cache; nil where nothing says which folder is the user's.
  public static var cache: String? { CacheFolder.standard.path.map { "\($0)/martlet/data" } }

  /// The places, with what they are.
  package static func places(_ asked: String?) -> [(title: String, folder: String)] {
    var places: [(title: String, folder: String)] = []
    if let asked { return [("--data", asked)] }
    if let folder = FileBytes.environment("MARTLET_DATA") { places.append(("$MARTLET_DATA", folder)) }
    if let cache { places.append(("the cache", cache)) }
    return places
  }

  /// What to say of a place that the user named in the environment and that is passed over.
  package static func warning(_ asked: String?) -> String? {
    guard asked == nil, let folder = FileBytes.environment("MARTLET_DATA"), !DataSet.isComplete(folder) else { return nil }
    let reason = FileBytes.isFolder(folder) ? "holds no data set" : "is no folder"
    return "$MARTLET_DATA names \(folder), which \(reason)"
  }

  /// The first folder that has all files. Throws `.invalidInput` that lists where it looked.
  package static func find(_ asked: String?) throws -> (title: String, folder: String) {
    let places = places(asked)
    if let found = places.first(where: { DataSet.isComplete($0.folder) }) { return found }
    throw MartletError(
      DataErrorCode.noDataSet,
      "no data set found; looked in "
        + (places.isEmpty ? "no folder" : places.map { "\($0.folder) (\($0.title))" }.joined(separator: " and ")) + " for "
        + DataSet.stems.map { "\($0).gz" }.joined(separator: ", ")
        + ", or \(CIFAR10.trainingFiles.joined(separator: ", ")), \(CIFAR10.testFile)",
      advice: "Run Tools/setup, which fetches one, or name a folder with --data.")
  }
}
