import MartletCore

/// The binary version of CIFAR-10: records of a label byte and 3 x 32 x 32 bytes, colour planes one after the other.
///
/// Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009; https://www.cs.toronto.edu/~kriz/cifar.html.
enum CIFAR10 {
  static let trainingFiles = (1...5).map { "data_batch_\($0).bin" }
  static let testFile = "test_batch.bin"

  private static let shape: Shape = [3, 32, 32]

  /// Whether all six files are there.
  static func isComplete(_ folder: String) -> Bool { (trainingFiles + [testFile]).allSatisfy { FileBytes.exists("\(folder)/\($0)") } }

  /// The names of the classes, in the order of their numbers. Source: batches.meta.txt of the set.
  static let classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]

  static func load(folder: String) throws -> (train: TensorData, test: TensorData) {
    (try images(trainingFiles.map { "\(folder)/\($0)" }), try images(["\(folder)/\(testFile)"]))
  }

  private static func images(_ paths: [String]) throws -> TensorData {
    var pixels: [UInt8] = []
    var labels: [Int32] = []
    let record = 1 + shape.elementCount
    for path in paths {
      let bytes = try FileBytes.read(path)
      guard !bytes.isEmpty, bytes.count % record == 0 else {
        throw MartletError(
          DataErrorCode.malformedRecords,
          "\(path) has \(bytes.count) bytes; records of \(record) were expected, a label and an image of \(shape)",
          advice: "The file is cut off or not the binary version of CIFAR-10.")
      }
      pixels.reserveCapacity(pixels.count + bytes.count)
      for start in stride(from: 0, to: bytes.count, by: record) {
        guard bytes[start] < DataSet.classCount else {
          throw MartletError(
            DataErrorCode.labelOutOfRange, "\(path): label \(start / record) is \(bytes[start]), labels are below \(DataSet.classCount)",
            advice: "The file is damaged or not the binary version of CIFAR-10.")
        }
        labels.append(Int32(bytes[start]))
        pixels += bytes[start + 1..<start + record]
      }
    }
    return try TensorData(
      [("image", HostTensor(Shape([labels.count] + shape.extents), pixels)), ("label", HostTensor([labels.count], labels))],
      classes: ["label": classes])
  }
}
