import MartletCore

/// A folder of PNG or JPEG files, a folder a class, with or without folders `train` and `test` above them.
enum ImageFolderFormat: DataFormat {
  static let name = "images"
  static let expectation = "a folder of .png or .jpg files, a folder a class"

  static func recognises(_ path: String) -> Bool { FileBytes.isFolder(path) && ImageFolder.isPresent(path) }

  static func read(_ path: String, _ options: DataOptions) throws -> LoadedData {
    let (folder, conversion) = try load(path, options)
    func data(_ part: ImageFolder.Part) throws -> TensorData {
      try TensorData([("image", part.pixels), ("label", part.labels)], classes: ["label": folder.classes])
    }
    let shape = folder.shape
    let size = "\(shape[1]) x \(shape[2])\(shape[0] == 1 ? ", grey" : "")"
    let notes = (conversion + folder.notes).map { "; \($0)" }.joined()
    let sentence = "folder of images: \(folder.train.count) of \(size), \(folder.classes.count) classes\(notes)"
    guard let test = folder.test else { return try LoadedData(kind: sentence, all: try data(folder.train)) }
    return try LoadedData(kind: "\(sentence); \(test.count) to test with", train: try data(folder.train), test: try data(test))
  }

  /// The images in the size that is asked for, else in their own, else in the one to fall back on; and what was done.
  private static func load(_ path: String, _ options: DataOptions) throws -> (ImageFolder, [String]) {
    if let shape = options.imageShape { return (try ImageFolder.load(path, shape: shape), ["converted to that size"]) }
    do { return (try ImageFolder.load(path), []) } catch let error as MartletError
      where error.number == ImageErrorCode.sizesDiffer.rawValue
    {
      guard let shape = options.fallbackImageShape else { throw error }
      return (try ImageFolder.load(path, shape: shape), ["their sizes differ, converted to that one"])
    }
  }
}
