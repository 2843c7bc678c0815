import MartletCore

/// A folder with MNIST's four files, plain or gzipped, under any of the names of `MNISTFiles`. Labels from 0 to 255.
enum IDXFormat: DataFormat {
  static let name = "IDX"
  static let expectation = "a folder with \(DataSet.stems.joined(separator: ", ")), plain or .gz"

  static func recognises(_ path: String) -> Bool {
    FileBytes.isFolder(path) && DataSet.stems[..<2].allSatisfy { MNISTFiles.path(path, $0) != nil }
  }

  static func read(_ path: String, _ options: DataOptions) throws -> LoadedData {
    let train = try part(path, "train")
    // One of the two files of a test part says that the other one is missing.
    let hasTest = DataSet.stems[2...].contains { MNISTFiles.path(path, $0) != nil }
    let test = hasTest ? try part(path, "t10k") : nil
    let known = KnownImages.name(train.pixels.prefix(100 * train.shape.elementCount))
    let largest = Int((train.labels + (test?.labels ?? [])).max() ?? 0)
    let count = known == nil ? largest + 1 : max(DataSet.classCount, largest + 1)
    guard count > 1 else {
      throw MartletError(
        DataErrorCode.noClasses, "\(path): all labels are 0", advice: "Labels are numbers of at least two classes, from 0.")
    }
    let classes = known.map { KnownImages.classes($0, count) } ?? (0..<count).map { "\($0)" }
    func data(_ part: Part) throws -> TensorData {
      let tensors = [
        ("image", HostTensor(Shape([part.labels.count] + part.shape.extents), part.pixels)),
        ("label", HostTensor([part.labels.count], part.labels.map { Int32($0) })),
      ]
      return try TensorData(tensors, classes: ["label": classes])
    }
    let title = known ?? "IDX"
    let sentence = "\(title): \(train.labels.count) images of \(train.shape[1]) x \(train.shape[2]), \(count) classes"
    var loaded =
      if let test {
        try LoadedData(kind: "\(sentence); \(test.labels.count) to test with", train: try data(train), test: try data(test))
      } else {
        try LoadedData(kind: sentence, all: try data(train))
      }
    loaded.name = known ?? "\(train.labels.count) images of \(train.shape[1]) x \(train.shape[2])"
    return loaded
  }

  private struct Part {
    var shape: Shape
    var pixels: [UInt8]
    var labels: [UInt8]
  }

  private static func part(_ folder: String, _ part: String) throws -> Part {
    func path(_ stem: String) throws -> String {
      guard let path = MNISTFiles.path(folder, stem) else {
        throw MartletError(DataErrorCode.missingFile, "\(folder) has no file \(stem), plain or .gz")
      }
      return path
    }
    let imagePath = try path("\(part)-images-idx3-ubyte")
    let labelPath = try path("\(part)-labels-idx1-ubyte")
    let images = try IDX.read(imagePath, axes: 3)
    let labels = try IDX.read(labelPath, axes: 1)
    guard images.shape[0] == labels.shape[0] else {
      throw MartletError(
        DataErrorCode.countsDiffer, "\(imagePath) has \(images.shape[0]) images, \(labelPath) has \(labels.shape[0]) labels")
    }
    guard images.count > 0 else { throw MartletError(DataErrorCode.noImage, "\(imagePath) holds no image") }
    return Part(
      shape: [1, images.shape[1], images.shape[2]], pixels: images.elements() ?? [], labels: labels.elements() ?? [])
  }
}

/// A folder with the binary version of CIFAR-10.
enum CIFAR10Format: DataFormat {
  static let name = "CIFAR-10"
  static let expectation = "a folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin"

  static func recognises(_ path: String) -> Bool { folder(path) != nil }

  /// The folder itself, or the one that the data set's archive makes in it.
  private static func folder(_ path: String) -> String? { [path, "\(path)/cifar-10-batches-bin"].first(where: CIFAR10.isComplete) }

  static func read(_ path: String, _ options: DataOptions) throws -> LoadedData {
    let set = try CIFAR10.load(folder: folder(path) ?? path)
    let sentence = "CIFAR-10: \(set.train.count) images of 32 x 32 in 3 colours, 10 classes; \(set.test.count) to test with"
    var loaded = try LoadedData(kind: sentence, train: set.train, test: set.test)
    loaded.name = name
    return loaded
  }
}
