import MartletCore

/// Which files of a folder of images are of which class and part, found out from names alone.
struct ImageFolderLayout {
  struct Part {
    /// Relative to the folder: class by class, sorted by name within each.
    var files: [String] = []
    var labels: [Int32] = []
  }

  private(set) var classes: [String] = []
  private(set) var train = Part()
  private(set) var test: Part?
  /// What is in the folder and not used, as sentences.
  private(set) var notes: [String] = []

  private let folder: String
  private var ignoredCount = 0
  private var firstIgnored: String?

  private static let testNames = ["test", "validation", "valid", "val"]

  init(_ folder: String) throws {
    self.folder = folder
    let listing = try FolderListing(folder)
    if let train = ImageFolderLayout.trainingFolder(listing) {
      let folders = try listing.folders()
      let test = ImageFolderLayout.testNames.lazy.compactMap { name in folders.first { $0.lowercased() == name } }.first
      classes = try ImageFolderLayout.classes(try FolderListing("\(folder)/\(train)"))
      self.train = try part(train)
      if let test { self.test = try part(test) }
      for entry in listing.entries where entry.name != train && entry.name != test {
        if entry.isFolder { notes.append("The folder \(folder)/\(entry.name) is not used.") } else { ignore(entry.name) }
      }
    } else {
      classes = try ImageFolderLayout.classes(listing)
      train = try part("")
    }
    if let firstIgnored {
      notes.append(
        ignoredCount == 1
          ? "\(folder)/\(firstIgnored) is neither a PNG nor a JPEG file and not used."
          : "\(ignoredCount) entries that are neither PNG nor JPEG files are not used, the first: \(folder)/\(firstIgnored).")
    }
  }

  /// Whether the folder has images in subfolders, or in subfolders of a folder `train`.
  static func isPresent(_ folder: String) -> Bool {
    func hasImages(_ folder: String, _ listing: FolderListing) -> Bool {
      listing.entries.contains { entry in
        guard entry.isFolder, let inner = try? FolderListing("\(folder)/\(entry.name)") else { return false }
        return inner.entries.contains { $0.isImage }
      }
    }
    guard let listing = try? FolderListing(folder) else { return false }
    if hasImages(folder, listing) { return true }
    guard let train = trainingFolder(listing), let inner = try? FolderListing("\(folder)/\(train)") else { return false }
    return hasImages("\(folder)/\(train)", inner)
  }

  /// The folder `train` where that holds folders and no images: with images it would be a class of its own.
  private static func trainingFolder(_ listing: FolderListing) -> String? {
    guard let entry = listing.entries.first(where: { $0.isFolder && $0.name.lowercased() == "train" }),
      let inner = try? FolderListing("\(listing.folder)/\(entry.name)"),
      inner.entries.contains(where: \.isFolder), !inner.entries.contains(where: \.isImage)
    else { return nil }
    return entry.name
  }

  /// Throws `M1089` unless there are two subfolders or more.
  private static func classes(_ listing: FolderListing) throws -> [String] {
    let classes = try listing.folders()
    guard classes.count != 1 else {
      throw MartletError(ImageErrorCode.noClasses, "\(listing.folder) has only one class, the folder \(classes[0])")
    }
    guard !classes.isEmpty else {
      let images = listing.entries.count { $0.isImage }
      let what = listing.entries.isEmpty ? "is empty" : images > 0 ? "has \(images) images, but no subfolders" : "has no subfolders"
      throw MartletError(ImageErrorCode.noClasses, "\(listing.folder) \(what): a subfolder for each class was expected")
    }
    return classes
  }

  /// The images in the classes' folders below `name`, which is empty for the folder itself.
  private mutating func part(_ name: String) throws -> Part {
    let prefix = name.isEmpty ? "" : "\(name)/"
    let listing = try FolderListing(name.isEmpty ? folder : "\(folder)/\(name)")
    let folders = try listing.folders()
    guard !folders.isEmpty else {
      throw MartletError(ImageErrorCode.noClasses, "\(listing.folder) has no subfolders: one for each class was expected")
    }
    for entry in listing.entries where !entry.isFolder { ignore(prefix + entry.name) }
    var part = Part()
    for title in folders {
      // By bytes: Swift takes two ways to write an accented letter for the same text, folders do not.
      guard let label = classes.firstIndex(where: { $0.utf8.elementsEqual(title.utf8) }) else {
        throw MartletError(ImageErrorCode.unknownClass, "\(listing.folder)/\(title): the training images have no class \(title)")
      }
      let inner = try FolderListing("\(listing.folder)/\(title)")
      let images = try inner.images()
      guard !images.isEmpty else {
        let subfolders = inner.entries.count { $0.isFolder }
        throw MartletError(
          ImageErrorCode.emptyClass,
          "\(inner.folder) has no PNG or JPEG file" + (subfolders == 0 ? "" : ", only \(subfolders) subfolders, which are not searched"))
      }
      for entry in inner.entries where !entry.isImage { ignore("\(prefix)\(title)/\(entry.name)") }
      part.files += images.map { "\(prefix)\(title)/\($0)" }
      part.labels += [Int32](repeating: Int32(clamping: label), count: images.count)
    }
    return part
  }

  private mutating func ignore(_ path: String) {
    ignoredCount += 1
    firstIgnored = firstIgnored ?? path
  }
}
