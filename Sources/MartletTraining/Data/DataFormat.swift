import MartletCore

/// A kind of files that data can be read from. A new one is a type that conforms, and an entry in `DataFiles.formats`.
package protocol DataFormat: Sendable {
  /// What people call it: `CSV`. `DataOptions.format` chooses by this name.
  static var name: String { get }
  /// What a path must be, in a line: `a folder with x.npy and y.npy`.
  static var expectation: String { get }
  /// Whether the path is of this format: by what the file or folder holds where that tells, else by its name. Must not throw or take long:
  /// it reads the beginning of a file, or the names in a folder.
  static func recognises(_ path: String) -> Bool
  /// Reads it. Throws errors that name the file.
  static func read(_ path: String, _ options: DataOptions) throws -> LoadedData
}

/// How data are read where a path leaves something open.
public struct DataOptions: Hashable, Sendable {
  /// The name of the format, for a path that is taken for another one.
  package var format: String?
  /// Of `.npz` and `.npy`: the name of the array with the inputs.
  package var input: String?
  /// Of `.npz` and `.npy`: the name of the array with the labels or targets.
  package var label: String?
  /// Of tables: the column with the labels of classes.
  package var labelColumn: String?
  /// Of tables: columns of numbers to predict, for regression.
  package var targets: [String]
  /// Of tables: columns that are not read.
  package var ignoring: [String]
  /// Of tables: whether the first row has the names of the columns.
  package var hasHeader: Bool?
  /// Of folders of images: channels, height and width that all images are converted to; their own where it is nil.
  package var imageShape: Shape?
  /// The same for images whose sizes differ, where `imageShape` is nil.
  package var fallbackImageShape: Shape?
  /// Of texts: tokens in a sample.
  package var window: Int
  /// Of texts: what a token is.
  package var unit: TextVocabulary.Unit

  /// Without arguments all is found out from the path.
  public init(
    format: String? = nil, input: String? = nil, label: String? = nil, labelColumn: String? = nil, targets: [String] = [],
    ignoring: [String] = [], hasHeader: Bool? = nil, imageShape: Shape? = nil, window: Int = 64, unit: TextVocabulary.Unit = .bytes
  ) {
    self.format = format
    self.input = input
    self.label = label
    self.labelColumn = labelColumn
    self.targets = targets
    self.ignoring = ignoring
    self.hasHeader = hasHeader
    self.imageShape = imageShape
    self.window = window
    self.unit = unit
  }
}
