import MartletCore
import MartletTraining

/// Reads what `predict` is given: photos, or files of arrays.
struct PredictionInput {
  /// Of one input of the model.
  let type: TensorType
  let model: String
  /// Whether the model's training images have a dark background.
  let darkBackground: Bool

  init(_ type: TensorType, model: String, darkBackground: Bool) {
    (self.type, self.model, self.darkBackground) = (type, model, darkBackground)
  }

  /// The inputs, and what each is called. Throws errors that name the file.
  func read(_ path: String) throws -> (source: any DataSource, names: [String], broken: [MartletError]) {
    if FileBytes.isFolder(path) { return try photos(ImageDecoder.files(in: path).map { "\(path)/\($0)" }, of: path) }
    if ImageDecoder.isPicture(path) { return try photos([path], of: path) }
    guard path.hasSuffix(".npy") || IDX.isPresent(path) else {
      if path.hasSuffix(".csv") || path.hasSuffix(".tsv") {
        throw MartletError(
          DataErrorCode.imageShape, "\(path) is a table, and predict reads none",
          advice: "Save its features as a float32 array in an .npy file, in the order of the table that the model was trained with.")
      }
      // Says what kind of file it is instead.
      return try photos([path], of: path)
    }
    let tensor = path.hasSuffix(".npy") ? try Npy.read(path) : try IDX.read(path, axes: 3)
    return try arrays(tensor, path)
  }

  /// Photos that cannot be read are left out, and come back as errors; throws where none is left.
  private func photos(
    _ paths: [String], of place: String
  ) throws -> (source: any DataSource, names: [String], broken: [MartletError]) {
    guard !paths.isEmpty else {
      throw MartletError(
        DataErrorCode.noImage, "\(place) holds no .png or .jpg file", advice: "Name a folder of photos; folders inside it are not searched."
      )
    }
    guard type.dtype == .u8, type.shape.rank == 3 else {
      throw MartletError(
        DataErrorCode.imageShape, "\(place) is a photo, but the model \(model) takes \(type)", advice: "Give its inputs as an .npy file.")
    }
    let preparation = try PhotoPreparation(for: type.shape, darkBackground: darkBackground)
    try MachineMemory.expect(Shape.checkedElementCount([paths.count] + type.shape.extents) ?? .max, for: "the photos of \(place)")
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
    if read.isEmpty, let error = broken.first { throw error }
    let images = try HostTensor(Shape([read.count] + type.shape.extents), elements: pixels)
    return (try TensorData(["image": images]), read, broken)
  }

  private func arrays(
    _ tensor: HostTensor, _ path: String
  ) throws -> (source: any DataSource, names: [String], broken: [MartletError]) {
    // An axis of one channel may be left out, and so may the batch.
    let accepted = [type.shape.extents, Array(type.shape.extents.drop { $0 == 1 })]
    let extents = tensor.shape.extents
    guard tensor.dtype == type.dtype, accepted.contains(where: { $0 == extents || $0 == Array(extents.dropFirst()) }) else {
      throw MartletError(
        DataErrorCode.imageShape,
        "\(path) holds \(tensor.type), but the model \(model) takes \(type.dtype) of shape [N, \(type.shape.description.dropFirst())",
        advice: type.dtype == .u8
          ? "Save the images as uint8 of that shape; the graph divides by 255 itself." : "Save the inputs as \(type.dtype) of that shape.")
    }
    let count = tensor.count / max(type.elementCount, 1)
    let inputs = try tensor.reshaped(Shape([count] + type.shape.extents))
    return (try TensorData(["image": inputs]), (0..<count).map { "image \($0)" }, [])
  }
}
