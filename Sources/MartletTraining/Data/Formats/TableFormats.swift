import MartletCore

/// A CSV or TSV file, told by its name, or a folder with train.csv and perhaps test.csv.
enum CSVFormat: DataFormat {
  static let name = "CSV"
  static let expectation = "a .csv or .tsv file with a column of labels, or a folder with train.csv and test.csv"

  private static let endings = [".csv", ".tsv", ".csv.gz", ".tsv.gz"]

  static func recognises(_ path: String) -> Bool {
    FileBytes.isFolder(path) ? file(path, "train") != nil : FolderNames.isFile(path, endings: endings)
  }

  private static func file(_ folder: String, _ stem: String) -> String? {
    endings.map { "\(folder)/\(stem)\($0)" }.first { FolderNames.isFile($0, endings: endings) }
  }

  static func read(_ path: String, _ options: DataOptions) throws -> LoadedData {
    guard FileBytes.isFolder(path) else {
      let table = try CSVTable.read(path, hasHeader: options.hasHeader)
      let (data, sentence) = try samples(table, options, classes: nil)
      return named(try LoadedData(kind: sentence, all: data), table, options)
    }
    guard let training = file(path, "train") else {
      throw MartletError(DataErrorCode.missingFile, "\(path) has no file train.csv", advice: "Name the file itself, or call it train.csv.")
    }
    let table = try CSVTable.read(training, hasHeader: options.hasHeader)
    let (train, sentence) = try samples(table, options, classes: nil)
    guard let testing = file(path, "test") else { return named(try LoadedData(kind: sentence, all: train), table, options) }
    let testTable = try CSVTable.read(testing, hasHeader: options.hasHeader)
    // In competitions the rows to predict have no labels.
    guard testTable.columns.map(\.name) == table.columns.map(\.name) else {
      return named(try LoadedData(kind: "\(sentence); \(testing) has other columns and is not read", all: train), table, options)
    }
    var testOptions = options
    // Numbers without a fraction are targets here too.
    if train.elements.last?.name == "target", options.targets.isEmpty { testOptions.targets = [table.usualLabelColumn] }
    let (test, _) = try samples(testTable, testOptions, classes: train.elements.last?.classes)
    return named(try LoadedData(kind: "\(sentence); \(test.count) to test with", train: train, test: test), table, options)
  }

  /// The same data with the names of the columns.
  private static func named(_ data: LoadedData, _ table: CSVTable, _ options: DataOptions) -> LoadedData {
    let target = options.targets.isEmpty ? [options.labelColumn ?? table.usualLabelColumn] : options.targets
    let others = Set(target + options.ignoring)
    var named = data
    // Columns of pixels became an image.
    let isTable = data.train.elements.first?.name == "features"
    named.columns = (isTable ? table.columns.map(\.name).filter { !others.contains($0) } : [], target)
    return named
  }

  /// A table as samples, and what it is. `classes` are those of the part to train with, where this is another one.
  private static func samples(_ table: CSVTable, _ options: DataOptions, classes: [String]?) throws -> (TensorData, String) {
    let column = options.labelColumn ?? table.usualLabelColumn
    func sentence(_ data: TensorData, _ what: String) -> String {
      let input = data.elements[0]
      let inputs = input.dtype == .u8 ? "images of \(input.shape[1]) x \(input.shape[2])" : "\(input.shape.elementCount) features"
      return "CSV: \(table.rows) rows, \(inputs), \(what)"
    }
    // Numbers with a fraction are no classes.
    let isTarget = try classes == nil && options.targets.isEmpty && options.labelColumn == nil && table.hasFractions(column)
    let targets = isTarget ? [column] : options.targets
    if !targets.isEmpty {
      let data = try table.data(targets: targets, ignoring: options.ignoring)
      return (data, sentence(data, "to predict the numbers in \(targets.map { "'\($0)'" }.joined(separator: ", "))"))
    }
    let data = try table.data(labelColumn: column, ignoring: options.ignoring, classes: classes)
    return (data, sentence(data, "\(data.elements.last?.classes?.count ?? 0) classes in column '\(column)'"))
  }
}

/// A text file, told by its name.
enum TextFormat: DataFormat {
  static let name = "text"
  static let expectation = "a .txt file, for a language model"

  static func recognises(_ path: String) -> Bool { FolderNames.isFile(path, endings: [".txt"]) }

  static func read(_ path: String, _ options: DataOptions) throws -> LoadedData {
    let data = try TextData.read(path, window: options.window, unit: options.unit)
    return try LoadedData(
      kind: "text: \(data.count) windows of \(data.window) \(options.unit.rawValue), \(data.vocabulary.count) different ones", all: data,
      isOrdered: true)
  }
}
