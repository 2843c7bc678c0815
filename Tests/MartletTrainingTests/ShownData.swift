import Foundation
import TestSupport
import Testing

@testable import MartletCommandLine
@testable import MartletInspection
@testable import MartletTraining

/// What `data` shows of a set: which samples, images as a figure, others as text, and one object for programs.
@Suite struct ShownData {
  private let temporary: Repository.TemporaryFolder
  private var folder: String { temporary.path }

  init() throws { temporary = try Repository.TemporaryFolder() }

  private func martlet(_ arguments: String...) throws -> ProgramResult { try runProgram(martletExecutable, arguments) }

  private func json(_ result: ProgramResult) throws -> [String: Any] {
    #expect(result.code == 0 && result.output.split(separator: "\n").count == 1, "\(result)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  // MARK: Which samples

  /// Images of one pixel: sample k is of class k % 3.
  private func images(_ count: Int) throws -> DataSet {
    let labels = HostTensor([count], (0..<count).map { Int32($0 % 3) })
    let data = try TensorData(
      [("image", HostTensor(repeating: 7, TensorType(.u8, [count, 1, 1, 1]))), ("label", labels)], classes: ["label": ["ant", "Bee", "2"]])
    return try DataSet(LoadedData(kind: "made", train: data, test: data.subset([0, 1])), path: "made")
  }

  private func chosen(_ set: DataSet, _ arguments: String...) throws -> [Int] {
    try ShownSamples.parse(["--show"] + arguments).choose(from: set)
  }

  @Test func theFigureOfTheTutorial() throws {
    #expect(try chosen(images(60_000)) == Array(59_000..<59_009))
    #expect(try chosen(images(59_009)) == Array(59_000..<59_009))
    // Fewer from there on: the last nine. Fewer than nine: all.
    #expect(try chosen(images(59_008)) == Array(58_999..<59_008) && chosen(images(40)) == Array(31..<40))
    #expect(try chosen(images(9)) == Array(0..<9) && chosen(images(4)) == Array(0..<4))
  }

  @Test func startCountAndClass() throws {
    let set = try images(60_000)
    #expect(try chosen(set, "--start", "5", "--count", "3") == [5, 6, 7] && chosen(set, "--start", "59998") == [59_998, 59_999])
    #expect(try chosen(set, "--count", "1000").count == 1000)
    #expect(try chosen(set, "--class", "ant", "--count", "2") == [59_001, 59_004])
    for name in ["Bee", "bee", "1"] { #expect(try chosen(set, "--class", name, "--start", "0", "--count", "2") == [1, 4]) }
    // A class that is named as a number is that class.
    #expect(try chosen(set, "--class", "2", "--start", "3", "--count", "1") == [5])
    #expect(try chosen(images(40), "--class", "ant", "--count", "3") == [33, 36, 39] && chosen(images(40), "--class", "0").count == 9)
    #expect(ShownSamples.list([5]) == "5" && ShownSamples.list([5, 6, 7]) == "5 to 7" && ShownSamples.list([5, 8]) == "5, 8")
    #expect(ShownSamples.list(Array(stride(from: 0, to: 40, by: 2))) == "0 to 38 (20 of them)")
  }

  @Test func choicesThatAreNotThere() throws {
    let set = try images(40)
    let code = UsageErrorCode.shownSamples
    expectError(code, "--start 40", "from 0 to 39") { try chosen(set, "--start", "40") }
    expectError(code, "--start -1", "from 0 to 39") { try chosen(set, "--start=-1") }
    for count in ["0", "1001", "-3"] { expectError(code, "--count \(count)", "from 1 to 1000") { try chosen(set, "--count=\(count)") } }
    expectError(code, "--class bees", "Did you mean 'Bee'?", "from 0 to 2") { try chosen(set, "--class", "bees") }
    expectError(code, "--class 3", "ant, Bee, 2") { try chosen(set, "--class", "3") }
    expectError(code, "--start 39", "class Bee", "number 37") { try chosen(set, "--start", "39", "--class", "Bee") }
    let numbers = try DataSet.load(folder: DataFixture.path("numbers.csv"), DataOptions(targets: ["a"]))
    expectError(code, "--class ant", "no classes") { try chosen(numbers, "--class", "ant") }
    for option in ["--start", "--count", "--class"] {
      expectError(UsageErrorCode.idleOption, option, "Add --show") { try ShownSamples.parse([option, "1"]).isWanted() }
    }
    let both = try martlet("data", "--data", DataFixture.path("numbers.csv"), "--json", "--show")
    #expect(both.code == 2 && both.errors.contains("error M1332"), "\(both)")
  }

  // MARK: Images

  @Test func figureOfASet() throws {
    try GeneratedDigits.write(to: folder, training: 64, test: 8)
    let set = try DataSet.load(folder: folder)
    let shown = try martlet("data", "--data", folder, "--show", "--png", "\(folder)/figure.png")
    #expect(shown.code == 0 && shown.output.contains("\nTraining images 55 to 63\n"), "\(shown)")
    #expect(shown.output.hasSuffix("Training images 55 to 63 are in \(folder)/figure.png.\n"))
    // The titles are the labels, three a row.
    let labels = try DataSet.labels(set.train, Array(55..<64)).map { set.classes?[Int($0)] ?? "" }
    let titles = shown.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    for row in 0..<3 { #expect(titles.contains(Array(labels[3 * row..<3 * row + 3])), "row \(row)") }
    let picture = try FileBytes.read("\(folder)/figure.png")
    #expect(picture == (try ImageSheet(set.train, Array(55..<64), captions: labels).png()))
    // Nothing but the object on standard output, and the picture.
    let quiet = try martlet("data", "--data", folder, "--json", "--png", "\(folder)/quiet.png", "--count", "2")
    #expect(try json(quiet)["event"] as? String == "data" && FileBytes.exists("\(folder)/quiet.png"))
    let one = try martlet("data", "--data", folder, "--show", "--start", "3", "--count", "1")
    #expect(one.output.contains("\nTraining image 3\n"))
  }

  /// As wide as the terminal is.
  @Test(arguments: [25, 40, 80, 200]) func figureInATerminal(_ columns: Int) throws {
    try GeneratedDigits.write(to: folder, training: 16, test: 8)
    var output = ""
    let code = try runInTerminal(martletExecutable, ["data", "--data", folder, "--show"], columns: columns) { output += $0 }
    let figure = output.components(separatedBy: "Training images").last ?? ""
    #expect(code == 0 && !figure.isEmpty && figure.split(whereSeparator: \.isNewline).allSatisfy { $0.count <= columns }, "\(output)")
  }

  // MARK: Other samples

  private func listing(_ path: String, _ samples: [Int], columns: Int, _ options: DataOptions = DataOptions()) throws -> String {
    let set = try DataSet.load(folder: path, options)
    return try SampleListing(set.train, samples, columns: set.columns).text(columns: columns)
  }

  @Test func rowsOfATable() throws {
    let table = "\(folder)/t.csv"
    try FileBytes.write(Array("id,width,height,kind\n1,0.5,2,round\n2,1.25,-3,\"long one\"\n3,7,0,round\n".utf8), to: table)
    let options = DataOptions(labelColumn: "kind", ignoring: ["id"])
    let set = try DataSet.load(folder: table, options)
    #expect(set.columns.input == ["width", "height"] && set.columns.target == ["kind"])
    // Two are for training, in the order of the split.
    let order = try #require(set.train as? DataSubset).samples
    let rows = [["0.5", "2.0", "round"], ["1.25", "-3.0", "long one"], ["7.0", "0.0", "round"]]
    let text = try listing(table, [0, 1], columns: 80, options)
    func words(_ line: some StringProtocol) -> [String] { line.split(whereSeparator: { $0 == " " }).map { String($0) } }
    let lines: [[String]] = text.split(whereSeparator: \.isNewline).map { words($0) }
    #expect(lines[0] == ["sample", "width", "height", "kind"])
    for place in 0..<2 {
      let expected = ["\(place)"] + rows[order[place]].flatMap { words($0) }
      #expect(lines[place + 1] == expected, "\(text)")
    }
    // Numbers to predict.
    let regression = DataOptions(targets: ["height", "width"], ignoring: ["kind"])
    let predicted = try listing(table, [0], columns: 80, regression).split(separator: "\n")
    #expect(predicted[0] == "sample   id  height, width", "\(predicted)")
    // Columns that do not fit are counted.
    let narrow = try listing(table, [0, 1], columns: 26, options)
    #expect(narrow.contains("… 1 more of 2 numbers a sample") && narrow.contains("  …  kind\n"), "\(narrow)")
    let narrowLines: [Substring] = narrow.split(whereSeparator: \.isNewline)
    #expect(narrowLines.dropLast().allSatisfy { $0.count <= 26 })
    let shown = try martlet("data", "--data", table, "--ignore-column", "id", "--label-column", "kind", "--show")
    #expect(shown.code == 0 && shown.output.hasSuffix("\n\(text)"), "\(shown)")
    let drawn = try martlet("data", "--data", table, "--png", "\(folder)/no.png")
    #expect(drawn.code == 3 && drawn.errors.contains("error M1008") && drawn.errors.contains("--show"), "\(drawn)")
  }

  @Test func tokensOfAText() throws {
    let path = "\(folder)/play.txt"
    try FileBytes.write(Array(String(repeating: "To be\tor not\nto be. ", count: 20).utf8), to: path)
    let text = try listing(path, [0, 1], columns: 40)
    #expect(text == "sample 0: \"To be\\tor not\\nto be. To be\\…\nsample 1: \"e\\tor not\\nto be. To be\\tor …\n", "\(text)")
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 40 })
    let shown = try martlet("data", "--data", path, "--show", "--start", "1", "--count", "2")
    #expect(shown.code == 0 && shown.output.contains("sample 2: \"") && !shown.output.contains("sample 0: \""), "\(shown)")
  }

  @Test func numbersOfAnArray() throws {
    let values = (0..<24).map { Float($0) / 2 - 3 }
    let data = try TensorData([
      ("input", HostTensor([2, 3, 4], values)), ("target", HostTensor([2, 6], (0..<12).map { Float($0) })),
    ])
    let text = try SampleListing(data, [1, 0], columns: ([], [])).text(columns: 60)
    #expect(
      text == """
        sample 1, target 6.0 7.0 8.0 9.0 …: 3.0 to 8.5, 3.0 3.5 4.0…
        sample 0, target 0.0 1.0 2.0 3.0 …: -3.0 to 2.5, -3.0 -2.5 …

        """, "\(text)")
  }

  /// Data that hold nothing are named as that.
  @Test func emptyData() throws {
    try FileBytes.makeFolder("\(folder)/empty")
    for name in ["e.csv", "e.npz", "e.txt", "e.bin"] { try FileBytes.write([], to: "\(folder)/\(name)") }
    for (name, kind) in [("empty", "folder"), ("e.csv", "file"), ("e.npz", "file"), ("e.txt", "file"), ("e.bin", "file")] {
      let path = "\(folder)/\(name)"
      expectError(DataErrorCode.emptyInput, "\(path) is an empty \(kind)", "CSV: a .csv") { try DataFiles.read(path) }
    }
    let result = try martlet("data", "--data", "\(folder)/empty", "--show")
    #expect(result.code == 3 && result.errors.contains("error M1040:") && result.output.isEmpty, "\(result)")
    // Files without a sample.
    func arrays(_ count: Int, _ labels: HostTensor, _ part: String) throws {
      try FileBytes.makeFolder("\(folder)/arrays")
      try Npy.write(HostTensor([count, 2], [Float](repeating: 1, count: 2 * count)), to: "\(folder)/arrays/x\(part).npy")
      try Npy.write(labels, to: "\(folder)/arrays/y\(part).npy")
    }
    try arrays(0, HostTensor([0], [Float]()), "")
    expectError(DataErrorCode.tooFewSamples, "0 samples") { try DataSet.load(folder: "\(folder)/arrays") }
    try arrays(0, HostTensor([0], [Int32]()), "")
    expectError(DataErrorCode.noClasses, "no labels") { try DataSet.load(folder: "\(folder)/arrays") }
    for name in ["x", "y"] { try FileManager.default.removeItem(atPath: "\(folder)/arrays/\(name).npy") }
    try arrays(4, HostTensor([4], [Int32(0), 1, 0, 1]), "_train")
    try arrays(0, HostTensor([0], [Int32]()), "_test")
    expectError(DataErrorCode.tooFewSamples, "no sample to test with") { try DataSet.load(folder: "\(folder)/arrays") }
  }

  // MARK: JSON

  @Test func objectOfImages() throws {
    try GeneratedDigits.write(to: folder, training: 64, test: 8)
    let set = try DataSet.load(folder: folder)
    let object = try json(martlet("data", "--data", folder, "--json"))
    #expect(object["path"] as? String == folder && object["found"] as? String == "--data" && object["outputs"] as? Int == 10)
    #expect((object["input"] as? [String: Any])?["shape"] as? [Int] == [1, 28, 28] && object["classes"] as? [String] == set.classes)
    #expect(object["sha256"] as? String == (try DataIdentity(set).digest))
    for (name, source) in [("training", set.train), ("test", set.test)] {
      let part = try #require(object[name] as? [String: Any])
      let labels = try DataSet.labels(source, Array(0..<source.count))
      let pixels = try #require(source.tensor(0, of: Array(0..<source.count)).elements(as: UInt8.self))
      #expect(part["samples"] as? Int == source.count && part["not_finite"] as? Int == 0)
      #expect(part["histogram"] as? [Int] == (0..<10).map { number in labels.count { Int($0) == number } })
      #expect(part["least"] as? Int == pixels.min().map { Int($0) } && part["largest"] as? Int == pixels.max().map { Int($0) })
    }
  }

  @Test func objectOfATable() throws {
    let table = "\(folder)/t.csv"
    try FileBytes.write(Array("size,price\n1,2.5\n-4,3.5\n3,0.25\n".utf8), to: table)
    let object = try json(martlet("data", "--data", table, "--json"))
    #expect(object["classes"] is NSNull && (object["training"] as? [String: Any])?["histogram"] == nil)
    #expect((object["input"] as? [String: Any])?["columns"] as? [String] == ["size"])
    #expect((object["target"] as? [String: Any])?["columns"] as? [String] == ["price"])
    let ranges = ["training", "test"].compactMap { (object[$0] as? [String: Any])?["least"] as? Double }
    #expect(ranges.min() == -4)
  }

  @Test func valueRanges() throws {
    let data = try TensorData([("x", HostTensor([2, 3], [1, .nan, -2.5, .infinity, 7, 0] as [Float]))])
    let range = try ValueRange(data)
    #expect(range.least == -2.5 && range.largest == 7 && range.notFinite == 2)
    let none = try ValueRange(data.subset([]))
    #expect(none.least == nil && none.largest == nil && none.notFinite == 0)
    let numbers = try ValueRange(TensorData([("x", HostTensor([3], [Int32(-7), 2, 9]))]))
    #expect(numbers.least == -7 && numbers.largest == 9)
  }

  /// A hundred classes take a line.
  @Test func manyClassesAreCounted() throws {
    let names = (0..<100).map { "class\($0)" }
    let data = try TensorData(
      [("x", HostTensor([201, 2], [Float](repeating: 0, count: 402))), ("label", HostTensor([201], (0..<201).map { Int32($0 % 100) }))],
      classes: ["label": names])
    let set = try DataSet(LoadedData(kind: "made", train: data, test: data.subset(Array(0..<100))), path: "made")
    #expect(
      try DataSummary(set).text == """
        training: 201 samples of f32[2]; 100 classes, from 2 (class1) to 3 (class0) of each
        test: 100 samples of f32[2]; 100 classes, 1 of each
        """)
  }
}
