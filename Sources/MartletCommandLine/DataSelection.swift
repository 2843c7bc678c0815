import ArgumentParser
import MartletCore
import MartletLayers
import MartletTraining

/// Which data a command reads, and how.
struct DataSelection: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Data to read: a folder of images (a folder a class), a .csv, an .npz, a folder of .npy, IDX or CIFAR-10 files (default: $MARTLET_DATA, then "
        + "the cache that Tools/setup fills).", valueName: "path"))
  var data: String?
  @Option(help: "Read --data as this format: \(DataFiles.names.joined(separator: ", ")) (default: found out from the files).")
  var format: String?
  @Option(help: "Column of a table with the classes (default: label, class, target, species or y, else the last one).")
  var labelColumn: String?
  @Option(help: "Column of a table with numbers to predict; repeat for several.") var targetColumn: [String] = []
  @Option(help: "Column of a table that is not read; repeat for several.") var ignoreColumn: [String] = []
  @Option(help: "Array of an .npz, or .npy file, with the inputs (default: x, images, data, …).") var inputArray: String?
  @Option(help: "Array of an .npz, or .npy file, with the labels (default: y, labels, target, …).") var labelArray: String?
  @Option(help: "Size that images are converted to: 32, 28x28 or 3x32x32 (default: their own size, else the model's).") var imageSize:
    String?

  init() {}

  /// Reads the data for a model, and how they were found. Prints a warning where the environment names a folder without data.
  func load(for model: String) throws -> (set: DataSet, title: String) {
    if data == nil { CacheNote.say() }
    let found = try DataLocator.find(data)
    if let warning = DataLocator.warning(data) { Output.error("warning: \(warning); using \(found.title)") }
    let network = try ModelRegistry.make(model, for: nil)
    let published = network.inputShape
    var options = DataOptions(
      format: format, input: inputArray, label: labelArray, labelColumn: labelColumn, targets: targetColumn, ignoring: ignoreColumn)
    options.imageShape = try imageSize.map { try DataSelection.shape($0, channels: published.rank == 3 ? published[0] : 3) }
    options.fallbackImageShape = published.rank == 3 ? published : nil
    if let window = network.samples.window { options.window = window }
    let set = try DataSet.load(folder: found.folder, options)
    return (network is any PredictsItsInput ? set.predictingInputs() : set, found.title)
  }

  /// `32`, `28x28` or `3x32x32` as channels, height and width.
  static func shape(_ text: String, channels: Int) throws -> Shape {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    let extents = parts.compactMap { $0 }
    guard extents.count == parts.count, (1...3).contains(extents.count), extents.allSatisfy({ (1...1 << 14).contains($0) }) else {
      throw MartletError(
        UsageErrorCode.unknownChoice, "--image-size is a size, HEIGHTxWIDTH or CHANNELSxHEIGHTxWIDTH, found '\(text)'",
        advice: "For example --image-size 32 or --image-size 3x64x48.")
    }
    switch extents.count {
    case 1: return [channels, extents[0], extents[0]]
    case 2: return [channels, extents[0], extents[1]]
    default: return Shape(extents)
    }
  }
}
