import MartletCore
import MartletTraining

/// Reads what `predict` is given: photos, folders of photos, or files of arrays.
struct PredictionInput {
  /// Inputs that are predicted one after the other.
  struct Part {
    let source: any DataSource
    /// What each input is called.
    let names: [String]
  }

  /// Of one input of the model.
  let type: TensorType
  let model: String
  /// Whether the model's training images have a dark background.
  let darkBackground: Bool

  init(_ type: TensorType, model: String, darkBackground: Bool) {
    (self.type, self.model, self.darkBackground) = (type, model, darkBackground)
  }

  /// The inputs in the order of the paths. Photos that cannot be read, and of several paths those that hold nothing, are left out, and come back as errors; throws where no input is left.
  /// Errors name the file.
  func read(_ paths: [String]) throws -> (parts: [Part], broken: [MartletError]) {
    var (parts, broken): ([Part], [MartletError]) = ([], [])
    var waiting: [String] = []
    /// Photos that follow one another are predicted together.
    func readWaiting() throws {
      guard !waiting.isEmpty else { return }
      let (part, errors) = try photos(waiting)
      if let part { parts.append(part) }
      broken += errors
      waiting = []
    }
    for path in paths {
      let found: Kind
      do { found = try kind(path) } catch let error as MartletError {
        guard error.number == DataErrorCode.emptyInput.rawValue, paths.count > 1 else { throw error }
        broken.append(error)
        continue
      }
      switch found {
      case .photos(let files): waiting += files
      case .array(let tensor):
        try readWaiting()
        let source = try array(tensor, path)
        parts.append(Part(source: source, names: (0..<source.count).map { paths.count > 1 ? "\(path) \($0)" : "image \($0)" }))
      }
    }
    try readWaiting()
    if parts.isEmpty, let error = broken.first { throw error }
    return (parts, broken)
  }

  private enum Kind {
    case photos([String])
    case array(HostTensor)
  }

  /// What a path is. Throws M1040 where it holds nothing.
  private func kind(_ path: String) throws -> Kind {
    if FileBytes.isFolder(path) { return .photos(try photos(in: path)) }
    guard path != "-" else {
      throw MartletError(
        FileErrorCode.inaccessible, "predict reads no inputs from standard input",
        advice: "Write them to a file; ./- names a file that is called -.")
    }
    guard FileBytes.exists(path) else {
      throw MartletError(FileErrorCode.inaccessible, "there is no file or folder \(path)", advice: "Correct the path.")
    }
    if FolderNames.isEmptyFile(path) {
      throw MartletError(DataErrorCode.emptyInput, "\(path) is an empty file", advice: "Name a photo, or an .npy or IDX file of inputs.")
    }
    let isArray = path.hasSuffix(".npy") || IDX.isPresent(path)
    if ImageDecoder.isPicture(path) || !isArray {
      if path.hasSuffix(".csv") || path.hasSuffix(".tsv") {
        throw MartletError(
          DataErrorCode.imageShape, "\(path) is a table, and predict reads none",
          advice: "Save its features as a float32 array in an .npy file, in the order of the table that the model was trained with.")
      }
      // Of neither kind: decoding says what it is instead.
      try expectPhotos(path)
      return .photos([path])
    }
    return .array(path.hasSuffix(".npy") ? try Npy.read(path) : try IDX.read(path, axes: 3))
  }

  // MARK: Photos

  /// The photos of a folder. Throws M1040 where it is empty, M1008 where it holds other things alone.
  private func photos(in folder: String) throws -> [String] {
    let files = try ImageDecoder.files(in: folder)
    guard files.isEmpty else {
      try expectPhotos(folder)
      return files.map { folder.hasSuffix("/") ? "\(folder)\($0)" : "\(folder)/\($0)" }
    }
    let others = try FileBytes.names(in: folder).filter { !$0.hasPrefix(".") }.sorted()
    guard let first = others.first else {
      throw MartletError(
        DataErrorCode.emptyInput, "\(folder) is an empty folder", advice: "Name a folder of photos, .png or .jpg files, or one photo.")
    }
    let what = others.count == 1 ? "only \(first)" : "only \(others.count) other things, such as \(first)"
    throw MartletError(
      DataErrorCode.noImage, "\(folder) holds no .png or .jpg file, \(what)",
      advice: "Name a folder of photos; folders inside it are not searched. Name .npy files one by one.")
  }

  private func expectPhotos(_ path: String) throws {
    guard type.dtype == .u8, type.shape.rank == 3 else {
      let what = FileBytes.isFolder(path) ? "a folder of photos" : ImageDecoder.isPicture(path) ? "a photo" : "no .npy or IDX file"
      throw MartletError(
        DataErrorCode.imageShape, "\(path) is \(what), but the model \(model) takes \(type)", advice: "Give its inputs as an .npy file.")
    }
  }

  /// Nil where none of them can be read.
  private func photos(_ paths: [String]) throws -> (part: Part?, broken: [MartletError]) {
    let preparation = try PhotoPreparation(for: type.shape, darkBackground: darkBackground)
    let size = Shape.checkedElementCount([paths.count] + type.shape.extents) ?? .max
    try MachineMemory.expect(size, for: "\(paths.count) photos")
    var pixels: [UInt8] = []
    var (read, broken): ([String], [MartletError]) = ([], [])
    for path in paths {
      do {
        let prepared = try preparation.prepare(ImageDecoder.read(path))
        Output.error("note: \(path): \(prepared.summary)")
        pixels += prepared.pixels.elements() ?? []
        read.append(path)
      } catch let error as MartletError { broken.append(error) }
    }
    guard !read.isEmpty else { return (nil, broken) }
    let images = try HostTensor(Shape([read.count] + type.shape.extents), elements: pixels)
    return (Part(source: try TensorData(["image": images]), names: read), broken)
  }

  // MARK: Arrays

  private func array(_ given: HostTensor, _ path: String) throws -> TensorData {
    // As train reads them.
    let tensor = given.dtype == .f64 && type.dtype == .f32 ? given.converted(to: .f32) : given
    // An axis of one channel may be left out, and so may the batch.
    let accepted = [type.shape.extents, Array(type.shape.extents.drop { $0 == 1 })]
    let extents = tensor.shape.extents
    guard tensor.dtype == type.dtype, accepted.contains(where: { $0 == extents || $0 == Array(extents.dropFirst()) }) else {
      throw MartletError(
        DataErrorCode.imageShape,
        "\(path) holds \(given.type), but the model \(model) takes \(type.dtype) of shape [N, \(type.shape.description.dropFirst())",
        advice: type.dtype == .u8
          ? "Save the images as uint8 of that shape; the graph divides by 255 itself." : "Save the inputs as \(type.dtype) of that shape.")
    }
    let count = tensor.count / max(type.elementCount, 1)
    guard count > 0 else {
      throw MartletError(
        DataErrorCode.emptyInput, "\(path) holds \(tensor.type): no input at all",
        advice: "Save at least one input: an array of shape [1, \(type.shape.description.dropFirst()).")
    }
    return try TensorData(["image": tensor.reshaped(Shape([count] + type.shape.extents))])
  }
}
