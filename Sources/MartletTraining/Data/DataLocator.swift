import MartletCore

/// Where data are searched, in this order: the folder of `--data`, `$MARTLET_DATA`, the cache that `Tools/setup` fills.
package enum DataLocator {
  /// The folder of the cache; nil where nothing says which folder is the user's.
  package static var cache: String? { CacheFolder.standard.path.map { "\($0)/martlet/data" } }

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

  /// The path that was asked for, else the first folder that has all files of a set. Throws M1009 with the list of the folders searched.
  package static func find(_ asked: String?) throws -> (title: String, folder: String) {
    // A path that the user names may be anything that `DataFiles` reads.
    if let asked { return ("--data", asked) }
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
