import MartletCore
import MartletRuntime

/// A data set of PNG and JPEG files in folders: a subfolder for each class, or the folders `train` and `test` (or `validation`, `valid`,
/// `val`) with such subfolders. Labels are the positions of the classes' names, sorted by their bytes.
///
/// Files are taken by their names' ends (.png, .jpg, .jpeg in any case) and decoded by their first bytes. Hidden files are passed over,
/// other files are counted in `notes`, folders inside a class are not searched, links are followed.
public struct ImageFolder: Sendable {
  /// Training or test images, class by class and sorted by name within each.
  public struct Part: Sendable {
    /// `u8[N, channels, height, width]`.
    public let pixels: HostTensor
    /// `i32[N]`: positions in `classes`.
    public let labels: HostTensor
    /// Relative to the folder, such as `train/cat/1.png`.
    public let files: [String]

    /// How many images there are.
    public var count: Int { files.count }
  }

  package let folder: String
  /// The names of the subfolders.
  public let classes: [String]
  /// Channels, height and width of all images.
  public let shape: Shape
  /// The images to train with.
  public let train: Part
  /// Nil where there is no folder of test images. A class of the training images may be missing here.
  public let test: Part?
  /// Sentences about what the folder holds and is not used.
  public let notes: [String]

  /// Whether a folder has subfolders with images: reads names, no image.
  package static func isPresent(_ folder: String) -> Bool { ImageFolderLayout.isPresent(folder) }

  /// Reads all images of a folder, with as many threads as the process may use unless `threads` says otherwise; the result does not depend
  /// on their number.
  ///
  /// All images are converted to `shape`, `[1 or 3, height, width]`, as `PhotoPreparation` with the same `fit` converts a photo. Without a
  /// shape all must have that of the first one.
  ///
  /// Throws `M1081` to `M1092` and `M101`, which name the folder or the first file that is wrong, and `M153` where the images do not fit
  /// into memory.
  public static func load(
    _ folder: String, shape: Shape? = nil, fit: ImageFit = .crop, threads: Int? = nil
  ) throws -> ImageFolder {
    if let shape { _ = try PhotoPreparation(for: shape) }
    let layout = try ImageFolderLayout(folder)
    // The layout has two classes or more, none without an image.
    // Images that cannot be read are counted with the others, below.
    let readable = layout.train.files.lazy.compactMap { file in (try? ImageDecoder.read("\(folder)/\(file)")).map { (file, $0.shape) } }
    let first = shape == nil ? readable.first : nil
    let chosen = shape ?? first?.1 ?? [3, 1, 1]
    let count = layout.train.files.count + (layout.test?.files.count ?? 0)
    guard let byteCount = Shape.checkedElementCount([count] + chosen.extents) else {
      throw MachineMemory.refusal(.max, "\(count) images of shape \(chosen)")
    }
    try MachineMemory.expect(byteCount, for: "\(count) images of shape \(chosen)")
    let reader = ImageFolderReader(
      folder: folder, first: first?.0 ?? layout.train.files.first ?? "", preparation: try PhotoPreparation(for: chosen, fit: fit),
      mayDiffer: shape != nil, threads: threads ?? Processors.available)
    func part(_ part: ImageFolderLayout.Part) throws -> Part {
      Part(pixels: try reader.pixels(part.files), labels: HostTensor([part.labels.count], part.labels), files: part.files)
    }
    return ImageFolder(
      folder: folder, classes: layout.classes, shape: chosen, train: try part(layout.train), test: try layout.test.map(part),
      notes: layout.notes)
  }
}
