import MartletCore

/// Where MNIST's four files, and those of sets of its form, are in a folder: as they were published, as torchvision keeps them, as Kaggle packs them.
enum MNISTFiles {
  /// Folders below the one that is named. Source: `torchvision.datasets.MNIST.raw_folder`.
  private static let folders = ["", "/raw", "/MNIST/raw", "/FashionMNIST/raw", "/KMNIST/raw"]

  /// The path of one of the files, with or without `.gz`; nil where it is not there. All four come from one folder where one has all.
  static func path(_ folder: String, _ stem: String) -> String? {
    let places = folders.map { folder + $0 }
    let complete = places.first { place in DataSet.stems.allSatisfy { file(place, $0) != nil } }
    return (complete.map { [$0] } ?? places).lazy.compactMap { file($0, stem) }.first
  }

  private static func file(_ folder: String, _ stem: String) -> String? {
    // Kaggle has a point before idx, or a folder of the file's name around it.
    let pointed =
      stem.split(separator: "-").dropLast(2).joined(separator: "-") + "." + stem.split(separator: "-").suffix(2).joined(separator: "-")
    let names = ["\(stem).gz", stem, "\(pointed).gz", pointed, "\(stem)/\(stem)", "\(pointed)/\(pointed)"]
    return names.map { "\(folder)/\($0)" }.first { FileBytes.exists($0) && !FileBytes.isFolder($0) }
  }
}

/// Data sets that are told by their first hundred training images.
enum KnownImages {
  private static let digests = [
    "c8d7b3ac57a59fa463cbbcdc21a53485e2990f12ca46d0fef62dd86cadfd67a3": "MNIST",
    "9fd5e05238929f78618002dd971c29d7154e418c5e6c5159dcbc48bead93a90f": "Fashion-MNIST",
  ]

  /// Source: H. Xiao et al., "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms", 2017, table 2.
  private static let clothes = [
    "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
  ]

  /// The name of the set that begins with these pixels.
  static func name(_ pixels: ArraySlice<UInt8>) -> String? { digests[SHA256.hexDigest(Array(pixels))] }

  /// The names of its classes.
  static func classes(_ name: String, _ count: Int) -> [String] {
    name == "Fashion-MNIST" && count == clothes.count ? clothes : (0..<count).map { "\($0)" }
  }
}
